"""A database that was set back, taken away, filled up, locked or tampered with."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from consentkit.errors import ConfigError, LedgerRollback, LedgerUnavailable
from consentkit.ledger import database
from consentkit.ledger.database import Database
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.store import Document, NewEntry, Store
from consentkit.tlog import Signer
from tests.waiting import PATIENCE

from .checking import check_ledger
from .conftest import FIRST, MOMENT, NOTICE, POLICY, SIGNER, Open, choose

LOCKING = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute(sys.argv[2])
print("locked", flush=True)
sys.stdin.read()
"""


@contextmanager
def locked(folder: Path, how: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    """Another process holds the database's lock."""
    command = [sys.executable, "-c", LOCKING, str(folder / "db" / "ledger.db"), how]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "locked\n"
    try:
        yield
    finally:
        process.communicate(timeout=PATIENCE)


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """No file can grow any more, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    largest = max(file.stat().st_size for file in (folder / "db").iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def execute(folder: Path, sql: str, *values: Any) -> None:
    """Somebody writes into the database."""
    with closing(sqlite3.connect(folder / "db" / "ledger.db")) as connection:
        connection.execute(sql, values)
        connection.commit()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.1)


def test_a_mistyped_path(tmp_path: Path) -> None:
    """An owner who mistypes where the ledger lies is told so, and no second ledger begins there; the last folder of a
    path is made, and nobody else may look into it, nor into a ledger in a folder that was there before."""
    with pytest.raises(ConfigError, match=r"E083 CONSENTKIT_DATABASE = .*/varr/lib/site/consent.db.*four slashes"):
        Database(f"sqlite:///{tmp_path}/varr/lib/site/consent.db")
    assert not (tmp_path / "varr").exists()
    (tmp_path / "there").mkdir(mode=0o755)
    for folder, mode in (("new", 0o700), ("there", 0o755)):
        opened = Database(f"sqlite:///{tmp_path / folder}/consent.db")
        opened.openings()
        files = {each.name: stat.S_IMODE(each.stat().st_mode) for each in (tmp_path / folder).iterdir()}
        assert set(files.values()) == {0o600}
        assert "consent.db" in files
        assert stat.S_IMODE((tmp_path / folder).stat().st_mode) == mode
        opened.forget()


def test_what_does_not_answer_is_named(tmp_path: Path) -> None:
    """Whoever reads that the database is away reads which one, and never its password."""
    (tmp_path / "ledger.db").mkdir()
    with pytest.raises(LedgerUnavailable, match=f"{tmp_path}/ledger.db, does not answer: .*unable to open"):
        Database(f"sqlite:///{tmp_path}/ledger.db").openings()
    with pytest.raises(
        LedgerUnavailable, match=r"postgresql\+psycopg://me:\*\*\*@127\.0\.0\.1:9/shop, does not"
    ) as caught:
        Database("postgresql://me:pass-word@127.0.0.1:9/shop?sslpassword=other").openings()
    assert "word" not in str(caught.value)


def test_locked(ledger: Ledger, tmp_path: Path) -> None:
    """While another process keeps the database locked nothing is written; afterwards it goes on."""
    choose(ledger)
    with locked(tmp_path):
        with pytest.raises(LedgerUnavailable):
            choose(ledger)
        assert ledger.store.head().size == FIRST + 1  # reading goes on
    assert choose(ledger).number == FIRST + 1


def test_full(ledger: Ledger, tmp_path: Path) -> None:
    """A choice that no longer fits on the disk is not there at all; when there is room again it goes on."""
    for _ in range(5):
        choose(ledger)
    with full(tmp_path):
        failed = 0
        for _ in range(40):
            try:
                choose(ledger)
            except LedgerUnavailable:
                failed += 1
        assert failed > 30
    size = ledger.store.head().size
    assert size == FIRST + 45 - failed
    assert choose(ledger).number == size


def test_directory_removed(ledger: Ledger, tmp_path: Path) -> None:
    """When the database is taken away from a running server, no choice is acknowledged that nobody will find."""
    choose(ledger)
    (tmp_path / "db").rename(tmp_path / "away")
    with pytest.raises(LedgerUnavailable):
        choose(ledger)
    assert not (tmp_path / "db").exists()
    (tmp_path / "away").rename(tmp_path / "db")
    assert choose(ledger).number == FIRST + 1


def copy(folder: Path, name: str) -> Path:
    """A backup of the database as it is."""
    with (
        closing(sqlite3.connect(folder / "db" / "ledger.db")) as source,
        closing(sqlite3.connect(folder / name)) as target,
    ):
        source.backup(target)
    return folder / name


def put_back(folder: Path, file: Path) -> None:
    """Put another file in the database's place."""
    for old in (folder / "db").iterdir():
        old.unlink()
    shutil.copy(file, folder / "db" / "ledger.db")


def test_rolled_back(reopen: Open, tmp_path: Path) -> None:
    """A server does not start on an older copy of its database: it would sign a second history."""
    ledger = reopen()
    choose(ledger)
    backup = copy(tmp_path, "backup.db")
    choose(ledger)
    ledger.close()
    put_back(tmp_path, backup)
    with pytest.raises(LedgerRollback, match="consentkit ledger continue NAME") as refused:
        reopen().check()
    assert (refused.value.signed, refused.value.found) == (FIRST + 2, FIRST + 1)


def test_rolled_back_while_running(ledger: Ledger, tmp_path: Path) -> None:
    """An older copy put in place under a running server is neither added to nor signed, until the right one is back."""
    choose(ledger)
    older = copy(tmp_path, "older.db")
    choose(ledger)
    right = copy(tmp_path, "right.db")
    put_back(tmp_path, older)
    for _ in range(2):
        with pytest.raises(LedgerUnavailable, match="does not contain the 4 signed for"):
            choose(ledger)
        with pytest.raises(LedgerUnavailable):
            ledger.checkpoint()
    put_back(tmp_path, right)
    assert choose(ledger).number == FIRST + 2


def test_set_back_in_place(ledger: Ledger, tmp_path: Path) -> None:
    """A log that is shorter than what this server signed for is not added to, however that came about."""
    choose(ledger)
    choose(ledger)
    kept = ledger.store.head()
    execute(tmp_path, "UPDATE ck_logs SET size = 0, frontier = x''")
    for failing in (lambda: choose(ledger), ledger.checkpoint):
        with pytest.raises(LedgerUnavailable, match="0 entries where 4 were signed for"):
            failing()
    execute(tmp_path, "UPDATE ck_logs SET size = 4, frontier = ?", kept.to_bytes())


def test_another_history(reopen: Open, tmp_path: Path) -> None:
    """A server does not start on a database of the same length that says something else."""
    ledger = reopen()
    choose(ledger)
    ledger.close()
    (tmp_path / "db").rename(tmp_path / "first")
    (tmp_path / "outside").rename(tmp_path / "kept")
    other = reopen()
    choose(other)
    other.close()
    shutil.rmtree(tmp_path / "outside")
    (tmp_path / "kept").rename(tmp_path / "outside")
    with pytest.raises(LedgerRollback):
        reopen().check()


def test_checkpoint_file_cannot_be_written(ledger: Ledger, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where the checkpoint cannot be kept outside, choices go on and the owner is told."""
    (tmp_path / "outside").write_text("a file where a folder should be", encoding="utf-8")
    assert choose(ledger).number == FIRST
    ledger.close()
    assert "consentkit.D003" in caplog.text
    (tmp_path / "outside").unlink()


def test_nothing_is_half_written(ledger: Ledger) -> None:
    """When one row of an append cannot be written none is: no entry, no tile, no document, no size."""
    spoiled = Document("f" * 64, "policy", None)  # type: ignore[arg-type]
    entries = [NewEntry(bytes([at]) * 32, MOMENT, "ab" * 16, b"{}", b"s" * 32) for at in range(255)]
    choose(ledger)
    with pytest.raises(LedgerUnavailable):
        ledger.store.append(entries, [spoiled])
    assert ledger.store.head().size == FIRST + 1
    assert len(list(ledger.store.entries())) == FIRST + 1
    assert list(ledger.store.read_hashes(1, 0, 9)) == []
    assert {document.hash for document in ledger.store.documents()} == {POLICY.hash, NOTICE.hash}


def test_one_commit_point(ledger: Ledger) -> None:
    """Everything a choice writes is written by one transaction, and nothing else writes at all."""
    statements: list[str] = []

    def trace(connection: Any, _: object) -> None:
        connection.set_trace_callback(statements.append)

    event.listen(Engine, "connect", trace)
    try:
        ledger.check()
        ledger.store.forget()
        statements.clear()
        entry = choose(ledger)
        written = [text.split()[0] for text in statements if text.split()[0] not in ("PRAGMA", "SELECT")]
        assert (written[0], written[-1]) == ("BEGIN", "COMMIT")
        assert set(written[1:-1]) == {"INSERT", "UPDATE"}
        assert "BEGIN IMMEDIATE" in statements
        statements.clear()
        ledger.receipt(entry)
        list(ledger.store.entries()), list(ledger.store.documents()), ledger.store.count("policy")
        ledger.store.entries_of("ab" * 16)
        assert {text.split()[0] for text in statements} <= {"PRAGMA", "BEGIN", "SELECT", "COMMIT"}
        assert "BEGIN IMMEDIATE" not in statements
    finally:
        event.remove(Engine, "connect", trace)
        ledger.store.forget()


def test_other_site_in_the_same_database(ledger: Ledger, tmp_path: Path) -> None:
    """Two sites in one database have a log each, and neither sees the other's visitors."""
    choose(ledger)
    signer = Signer.generate("other.test/consent-log")
    other = Ledger(Store(f"sqlite:///{tmp_path / 'db' / 'ledger.db'}", "other"), signer, tmp_path / "outside")
    assert choose(other).number == FIRST
    assert len(ledger.store.entries_of("ab" * 16)) == 1
    other.close()


def test_folder_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An app that changes its folder goes on writing to the database it began with."""
    monkeypatch.chdir(tmp_path)
    ledger = Ledger(Store("sqlite:///ledger.db", "shop"), SIGNER, tmp_path / "outside")
    choose(ledger)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    ledger.store.forget()
    assert choose(ledger).number == FIRST + 1
    assert os.listdir(".") == []
    ledger.close()


def test_in_memory(tmp_path: Path) -> None:
    """A suite may keep its ledger in memory: whole while the process lives, and gone with it."""
    ledger = Ledger(Store("sqlite://", "shop"), SIGNER, tmp_path)
    ledger.store.forget()
    with ThreadPoolExecutor(4) as pool:
        numbers = [entry.number for entry in pool.map(lambda _: choose(ledger), range(20))]
    assert sorted(numbers) == list(range(FIRST, FIRST + 20))
    assert len(check_ledger(ledger, SIGNER)) == 20
    ledger.close()
    Ledger(Store("sqlite://", "shop"), SIGNER, tmp_path).check()  # an empty one is no older copy


@pytest.mark.parametrize("url", ["", "nonsense", "mysql"])
def test_no_database(url: str) -> None:
    """What names no database is refused at the start, and the URL with its password is not repeated."""
    with pytest.raises(ConfigError, match="CONSENTKIT_DATABASE"):
        Store(url, "shop")
