"""How much one network or visitor may send in a minute. Counted in memory, bounded, forgotten with the minute."""

from __future__ import annotations

import logging

_LOG = logging.getLogger("consentkit")

PER_MINUTE = 120
PER_VISITOR = 30
_NETWORKS = 10_000


class RateLimit:
    """Counts by network and minute, or by whatever else the log calls `whose`; `what` is what is counted.

    `now` is in seconds and only moves forward.
    """

    def __init__(self, per_minute: int = PER_MINUTE, what: str = "choices", whose: str = "network") -> None:
        self._per_minute = per_minute
        self._what = what
        self._whose = whose
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
                "consentkit.C002 more than %d %s in a minute from one %s are put off. If all visitors come "
                "through a proxy of yours, name it in trusted_proxies.",
                self._per_minute,
                self._what,
                self._whose,
            )
        return count <= self._per_minute


class ChoiceLimit:
    """Choices by visitor and by network: a browser that runs wild is stopped before its household's share is gone."""

    def __init__(self, per_visitor: int = PER_VISITOR, per_network: int = PER_MINUTE) -> None:
        self._visitors = RateLimit(per_visitor, whose="visitor")
        self._networks = RateLimit(per_network)

    def allows(self, network: str, visitor: str | None, now: float) -> bool:
        """Count one more; whether it is within both limits. A visitor without an id counts for the network alone."""
        return (visitor is None or self._visitors.allows(visitor, now)) and self._networks.allows(network, now)
