"""What can happen to a PostgreSQL: no room, no right to write, an older copy, somebody who alters rows."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from consentkit.errors import LedgerRollback, LedgerUnavailable
from consentkit.ledger import intake
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.spool import Spool
from consentkit.ledger.store import Entry, NewEntry, Store
from tests.postgres import Own, running_own
from tests.waiting import until

from .checking import check_ledger
from .conftest import FIRST, MOMENT, NOTICE, POLICY, SIGNER, Open, choose, made
from .test_spool import SEALER
from .test_tampering import exported

SEGMENT = 16 << 20  # a file of WAL, which the server writes whole


@pytest.fixture(scope="module")
def server() -> Iterator[Own]:
    with running_own() as server:
        yield server


@pytest.fixture
def database_url(server: Own) -> Iterator[str]:
    """A new database on the server."""
    with server.database() as url:
        yield url


@pytest.fixture
def spooling(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """A ledger with a spool; whole when the test is over."""
    monkeypatch.setattr(intake, "_RETRY_SECONDS", 0.1)
    ledger = Ledger(Store(database_url, "shop"), SIGNER, tmp_path / "outside", Spool(tmp_path / "spool", SEALER))
    yield ledger
    ledger.check()
    check_ledger(ledger, SIGNER)
    ledger.close()


def execute(url: str, *statements: str) -> None:
    """Somebody works on the database by hand."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(False)
    with psycopg.connect(plain, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]


def logged(ledger: Ledger, size: int) -> None:
    """Wait until what waited is in the database."""
    until(lambda: ledger.store.head().size >= size)
    assert ledger.store.head().size == size


def test_read_only(spooling: Ledger, database_url: str) -> None:
    """Where a server only lets itself be read, receipts and the log are shown, and choices wait until it is over."""
    first = choose(spooling)
    name = make_url(database_url).database
    execute(
        database_url,
        f'ALTER DATABASE "{name}" SET default_transaction_read_only = on',
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    assert isinstance(choose(spooling), NewEntry)
    assert spooling.receipt(first)["proof"]
    assert list(spooling.store.entries(FIRST)) == [first]
    execute(database_url, "SET default_transaction_read_only = off", f'ALTER DATABASE "{name}" RESET ALL')
    logged(spooling, FIRST + 2)


def fill_up(ledger: Ledger, server: Own) -> None:
    """For the connection that writes no file can grow beyond a WAL segment any more, as on a full disk."""
    with ledger.store.database.writing() as writer:
        (process,) = writer.row(text("SELECT pg_backend_pid()"), {})
    server.as_user("prlimit", f"--pid={process}", f"--fsize={SEGMENT}:")


def test_full(spooling: Ledger, server: Own) -> None:
    """When the server's disk is full a choice is not half there: it waits, and is logged when there is room again."""
    choose(spooling)
    count = 1
    fill_up(spooling, server)
    for _ in range(100):
        count += 1
        record = replace(made(), route=secrets.token_hex(1 << 18))
        if isinstance(spooling.append(record, MOMENT, [POLICY, NOTICE]), NewEntry):
            break
    else:
        pytest.fail("it never was full")
    logged(spooling, FIRST + count)  # by another connection, which has room


def test_older_copy(reopen: Open, server: Own, database_url: str, tmp_path: Path) -> None:
    """A dump that is older than what was signed for is neither started on nor, under a running app, added to."""
    ledger = reopen()
    choose(ledger)
    plain, dump = database_url.replace("+psycopg", ""), str(server.folder / "older.dump")
    server.program("pg_dump", "--format=custom", "--table=ck_*", f"--file={dump}", plain)
    choose(ledger)
    ledger.close()
    server.program("pg_restore", "--clean", f"--dbname={plain}", dump)
    with pytest.raises(LedgerRollback) as refused:
        reopen().check()
    assert (refused.value.signed, refused.value.found) == (FIRST + 2, FIRST + 1)
    with pytest.raises(LedgerUnavailable):
        choose(ledger)


ZEROS = "decode(repeat('00', 32), 'hex')"
TAMPERING = {
    "record": "UPDATE ck_entries SET record = overlay(record PLACING 'x'::bytea FROM 20) WHERE number = 3",
    "salt": f"UPDATE ck_entries SET salt = {ZEROS} WHERE number = 3",
    "leaf": f"UPDATE ck_entries SET leaf_hash = {ZEROS} WHERE number = 3",
    "erased": "UPDATE ck_entries SET record = NULL, salt = NULL WHERE number = 3",
    "swapped": "UPDATE ck_entries SET record = (SELECT record FROM ck_entries WHERE number = 4) WHERE number = 3",
    "deleted": "DELETE FROM ck_entries WHERE number = 3",
    "cut": "DELETE FROM ck_entries WHERE number >= 3",
    "added": "INSERT INTO ck_entries SELECT site, 99, leaf_hash, time, visitor, record, salt FROM ck_entries LIMIT 1",
}


def test_tampered(ledger: Ledger, database_url: str) -> None:
    """Whatever is changed in a row is found in the next export, with the entry where one is at fault."""
    for _ in range(6):
        choose(ledger)
    assert exported(ledger).proven
    execute(database_url, "CREATE TABLE untouched AS SELECT * FROM ck_entries")
    for name, sql in TAMPERING.items():
        execute(database_url, sql)
        report = exported(ledger)
        assert {finding.part for finding in report.findings} == {"entries.jsonl"}, name
        if "= 3" in sql and "DELETE" not in sql:
            assert {finding.entry for finding in report.findings} == {3}, name
        execute(database_url, "TRUNCATE ck_entries", "INSERT INTO ck_entries SELECT * FROM untouched")
    assert exported(ledger).proven


def test_log_row_spoiled(ledger: Ledger, database_url: str) -> None:
    """A log row that makes no sense is a ledger that cannot be written, not a crash; set right, it goes on."""
    choose(ledger)
    execute(database_url, "CREATE TABLE untouched AS SELECT * FROM ck_logs")
    for spoil in ("frontier = '\\x00'", "size = -1", "size = 0, frontier = ''"):
        execute(database_url, f"UPDATE ck_logs SET {spoil}")
        with pytest.raises(LedgerUnavailable):
            choose(ledger)
        execute(database_url, "DELETE FROM ck_logs", "INSERT INTO ck_logs SELECT * FROM untouched")
    assert isinstance(choose(ledger), Entry)
