"""One site's rows in a database: few reads, and one transaction that writes.

Knows SQL and hashes; not what a record says, who signs, or who waits. SQLite (WAL), or any database SQLAlchemy
speaks. An append takes the site's lock first (`BEGIN IMMEDIATE` on SQLite, the log row elsewhere) and reads the
frontier again under it, so several processes may share a ledger.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import URL, Connection, Engine, RowMapping, create_engine, event, func, insert, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import QueuePool
from sqlalchemy.schema import CreateIndex, CreateTable

from consentkit.errors import ConfigError, LedgerUnavailable, MalformedError, Problem
from consentkit.ledger.tables import METADATA, DocumentRow, EntryRow, LogRow, TileRow
from consentkit.tlog import Frontier

_LOGS, _ENTRIES, _TILES, _DOCUMENTS = (
    METADATA.tables[model.__tablename__] for model in (LogRow, EntryRow, TileRow, DocumentRow)
)
_BUSY_SECONDS = 5
_PAGE = 1000


class NewEntry(NamedTuple):
    """What an append writes: `time` in Unix milliseconds, `visitor` as hex."""

    leaf_hash: bytes
    time: int
    visitor: str
    record: bytes
    salt: bytes


class Entry(NamedTuple):
    """What the ledger holds at `number`. `record` and `salt` are None once erased."""

    number: int
    leaf_hash: bytes
    time: int
    visitor: str | None
    record: bytes | None
    salt: bytes | None


class Document(NamedTuple):
    """A policy or notice: `body` is canonical JSON, `hash` its SHA-256 in hex."""

    hash: str
    kind: str
    body: bytes


class Store:
    """The tables of one site. Safe to share between threads, and across a fork. All errors: LedgerUnavailable."""

    def __init__(self, url: str, site: str) -> None:
        self._url = _resolve(url)
        self._site = site
        self._engine: Engine | None = None
        self._place: _Place | None = None
        self._openings = 0

    @property
    def lasts(self) -> bool:
        """Whether what is written outlives the process."""
        return not _in_memory(self._url)

    def openings(self) -> int:
        """How often the database was opened by now: what is found after an opening need not be what was left."""
        with _answering():
            self._opened()
        return self._openings

    def append(
        self, entries: Sequence[NewEntry], documents: Sequence[Document] = (), least: int = 0
    ) -> tuple[int, Frontier]:
        """Write all of it or nothing; the number of the first entry, and the frontier after the last.

        Nothing is added to a log of fewer than `least` entries: it was set back.
        """
        with self._transaction(write=True) as connection:
            frontier = self._lock(connection)
            if frontier.size < least:
                raise LedgerUnavailable(f"the log has {frontier.size} entries where {least} were signed for")
            start = frontier.size
            tiles = [tile for entry in entries for tile in frontier.append(entry.leaf_hash)]
            self._insert(connection, _ENTRIES, [{"number": start + at, **e._asdict()} for at, e in enumerate(entries)])
            self._insert(connection, _TILES, [tile._asdict() for tile in tiles])
            self._insert(connection, _DOCUMENTS, self._missing(connection, documents))
            row = {"size": frontier.size, "frontier": frontier.to_bytes()}
            connection.execute(update(_LOGS).where(_LOGS.c.site == self._site).values(row))
        return start, frontier

    def head(self) -> Frontier:
        """The committed state of the log."""
        with self._transaction() as connection:
            row = connection.execute(select(_LOGS).where(_LOGS.c.site == self._site)).mappings().first()
            return Frontier.from_bytes(row["size"], row["frontier"]) if row else Frontier()

    def read_hashes(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        """The log's HashReader."""
        table, column = (_ENTRIES, _ENTRIES.c.leaf_hash) if level == 0 else (_TILES, _TILES.c.hash)
        query = select(column).where(table.c.site == self._site, table.c.number >= start, table.c.number < stop)
        if level:
            query = query.where(table.c.level == level)
        with self._transaction() as connection:
            return list(connection.execute(query.order_by(table.c.number)).scalars())

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        """Entries in order, read a page at a time: memory stays flat."""
        while stop is None or start < stop:
            last = start + _PAGE if stop is None else min(stop, start + _PAGE)
            page = self._entries(_ENTRIES.c.number >= start, _ENTRIES.c.number < last)
            yield from page
            if len(page) < last - start:
                return
            start = last

    def entries_of(self, visitor: str) -> list[Entry]:
        """A visitor's entries, oldest first; at most the last hundred."""
        return self._entries(_ENTRIES.c.visitor == visitor, latest=100)

    def documents(self, kind: str | None = None) -> Iterator[Document]:
        """Every document, by kind and hash."""
        query = select(_DOCUMENTS).where(_DOCUMENTS.c.site == self._site)
        if kind is not None:
            query = query.where(_DOCUMENTS.c.kind == kind)
        with self._transaction() as connection:
            rows = connection.execute(query.order_by(_DOCUMENTS.c.kind, _DOCUMENTS.c.hash)).mappings().all()
        for row in rows:
            yield Document(row["hash"], row["kind"], row["body"])

    def document(self, hash: str) -> Document | None:
        """The document of that hash."""
        query = select(_DOCUMENTS).where(_DOCUMENTS.c.site == self._site, _DOCUMENTS.c.hash == hash)
        with self._transaction() as connection:
            row = connection.execute(query).mappings().first()
        return Document(row["hash"], row["kind"], row["body"]) if row else None

    def count(self, kind: str) -> int:
        """How many documents of a kind there are."""
        query = select(func.count()).where(_DOCUMENTS.c.site == self._site, _DOCUMENTS.c.kind == kind)
        with self._transaction() as connection:
            return connection.execute(query).scalar_one()

    def forget(self) -> None:
        """Close all connections; the next use opens new ones. A database in memory lives by its connection."""
        if self._engine is not None and self.lasts:
            self._engine.dispose()

    def _entries(self, *where: Any, latest: int | None = None) -> list[Entry]:
        query = select(_ENTRIES).where(_ENTRIES.c.site == self._site, *where)
        query = query.order_by(_ENTRIES.c.number.desc() if latest else _ENTRIES.c.number).limit(latest)
        with self._transaction() as connection:
            rows = connection.execute(query).mappings().all()
        found = [_entry(row) for row in rows]
        return found[::-1] if latest else found

    def _lock(self, connection: Connection) -> Frontier:
        query = select(_LOGS).where(_LOGS.c.site == self._site).with_for_update()
        row = connection.execute(query).mappings().first()
        if row is None:
            self._insert(connection, _LOGS, [{"size": 0, "frontier": b""}])
            return Frontier()
        return Frontier.from_bytes(row["size"], row["frontier"])

    def _missing(self, connection: Connection, documents: Sequence[Document]) -> list[dict[str, Any]]:
        wanted = {document.hash: document for document in documents}
        if not wanted:
            return []
        query = select(_DOCUMENTS.c.hash).where(_DOCUMENTS.c.site == self._site, _DOCUMENTS.c.hash.in_(wanted))
        present = set(connection.execute(query).scalars())
        return [document._asdict() for name, document in wanted.items() if name not in present]

    def _insert(self, connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
        if rows:  # Core's executemany: the ORM's unit of work costs five to nine times as much
            connection.execute(insert(table), [{"site": self._site, **row} for row in rows])

    @contextmanager
    def _transaction(self, *, write: bool = False) -> Iterator[Connection]:
        with (
            _answering(),
            self._opened().connect().execution_options(consentkit_write=write) as connection,
            connection.begin(),
        ):
            yield connection

    def _opened(self) -> Engine:
        """The engine, made anew where another database lies in this one's place, or a fork put us in another process.

        SQLite would go on writing to a file that was removed or replaced, and its entries would be lost.
        """
        place = _Place.of(self._url)
        if self._engine is None or place != self._place:
            if self._engine is not None:
                if not place.inode and _file(self._url):
                    raise FileNotFoundError(_file(self._url))
                # What was opened before a fork is the parent's to close.
                self._engine.dispose(close=self._place is None or place.process == self._place.process)
            self._engine, self._place = _open(self._url), _Place.of(self._url)
            self._openings += 1
        return self._engine


class _Place(NamedTuple):
    """Where a database is opened: in which process, and which file it is, for SQLite."""

    process: int
    device: int = 0
    inode: int = 0

    @classmethod
    def of(cls, url: URL) -> _Place:
        try:
            found = os.stat(path) if (path := _file(url)) else None
        except FileNotFoundError:
            found = None
        return cls(os.getpid(), found.st_dev, found.st_ino) if found else cls(os.getpid())


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, OSError, MalformedError) as error:
        raise LedgerUnavailable(f"the ledger's database does not answer: {error.__class__.__name__}") from error


