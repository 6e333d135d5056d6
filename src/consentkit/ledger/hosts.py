"""The hosts in use, as counts that outlive the process: what one process saw, a command in another reads.

Knows rows and days; not what a host is, nor who asked for it. Kept beside the ledger and no part of it: nothing here is
evidence, and reports anybody may have forged are in it. Bounded: so many of each origin, and only what was seen lately.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, update

from consentkit.ledger.store import Store
from consentkit.ledger.tables import METADATA, HostRow, insert_if_new

OWN_PLACES = ("html", "link")
"""Where the server itself saw a host. All other places are browsers' words."""

KEPT_DAYS = 30
_MOST = 1000
_HOSTS = METADATA.tables[HostRow.__tablename__]
_ADD = insert_if_new(_HOSTS)
_COUNT = (
    update(_HOSTS)
    .where(
        _HOSTS.c.site == bindparam("the_site"),
        _HOSTS.c.host == bindparam("the_host"),
        _HOSTS.c.place == bindparam("the_place"),
    )
    .values(count=_HOSTS.c["count"] + bindparam("times"), last=bindparam("day"))
)


class Sighting(NamedTuple):
    """A host in one place: how often, and on which days first and last (ISO)."""

    host: str
    place: str
    times: int
    first: str
    last: str

    @property
    def is_reported(self) -> bool:
        return self.place not in OWN_PLACES


def add_sightings(store: Store, counts: Mapping[tuple[str, str], int], today: date) -> None:
    """Add counts by (host, place), and drop what was not seen for long. May block; raises LedgerUnavailable.

    New rows beyond the bound are dropped: reports cannot crowd out what the server saw itself.
    """
    day = today.isoformat()
    ours = _HOSTS.c.site == store.site
    with store.transaction(write=True) as connection:
        connection.execute(delete(_HOSTS).where(ours, _HOSTS.c.last < _oldest(today)))
        rows = connection.execute(select(_HOSTS.c.host, _HOSTS.c.place).where(ours)).all()
        present = {(host, place) for host, place in rows}
        new = sorted(_fitting(present, [key for key in counts if key not in present]))
        blank = {"site": store.site, "count": 0, "first": day, "last": day}
        if new:
            connection.execute(_ADD, [{**blank, "host": host, "place": place} for host, place in new])
        # In one order for all workers, so that two wait for each other instead of both for ever.
        met = sorted(counts.keys() & {*present, *new})
        again = {"the_site": store.site, "day": day}
        if met:
            times = [{"the_host": host, "the_place": place, "times": counts[host, place]} for host, place in met]
            connection.execute(_COUNT, [{**again, **each} for each in times])


def sightings(store: Store, today: date) -> list[Sighting]:
    """What was seen lately, by host and place. Raises LedgerUnavailable."""
    columns = (_HOSTS.c.host, _HOSTS.c.place, _HOSTS.c["count"], _HOSTS.c.first, _HOSTS.c.last)
    query = select(*columns).where(_HOSTS.c.site == store.site, _HOSTS.c.last >= _oldest(today))
    with store.transaction() as connection:
        return [Sighting(*row) for row in connection.execute(query.order_by(_HOSTS.c.host, _HOSTS.c.place))]


def _fitting(present: set[tuple[str, str]], new: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """As many of the new as there is room for: so many that the server saw, and as many again that were reported."""
    fitting = []
    for is_own in (True, False):
        room = _MOST - sum((place in OWN_PLACES) is is_own for _, place in present)
        fitting += [key for key in new if (key[1] in OWN_PLACES) is is_own][: max(room, 0)]
    return fitting


def _oldest(today: date) -> str:
    return (today - timedelta(days=KEPT_DAYS)).isoformat()
