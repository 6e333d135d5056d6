"""Checkpoints that others vouch for, as they travel in a bundle, and what they are worth to an auditor.

Knows notes, cosignatures and timestamps; not entries. A line of `anchors.jsonl` is {"note", "timestamp"}: a checkpoint
as it was signed and cosigned, and, in base64, the answer of a timestamp authority for its text (RFC 3161), or null.

An anchor says that the log was so at its size; whether the log still begins so is for the reader of the entries to see.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from consentkit import canonical
from consentkit.errors import AnchorError, LogError, MalformedError, SignatureError
from consentkit.ledger.record import utc
from consentkit.ledger.report import Report
from consentkit.ledger.trust import Trust
from consentkit.tlog import Checkpoint, Verifier, open_checkpoint, open_cosignatures, parse_checkpoint, parse_note

_PART = "anchors.jsonl"


class Anchor(NamedTuple):
    """A checkpoint as it was signed, and the answer of a timestamp authority, if there is one."""

    note: str
    timestamp: bytes | None = None

    @property
    def text(self) -> str:
        """What was signed, cosigned and stamped. Raises MalformedError."""
        return parse_note(self.note)[0]

    @property
    def checkpoint(self) -> Checkpoint:
        """What the note says. Raises MalformedError; who signed it is another question."""
        return parse_checkpoint(self.text)


def format_anchor(anchor: Anchor) -> bytes:
    """An anchor as its line."""
    stamp = None if anchor.timestamp is None else b64encode(anchor.timestamp).decode()
    return canonical.encode({"note": anchor.note, "timestamp": stamp}) + b"\n"


def parse_anchor(line: bytes) -> Anchor:
    """The anchor in a line without its end. Raises MalformedError for any other spelling."""
    value = canonical.decode(line)
    try:
        stamp = value["timestamp"]
        anchor = Anchor(value["note"], None if stamp is None else b64decode(stamp, validate=True))
        if format_anchor(anchor) == line + b"\n" and anchor.checkpoint.size >= 0:
            return anchor
    except (KeyError, TypeError, ValueError, AttributeError):
        pass
    raise MalformedError("anchor", line[:80])


class Anchors:
    """The anchors of one bundle: first all are read, then each is met at its size, then they are weighed."""

    def __init__(self) -> None:
        self._at: dict[int, list[Anchor]] = {}
        self._met: list[Anchor] = []

    def read(self, lines: Iterable[bytes], report: Report) -> None:
        for number, line in enumerate(lines, 1):
            try:
                anchor = parse_anchor(line)
                self._at.setdefault(anchor.checkpoint.size, []).append(anchor)
            except LogError as error:
                report.find(_PART, f"line {number}: {error}")

    def met(self, anchor: Anchor) -> None:
        """One more, whose root was found to be right."""
        self._met.append(anchor)

    def wanted(self, size: int) -> bool:
        """Whether the root at this size is of interest."""
        return size in self._at

    def meet(self, size: int, root: bytes, report: Report) -> None:
        """Hold the anchors of a size against the root that the entries lead to."""
        for anchor in self._at.pop(size, ()):
            if anchor.checkpoint.root == root:
                self._met.append(anchor)
            elif report.consistent:  # an entry that was found to be wrong explains it
                report.find(_PART, f"what the {size} entries said when this checkpoint was signed was rewritten")

    def weigh(self, keys: Collection[Verifier], trust: Trust, report: Report) -> None:
        """Say which of the auditor's own witnesses and authorities vouch, for how much, and since when."""
        for size in self._at:
            report.find(_PART, f"a checkpoint of {size} entries was signed: some are gone")
        sound = []
        for anchor in self._met:
            try:
                open_checkpoint(anchor.note, keys)
                sound.append(anchor)
            except LogError as error:
                report.find(_PART, f"the checkpoint of {anchor.checkpoint.size} entries: {error}")
        sound.sort(key=lambda anchor: anchor.checkpoint.size, reverse=True)
        for who, size in chain(_witnessed(sound, trust, report), _stamped(sound, trust, report)):
            report.anchor(who, size)


def _witnessed(anchors: list[Anchor], trust: Trust, report: Report) -> Iterator[tuple[str, int]]:
    """For each witness, the largest tree it saw."""
    for witness in trust.witnesses:
        for anchor in anchors:
            try:
                (seen,) = open_cosignatures(anchor.note, [witness])
            except SignatureError as error:
                if error.name:
                    report.find(_PART, str(error))
                continue
            size = anchor.checkpoint.size
            yield f"witness {witness.name}, which saw these first {size} entries at {utc(seen.time * 1000)}", size
            break
        else:
            report.notes.append(f"No cosignature by the witness {witness.name} is in this file.")


def _stamped(anchors: list[Anchor], trust: Trust, report: Report) -> Iterator[tuple[str, int]]:
    """For each authority, the largest tree it stamped, and for the log's age the first."""
    stamped = [anchor for anchor in anchors if anchor.timestamp is not None]
    if stamped and not trust.authorities:
        remedy = "give --tsa, the root certificate of their authority, to check them"
        report.notes.append(f"{len(stamped)} timestamps are in this file: {remedy}.")
        return
    for authority in trust.authorities:
        found = False
        for anchor in stamped:
            moment = _moment_of(anchor, authority, report)
            if moment and not found:
                found = True
                size = anchor.checkpoint.size
                yield f"timestamp authority of {moment}, for these first {size} entries", size
        if not found:
            report.notes.append("No timestamp by an authority under the given root certificate is in this file.")


def _moment_of(anchor: Anchor, authority: bytes, report: Report) -> str | None:
    from consentkit.ledger.timestamp import check_timestamp

    try:
        return check_timestamp(anchor.timestamp or b"", anchor.text.encode(), authority)
    except AnchorError as error:
        report.notes.append(f"The checkpoint of {anchor.checkpoint.size} entries is not vouched for: {error}.")
        return None
