"""Every error consentkit raises, and the evidence each one carries.

    ConsentkitError
    ├── ConfigError          the site cannot start as it is set up   .problems
    ├── SealError            a sealed value of ours did not open     .value .reason
    ├── ChoiceError          what a visitor sent cannot be taken     .status .field .value
    ├── AccountError         what an app calls an account is none    .value
    ├── ReportError          what a browser reports cannot be read   .status .field
    ├── ForeignError         another tool's cookie cannot be read    .tool .reason .value
    ├── SignalError          a string of the advertising world       .what .expected .value
    ├── LogError             the transparency log
    │   ├── MalformedError   text that is not in its one spelling    .what .value
    │   ├── SignatureError   no known key vouches for the note       .name
    │   └── ProofError       the hashes do not add up                .expected .calculated
    ├── LedgerError          the stored ledger
    │   ├── LedgerUnavailable   it cannot be written just now
    │   │   └── LedgerOutdated  its tables are of another version    .found .needed
    │   └── LedgerRollback      it is older than what was signed     .signed .found
    ├── BundleError          an export is not what was signed        .part .entry
    └── AnchorError          a witness or authority does not vouch   .who

Messages name the setting or field, the value and the remedy. `ident` is stable: it may be searched for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class ConsentkitError(Exception):
    """Root of the tree. Never raised directly."""

    ident = "consentkit.X000"


class Problem(NamedTuple):
    """One thing wrong with what the site declared: where, what, and how to mend it.

    `ident` is stable ("consentkit.E012"); `place` is a path into the policy ("vendors[2].hosts[0]") or the
    name of a setting ("CONSENTKIT_SECRET"); `value` is the offending value, shortened. `breaks` names the rule of law
    that is broken with it, if one is ("refuse-first").
    """

    ident: str
    place: str
    message: str
    remedy: str
    value: str = ""
    breaks: str = ""

    def __str__(self) -> str:
        shown = f" = {self.value}" if self.value else ""
        return f"{self.ident} {self.place}{shown}: {self.message} {self.remedy}"


class ConfigError(ConsentkitError):
    """The policy or the settings cannot be used; `problems` lists all that is wrong, not only the first."""

    ident = "consentkit.E000"

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.source = source
        self.problems = tuple(problems)
        count = f"{len(self.problems)} problem" + ("s" if len(self.problems) != 1 else "")
        super().__init__("\n  ".join([f"{source}: {count}", *map(str, self.problems)]))


class SealError(ConsentkitError):
    """A sealed value did not open: forged, cut off, expired, or sealed for another site or purpose."""

    ident = "consentkit.S001"

    def __init__(self, reason: str, value: str = "") -> None:
        self.reason = reason
        self.value = value
        super().__init__(reason)


class ChoiceError(ConsentkitError):
    """A choice that cannot be taken. `status` is the HTTP status that says so, `field` the part at fault."""

    ident = "consentkit.C001"

    def __init__(self, status: int, field: str, message: str, value: str = "") -> None:
        self.status = status
        self.field = field
        self.value = value
        super().__init__(f"{field}: {message}")


class AccountError(ConsentkitError, ValueError):
    """What an app gave for the account of somebody who signs in names nobody, or everybody who is nobody."""

    ident = "consentkit.E095"

    def __init__(self, value: object) -> None:
        self.value = value
        super().__init__(
            f"{self.ident} link(request, user_id): a user_id that is {value!r} names no account. Give what names it "
            "for good, as int, UUID or text, and call `link` only for somebody who is signed in."
            if value in (None, "")
            else f"{self.ident} link(request, user_id): a {type(value).__name__} names no account. Give what names it "
            "for good, as int, UUID or text: `user.id`, not the user."
        )


class ReportError(ConsentkitError):
    """A report that is none. `status` is the HTTP status that says so, `field` the part at fault."""

    ident = "consentkit.R001"

    def __init__(self, status: int, field: str, message: str) -> None:
        self.status = status
        self.field = field
        super().__init__(f"{field}: {message}")


class SignalError(ConsentkitError):
    """A consent string (GPP, TCF) that is not in its one spelling, or a value that no such string can carry."""

    ident = "consentkit.E140"

    def __init__(self, what: str, expected: str, value: str) -> None:
        self.what = what
        self.expected = expected
        self.value = value
        shown = repr(value)
        super().__init__(f"{what}: expected {expected}, not {shown if len(shown) <= 80 else shown[:77] + '...'}")


class ForeignError(ConsentkitError):
    """A cookie that is not what the tool it is named after writes: nothing is taken over from it."""

    ident = "consentkit.E170"

    def __init__(self, tool: str, reason: str, value: object = "") -> None:
        self.tool = tool
        self.reason = reason
        self.value = value
        super().__init__(f"a cookie of {tool} cannot be read: {reason}. Its visitor is asked as anybody is.")


class LogError(ConsentkitError):
    """Root of the transparency log's errors. Never raised directly."""


