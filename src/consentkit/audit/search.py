"""Finding entries: by when they were made, under which policy, by what was chosen, or by a receipt's id.

Knows entries and their records. Newest first, from one number downwards: a page reads so many entries and no more,
however many there are, and says where the next one goes on.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from starlette.responses import Response

from consentkit import canonical
from consentkit.audit.policies import named_policy, version_of
from consentkit.audit.visit import Visit
from consentkit.errors import MalformedError
from consentkit.ledger.filing import file_receipts, numbers_of_receipt
from consentkit.ledger.store import Entry, Store
from consentkit.policy import OPTIONAL_CATEGORIES

CHOICES = ("accept_all", "refuse_all", "custom", "withdraw")
CATEGORIES = tuple(category.value for category in OPTIONAL_CATEGORIES)
_HITS, _READ, _WINDOW = 50, 20_000, 1000
# How many entries one look may file: some 20 ms.
_AT_ONCE = 1000
_DAY = 86_400_000
# What a line of the list shows of a record.
_SHOWN = frozenset({"time", "choice", "categories", "language", "route"})
_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)
_RECEIPT = re.compile(r"[0-9a-f]{32}", re.ASCII)
_POLICY = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Wanted(NamedTuple):
    """What is looked for; "" and None ask nothing. Times are Unix milliseconds, `until` not included."""

    since: int | None = None
    until: int | None = None
    policy: str = ""
    category: str = ""
    choice: str = ""
    receipt: str = ""


class Found(NamedTuple):
    """Entries with their records, newest first, and below which number to look on; None where that was all."""

    hits: list[tuple[Entry, dict[str, Any]]]
    rest: int | None


def search(visit: Visit) -> Response:
    sent, store = visit.sent, visit.desk.ledger.store
    wanted = parse_wanted(sent)
    below = int(sent["below"]) if _NUMBER.fullmatch(sent.get("below", "")) else None
    found = find(store, wanted, below)
    asked = {name: sent.get(name, "") for name in ("since", "until", *Wanted._fields[2:])}
    policies = {each.hash: named_policy(each.hash, version_of(each.body)) for each in store.documents("policy")}
    options: dict[str, Any] = {"policies": policies, "categories": CATEGORIES, "choices": CHOICES}
    return visit.page("search.html", found=found, asked=asked, **options)


def parse_wanted(sent: Any) -> Wanted:
    """What a form asks for; a field that is not in its one spelling asks nothing."""
    category, choice = sent.get("category", ""), sent.get("choice", "")
    policy, receipt = sent.get("policy", ""), sent.get("receipt", "").strip().lower()
    until = _day(sent.get("until", ""))
    return Wanted(
        _day(sent.get("since", "")),
        until if until is None else until + _DAY,
        policy if _POLICY.fullmatch(policy) else "",
        category if category in CATEGORIES else "",
        choice if choice in CHOICES else "",
        receipt if _RECEIPT.fullmatch(receipt) else "",
    )


def find(store: Store, wanted: Wanted, below: int | None = None) -> Found:
    """The newest entries that are looked for, below a number."""
    size = store.head().size
    first, last = _range(store, wanted, size)
    if wanted.receipt:
        filed, _ = file_receipts(store, _AT_ONCE)
        if known := list(_filed(store, wanted)):
            return Found(known, None)
        first = max(first, filed)
    top = last if below is None else min(below, last)
    hits: list[tuple[Entry, dict[str, Any]]] = []
    stop = max(first, top - _READ)
    for entry in _downwards(store, stop, top):
        record = _record(entry)
        if record is not None and _fits(entry, record, wanted):
            hits.append((entry, record))
            if len(hits) == _HITS:
                return Found(hits, entry.number if entry.number > first else None)
    return Found(hits, stop if stop > first else None)


def _range(store: Store, wanted: Wanted, size: int) -> tuple[int, int]:
    """Between which numbers such entries can be, by halves. A day to spare: what waited in the spool came in late."""

    def time_of(number: int) -> int:
        return next(iter(store.entries(number, number + 1))).time

    first = 0 if wanted.since is None else bisect_left(range(size), wanted.since - _DAY, key=time_of)
    last = size if wanted.until is None else bisect_left(range(size), wanted.until + _DAY, key=time_of)
    return first, last


def _filed(store: Store, wanted: Wanted) -> Iterator[tuple[Entry, dict[str, Any]]]:
    """The entry of a receipt, where it is filed already."""
    for number in numbers_of_receipt(store, wanted.receipt):
        for entry in store.entries(number, number + 1):
            record = _record(entry)
            if record is not None and _fits(entry, record, wanted):
                yield entry, record


def _downwards(store: Store, stop: int, top: int) -> Iterator[Entry]:
    while top > stop:
        low = max(stop, top - _WINDOW)
        yield from reversed(list(store.entries(low, top)))
        top = low


def _record(entry: Entry) -> dict[str, Any] | None:
    """An entry's record; None where there is none, or somebody wrote into the database."""
    if entry.record is None or entry.salt is None:
        return None
    try:
        record = canonical.decode(entry.record)
    except MalformedError:
        return None
    whole = isinstance(record, dict) and record.keys() >= _SHOWN and isinstance(record["categories"], list)
    return record if whole else None


def _fits(entry: Entry, record: dict[str, Any], wanted: Wanted) -> bool:
    return (
        (wanted.since is None or entry.time >= wanted.since)
        and (wanted.until is None or entry.time < wanted.until)
        and wanted.policy in ("", record.get("policy"))
        and wanted.choice in ("", record.get("choice"))
        and wanted.receipt in ("", record.get("id"))
        and (not wanted.category or wanted.category in record["categories"])
    )


def _day(text: str) -> int | None:
    """A day (ISO) as its first millisecond in UTC."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return int(day.timestamp() * 1000)
