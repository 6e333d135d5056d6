"""Where new entries go: into the database, or into the spool while it is away, and from there into the database.

Knows a store and a spool; not what is signed. What waits in the spool goes first, so a host's choices are logged in
the order in which they were made. While the database is away it is asked once a second, not once a choice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic

from consentkit.errors import LedgerUnavailable
from consentkit.ledger.spool import Batch, Spool
from consentkit.ledger.store import Store
from consentkit.tlog import Frontier

_LOG = logging.getLogger("consentkit")
_RETRY_SECONDS = 1


class Intake:
    """Takes batches. `ready` is asked before the database is written to: it raises LedgerUnavailable where that must
    not be, and returns the least number of entries that there must be. `grown` hears of each new frontier.
    """

    def __init__(
        self, store: Store, spool: Spool | None, ready: Callable[[], int], grown: Callable[[Frontier], None]
    ) -> None:
        self._store = store
        self._spool = spool
        self._ready = ready
        self._grown = grown
        self._away: LedgerUnavailable | None = None
        self._again = 0.0

    @property
    def away(self) -> bool:
        """Whether the database did not answer a moment ago."""
        return self._away is not None and monotonic() < self._again

    def take(self, batch: Batch) -> int | None:
        """Make a batch durable: the number of its first entry, or None while it waits in the spool.

        Raises LedgerUnavailable: then neither the database nor the spool has it.
        """
        try:
            if self._away and self.away:
                raise self._away
            self.drain()
            start, frontier = self._store.append(batch.entries, batch.documents, self._ready(), batch.moment)
        except LedgerUnavailable as error:
            self._goes_on_without(error)
            if self._spool is None:
                raise
            self._spool.put(batch)
            return None
        self._away = None
        self._grown(frontier)
        return start

    def drain(self) -> None:
        """Write what waits in the spool. Raises LedgerUnavailable; then it goes on waiting."""
        if self._spool is None or not self._spool.waiting():
            return
        count = self._spool.drain(self._write)
        self._away = None
        if count:  # another worker may have come first, or only notices have waited
            _LOG.warning("consentkit.D009 %d choices that had waited for the database are in the ledger", count)

    def rest(self) -> float | None:
        """Try again to drain, when it is time; returns in how many seconds the next time is."""
        if self._spool is None or not self._spool.waiting():
            return None
        if self._away and self.away:
            return max(self._again - monotonic(), 0)
        try:
            self.drain()
        except LedgerUnavailable as error:
            self._goes_on_without(error)
            return _RETRY_SECONDS
        return None

    def _write(self, batch: Batch) -> None:
        self._grown(self._store.append_once(batch.entries, batch.documents, self._ready(), batch.moment))

    def _goes_on_without(self, error: LedgerUnavailable) -> None:
        if error is self._away:
            return
        if self._away is None or self._spool is None:
            _LOG.error("%s %s", error.ident, error)
        if self._spool is not None:
            self._away, self._again = error, monotonic() + _RETRY_SECONDS
