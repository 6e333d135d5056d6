"""The hosts that the site's pages ask for: met in its HTML and in browsers' reports, for the owner to decide on.

Knows names and counts, no visitor and no page. What is learned here widens nothing: it becomes a proposal of
`consentkit csp`, and counts once the owner has written it into the policy. Costs a page nothing but one in ten seconds.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic
from typing import TypeVar

from consentkit.classification.answer import FIRST_PARTY, Classification
from consentkit.classification.classifier import Classifier
from consentkit.decision import EVERYTHING
from consentkit.errors import LedgerUnavailable
from consentkit.guard.fetching import Suspects
from consentkit.guard.guard import Terms
from consentkit.http import ResponseHead
from consentkit.later import Later
from consentkit.ledger.hosts import add_sightings
from consentkit.ledger.store import Store
from consentkit.policy import Policy
from consentkit.sightings.reports import Violation, host_in

_LOG = logging.getLogger("consentkit")
_MOST = 1000
# Seconds between pages that are read whole, and before what was met is written down.
_SAMPLE = 10.0
_DELAY = 10.0
_TARGET = re.compile(rb"<([^<>]{1,2000})>")

Candidates = TypeVar("Candidates")


class HostsInUse:
    """Remembers for one process, writes in the background. A race lost between threads loses a count, nothing else."""

    def __init__(self, policy: Policy, store: Store) -> None:
        self._listener = None if policy.csp.mode == "off" else _Listener(policy, self._count)
        self._store = store
        self._counts: dict[tuple[str, str], int] = {}
        self._next = 0.0
        self._later = Later(self._write, _DELAY)

    @property
    def learns(self) -> bool:
        return self._listener is not None

    def listening(self, terms: Terms, suspects: Suspects, head: ResponseHead) -> tuple[Terms, Suspects | None]:
        """The terms to judge a page by, and how to find suspect places in it.

        Now and then such terms as also listen: then the page is read tag by tag, and not only around suspect places.
        """
        listener = self._listener
        if listener is None or monotonic() < self._next or terms.decision.granted >= EVERYTHING:
            return terms, suspects
        self._next = monotonic() + _SAMPLE
        for name, value in head.headers:
            if name == b"link":
                for target in _TARGET.findall(value):
                    listener.url_in(target.decode("latin-1"), terms.host, "link")
        return terms._replace(classifier=listener), None

    def reported(self, violation: Violation) -> None:
        """Count what a browser, or somebody in its name, says it stopped."""
        self._count(violation.host, violation.directive)

    def flush(self) -> None:
        """Write down what was met. May block."""
        self._later.close()

    def _count(self, host: str, place: str) -> None:
        key = (host, place)
        if key in self._counts or len(self._counts) < _MOST:
            self._counts[key] = self._counts.get(key, 0) + 1
            self._later.soon()

    def _write(self) -> bool:
        """Write down what was met; what a database that is away does not take is kept for the next time."""
        counts, self._counts = self._counts, {}
        try:
            add_sightings(self._store, counts, datetime.now(UTC).date())
        except LedgerUnavailable as error:
            _LOG.info("%s the hosts in use wait to be written: %s", error.ident, error)
            for key, count in counts.items():
                self._counts[key] = self._counts.get(key, 0) + count
            return False
        return True


class _Listener(Classifier):
    """A classifier that also says which hosts it was asked about."""

    def __init__(self, policy: Policy, heard: Callable[[str, str], object]) -> None:
        super().__init__(policy)
        self._heard = heard

    def url(self, url: str, own_host: str = "") -> Classification:
        return self.url_in(url, own_host, "html")

    def url_in(self, url: str, own_host: str, place: str) -> Classification:
        found = super().url(url, own_host)
        if found is not FIRST_PARTY and (host := host_in(url)):
            self._heard(host, place)
        return found
