"""How many choices one network may make in a minute. Counted in memory, forgotten with the minute, and bounded."""

from __future__ import annotations

import logging

_LOG = logging.getLogger("consentkit")

PER_MINUTE = 120
_NETWORKS = 10_000


class RateLimit:
    """Counts by network and minute. `now` is in seconds and only moves forward."""

    def __init__(self, per_minute: int = PER_MINUTE) -> None:
        self._per_minute = per_minute
        self._minute = 0
        self._counts: dict[str, int] = {}

    def allows(self, network: str, now: float) -> bool:
        """Count one more; whether it is within the limit. When too many networks knock, new ones share a count."""
        minute = int(now // 60)
        if minute != self._minute:
            self._minute, self._counts = minute, {}
        key = network if network in self._counts or len(self._counts) < _NETWORKS else "others"
        count = self._counts[key] = self._counts.get(key, 0) + 1
        if count == self._per_minute + 1:
            # Once a minute, and without the address: who it is belongs in no log.
            _LOG.warning(
                "consentkit.C002 more than %d choices in a minute from one network are put off. If all visitors come "
                "through a proxy of yours, name it in trusted_proxies.",
                self._per_minute,
            )
        return count <= self._per_minute
