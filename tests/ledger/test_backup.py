"""Copies of a ledger: taken while it is written, checked, put back, and never silently over something newer."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from consentkit.errors import LedgerError, LedgerRollback
from consentkit.ledger.copies import back_up, check_copy, put_back
from consentkit.ledger.ledger import Ledger

from .checking import check_ledger
from .conftest import FIRST, SIGNER, Open, choose
from .test_concurrency import writing


def quiet(*_: int) -> None:
    """Nobody looks at the progress."""


def test_copy(ledger: Ledger, tmp_path: Path, reopen: Open) -> None:
    """A copy is one file that only its owner may read, and the ledger goes on from it where nothing came after."""
    told = [choose(ledger) for _ in range(300)]
    copy = tmp_path / "copies" / "ledger.copy"
    assert back_up(tmp_path / "db" / "ledger.db", copy, quiet) == {"shop": FIRST + 300}
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [path.name for path in copy.parent.iterdir()] == ["ledger.copy"]
    ledger.close()
    assert put_back(copy, tmp_path / "db" / "ledger.db") == tmp_path / "db" / "ledger.db.replaced"
    restored = reopen()
    restored.check()
    assert check_ledger(restored, SIGNER) == told
    assert choose(restored).number == FIRST + 300  # type: ignore[union-attr]


def test_while_written(ledger: Ledger, tmp_path: Path, database_url: str) -> None:
    """A copy taken under load is of one moment: every hash in it adds up."""
    choose(ledger)
    process = writing(tmp_path, database_url, 100_000)
    try:
        assert process.stdout
        process.stdout.readline()
        sizes = [back_up(tmp_path / "db" / "ledger.db", tmp_path / f"copy-{at}", quiet)["shop"] for at in range(4)]
    finally:
        process.kill()
        process.communicate()
    assert FIRST < sizes[0] < sizes[-1]
    assert sizes == sorted(sizes)
    assert [check_copy(tmp_path / f"copy-{at}")["shop"] for at in range(4)] == sizes


def test_older_copy(reopen: Open, tmp_path: Path) -> None:
    """A copy that is older than what was signed for is put back, and not signed under the old name."""
    ledger = reopen()
    choose(ledger)
    back_up(tmp_path / "db" / "ledger.db", tmp_path / "copy", quiet)
    choose(ledger)
    ledger.close()
    put_back(tmp_path / "copy", tmp_path / "db" / "ledger.db")
    with pytest.raises(LedgerRollback, match="continue NAME"):
        reopen().check()


def test_nothing_is_overwritten(ledger: Ledger, tmp_path: Path) -> None:
    """Neither a copy nor what was replaced before is overwritten, and nothing half made is left."""
    choose(ledger)
    file = tmp_path / "db" / "ledger.db"
    back_up(file, tmp_path / "copy", quiet)
    with pytest.raises(LedgerError, match="is there already"):
        back_up(file, tmp_path / "copy", quiet)
    ledger.close()
    put_back(tmp_path / "copy", file)
    with pytest.raises(LedgerError, match="move it away"):
        put_back(tmp_path / "copy", file)
    assert not list(tmp_path.rglob("*.part"))


SPOILING = {
    "leaf": "UPDATE ck_entries SET leaf_hash = zeroblob(32) WHERE number = 3",
    "lost": "DELETE FROM ck_entries WHERE number = 4",
    "size": "UPDATE ck_logs SET size = 99",
    "gone": "DROP TABLE ck_logs",
}


@pytest.mark.parametrize("sql", SPOILING.values(), ids=SPOILING)
def test_spoiled_copy(sql: str, ledger: Ledger, tmp_path: Path) -> None:
    """A copy that does not add up is not put back."""
    for _ in range(5):
        choose(ledger)
    back_up(tmp_path / "db" / "ledger.db", tmp_path / "copy", quiet)
    with closing(sqlite3.connect(tmp_path / "copy")) as connection:
        connection.execute(sql)
        connection.commit()
    with pytest.raises(LedgerError):
        put_back(tmp_path / "copy", tmp_path / "db" / "ledger.db")
    assert not (tmp_path / "db" / "ledger.db.replaced").exists()


def test_no_copy_of_a_ledger(ledger: Ledger, tmp_path: Path) -> None:
    """Some other file is not put in a ledger's place."""
    choose(ledger)
    (tmp_path / "other").write_bytes(b"no database" * 999)
    for source in (tmp_path / "other", tmp_path / "missing"):
        with pytest.raises(LedgerError):
            put_back(source, tmp_path / "db" / "ledger.db")


def test_over_a_broken_database(reopen: Open, tmp_path: Path) -> None:
    """What lies in the database's place is kept as it is, with its write-ahead log, also where it cannot be read."""
    ledger = reopen()
    told = choose(ledger)
    file = tmp_path / "db" / "ledger.db"
    back_up(file, tmp_path / "copy", quiet)
    ledger.close()
    file.write_bytes(b"broken")
    (tmp_path / "db" / "ledger.db-wal").write_bytes(b"also broken")
    put_back(tmp_path / "copy", file)
    assert (tmp_path / "db" / "ledger.db.replaced").read_bytes() == b"broken"
    assert (tmp_path / "db" / "ledger.db.replaced-wal").read_bytes() == b"also broken"
    restored = reopen()
    restored.check()
    assert check_ledger(restored, SIGNER) == [told]


def test_readable_by_others(ledger: Ledger, tmp_path: Path) -> None:
    """A copy is an SQLite database that any tool can read."""
    choose(ledger)
    back_up(tmp_path / "db" / "ledger.db", tmp_path / "copy", quiet)
    with closing(sqlite3.connect(tmp_path / "copy")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