class MalformedError(LogError):
    """Text or bytes that are not in the one spelling their specification allows."""

    ident = "consentkit.L001"

    def __init__(self, what: str, value: object = "") -> None:
        self.what = what
        self.value = value
        shown = repr(value)
        super().__init__(f"malformed {what}: {shown if len(shown) <= 80 else shown[:77] + '...'}")


class SignatureError(LogError):
    """A note carries no valid signature by a key we were given, or a false one in its name."""

    ident = "consentkit.L002"

    def __init__(self, message: str, name: str = "") -> None:
        self.name = name
        super().__init__(message)


class ProofError(LogError):
    """A proof does not lead to the root hash it should; holds both hashes where they are known."""

    ident = "consentkit.L003"

    def __init__(self, message: str, expected: bytes = b"", calculated: bytes = b"") -> None:
        self.expected = expected
        self.calculated = calculated
        detail = f" (expected {expected.hex()}, calculated {calculated.hex()})" if expected else ""
        super().__init__(message + detail)


class LedgerError(ConsentkitError):
    """Root of the stored ledger's errors. Never raised directly."""


class LedgerUnavailable(LedgerError):
    """The ledger cannot be read or written now. Nothing was recorded and nothing may be claimed."""

    ident = "consentkit.D001"


class LedgerOutdated(LedgerUnavailable):
    """The ledger's tables are not those of this consentkit; an app does not start on them, nor change them."""

    ident = "consentkit.D005"

    def __init__(self, found: str, needed: str) -> None:
        self.found = found
        self.needed = needed
        remedy = (
            "Stop the app, keep a copy (`consentkit ledger backup FILE`), and run `consentkit ledger upgrade`."
            if found < needed
            else "They were made by a later consentkit: install that one."
        )
        super().__init__(f"the ledger's tables are of revision {found}, and this consentkit needs {needed}. {remedy}")


class LedgerRollback(LedgerError):
    """The ledger is smaller than, or differs from, a checkpoint already signed: signing on would fork history."""

    ident = "consentkit.D002"

    def __init__(self, message: str, signed: int, found: int) -> None:
        self.signed = signed
        self.found = found
        super().__init__(message)


class BundleError(ConsentkitError):
    """An export is not what was signed. `part` names the piece, `entry` the ledger index where one is at fault."""

    ident = "consentkit.B001"

    def __init__(self, part: str, message: str, entry: int | None = None) -> None:
        self.part = part
        self.entry = entry
        where = part if entry is None else f"{part}, entry {entry}"
        super().__init__(f"{where}: {message}")


class AnchorError(ConsentkitError):
    """Somebody outside who was to vouch for the log does not: no answer, not a right one, or it saw another log."""

    ident = "consentkit.B002"

    def __init__(self, who: str, message: str) -> None:
        self.who = who
        super().__init__(f"{who}: {message}")
