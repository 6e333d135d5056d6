"""The spool: what it takes is there after a crash, in order, once, unaltered, and within bounds."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from consentkit.errors import LedgerUnavailable
from consentkit.ledger import intake, spool
from consentkit.ledger.intake import Intake
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.record import leaf_of, new_salt
from consentkit.ledger.spool import Batch, Spool, format_batch, parse_batch
from consentkit.ledger.store import Entry, NewEntry, Store
from consentkit.seal import Sealer
from tests.waiting import PATIENCE, until

from .checking import check_ledger
from .conftest import FIRST, MOMENT, NOTICE, POLICY, SIGNER, choose, made

SEALER = Sealer(["a-secret-for-the-tests"], "spool", "shop")
ROOT = Path(__file__).parents[2]


def entry(visitor: str = "ab" * 16) -> NewEntry:
    data, salt = made(visitor).to_bytes(), new_salt()
    return NewEntry(leaf_of(data, salt), MOMENT, visitor, data, salt)


def batch(*entries: NewEntry) -> Batch:
    return Batch(entries or (entry(),), (POLICY, NOTICE), MOMENT)


@pytest.fixture
def kept(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "data" / "spool-shop", SEALER)


def drained(from_: Spool) -> list[Batch]:
    found: list[Batch] = []
    from_.drain(found.append)
    return found


def open_spooling(folder: Path) -> Ledger:
    """A ledger with a spool, whose database may be away."""
    store = Store(f"sqlite:///{folder / 'db' / 'ledger.db'}", "shop")
    return Ledger(store, SIGNER, folder / "outside", Spool(folder / "spool-shop", SEALER))


def test_in_order(kept: Spool, tmp_path: Path) -> None:
    """Batches come out as they went in, once, and the file is for its owner's eyes alone."""
    batches = [batch(entry(), entry()), batch(), batch()]
    assert not kept.waiting()
    for each in batches:
        kept.put(each)
    assert stat.S_IMODE((tmp_path / "data" / "spool-shop").stat().st_mode) == 0o600
    assert Spool(tmp_path / "data" / "spool-shop", SEALER).waiting()
    assert drained(kept) == batches
    assert not kept.waiting()
    assert drained(kept) == []


def test_written_back(kept: Spool) -> None:
    """A line is the one spelling of its batch."""
    line = format_batch(SEALER, batch(), 7)
    assert format_batch(SEALER, parse_batch(SEALER, line, 7), 7) == line


def test_stopped_while_draining(kept: Spool) -> None:
    """Draining that fails in the middle leaves everything for the next time."""
    batches = [batch(), batch()]
    for each in batches:
        kept.put(each)
    seen: list[Batch] = []

    def write(each: Batch) -> None:
        if seen:
            raise LedgerUnavailable("away again")
        seen.append(each)

    with pytest.raises(LedgerUnavailable):
        kept.drain(write)
    assert drained(kept) == batches


def test_taken_while_draining(kept: Spool, tmp_path: Path) -> None:
    """A choice that comes while another worker drains waits for it, and is not emptied out with what was drained."""
    kept.put(batch())
    late = batch()
    other = Spool(tmp_path / "data" / "spool-shop", SEALER)
    putting = threading.Thread(target=other.put, args=[late])

    def write(_: Batch) -> None:
        putting.start()
        putting.join(0.3)
        assert putting.is_alive()

    kept.drain(write)
    putting.join(PATIENCE)
    assert drained(kept) == [late]


@pytest.mark.parametrize("torn", [b"half a li", b"\xff" * 9])
def test_torn(torn: bytes, kept: Spool, tmp_path: Path) -> None:
    """A line that a crash cut short was never acknowledged: it goes, and what was is not harmed."""
    first, second = batch(), batch()
    kept.put(first)
    with (tmp_path / "data" / "spool-shop").open("ab") as file:
        file.write(torn)
    kept.put(second)
    assert drained(kept) == [first, second]


