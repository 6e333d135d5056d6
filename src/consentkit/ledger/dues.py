"""Records that somebody wants erased and that the law still keeps, as rows: which, and until when.

Knows numbers and moments (Unix milliseconds); not whose the records are, nor which law.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select

from consentkit.ledger.store import Store
from consentkit.ledger.tables import METADATA, DueRow, insert_if_new

_DUE = METADATA.tables[DueRow.__tablename__]
_ADD = insert_if_new(_DUE)


class Dues:
    """What is to be erased later, at one site. All errors: LedgerUnavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, moments: Mapping[int, int]) -> None:
        """Erase each of these numbers at its moment; what was asked for before stands."""
        rows = [{"site": self._store.site, "number": number, "due": due} for number, due in moments.items()]
        if rows:
            with self._store.transaction(write=True) as connection:
                connection.execute(_ADD, rows)

    def until(self, moment: int, most: int) -> list[int]:
        """The numbers whose time has come, the longest due first; at most so many."""
        query = select(_DUE.c.number).where(_DUE.c.site == self._store.site, _DUE.c.due <= moment)
        with self._store.transaction() as connection:
            return list(connection.execute(query.order_by(_DUE.c.due, _DUE.c.number).limit(most)).scalars())

    def drop(self, numbers: list[int]) -> None:
        """These have been erased."""
        gone = delete(_DUE).where(_DUE.c.site == self._store.site, _DUE.c.number.in_(numbers))
        with self._store.transaction(write=True) as connection:
            connection.execute(gone)
