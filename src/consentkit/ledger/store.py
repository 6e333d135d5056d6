"""One site's rows in a database: few reads, and one transaction that writes.

Knows SQL and hashes; not what a record says, who signs, or who waits. An append takes the site's lock first (`BEGIN
IMMEDIATE` on SQLite, the log row on PostgreSQL) and reads the frontier again under it, so several processes may share a
ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, RowMapping, bindparam, delete, func, insert, null, select, update

from consentkit.errors import LedgerUnavailable
from consentkit.ledger.database import Database
from consentkit.ledger.sql import Writer
from consentkit.ledger.statement import of_document
from consentkit.ledger.tables import (
    METADATA,
    DocumentRow,
    EntryRow,
    FiledRow,
    LogRow,
    ReceiptRow,
    TileRow,
    insert_if_new,
)
from consentkit.tlog import Frontier, leaf_hash

_LOGS, _ENTRIES, _TILES, _DOCUMENTS, _RECEIPTS, _FILED = (
    METADATA.tables[model.__tablename__] for model in (LogRow, EntryRow, TileRow, DocumentRow, ReceiptRow, FiledRow)
)
_PAGE = 1000
# Of a visitor's few. By the bare number, SQLite would walk through all entries in their order, and not by the visitor.
_LATEST = (_ENTRIES.c.number + 0).desc()

# What the writer runs, compiled once.
_LOCK = select(_LOGS.c.size, _LOGS.c.frontier).where(_LOGS.c.site == bindparam("site")).with_for_update()
_LOCKING: BindParameter[str] = bindparam("the_site")
_ADVANCE = (
    update(_LOGS).where(_LOGS.c.site == _LOCKING).values(size=bindparam("new_size"), frontier=bindparam("new_frontier"))
)
_PRUNED = update(_LOGS).where(_LOGS.c.site == _LOCKING).values(pruned=bindparam("new_pruned"))
_ADD_ENTRY, _ADD_TILE, _ADD_DOCUMENT = (insert(table) for table in (_ENTRIES, _TILES, _DOCUMENTS))
_ADD_LOG = insert_if_new(_LOGS)
_SEEN = select(_DOCUMENTS.c.number).where(
    _DOCUMENTS.c.site == bindparam("site"), _DOCUMENTS.c.hash == bindparam("hash")
)
_NUMBER = (
    update(_DOCUMENTS)
    .where(_DOCUMENTS.c.site == _LOCKING, _DOCUMENTS.c.hash == bindparam("the_hash"))
    .values(number=bindparam("new_number"))
)
_IS_THERE = select(_ENTRIES.c.number).where(
    _ENTRIES.c.site == bindparam("site"),
    _ENTRIES.c.visitor == bindparam("visitor"),
    _ENTRIES.c.leaf_hash == bindparam("leaf_hash"),
)
_HAS_RECORD = select(_ENTRIES.c.number).where(
    _ENTRIES.c.site == bindparam("site"), _ENTRIES.c.number == bindparam("number"), _ENTRIES.c.salt.is_not(None)
)
_ERASE = (
    update(_ENTRIES)
    .where(_ENTRIES.c.site == _LOCKING, _ENTRIES.c.number == bindparam("the_number"))
    .values(record=null(), salt=null(), visitor=null())
)
_BEGIN_FILING = insert_if_new(_FILED)
_FILING = select(_FILED.c.number).where(_FILED.c.site == bindparam("site")).with_for_update()
_UNFILE = delete(_RECEIPTS).where(_RECEIPTS.c.site == _LOCKING, _RECEIPTS.c.number == bindparam("the_number"))


class NewEntry(NamedTuple):
    """What an append writes: `time` in Unix milliseconds, `visitor` as hex. A statement has no visitor and no salt."""

    leaf_hash: bytes
    time: int
    visitor: str | None
    record: bytes
    salt: bytes | None


class Entry(NamedTuple):
    """What the ledger holds at `number`. `record` and `salt` are None once erased; a statement never had a salt."""

    number: int
    leaf_hash: bytes
    time: int
    visitor: str | None
    record: bytes | None
    salt: bytes | None

    @property
    def statement(self) -> bytes | None:
        """What the log says here of itself; None where a person's choice is, or was."""
        return self.record if self.salt is None else None


class Document(NamedTuple):
    """A policy, a notice, or a list of code: `body` is canonical JSON, `hash` its SHA-256 in hex."""

    hash: str
    kind: str
    body: bytes


