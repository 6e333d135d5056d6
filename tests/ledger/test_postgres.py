"""The ledger on a real PostgreSQL: what holds on SQLite holds there, and what only a server can do to us."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from consentkit.errors import ConfigError, LedgerUnavailable
from consentkit.ledger import database as databases
from consentkit.ledger import intake
from consentkit.ledger.anchors import Anchor
from consentkit.ledger.database import Database
from consentkit.ledger.hosts import add_sightings, sightings
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.spool import Spool
from consentkit.ledger.store import Entry, NewEntry, Store
from tests.csp import test_counts
from tests.postgres import Named, Server, running
from tests.waiting import until

from . import test_concurrency, test_erasure, test_links, test_public, test_sightings, test_trouble
from .checking import check_ledger
from .conftest import FIRST, SIGNER, Open, choose
from .rows import CHOICES, all_rows, use_everything
from .test_erasure import aged, shared
from .test_spool import SEALER

__all__ = ["aged", "shared"]

# The same tests once more, under the fixture below.
test_threads = test_concurrency.test_threads
test_processes = test_concurrency.test_processes
test_killed = test_concurrency.test_killed
test_forked = test_concurrency.test_forked
test_fair = test_concurrency.test_fair
test_close_writes_what_waits = test_concurrency.test_close_writes_what_waits
test_close_beside_writers = test_concurrency.test_close_beside_writers
test_nothing_is_half_written = test_trouble.test_nothing_is_half_written
test_others_keep_their_proofs = test_erasure.test_others_keep_their_proofs
test_what_the_log_says_of_it = test_erasure.test_what_the_log_says_of_it
test_a_second_time = test_erasure.test_a_second_time
test_by_receipt = test_erasure.test_by_receipt
test_many_records = test_erasure.test_many_records
test_prune = test_erasure.test_prune
test_prune_stopped = test_erasure.test_prune_stopped
test_prune_beside_a_writer = test_erasure.test_prune_beside_a_writer
test_of_an_account = test_links.test_of_an_account
test_forgotten = test_links.test_forgotten
test_pruned_links = test_links.test_pruned
test_shows_one_checkpoint_at_a_time = test_public.test_shows_one_checkpoint_at_a_time
test_names_added = test_sightings.test_added
test_names_bounded = test_sightings.test_bounded
test_names_by_workers_at_once = test_sightings.test_workers_at_once
test_hosts_of_the_past_are_forgotten = test_counts.test_the_past_is_forgotten
test_a_flood_of_reports_crowds_nothing_out = test_counts.test_a_flood_of_reports_crowds_nothing_out


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture
def database_url(server: Server) -> Iterator[str]:
    """A new database on the server."""
    with server.database() as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.forget()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url, "shop")
    yield store
    store.forget()


@pytest.fixture
def log(ledger: Ledger) -> Ledger:
    return ledger


@pytest.fixture
def spooling(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """A ledger with a spool; whole when the test is over."""
    monkeypatch.setattr(intake, "_RETRY_SECONDS", 0.1)
    ledger = Ledger(Store(database_url, "shop"), SIGNER, tmp_path / "outside", Spool(tmp_path / "spool", SEALER))
    yield ledger
    ledger.check()
    check_ledger(ledger, SIGNER)
    ledger.close()


def test_bare_scheme(database_url: str, tmp_path: Path) -> None:
    """A URL as hosts hand it out, "postgres://…", is understood."""
    for scheme in ("postgres://", "postgresql://"):
        store = Store(database_url.replace("postgresql+psycopg://", scheme), "shop")
        assert store.head().size == 0
        store.forget()


def test_other_drivers() -> None:
    """A driver we do not know is named at the start, not at the first choice."""
    with pytest.raises(ConfigError, match="CONSENTKIT_DATABASE"):
        Store("postgresql+asyncpg://host/name", "shop")


def test_server_restarted(reopen: Open, server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """After the server was restarted the next choice is taken as if nothing had been, and nothing fills the log."""
    ledger = reopen()
    choose(ledger)
    server.stop("fast")
    server.start()
    assert isinstance(choose(ledger), Entry)
    assert not caplog.records
    assert check_ledger(reopen(), SIGNER)


def test_gone_for_a_while(spooling: Ledger, server: Server) -> None:
    """While the server is away choices are taken, at once; when it is back they are logged, once, in order."""
    told = [choose(spooling)]
    server.stop()
    try:
        start = time.monotonic()
        told += [choose(spooling, f"{number:032x}") for number in range(20)]
        assert time.monotonic() - start < 30  # each alone would wait for seconds
        assert all(isinstance(entry, NewEntry) for entry in told[1:])
        with pytest.raises(LedgerUnavailable):
            spooling.checkpoint()
    finally:
        server.start()
    until(lambda: not spooling.away and spooling.store.head().size == FIRST + 21)
    told.append(choose(spooling))
    assert [entry.leaf_hash for entry in told] == [entry.leaf_hash for entry in check_ledger(spooling, SIGNER)]


@pytest.mark.parametrize("after", [3, 40])
def test_plug_pulled(after: int, reopen: Open, tmp_path: Path, database_url: str, server: Server) -> None:
    """When the server dies in the middle of writing, every choice that was acknowledged is there afterwards, once."""
    ledger = reopen()
    choose(ledger)
    running = [test_concurrency.writing(tmp_path, database_url, 100_000) for _ in range(2)]
    lines = [test_concurrency.told_by(process).readline() for process in running for _ in range(after)]
    server.stop()
    for process in running:
        with test_concurrency.told_by(process) as said:
            lines += said.readlines()
        assert process.wait(timeout=60) == 1  # nobody acknowledged what could not be written
    server.start()
    there = {entry.number: entry.leaf_hash.hex() for entry in ledger.store.entries()}
    told = test_concurrency.acknowledged(lines)
    assert len(told) >= 2 * after
    assert all(there[number] == leaf for number, leaf in told)
    check_ledger(reopen(), SIGNER)


def test_behind_a_transaction_pooler(reopen: Open) -> None:
    """Nothing of ours stays in a session: a pooler may hand every transaction another one."""
    ledger = reopen()
    for _ in range(10):
        choose(ledger)
    with ledger.store.database.writing() as writer:
        assert writer.rows(text("SELECT name FROM pg_prepared_statements"), {}) == []
    with ledger.store.transaction() as connection:
        query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        assert connection.execute(text(query)).scalar_one() == 0


def test_stricter_isolation(ledger: Ledger, reopen: Open, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a server does not let the later of two writers wait, that one begins again: nobody hears of it."""
    name = make_url(database_url).database
    with ledger.store.transaction() as connection:
        connection.execute(text(f"ALTER DATABASE \"{name}\" SET default_transaction_isolation = 'repeatable read'"))
    ledger.store.forget()
    monkeypatch.setattr(databases, "_BUSY_SECONDS", 60)
    workers = [ledger, reopen(), reopen()]
    with ThreadPoolExecutor(len(workers)) as pool:
        told = list(pool.map(lambda number: choose(workers[number % len(workers)], f"{number:032x}"), range(60)))
    assert sorted(entry.number for entry in told) == list(range(FIRST, FIRST + 60))


