"""What waits in the spool, for the one who chose it: theirs and nobody else's, and only until it is in the log."""

from __future__ import annotations

from pathlib import Path

from consentkit.asgi import ConsentMiddleware
from consentkit.ledger.access import pending_of
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.record import leaf_of
from consentkit.ledger.spool import Batch, Spool
from consentkit.ledger.store import NewEntry, Store
from tests.asgi.browser import Browser

from .conftest import MOMENT, NOTICE, POLICY, SIGNER, made
from .test_public import nothing
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


def test_shown_by_another_worker(tmp_path: Path) -> None:
    """Who was asked by one worker and answers another is heard, also where both started while the database was away."""
    (tmp_path / "ledger.db").mkdir()  # nothing that could be opened
    settings = {"database": f"sqlite:///{tmp_path / 'ledger.db'}", "data": tmp_path / "data"}
    one, two = (
        ConsentMiddleware(nothing, {}, secret="a-secret-of-some-length", signing_key=SIGNER.to_text(), **settings)  # type: ignore[arg-type]
        for _ in range(2)
    )
    token = Browser(one).get("/_privacy/preferences").token
    assert [_allowed(app, token) for app in (one, two)] == [None, None]
    (tmp_path / "ledger.db").rmdir()
    for app in (one, two):
        app._kit.ledger.drain()
    size = one._kit.ledger.store.head().size
    assert _allowed(two, token) == size > 2
    for app in (one, two):
        app._kit.close()


def _allowed(app: ConsentMiddleware, token: str) -> int | None:
    """The number of the choice of somebody who allows everything; None while it waits."""
    answer = Browser(app).fetch({"choice": "accept_all", "token": token})
    assert answer.status == 200, answer.body
    number: int | None = answer.json["receipt"]["index"]
    return number
