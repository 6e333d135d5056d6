"""What waits in the spool, for the one who chose it: theirs and nobody else's, and only until it is in the log."""

from __future__ import annotations

from pathlib import Path

from consentkit.ledger.access import pending_of
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.record import leaf_of
from consentkit.ledger.spool import Batch, Spool
from consentkit.ledger.store import NewEntry, Store

from .conftest import MOMENT, NOTICE, POLICY, SIGNER, made
from .test_spool import SEALER

MINE, THEIRS = "ab" * 16, "cd" * 16


def waiting(visitor: str) -> NewEntry:
    record, salt = made(visitor).to_bytes(), visitor.encode()
    return NewEntry(leaf_of(record, salt), MOMENT, visitor, record, salt)


def test_whose(tmp_path: Path) -> None:
    """Choices that were taken together are told apart; a line that is not ours, or is cut, is nobody's."""
    spool = Spool(tmp_path / "spool", SEALER)
    assert spool.entries_of(MINE) == []
    mine, theirs = waiting(MINE), waiting(THEIRS)
    for documents in ((), (NOTICE,), (POLICY, NOTICE)):  # so that what follows begins at any letter
        spool.put(Batch((theirs, mine), documents, MOMENT))
        spool.put(Batch((theirs,), documents, MOMENT))
    assert spool.entries_of(MINE) == [mine] * 3
    assert spool.entries_of(THEIRS) == [theirs] * 6
    lines = (tmp_path / "spool").read_bytes().splitlines(keepends=True)
    (tmp_path / "spool").write_bytes(lines[0][:-9] + b"AAAAAAAA\n" + lines[2][:-30])
    assert spool.entries_of(MINE) == []


def test_logged_already(tmp_path: Path) -> None:
    """After a crash between logging and emptying the spool, nothing that is in the log is called pending."""
    spool = Spool(tmp_path / "spool", SEALER)
    ledger = Ledger(Store(f"sqlite:///{tmp_path / 'ledger.db'}", "shop"), SIGNER, tmp_path / "outside", spool)
    entry = waiting(MINE)
    spool.put(Batch((entry,), (), MOMENT))
    assert [receipt["proof"] for receipt in pending_of(ledger, MINE)] == [None]
    ledger.store.append([entry])
    assert pending_of(ledger, MINE) == []
    ledger.close()