def test_hosts_by_workers_at_once(store: Store) -> None:
    """Workers that meet the same hosts at the same time count all of them."""
    met = {(f"h{number}.test", "html"): 1 for number in range(20)}
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(add_sightings, store, met, date.today()) for _ in range(20)]:
            done.result()
    assert [found.times for found in sightings(store, date.today())] == [20] * 20


def test_every_table(reopen: Open) -> None:
    """All we keep is kept on a server as well, with numbers as large as they may become."""
    ledger = reopen()
    use_everything(ledger)
    with ledger.store.transaction() as connection:
        rows = all_rows(connection)
    assert all(rows.values())
    assert len(rows["ck_entries"]) == FIRST + CHOICES + 1
    assert [row["kept"] for row in rows["ck_checkpoints"]] == [False, True]
    assert rows["ck_checkpoints"][1]["timestamp"] == b"0\0"
    assert rows["ck_hosts"][0]["count"] == rows["ck_seen"][0]["lifetime"] == 1 << 40
    ledger.checkpoints.keep(FIRST + CHOICES + 1, 1, Anchor(ledger.checkpoint()))
    assert [anchor.timestamp for anchor in ledger.checkpoints.kept(1000)] == [b"0\0"]


def test_dumped_and_restored(ledger: Ledger, server: Server, tmp_path: Path, database_url: str) -> None:
    """A copy by pg_dump, put back by pg_restore as the documents say, is the ledger that was signed for."""
    if isinstance(server, Named):
        pytest.skip("the programs of the server in CONSENTKIT_TEST_PG_URL are not ours to run")
    told = [choose(ledger) for _ in range(5)]
    plain = database_url.replace("+psycopg", "")
    dump = str(server.folder / "copy.dump")  # type: ignore[attr-defined]
    server.program("pg_dump", "--format=custom", "--table=ck_*", f"--file={dump}", plain)  # type: ignore[attr-defined]
    with server.database() as other:
        server.program("pg_restore", f"--dbname={other.replace('+psycopg', '')}", dump)  # type: ignore[attr-defined]
        restored = Ledger(Store(other, "shop"), SIGNER, tmp_path / "outside")
        restored.check()
        assert check_ledger(restored, SIGNER) == told
        assert choose(restored).number == FIRST + 5  # type: ignore[union-attr]
        restored.close()
    (tmp_path / "outside").rename(tmp_path / "of the copy")
