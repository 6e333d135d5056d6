"""What an auditor has kept of a log from earlier, an export or a checkpoint: a later export is held against it.

Knows notes; not entries, nor how an export is checked. A checkpoint is the note that `consentkit ledger checkpoint`
prints, or that the public log shows: its root hash pins every entry before it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import BinaryIO, NamedTuple

from consentkit.errors import BundleError, LogError
from consentkit.ledger.anchors import Anchor
from consentkit.ledger.report import Report
from consentkit.tlog import Checkpoint, Verifier, open_checkpoint

# What the manifest of a bundle of any version begins with, and no checkpoint does: a name has no such ending.
_BUNDLE = b"consentkit/bundle/v"
_LONGEST_NOTE = 1 << 16


class Earlier(NamedTuple):
    """What was kept ("earlier export", "earlier checkpoint"), the checkpoint in it, and whose it says it is."""

    what: str
    note: str
    checkpoint: Checkpoint
    verifier: Verifier | None = None

    def check(self, keys: Collection[Verifier], size: int, report: Report) -> None:
        """What is wrong with it beside a log of so many entries that these keys sign; else it is an anchor."""
        held = self.checkpoint.size
        if held > size:
            report.find(self.what, f"it held {held} entries: some are gone")
        try:
            open_checkpoint(self.note, keys)
        except LogError:
            report.find(self.what, "signed by a key that is none of this log's")
        # Its key signs for what came after.
        report.anchor(f"{self.what} of {held} entries", size)


def is_bundle(file: BinaryIO) -> bool:
    """Whether a file begins as a bundle does."""
    start = file.read(len(_BUNDLE))
    file.seek(0)
    return start == _BUNDLE


def read_checkpoint(file: BinaryIO) -> Earlier:
    """A checkpoint that was kept. Raises BundleError; who signed it is for `check` to see."""
    try:
        note = file.read(_LONGEST_NOTE).decode()
        return Earlier("earlier checkpoint", note, Anchor(note).checkpoint)
    except (LogError, UnicodeDecodeError):
        raise BundleError("what was kept", "it is neither a bundle nor a checkpoint") from None
