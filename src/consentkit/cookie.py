"""Our two cookies: a Standing choice ⇄ the sealed `ck`, and the readable `ck_s` that says no more than is granted.

Knows bytes and seals; not requests, not the ledger.
`ck` is trusted for what its visitor chose and under which policy: whoever holds the secret can write any. `ck_s` is
trusted for nothing on the server: it carries no id, so no script in the page can follow a visitor by it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import NamedTuple

from consentkit.classification.classifier import OURS
from consentkit.decision import Choice, ChoiceKind, Decision, Standing
from consentkit.errors import SealError
from consentkit.policy import OPTIONAL_CATEGORIES, Edition
from consentkit.seal import Sealer

NAME, SHOWN_NAME, MARK_NAME, ERRAND_NAME, TC_NAME = OURS
KEPT = NAME, SHOWN_NAME, MARK_NAME, TC_NAME  # on the domain that the policy says; the other on one host alone
# How much of a policy's name `ck_s` carries.
POLICY_LETTERS = 8
_VERSION = 1
_HEAD = struct.Struct(">BBBI16s8s")  # version, kind and flags, categories, Unix time, visitor, policy
_KINDS = tuple(ChoiceKind)
_BITS = (0x10, 0x20, 0x40)  # of _flags
_MARKS = sum(_BITS)
_MEMO = 4096


class Attributes(NamedTuple):
    """How our cookies are set at a site: `domain` shares them with subdomains, `secure` is for https."""

    domain: str | None
    secure: bool

    @property
    def prefix(self) -> str:
        # RFC 6265bis §4.1.3.2: __Host- binds a cookie to this host, so a subdomain cannot plant one.
        return "__Host-" if self.secure and not self.domain else ""


class StandingCookie:
    """Formats and parses `ck` for one site.

    `editions` finds a policy by its short name; a cookie made under a policy nobody knows keeps its refusals only.
    """

    def __init__(self, sealer: Sealer, editions: Callable[[str], Edition | None]) -> None:
        self._sealer = sealer
        self._editions = editions
        self._memo: dict[str, Standing] = {}

    def format(self, standing: Standing, edition: Edition) -> str:
        """The sealed value; `edition` is the one the choice was made under."""
        choice = standing.choice
        head = _HEAD.pack(
            _VERSION,
            _KINDS.index(choice.kind) | sum(bit for bit, is_on in zip(_BITS, _flags(standing), strict=True) if is_on),
            sum(1 << bit for bit, category in enumerate(OPTIONAL_CATEGORIES) if category in choice.categories),
            standing.time,
            bytes.fromhex(standing.visitor),
            bytes.fromhex(edition.short),
        )
        chosen = sum(1 << bit for bit, vendor in enumerate(edition.vendors) if vendor in choice.vendors)
        return self._sealer.seal(head + chosen.to_bytes((chosen.bit_length() + 7) // 8, "big"))

    def parse(self, value: str) -> Standing:
        """The standing choice in a value. Raises SealError for anything that we did not write for this site."""
        known = self._memo.get(value)
        if known is None:
            known = self._parse(self._sealer.open(value))
            if len(self._memo) >= _MEMO:
                self._memo.clear()
            self._memo[value] = known
        return known

    def _parse(self, payload: bytes) -> Standing:
        if len(payload) < _HEAD.size or payload[0] != _VERSION:
            raise SealError("of another version")
        _, flags, categories, time, visitor, policy = _HEAD.unpack_from(payload)
        if flags & ~_MARKS >= len(_KINDS) or categories >> len(OPTIONAL_CATEGORIES):
            raise SealError("of another shape")
        edition = self._editions(policy.hex())
        chosen = int.from_bytes(payload[_HEAD.size :], "big")
        vendors = edition.vendors if edition else ()
        choice = Choice(
            _KINDS[flags & ~_MARKS],
            frozenset(name.value for bit, name in enumerate(OPTIONAL_CATEGORIES) if categories >> bit & 1),
            frozenset(vendor for bit, vendor in enumerate(vendors) if chosen >> bit & 1),
        )
        return Standing(visitor.hex(), choice, policy.hex(), time, *(bool(flags & bit) for bit in _BITS))


def _flags(standing: Standing) -> tuple[bool, ...]:
    return standing.gpc_told, standing.minor, standing.lent


def format_shown(decision: Decision, edition: Edition) -> str:
    """`ck_s`: the granted categories as letters ("0" for none), a short policy name, "v" if vendors were chosen."""
    letters = "".join(category[0] for category in OPTIONAL_CATEGORIES if category in decision.granted) or "0"
    return f"{letters}.{edition.short[:POLICY_LETTERS]}{'v' if decision.vendors else ''}"


def drop_line(name: str, attributes: Attributes) -> bytes:
    """A Set-Cookie value that makes a browser forget one of ours."""
    return set_line(name, "", 0, attributes, http_only=True)


def set_line(name: str, value: str, max_age: int | None, attributes: Attributes, *, http_only: bool) -> bytes:
    """A Set-Cookie value for one of ours; without `max_age` it goes with the browser's session."""
    parts = [f"{attributes.prefix}{name}={value}", "Path=/", "SameSite=Lax"]
    if max_age is not None:
        parts.insert(1, f"Max-Age={max_age}")
    if attributes.domain:
        parts.append(f"Domain={attributes.domain}")
    if attributes.secure:
        parts.append("Secure")
    if http_only:
        parts.append("HttpOnly")
    return "; ".join(parts).encode("ascii")
