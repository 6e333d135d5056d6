"""Finding the entry of a receipt: each id is filed once, so that nobody reads the whole ledger for one.

Knows entries and rows; not who looks. Of an id only the beginning is kept, and no longer than its record: erasing takes
both (Store.erase). Trusted for nothing: what it leads to is read, and held against the id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, select

from consentkit import canonical
from consentkit.errors import MalformedError
from consentkit.ledger.derived import work_through
from consentkit.ledger.store import Entry, Store
from consentkit.ledger.tables import METADATA, FiledRow, ReceiptRow, insert_if_new

_RECEIPTS, _FILED = (METADATA.tables[model.__tablename__] for model in (ReceiptRow, FiledRow))
_ADD = insert_if_new(_RECEIPTS)
# Hexadecimal digits that fit into a signed number of 64 bits.
_DIGITS = 15


def file_receipts(store: Store, most: int) -> tuple[int, int]:
    """File at most so many more entries; how far it is filed now, and how many entries there are."""

    def file(connection: Connection, entries: Iterable[Entry]) -> None:
        rows = list(_rows(store.site, entries))
        if rows:
            connection.execute(_ADD, rows)

    return work_through(store, _FILED, most, file)


def numbers_of_receipt(store: Store, ident: str) -> list[int]:
    """The entries whose receipt's id begins as this one, of those that are filed. `ident` is lower-case hex."""
    query = select(_RECEIPTS.c.number).where(_RECEIPTS.c.site == store.site, _RECEIPTS.c.key == _key(ident))
    with store.transaction() as connection:
        # Put in order here: asked to do it, SQLite walks through all numbers instead of the index.
        return sorted(connection.execute(query).scalars())


def _rows(site: str, entries: Iterable[Entry]) -> Iterator[dict[str, Any]]:
    for entry in entries:
        if entry.record is None or entry.salt is None:
            continue
        try:
            yield {"site": site, "number": entry.number, "key": _key(canonical.decode(entry.record)["id"])}
        except (MalformedError, KeyError, TypeError, ValueError):  # somebody wrote into the database
            continue


def _key(ident: str) -> int:
    return int(ident[:_DIGITS], 16)