def test_altered(kept: Spool, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Who has no secret can add nothing; a spoiled line is put aside and told, and does not hold up the others."""
    file = tmp_path / "data" / "spool-shop"
    batches = [batch(), batch(), batch()]
    for each in batches:
        kept.put(each)
    first, second, third = file.read_bytes().splitlines(keepends=True)
    foreign = format_batch(Sealer(["another-secret-of-theirs"], "spool", "shop"), batch(), 0)
    file.write_bytes(first + second[:40] + b"A" + second[41:] + third + foreign)
    assert drained(kept) == [batches[0], batches[2]]
    aside = file.with_name("spool-shop-unread")
    assert aside.read_bytes().endswith(foreign)
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600
    assert caplog.text.count("consentkit.D007") == 2


def test_taken_away(kept: Spool, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A line that somebody took away is missed."""
    file = tmp_path / "data" / "spool-shop"
    for _ in range(3):
        kept.put(batch())
    first, _, third = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(first + third)
    assert len(drained(kept)) == 2
    assert "consentkit.D008" in caplog.text


def test_bounded(kept: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that never comes back does not fill the disk: at some point choices are refused."""
    monkeypatch.setattr(spool, "_MOST_BYTES", 5000)
    kept.put(batch())
    kept.put(batch())
    with pytest.raises(LedgerUnavailable, match="bytes of choices already"):
        kept.put(batch(*(entry() for _ in range(9))))
    assert len(drained(kept)) == 2


def test_cannot_be_written(tmp_path: Path) -> None:
    """Where the spool has no place nothing is acknowledged."""
    (tmp_path / "data").write_text("a file", encoding="utf-8")
    with pytest.raises(LedgerUnavailable):
        Spool(tmp_path / "data" / "spool-shop", SEALER).put(batch())


def test_flush_failed(kept: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A choice that may not be on the disk is not kept either: its visitor was told that it was not taken."""

    def failing(_: int) -> None:
        raise OSError("the disk is broken")

    first = batch()
    kept.put(first)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", failing)
        with pytest.raises(LedgerUnavailable):
            kept.put(batch())
    assert drained(kept) == [first]


def test_what_waits_comes_first(kept: Spool, database_url: str) -> None:
    """A choice that could be logged at once still comes after those that wait."""
    store, waiting, late = Store(database_url, "shop"), batch(), batch()
    kept.put(waiting)
    assert Intake(store, kept, lambda: 0, lambda _: None).take(late) == FIRST + 1
    logged = [each.leaf_hash for each in store.entries() if each.salt]
    assert logged == [waiting.entries[0].leaf_hash, late.entries[0].leaf_hash]
    store.forget()


def away(folder: Path) -> None:
    (folder / "db").rename(folder / "gone")


def back(folder: Path) -> None:
    (folder / "gone").rename(folder / "db")


def test_pending(tmp_path: Path) -> None:
    """While the database is away a choice has a receipt without a proof; then it is logged without being asked for."""
    ledger = open_spooling(tmp_path)
    choose(ledger)
    away(tmp_path)
    taken = choose(ledger)
    assert isinstance(taken, NewEntry)
    receipt = ledger.receipt(taken)
    assert (receipt["index"], receipt["proof"], receipt["record"]["visitor"]) == (None, None, "ab" * 16)
    assert ledger.away
    back(tmp_path)
    ledger.check()
    assert not ledger.away
    assert [each.leaf_hash for each in check_ledger(ledger, SIGNER)][1:] == [taken.leaf_hash]
    ledger.close()


def test_drained_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits is logged soon after the database is back, though nobody chooses."""
    monkeypatch.setattr(intake, "_RETRY_SECONDS", 0.05)
    ledger = open_spooling(tmp_path)
    choose(ledger)
    away(tmp_path)
    choose(ledger)
    back(tmp_path)
    until(lambda: ledger.store.head().size == FIRST + 2)
    assert ledger.store.head().size == FIRST + 2
    ledger.close()


def test_after_a_restart(tmp_path: Path) -> None:
    """What waits when a server stops is logged when one starts, before anything newer."""
    ledger = open_spooling(tmp_path)
    first = choose(ledger)
    away(tmp_path)
    waiting = [choose(ledger, f"{number:032x}") for number in range(5)]
    ledger.close()
    back(tmp_path)
    ledger = open_spooling(tmp_path)
    last = choose(ledger)
    hashes = [each.leaf_hash for each in (first, *waiting, last)]
    assert [each.leaf_hash for each in check_ledger(ledger, SIGNER)] == hashes
    ledger.close()


def test_commit_in_doubt(tmp_path: Path) -> None:
    """A choice that went to the spool because nobody knew whether the database had it is in the ledger once."""
    ledger = open_spooling(tmp_path)
    taken = choose(ledger)
    assert isinstance(taken, Entry)
    doubtful = NewEntry(*taken[1:])
    Spool(tmp_path / "spool-shop", SEALER).put(batch(doubtful, entry()))
    ledger.check()
    assert [each.leaf_hash for each in check_ledger(ledger, SIGNER)].count(taken.leaf_hash) == 1
    assert ledger.store.head().size == FIRST + 2
    ledger.close()


DRAINING = """
import sys
from pathlib import Path
from consentkit.tlog import Signer
from tests.ledger import conftest, test_spool
conftest.SIGNER = test_spool.SIGNER = Signer.from_text(sys.argv[2])
ledger = test_spool.open_spooling(Path(sys.argv[1]))
ledger.check()
for _ in range(10):
    conftest.choose(ledger)
ledger.close()
"""


def test_several_processes(tmp_path: Path) -> None:
    """When several workers come back to the database at once, what waited is logged once, and before their own."""
    ledger = open_spooling(tmp_path)
    choose(ledger)
    away(tmp_path)
    waiting = [choose(ledger, f"{number:032x}") for number in range(30)]
    ledger.close()
    back(tmp_path)
    command = [sys.executable, "-c", DRAINING, str(tmp_path), SIGNER.to_text()]
    running = [subprocess.Popen(command, cwd=ROOT) for _ in range(3)]
    assert [process.wait(300) for process in running] == [0, 0, 0]
    found = [each.leaf_hash for each in check_ledger(open_spooling(tmp_path), SIGNER)]
    assert len(found) == 1 + 30 + 30
    assert found[1:31] == [each.leaf_hash for each in waiting]