class Store:
    """The tables of one site. Safe to share between threads, and across a fork. All errors: LedgerUnavailable."""

    def __init__(self, url: str, site: str) -> None:
        self.database = Database(url)
        self.site = site
        self.transaction = self.database.transaction
        self.openings = self.database.openings
        self.forget = self.database.forget
        # Documents are never removed: those seen in the database as it is open now are not asked for again.
        self._seen: tuple[int, set[str]] = (0, set())

    @property
    def lasts(self) -> bool:
        """Whether what is written outlives the process."""
        return self.database.lasts

    def append(
        self, entries: Sequence[NewEntry], documents: Sequence[Document] = (), least: int = 0, moment: int = 0
    ) -> tuple[int, Frontier]:
        """Write all of it or nothing; the number of the first entry, and the frontier after the last.

        A document that is new is an entry of its own, before those that may name it. Nothing is added to a log of
        fewer than `least` entries: it was set back.
        """

        def work(writer: Writer) -> tuple[int, Frontier, set[str]]:
            frontier, seen = self._lock(writer, least), self._documents_seen()
            self._add_documents(writer, frontier, [each for each in documents if each.hash not in seen], moment)
            start = frontier.size
            self._add(writer, frontier, entries)
            return start, frontier, seen

        start, frontier, seen = self.database.write(work)
        seen.update(document.hash for document in documents)
        return start, frontier

    def append_once(
        self, entries: Sequence[NewEntry], documents: Sequence[Document], least: int, moment: int
    ) -> Frontier:
        """The same for entries that may be there already: those are passed over."""

        def work(writer: Writer) -> Frontier:
            frontier = self._lock(writer, least)
            self._add_documents(writer, frontier, documents, moment)
            named = [(entry, {"site": self.site, **entry._asdict()}) for entry in entries]
            self._add(writer, frontier, [entry for entry, values in named if not writer.row(_IS_THERE, values)])
            return frontier

        return self.database.write(work)

    def erase(
        self, numbers: Sequence[int], state: Callable[[Sequence[int]], NewEntry], least: int, pruned: int | None = None
    ) -> tuple[list[int], Frontier]:
        """Erase the records at these numbers, and append `state` of those that still had one, in one transaction."""

        def work(writer: Writer) -> tuple[list[int], Frontier]:
            frontier = self._lock(writer, least)
            left = [number for number in numbers if writer.row(_HAS_RECORD, {"site": self.site, "number": number})]
            if left:
                rows = [{"the_site": self.site, "the_number": number} for number in left]
                writer.run(_ERASE, rows)
                self._unfile(writer, rows)
                self._add(writer, frontier, [state(left)])
            if pruned is not None:
                writer.run(_PRUNED, [{"the_site": self.site, "new_pruned": pruned}])
            return left, frontier

        return self.database.write(work)

    def sites(self) -> list[str]:
        """All sites that have a log in this database."""
        with self.transaction() as connection:
            return list(connection.execute(select(_LOGS.c.site).order_by(_LOGS.c.site)).scalars())

    def head(self) -> Frontier:
        """The committed state of the log."""
        row = self._log()
        return Frontier.from_bytes(row["size"], row["frontier"]) if row else Frontier()

    def pruned(self) -> int:
        """The number below which pruning has nothing left to do."""
        row = self._log()
        return row["pruned"] if row else 0

    def read_hashes(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        """The log's HashReader."""
        table, column = (_ENTRIES, _ENTRIES.c.leaf_hash) if level == 0 else (_TILES, _TILES.c.hash)
        query = select(column).where(table.c.site == self.site, table.c.number >= start, table.c.number < stop)
        if level:
            query = query.where(table.c.level == level)
        with self.transaction() as connection:
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

    def last_of(self, visitor: str) -> Entry | None:
        """A visitor's last entry."""
        return next(iter(self._entries(_ENTRIES.c.visitor == visitor, latest=1)), None)

    def numbers_of(self, visitor: str) -> list[int]:
        """The numbers of all records of a visitor."""
        return [number for number, _ in self.records_of(visitor)]

    def records_of(self, visitor: str) -> list[tuple[int, int]]:
        """Number and time (Unix milliseconds) of all records of a visitor."""
        return self._records(_ENTRIES.c.visitor == visitor)

    def records(self, start: int, stop: int) -> list[tuple[int, int]]:
        """Number and time (Unix milliseconds) of the records there are from `start` to `stop` - 1."""
        return self._records(_ENTRIES.c.number >= start, _ENTRIES.c.number < stop)

    def documents(self, kind: str | None = None) -> Iterator[Document]:
        """Every document, by kind and hash."""
        query = select(_DOCUMENTS).where(_DOCUMENTS.c.site == self.site)
        if kind is not None:
            query = query.where(_DOCUMENTS.c.kind == kind)
        with self.transaction() as connection:
            rows = connection.execute(query.order_by(_DOCUMENTS.c.kind, _DOCUMENTS.c.hash)).mappings().all()
        for row in rows:
            yield Document(row["hash"], row["kind"], row["body"])

    def document(self, hash: str) -> Document | None:
        """The document of that hash."""
        query = select(_DOCUMENTS).where(_DOCUMENTS.c.site == self.site, _DOCUMENTS.c.hash == hash)
        with self.transaction() as connection:
            row = connection.execute(query).mappings().first()
        return Document(row["hash"], row["kind"], row["body"]) if row else None

    def places(self, kind: str) -> dict[str, int | None]:
        """The number at which each document of a kind entered the log, by hash; None from before documents did."""
        query = select(_DOCUMENTS.c.hash, _DOCUMENTS.c.number)
        query = query.where(_DOCUMENTS.c.site == self.site, _DOCUMENTS.c.kind == kind)
        with self.transaction() as connection:
            return {row.hash: row.number for row in connection.execute(query)}

    def count(self, kind: str) -> int:
        """How many documents of a kind there are."""
        query = select(func.count()).where(_DOCUMENTS.c.site == self.site, _DOCUMENTS.c.kind == kind)
        with self.transaction() as connection:
            return connection.execute(query).scalar_one()

    def _log(self) -> RowMapping | None:
        with self.transaction() as connection:
            return connection.execute(select(_LOGS).where(_LOGS.c.site == self.site)).mappings().first()

    def _entries(self, *where: Any, latest: int | None = None) -> list[Entry]:
        query = select(_ENTRIES).where(_ENTRIES.c.site == self.site, *where)
        query = query.order_by(_LATEST if latest else _ENTRIES.c.number).limit(latest)
        with self.transaction() as connection:
            rows = connection.execute(query).mappings().all()
        found = [_entry(row) for row in rows]
        return found[::-1] if latest else found

    def _records(self, *where: Any) -> list[tuple[int, int]]:
        query = select(_ENTRIES.c.number, _ENTRIES.c.time)
        query = query.where(_ENTRIES.c.site == self.site, _ENTRIES.c.salt.is_not(None), *where)
        with self.transaction() as connection:
            # Put in order here, for the reason that _LATEST has.
            return sorted((number, time) for number, time in connection.execute(query))

    def _documents_seen(self) -> set[str]:
        opening = self.database.opening
        if self._seen[0] != opening:
            self._seen = (opening, set())
        return self._seen[1]

    def _lock(self, writer: Writer, least: int) -> Frontier:
        site = {"site": self.site}
        row = writer.row(_LOCK, site)
        if row is None:
            # Two processes may come to this first entry at once: the second waits here, and finds the first's row.
            writer.run(_ADD_LOG, [{**site, "size": 0, "frontier": b"", "pruned": 0}])
            row = writer.row(_LOCK, site)
        frontier = Frontier.from_bytes(*row)
        if frontier.size < least:
            raise LedgerUnavailable(f"the log has {frontier.size} entries where {least} were signed for")
        return frontier

    def _add_documents(self, writer: Writer, frontier: Frontier, documents: Sequence[Document], moment: int) -> None:
        for document in {each.hash: each for each in documents}.values():
            row = writer.row(_SEEN, {"site": self.site, "hash": document.hash})
            if row is None:
                writer.run(_ADD_DOCUMENT, [{"site": self.site, "number": frontier.size, **document._asdict()}])
            elif row[0] is None:
                new = {"the_site": self.site, "the_hash": document.hash, "new_number": frontier.size}
                writer.run(_NUMBER, [new])
            else:
                continue
            self._add(writer, frontier, [_first_seen(document, moment)])

    def _unfile(self, writer: Writer, rows: list[dict[str, Any]]) -> None:
        # Whoever files just now has read what is being erased: first they, then we.
        writer.run(_BEGIN_FILING, [{"site": self.site, "number": 0}])
        writer.row(_FILING, {"site": self.site})
        writer.run(_UNFILE, rows)

    def _add(self, writer: Writer, frontier: Frontier, entries: Sequence[NewEntry]) -> None:
        start, site = frontier.size, self.site
        tiles = [tile for entry in entries for tile in frontier.append(entry.leaf_hash)]
        rows = [{"site": site, "number": start + at, **entry._asdict()} for at, entry in enumerate(entries)]
        writer.run(_ADD_ENTRY, rows)
        writer.run(_ADD_TILE, [{"site": site, **tile._asdict()} for tile in tiles])
        new = {"the_site": site, "new_size": frontier.size, "new_frontier": frontier.to_bytes()}
        writer.run(_ADVANCE, [new])


def _first_seen(document: Document, moment: int) -> NewEntry:
    data = of_document(document.kind, document.hash)
    return NewEntry(leaf_hash(data), moment, None, data, None)


def _entry(row: RowMapping) -> Entry:
    leaf, record, salt = (_bytes(row[name]) for name in ("leaf_hash", "record", "salt"))
    return Entry(row["number"], leaf or b"", row["time"], row["visitor"], record, salt)


def _bytes(value: bytes | str | None) -> bytes | None:
    # SQLite keeps a value as whoever wrote it last wrote it: a record set by hand comes back as text.
    return value.encode() if isinstance(value, str) else value
