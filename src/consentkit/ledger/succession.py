"""Going on with another key: rotating it, or continuing under a new name after a backup was restored.

Knows a store and two keys. Run by the owner while the app may go on: what the old key signs meanwhile is of the same
tree, and the app takes the new key when it is next started with it.
"""

from __future__ import annotations

import time

from consentkit.errors import LedgerError
from consentkit.ledger.anchors import Anchor
from consentkit.ledger.handover import sign_handover
from consentkit.ledger.ledger import Ledger
from consentkit.tlog import Checkpoint, Signer, add_signatures, format_checkpoint, sign_checkpoint


def rotate(ledger: Ledger, old: Signer, new: Signer | None = None) -> Signer:
    """Hand over to another key of the same name, made now or given; doing it twice does nothing more.

    Both keys sign the first checkpoint that follows, so whoever holds one of them can go on.
    """
    new = new or Signer.generate(old.name)
    _hand_over(ledger, old, new, "")
    return new


def move(ledger: Ledger, old: Signer, name: str, new: Signer | None = None) -> Signer:
    """Hand over to a key of another name, made now or given: the log goes on under it with what is in the database now.

    The old name is not signed for again: what was signed under it, and is missing here, stays missing in plain sight.
    """
    refuse_same_name(old, name)
    new = new or Signer.generate(name)
    _hand_over(ledger, old, new, ledger.last_signed())
    return new


def refuse_same_name(old: Signer, name: str) -> None:
    """Raise LedgerError where a log would go on under the name that it has."""
    if name == old.name:
        raise LedgerError(f"the log is known as {name} already: a second history needs another name")


def _hand_over(ledger: Ledger, old: Signer, new: Signer, before: str) -> None:
    moment = int(time.time() * 1000)
    _, frontier = ledger.store.append([], [sign_handover(old, new, before)], moment=moment)
    checkpoint = Checkpoint(new.name, frontier.size, frontier.root())
    note = sign_checkpoint(checkpoint, new)
    if old.name == new.name:
        note = add_signatures(note, old.sign(format_checkpoint(checkpoint)))
    successor = ledger.under(new)
    successor.checkpoints.keep(frontier.size, moment, Anchor(note))
    successor.remember(note)