def _entry(row: RowMapping) -> Entry:
    leaf, record, salt = (_bytes(row[name]) for name in ("leaf_hash", "record", "salt"))
    return Entry(row["number"], leaf or b"", row["time"], row["visitor"], record, salt)


def _bytes(value: bytes | str | None) -> bytes | None:
    # SQLite keeps a value as whoever wrote it last wrote it: a record set by hand comes back as text.
    return value.encode() if isinstance(value, str) else value


def _resolve(url: str) -> URL:
    """The URL, with an SQLite file by its whole path: an app may change its folder. Raises ConfigError."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    if parsed is None:
        remedy = 'Write one such as "sqlite:///consent.db" or "postgresql+psycopg://user@host/name".'
        # The URL may hold a password: it is not repeated.
        problem = Problem("consentkit.E024", "CONSENTKIT_DATABASE", "not the URL of a database.", remedy)
        raise ConfigError("settings", [problem])
    path = _file(parsed)
    return parsed.set(database=str(Path(path).absolute())) if path else parsed


def _in_memory(url: URL) -> bool:
    """Whether a database forgets everything with its process: good for tests, and for nothing else."""
    return url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")


def _file(url: URL) -> str | None:
    """The file that an SQLite URL names by its path."""
    path = url.database if url.get_backend_name() == "sqlite" and not _in_memory(url) else None
    return path if path and not path.startswith("file:") else None


def _open(url: URL) -> Engine:
    """An engine whose tables exist."""
    if _in_memory(url):  # one connection for all threads, in turn
        one = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
        engine = create_engine(url, connect_args={"check_same_thread": False}, **one)
    else:
        engine = create_engine(url, pool_pre_ping=url.get_backend_name() != "sqlite")
    if path := _file(url):
        Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    with engine.connect().execution_options(consentkit_write=True) as connection, connection.begin():
        for table in METADATA.sorted_tables:
            connection.execute(CreateTable(table, if_not_exists=True))
            for index in table.indexes:
                connection.execute(CreateIndex(index, if_not_exists=True))
    return engine


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # sqlite3 would begin on its own, later and without the lock
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # answered only when it is on the disk


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("consentkit_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
