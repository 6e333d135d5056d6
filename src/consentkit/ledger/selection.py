"""Which entries an export takes, and how a bundle says so.

Knows entries and records; not where they go. An entry whose record was erased has only its time left to be chosen by:
it is taken where nothing else is asked. In a manifest each thing asked is a line, in this order:

    selection since 2026-11-01T00:00:00.000Z
    selection until 2026-12-01T00:00:00.000Z
    selection category analytics
    selection vendor acme
    selection visitor 0123456789abcdef0123456789abcdef
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from consentkit import canonical
from consentkit.errors import MalformedError
from consentkit.ledger.record import utc
from consentkit.ledger.store import Entry

_WORD = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_SPELLED = {"category": _WORD, "vendor": _WORD, "visitor": re.compile(r"[0-9a-f]{32}", re.ASCII)}
_LINE = "selection "


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked of an entry; None asks nothing. `since` (included) and `until` are Unix milliseconds.

    `category` and `vendor` ask for choices that allowed it; `visitor` is the random id of a browser, as hex. Raises
    MalformedError for a value that nothing can have.
    """

    since: int | None = None
    until: int | None = None
    category: str | None = None
    vendor: str | None = None
    visitor: str | None = None

    def __post_init__(self) -> None:
        for name, spelling in _SPELLED.items():
            value = getattr(self, name)
            if value is not None and not spelling.fullmatch(value):
                raise MalformedError(name, value)

    @property
    def is_all(self) -> bool:
        return self == ALL

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
        if not isinstance(record, dict):  # somebody wrote into the database
            return False
        return (self.category is None or self.category in record.get("categories", ())) and (
            self.vendor is None or self.vendor in record.get("vendors", ())
        )


ALL = Selection()
_NAMES = tuple(field.name for field in fields(Selection))


def format_selection(selection: Selection) -> list[str]:
    """The lines of a manifest that say what was asked; none where it was everything."""
    asked = {name: value for name in _NAMES if (value := getattr(selection, name)) is not None}
    return [f"{_LINE}{name} {utc(value) if isinstance(value, int) else value}" for name, value in asked.items()]


def parse_selection(lines: Sequence[str]) -> Selection:
    """What these lines ask. Raises MalformedError for any other spelling, or another order."""
    said = [line.removeprefix(_LINE).partition(" ") for line in lines]
    try:
        asked = {name: _moment(value) if name in ("since", "until") else value for name, _, value in said}
        selection = Selection(**asked)  # type: ignore[arg-type]
        if format_selection(selection) == list(lines):
            return selection
    except (TypeError, ValueError):
        pass
    raise MalformedError("selection", "; ".join(lines))


def is_selection(line: str) -> bool:
    """Whether a line of a manifest says what was asked."""
    return line.startswith(_LINE)


def _moment(text: str) -> int:
    moment = datetime.fromisoformat(text)
    return int(moment.timestamp()) * 1000 + moment.microsecond // 1000
