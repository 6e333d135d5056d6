"""What a durable choice costs: appends to the ledger, beside what the disk and the database ask for. By hand.

    python benchmarks/bench_choice.py [FOLDER | POSTGRESQL-URL]

Floors in the same run: write and fdatasync of as many bytes; one raw SQLite transaction per row, with our pragmas and
our three statements; where the ledger is on PostgreSQL, 32 connections that each insert and commit row after row.
Beside them what most apps do: 64 threads, and for each request a SQLModel session with one row and its commit. Then the
ledger with 1, 16 and 64 who wait at the same time, and where one append spends its time. FOLDER should lie on the disk
in question; with a URL the ledger is there, and the first two floors are those of a disk here.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import BigInteger, event
from sqlmodel import Field, Session, SQLModel, create_engine

from consentkit.ledger.ledger import Ledger
from consentkit.ledger.record import ConsentRecord, leaf_of, new_id, new_salt, utc
from consentkit.ledger.store import NewEntry, Store
from consentkit.tlog import Signer

ROWS = 600
ROUNDS = 5
CROWD = 64
CONNECTIONS = 32
MOMENT = 1_800_000_000_000
TABLES = """
CREATE TABLE IF NOT EXISTS logs (site TEXT PRIMARY KEY, size INTEGER, frontier BLOB);
CREATE TABLE IF NOT EXISTS entries (
    site TEXT, number INTEGER, leaf BLOB, time INTEGER, visitor TEXT, record BLOB, salt BLOB, PRIMARY KEY (site, number)
);
CREATE INDEX IF NOT EXISTS visitors ON entries (site, visitor);
INSERT OR IGNORE INTO logs VALUES ('bench', 0, x'00');
"""


def record() -> ConsentRecord:
    return ConsentRecord(
        id=new_id(),
        site="bench",
        time=utc(MOMENT),
        visitor=new_id(),
        choice="custom",
        categories=("analytics",),
        vendors=("hotjar",),
        policy="a" * 64,
        notice="b" * 64,
        language="en",
        jurisdiction="BE",
        regime="opt_in",
        gpc=False,
        device="desktop",
        method="banner form",
        route="/courses/{slug}",
    )


def entry() -> NewEntry:
    made = record()
    data, salt = made.to_bytes(), new_salt()
    return NewEntry(leaf_of(data, salt), MOMENT, made.visitor, data, salt)


def write_and_sync(folder: Path) -> None:
    data = bytes(len(record().to_bytes()) + 100)
    with (folder / "floor").open("ab", buffering=0) as file:
        for _ in range(ROWS):
            file.write(data)
            os.fdatasync(file.fileno())


def raw_sqlite(folder: Path) -> None:
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.executescript(TABLES)
    data, salt = record().to_bytes(), new_salt()
    for _ in range(ROWS):
        connection.execute("BEGIN IMMEDIATE")
        (size,) = connection.execute("SELECT size FROM logs WHERE site = 'bench'").fetchone()
        row = ("bench", size, salt, MOMENT, new_id(), data, salt)
        connection.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        connection.execute("UPDATE logs SET size = ?, frontier = ? WHERE site = 'bench'", (size + 1, salt * 5))
        connection.execute("COMMIT")
    connection.close()


class Row(SQLModel, table=True):
    """A choice, as an app that keeps its own account of them would have it."""

    __tablename__ = "orm_floor"

    number: int | None = Field(default=None, primary_key=True)
    time: int = Field(sa_type=BigInteger)
    visitor: str = Field(index=True)
    record: bytes


def with_orm(url: str) -> Callable[[], None]:
    """64 threads; a session, a row and a commit for each request."""
    engine = create_engine(url, pool_size=CROWD, max_overflow=0)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _(connection: Any, __: object) -> None:
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 60000"):
                connection.execute(f"PRAGMA {pragma}")

    Row.metadata.create_all(engine)

    def visit() -> None:
        for _ in range(ROWS // CROWD):
            with Session(engine) as session:
                session.add(Row(time=MOMENT, visitor=new_id(), record=record().to_bytes()))
                session.commit()

    return lambda: at_once(visit, CROWD)


def raw_connections(url: str) -> Callable[[], None]:
    """So many connections at once, each with a raw INSERT and its commit per row: no thread waits for another."""
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    import psycopg

    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS raw_floor (number BIGSERIAL PRIMARY KEY, time BIGINT, visitor TEXT, "
            "record BYTEA, salt BYTEA)"
        )
    data, salt = record().to_bytes(), new_salt()
    connections = SimpleQueue[Any]()
    for _ in range(CONNECTIONS):
        connections.put(psycopg.connect(plain, autocommit=True))

    def visit() -> None:
        connection = connections.get()
        for _ in range(ROWS // CONNECTIONS):
            insert = "INSERT INTO raw_floor (time, visitor, record, salt) VALUES (%s, %s, %s, %s)"
            connection.execute(insert, (MOMENT, new_id(), data, salt))
        connections.put(connection)

    return lambda: at_once(visit, CONNECTIONS)


def at_once(visit: Callable[[], None], visitors: int) -> None:
    with ThreadPoolExecutor(visitors) as pool:
        for future in [pool.submit(visit) for _ in range(visitors)]:
            future.result()


def store_alone(store: Store) -> Callable[[], None]:
    """The store without the thread that writes, and without anything to make ready."""
    rows = [entry() for _ in range(ROWS)]

    def run() -> None:
        for row in rows:
            store.append([row])

    return run


def appending(ledger: Ledger, waiting: int) -> Callable[[], None]:
    """As many threads as wait at once, each with choices of its own."""
    each = ROWS // waiting

    def visit() -> None:
        for _ in range(each):
            ledger.append(record(), MOMENT, ())

    return lambda: at_once(visit, waiting)


def breakdown(store: Store, ledger: Ledger) -> str:
    """Where one append spends its time: medians of turns taken one by one, so that a busy machine slows all alike."""
    costs: dict[str, list[float]] = {"ready": [], "store": [], "ledger": []}
    for _ in range(ROWS):
        moments = [perf_counter()]
        row = entry()
        moments.append(perf_counter())
        store.append([row])
        moments.append(perf_counter())
        ledger.append(record(), MOMENT, ())
        moments.append(perf_counter())
        for title, start, end in zip(costs, moments, moments[1:], strict=False):
            costs[title].append((end - start) * 1e6)
    ready, alone, whole = (median(each) for each in costs.values())
    rest = whole - alone - ready
    return (
        f"  one append: {whole:.0f} us, of which {alone:.0f} the database, {ready:.0f} the record and its hashes, and "
        f"{rest:.0f} all else."
    )


def main() -> None:
    place = sys.argv[1] if len(sys.argv) > 1 else ""
    url = place if "://" in place else ""
    with tempfile.TemporaryDirectory(dir=None if url else place or None) as name:
        folder = Path(name)
        store = Store(url or f"sqlite:///{folder / 'ledger.db'}", f"bench-{new_id()[:8]}")
        ledger = Ledger(store, Signer.generate("bench/log"), folder)
        jobs: dict[str, Callable[[], None]] = {
            "floor: write and fdatasync": lambda: write_and_sync(folder),
            "raw SQLite, a transaction per row": lambda: raw_sqlite(folder),
            "the store alone": store_alone(store),
            f"ORM, a commit per request, {CROWD} at once": with_orm(url or f"sqlite:///{folder / 'orm.db'}"),
        }
        if url:
            jobs[f"raw, {CONNECTIONS} connections"] = raw_connections(url)
        jobs |= {f"ledger, {waiting} waiting": appending(ledger, waiting) for waiting in (1, 16, CROWD)}
        samples: dict[str, list[float]] = {title: [] for title in jobs}
        for _ in range(ROUNDS):
            for title, job in jobs.items():
                start = perf_counter()
                job()
                samples[title].append(ROWS / (perf_counter() - start))
        floor = median(samples["floor: write and fdatasync"])
        for title, rates in samples.items():
            print(f"  {title:<36} {median(rates):10.0f} rows/s {median(rates) / floor:8.2f}x")
        print(breakdown(store, ledger))
        ledger.close()


if __name__ == "__main__":
    main()
