"""Going through the entries once, for tables that a page reads in their place.

Knows how far it went, and that nobody else goes at the same time; not what is made of an entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import Connection, Table, select, update

from consentkit.ledger.store import Entry, Store
from consentkit.ledger.tables import insert_if_new


def work_through(
    store: Store, progress: Table, most: int, take: Callable[[Connection, Iterable[Entry]], None]
) -> tuple[int, int]:
    """Let at most so many more entries be taken; how far it is now, and how many entries there are.

    A row of `progress` remembers how far (site, number), and what `take` writes is in the same transaction.
    """
    size = store.head().size
    with store.transaction(write=True) as connection:
        # Two who come at once would take an entry twice: the second waits here.
        connection.execute(insert_if_new(progress), {"site": store.site, "number": 0})
        here = select(progress.c.number).where(progress.c.site == store.site).with_for_update()
        start = connection.execute(here).scalar_one()
        stop = max(start, min(size, start + most))
        if start < stop:
            take(connection, store.entries(start, stop))
            connection.execute(update(progress).where(progress.c.site == store.site).values(number=stop))
    return stop, size
