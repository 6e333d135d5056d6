"""Which tickets were taken already: each counts once, whichever process it comes to.

Knows rows and hashes; not what a ticket says. A row goes with its ticket's life, so there are never more than came in
that time.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import delete

from consentkit.ledger.store import Store
from consentkit.ledger.tables import METADATA, TicketRow, insert_if_new

_TICKETS = METADATA.tables[TicketRow.__tablename__]
_ADD = insert_if_new(_TICKETS)


class Tickets:
    """The tickets taken at one site. All errors: LedgerUnavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def redeem(self, nonce: str, now: int, expires: int) -> bool:
        """Take a ticket; whether nobody had before. `expires` is when it is worth nothing any more, in Unix seconds."""
        row = {"site": self._store.site, "hash": hashlib.sha256(nonce.encode()).hexdigest(), "expires": expires}
        mine = _TICKETS.c.site == self._store.site
        with self._store.transaction(write=True) as connection:
            connection.execute(delete(_TICKETS).where(mine, _TICKETS.c.expires < now))
            return connection.execute(_ADD, row).rowcount == 1
