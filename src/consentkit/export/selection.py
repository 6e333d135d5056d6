"""Which entries an export takes.

Knows entries and records; not where they go. An entry whose record was erased has only its time left to be chosen by:
it is taken where nothing else is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from consentkit import canonical
from consentkit.ledger.store import Entry


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked of an entry; None asks nothing. `since` (included) and `until` are Unix milliseconds.

    `category` and `vendor` ask for choices that allowed it; `visitor` is the random id of a browser, as hex.
    """

    since: int | None = None
    until: int | None = None
    category: str | None = None
    vendor: str | None = None
    visitor: str | None = None

    @property
    def is_all(self) -> bool:
        return self == Selection()

    def of(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Those of the entries that are asked for, in their order."""
        return (entry for entry in entries if self.takes(entry))

    def takes(self, entry: Entry) -> bool:
        in_time = (self.since is None or entry.time >= self.since) and (self.until is None or entry.time < self.until)
        return in_time and (self.visitor is None or entry.visitor == self.visitor) and self._allowed(entry)

    def _allowed(self, entry: Entry) -> bool:
        if self.category is None and self.vendor is None:
            return True
        if entry.record is None or entry.salt is None:
            return False
        record = canonical.decode(entry.record)
        return (self.category is None or self.category in record["categories"]) and (
            self.vendor is None or self.vendor in record["vendors"]
        )
