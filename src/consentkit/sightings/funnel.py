"""How often a banner was shown to its visitor, and how often somebody chose in it: two numbers a day, for the owner.

Knows days and three words; no visitor, no page and no choice. Added up in memory, and to the ledger's counts once a
minute: no page waits for a database. What a process had not written when it was killed is lost. Trusted for nothing.
"""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime
from typing import Literal

from consentkit.errors import LedgerUnavailable
from consentkit.later import Later
from consentkit.ledger.days import add_times
from consentkit.ledger.store import Store

_SECONDS = 60
_DAY = 86_400
Stage = Literal["shown", "chosen", "later"]
"""A banner in its visitor's own page; a choice in it; a choice in the preferences by somebody still to be asked."""


class Funnel:
    """One process's counts for one site. Safe to share between threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._counts: Counter[tuple[int, Stage]] = Counter()
        self._lock = threading.Lock()
        self._later = Later(self._write, _SECONDS)

    def count(self, stage: Stage, now: float) -> None:
        """One more, at a Unix time in seconds."""
        with self._lock:
            self._counts[int(now // _DAY), stage] += 1
        self._later.soon()

    def close(self) -> None:
        """Write what is not written yet. May block."""
        self._later.close()

    def _write(self) -> bool:
        with self._lock:
            counts, self._counts = self._counts, Counter()
        try:
            add_times(self._store, {(_iso(day), stage): times for (day, stage), times in counts.items()})
        except LedgerUnavailable:  # the ledger says so in the log
            with self._lock:
                self._counts.update(counts)
            return False
        return True


def _iso(day: int) -> str:
    return datetime.fromtimestamp(day * _DAY, UTC).date().isoformat()
