"""What cookies an app was seen to set or receive, on which days: one table for all workers of a site.

Knows rows and how two of them make one; not HTTP, and not what a cookie is for. Never a value.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, bindparam, select, update

from consentkit.ledger.database import Database
from consentkit.ledger.tables import METADATA, SeenRow, insert_if_new

MOST_NAMES = 2000
MOST_PATHS = 4
_SEEN = METADATA.tables[SeenRow.__tablename__]
_ADD = insert_if_new(_SEEN)
_BATCH = 500


class Sighting(NamedTuple):
    """One name. Days are counted from 1970; `attributes` and `lifetime` (seconds) are as the app last set it."""

    name: str
    is_set: bool
    received: bool
    first: int
    last: int
    paths: tuple[str, ...] = ()
    attributes: str = ""
    lifetime: int | None = None

    def merge(self, other: Sighting) -> Sighting:
        """Both as one. The later says how a cookie is set, and of two lifetimes the longer counts."""
        told = other if other.is_set and (other.last >= self.last or not self.is_set) else self
        lifetimes = [each.lifetime for each in (self, other) if each.lifetime is not None]
        return Sighting(
            self.name,
            self.is_set or other.is_set,
            self.received or other.received,
            min(self.first, other.first),
            max(self.last, other.last),
            tuple(sorted({*self.paths, *other.paths})[:MOST_PATHS]),
            told.attributes,
            max(lifetimes, default=None),
        )


class Sightings:
    """The sightings of one site in its database. All errors: LedgerUnavailable."""

    def __init__(self, database: Database, site: str) -> None:
        self._database = database
        self._site = site

    def add(self, batch: Mapping[str, Sighting]) -> None:
        """Merge sightings into the table, all or none; of more names than it holds the last are dropped."""
        with self._database.transaction(write=True) as connection:
            self._add_names(connection, batch)
            # What another worker put in meanwhile is there now, and is merged with as well.
            known = self._known(connection, sorted(batch))
            merged = [known[name].merge(batch[name]) for name in sorted(known)]
            changed = [sighting for sighting in merged if sighting != known[sighting.name]]
            if changed:
                where = (_SEEN.c.site == self._site) & (_SEEN.c.name == bindparam("the_name"))
                rows = [_format(sighting) for sighting in changed]
                connection.execute(update(_SEEN).where(where), [{"the_name": row.pop("name"), **row} for row in rows])

    def all(self) -> list[Sighting]:
        """Every sighting, by name."""
        query = select(_SEEN).where(_SEEN.c.site == self._site).order_by(_SEEN.c.name)
        with self._database.transaction() as connection:
            return [_parse(row) for row in connection.execute(query).mappings()]

    def _add_names(self, connection: Connection, batch: Mapping[str, Sighting]) -> None:
        present = set(connection.execute(select(_SEEN.c.name).where(_SEEN.c.site == self._site)).scalars())
        fresh = sorted(batch.keys() - present)[: max(MOST_NAMES - len(present), 0)]
        if fresh:
            connection.execute(_ADD, [{"site": self._site, **_format(batch[name])} for name in fresh])

    def _known(self, connection: Connection, names: list[str]) -> dict[str, Sighting]:
        found: dict[str, Sighting] = {}
        for start in range(0, len(names), _BATCH):
            part = names[start : start + _BATCH]
            query = select(_SEEN).where(_SEEN.c.site == self._site, _SEEN.c.name.in_(part))
            # In the order of names, so that two workers wait for each other instead of both for ever.
            rows = connection.execute(query.order_by(_SEEN.c.name).with_for_update()).mappings()
            found |= {row["name"]: _parse(row) for row in rows}
        return found


def _format(sighting: Sighting) -> dict[str, Any]:
    return {**sighting._asdict(), "paths": json.dumps(sighting.paths)}


def _parse(row: RowMapping) -> Sighting:
    values = {field: row[field] for field in Sighting._fields}
    return Sighting(**{**values, "paths": tuple(json.loads(row["paths"]))})
