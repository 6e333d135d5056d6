"""Which visitor ids are whose account's, as rows.

Knows rows and keyed hashes; not user ids, cookies or requests. A row tells nobody without the secret whose it is. What
an account chose is not kept here: it is in the records of its visitor ids, and goes when they go.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import delete, func, select, update

from consentkit.ledger.store import Entry, Store
from consentkit.ledger.tables import METADATA, EntryRow, LinkRow, insert_if_new
from consentkit.seal import Pseudonym

_LINKS, _ENTRIES = (METADATA.tables[model.__tablename__] for model in (LinkRow, EntryRow))
_ADD = insert_if_new(_LINKS)


class Link(NamedTuple):
    """A visitor id and the account it belongs to, since `time` (Unix milliseconds)."""

    visitor: str
    account: Pseudonym
    time: int


class Links:
    """The links of one site. All errors: LedgerUnavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, visitors: Iterable[str], account: Pseudonym, time: int) -> None:
        """Tie visitor ids to an account; one that is tied already stays where it is."""
        named = {"site": self._store.site, "account": account.hash, "key": account.key, "time": time}
        with self._store.transaction(write=True) as connection:
            connection.execute(_ADD, [{**named, "visitor": visitor} for visitor in visitors])

    def has(self, visitor: str) -> bool:
        """Whether a visitor id is an account's."""
        query = select(_LINKS.c.time).where(_LINKS.c.site == self._store.site, _LINKS.c.visitor == visitor)
        with self._store.transaction() as connection:
            return connection.execute(query).first() is not None

    def of(self, account: Sequence[Pseudonym]) -> list[Link]:
        """The links of an account, under all its names, oldest first."""
        query = select(_LINKS).where(_LINKS.c.site == self._store.site, _LINKS.c.account.in_(_hashes(account)))
        with self._store.transaction() as connection:
            rows = connection.execute(query.order_by(_LINKS.c.time, _LINKS.c.visitor)).mappings().all()
        return [Link(row["visitor"], Pseudonym(row["key"], row["account"]), row["time"]) for row in rows]

    def last_of(self, account: Sequence[Pseudonym]) -> Entry | None:
        """The entry of an account's last choice, on whichever of its visitor ids it was made."""
        theirs = select(_LINKS.c.visitor).where(
            _LINKS.c.site == self._store.site, _LINKS.c.account.in_(_hashes(account))
        )
        query = (
            select(_ENTRIES)
            .where(_ENTRIES.c.site == self._store.site, _ENTRIES.c.visitor.in_(theirs), _ENTRIES.c.salt.is_not(None))
            # What waited in a spool has a later number than what was chosen after it.
            .order_by(_ENTRIES.c.time.desc(), _ENTRIES.c.number.desc())
            .limit(1)
        )
        with self._store.transaction() as connection:
            row = connection.execute(query).mappings().first()
        return Entry(*(row[name] for name in Entry._fields)) if row else None

    def rename(self, account: Sequence[Pseudonym]) -> None:
        """Keep an account's links under its newest name: the older secrets are then no longer needed for them."""
        *older, newest = account
        move = update(_LINKS).where(_LINKS.c.site == self._store.site, _LINKS.c.account.in_(_hashes(older)))
        with self._store.transaction(write=True) as connection:
            connection.execute(move.values(account=newest.hash, key=newest.key))

    def drop(self, visitors: Sequence[str]) -> None:
        """Untie visitor ids."""
        gone = delete(_LINKS).where(_LINKS.c.site == self._store.site, _LINKS.c.visitor.in_(visitors))
        with self._store.transaction(write=True) as connection:
            connection.execute(gone)

    def drop_empty(self, before: int) -> int:
        """Untie visitor ids from before a moment that have no record any more; how many there were."""
        recorded = select(_ENTRIES.c.number).where(
            _ENTRIES.c.site == _LINKS.c.site, _ENTRIES.c.visitor == _LINKS.c.visitor
        )
        gone = delete(_LINKS).where(
            _LINKS.c.site == self._store.site, _LINKS.c.time < before, ~recorded.correlate(_LINKS).exists()
        )
        with self._store.transaction(write=True) as connection:
            return connection.execute(gone).rowcount

    def by_key(self) -> dict[str, int]:
        """How many links there are under each key."""
        query = select(_LINKS.c.key, func.count()).where(_LINKS.c.site == self._store.site).group_by(_LINKS.c.key)
        with self._store.transaction() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}


def _hashes(account: Sequence[Pseudonym]) -> list[str]:
    return [name.hash for name in account]
