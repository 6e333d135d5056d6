"""One site's rows in a database: few reads, and one transaction that writes.

Knows SQL and hashes; not what a record says, who signs, or who waits. SQLite (WAL), or any database SQLAlchemy
speaks. An append takes the site's lock first (`BEGIN IMMEDIATE` on SQLite, the log row elsewhere) and reads the
frontier again under it, so several processes may share a ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, RowMapping, create_engine, event, func, insert, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable

from consentkit.errors import ConfigError, LedgerUnavailable, Problem
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
    """The tables of one site. Safe to share between threads; `forget` after a fork. All errors: LedgerUnavailable."""

    def __init__(self, url: str, site: str) -> None:
        self._url = url
        self._site = site
        self._engine: Engine | None = None
        _check_url(url)

    def append(self, entries: Sequence[NewEntry], documents: Sequence[Document] = ()) -> tuple[int, Frontier]:
        """Write all of it or nothing; the number of the first entry, and the frontier after the last."""
        with self._transaction(write=True) as connection:
            frontier = self._lock(connection)
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

    def forget(self, *, close: bool) -> None:
        """Let go of all connections: `close` them at the end; a child must not, they are its parent's."""
        if self._engine is not None:
            self._engine.dispose(close=close)
        if not close:
            self._engine = None

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
        try:
            if self._engine is None:
                self._engine = _open(self._url)
            with self._engine.connect().execution_options(consentkit_write=write) as connection, connection.begin():
                yield connection
        except (SQLAlchemyError, OSError) as error:
            raise LedgerUnavailable(f"the ledger's database does not answer: {error.__class__.__name__}") from error


def _entry(row: RowMapping) -> Entry:
    return Entry(row["number"], row["leaf_hash"], row["time"], row["visitor"], row["record"], row["salt"])


def _check_url(url: str) -> None:
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    if parsed is None or (parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:")):
        remedy = 'Write one such as "sqlite:///consent.db" or "postgresql+psycopg://user@host/name".'
        # The URL may hold a password: it is not repeated.
        problem = Problem("consentkit.E024", "CONSENTKIT_DATABASE", "not the URL of a database that lasts.", remedy)
        raise ConfigError("settings", [problem])


def _open(url: str) -> Engine:
    """An engine whose tables exist."""
    parsed = make_url(url)
    engine = create_engine(parsed, pool_pre_ping=parsed.get_backend_name() != "sqlite")
    if parsed.get_backend_name() == "sqlite":
        Path(str(parsed.database)).absolute().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
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
