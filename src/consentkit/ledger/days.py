"""How many chose what, by day: counted once from each entry, so that a page of figures reads no entries.

Knows entries and rows; not who looks, nor how small a number may be shown. What is counted stays counted when a record
is erased: a count tells of nobody. The counts are no evidence; the entries are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, select, update

from consentkit import canonical
from consentkit.errors import MalformedError
from consentkit.ledger.derived import work_through
from consentkit.ledger.store import Entry, Store
from consentkit.ledger.tables import METADATA, CountedRow, DayRow, insert_if_new

# What of a record is counted, each by itself: two together might be one person.
DIMENSIONS = ("language", "jurisdiction", "device", "policy", "route")
# One row of the whole day, and one for each category that a choice made one by one allowed.
DAY, CATEGORY = "day", "category"
# How often a banner was shown, and chosen in: counted as it happens, from no entry.
FUNNEL = "funnel"
_LONGEST_VALUE = 200
_DAYS, _COUNTED = (METADATA.tables[model.__tablename__] for model in (DayRow, CountedRow))
Key = tuple[str, str, str, str]
_KEY = ("day", "dimension", "value", "choice")
_ADD = insert_if_new(_DAYS)
_MORE = (
    update(_DAYS)
    .where(_DAYS.c.site == bindparam("the_site"), *(_DAYS.c[name] == bindparam(f"the_{name}") for name in _KEY))
    .values(count=_DAYS.c["count"] + bindparam("times"))
)


class Cell(NamedTuple):
    """One count: choices of this kind, of which a record said `value`."""

    value: str
    choice: str
    times: int


def count_days(store: Store, most: int) -> tuple[int, int]:
    """Count at most so many more entries; how far it is counted now, and how many entries there are."""

    def count(connection: Connection, entries: Iterable[Entry]) -> None:
        _add(connection, store.site, Counter(key for entry in entries for key in _keys(entry)))

    return work_through(store, _COUNTED, most, count)


def add_times(store: Store, counts: Mapping[tuple[str, str], int]) -> None:
    """Add to how often something happened, by day (ISO) and what. Raises LedgerUnavailable."""
    with store.transaction(write=True) as connection:
        _add(connection, store.site, {(day, FUNNEL, "", what): times for (day, what), times in counts.items()})


def read_days(store: Store, dimension: str, since: str, until: str) -> list[Cell]:
    """The counts of a dimension from one day (ISO, included) to another (not included), over all these days.

    Of DAY the value is the day itself.
    """
    value = _DAYS.c.day if dimension == DAY else _DAYS.c.value
    query = (
        select(value, _DAYS.c.choice, func.sum(_DAYS.c["count"]))
        .where(_DAYS.c.site == store.site, _DAYS.c.dimension == dimension)
        .where(_DAYS.c.day >= since, _DAYS.c.day < until)
        .group_by(value, _DAYS.c.choice)
        .order_by(value, _DAYS.c.choice)
    )
    with store.transaction() as connection:
        return [Cell(row[0], row[1], int(row[2])) for row in connection.execute(query)]


def months(store: Store) -> list[str]:
    """The months ("2026-11") in which somebody chose, oldest first."""
    month = func.substr(_DAYS.c.day, 1, 7)
    query = select(month).where(_DAYS.c.site == store.site, _DAYS.c.dimension == DAY).distinct().order_by(month)
    with store.transaction() as connection:
        return list(connection.execute(query).scalars())


def _add(connection: Connection, site: str, counts: Mapping[Key, int]) -> None:
    keys = sorted(counts)
    if keys:
        rows = [dict(zip(_KEY, key, strict=True)) for key in keys]
        connection.execute(_ADD, [{"site": site, "count": 0, **row} for row in rows])
        connection.execute(_MORE, [_named(site, key, counts[key]) for key in keys])


def _keys(entry: Entry) -> Iterator[Key]:
    """Under what an entry counts."""
    if entry.record is None or entry.salt is None:
        return
    try:
        record: dict[str, Any] = canonical.decode(entry.record)
        day, choice = str(record["time"])[:10], str(record["choice"])[:16]
        if date.fromisoformat(day).isoformat() != day or record.get("account"):  # merged at a sign-in: nobody chose
            return
        yield day, DAY, "", choice
        for dimension in DIMENSIONS:
            yield day, dimension, str(record[dimension])[:_LONGEST_VALUE], choice
        if choice == "custom":
            for category in record["categories"]:
                yield day, CATEGORY, str(category)[:_LONGEST_VALUE], choice
    except (MalformedError, LookupError, TypeError, ValueError):
        return  # somebody wrote into the database: `verify` names the entry


def _named(site: str, key: Key, times: int) -> dict[str, Any]:
    return {"the_site": site, **{f"the_{name}": part for name, part in zip(_KEY, key, strict=True)}, "times": times}
