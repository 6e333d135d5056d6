"""The figures: what visitors chose in a month, by what their records say, as far as so few may be shown.

Knows counts by day; reads no entries but those that were not counted yet, and of those only so many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple, get_args

from starlette.responses import Response

from consentkit.audit.disclosure import Column, columns_of, fold, rounded, shares
from consentkit.audit.drawing import Drawing, draw
from consentkit.audit.policies import named_policy, version_of
from consentkit.audit.visit import Visit
from consentkit.audit.words import Words
from consentkit.ledger.days import CATEGORY, DAY, DIMENSIONS, FUNNEL, Cell, count_days, months, read_days
from consentkit.ledger.store import Store
from consentkit.sightings.funnel import Stage

# How many entries one look may count: some 20 ms. The rest waits for the next, and the page says so.
_AT_ONCE = 1000
# A table on a page is read by people.
_MOST_ROWS = 40


class Figure(NamedTuple):
    """One plot and its table; `heads` are the columns' names, `rows` (name, cells)."""

    key: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    drawing: Drawing
    total: tuple[int, ...] | None


def show_overview(visit: Visit) -> Response:
    desk = visit.desk
    store, words, today = desk.ledger.store, visit.words, datetime.fromtimestamp(desk.clock(), UTC).date()
    counted, size = count_days(store, _AT_ONCE)
    offered = months(store)
    month = visit.sent.get("month", "")
    month = month if month in offered else (offered[-1] if offered else "")
    figures: list[Figure] = []
    if month:
        since, until = _span(month, today)
        days = _by_value(read_days(store, DAY, since, until))
        columns = columns_of(_totals(days), desk.threshold)
        if columns:
            figures = [
                _whole(days, columns, words),
                _figure(DAY, days, columns, visit),
                _withdrawals(days, columns, visit),
                *(
                    _figure(name, _by_value(read_days(store, name, since, until)), columns, visit)
                    for name in DIMENSIONS
                ),
                _categories(read_days(store, CATEGORY, since, until), days, columns, visit),
            ]
        figures.append(_funnel(read_days(store, FUNNEL, since, until), visit))
    told = {"counted": counted, "size": size, "threshold": desk.threshold}
    return visit.page("overview.html", figures=figures, months=offered, month=month, **told)


def _span(month: str, today: date) -> tuple[str, str]:
    """A month as days; of the one that goes on only days that are over: a day that grows tells of its last visitor."""
    year, number = int(month[:4]), int(month[5:7])
    after = date(year + number // 12, number % 12 + 1, 1)
    return f"{month}-01", min(after, today).isoformat()


def _by_value(cells: Sequence[Cell]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for cell in cells:
        found.setdefault(cell.value, {})[cell.choice] = cell.times
    return found


def _totals(counts: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for by in counts.values():
        for choice, times in by.items():
            sums[choice] = sums.get(choice, 0) + times
    return sums


def _whole(days: Mapping[str, Mapping[str, int]], columns: tuple[Column, ...], words: Words) -> Figure:
    totals = _totals(days)
    cells = tuple(sum(totals.get(choice, 0) for choice in column) for column in columns)
    rows = {words("overview.all"): cells}
    return Figure("share", _heads(columns, words), tuple(rows.items()), draw(rows), None)


def _figure(key: str, counts: Mapping[str, Mapping[str, int]], columns: tuple[Column, ...], visit: Visit) -> Figure:
    words, table = visit.words, fold(counts, columns, visit.desk.threshold)
    ranked = sorted(table.rows, key=lambda value: (0 if key == DAY else -sum(table.rows[value]), value))
    versions = _versions(visit.desk.ledger.store) if key == "policy" else {}
    rows = {_name(key, value, words, versions): table.rows[value] for value in ranked[:_MOST_ROWS]}
    rest = [table.rows[value] for value in ranked[_MOST_ROWS:]]
    if table.others is not None or rest:
        cells = [*rest, *([table.others] if table.others is not None else [])]
        rows[words("overview.others")] = tuple(map(sum, zip(*cells, strict=True)))
    return Figure(key, _heads(columns, words), tuple(rows.items()), draw(rows), table.total)


def _withdrawals(days: Mapping[str, Mapping[str, int]], columns: tuple[Column, ...], visit: Visit) -> Figure:
    """The withdrawals alone, as far as the table of all choices by day shows them."""
    if ("withdraw",) not in columns:
        return Figure("withdrawals", (), (), draw({}), None)
    whole, at = _figure(DAY, days, columns, visit), columns.index(("withdraw",))
    rows = {name: (cells[at],) for name, cells in whole.rows}
    total = (sum(cells[0] for cells in rows.values()),)
    return Figure("withdrawals", (whole.heads[at],), tuple(rows.items()), draw(rows), total)


def _funnel(cells: Sequence[Cell], visit: Visit) -> Figure:
    """How often the banner was shown, and how often somebody chose in it."""
    words, times = visit.words, {cell.choice: rounded(cell.times, visit.desk.threshold) for cell in cells}
    rows = (
        {words(f"overview.{stage}"): (times.get(stage, 0),) for stage in get_args(Stage)} if any(times.values()) else {}
    )
    return Figure(FUNNEL, (words("overview.times"),), tuple(rows.items()), draw(rows), None)


def _categories(
    cells: Sequence[Cell], days: Mapping[str, Mapping[str, int]], columns: tuple[Column, ...], visit: Visit
) -> Figure:
    """Of those who chose one by one, how many allowed each category: what the others allowed is no question."""
    words, ones = visit.words, _totals(days).get("custom", 0) if ("custom",) in columns else 0
    found = shares({cell.value: cell.times for cell in cells}, ones, visit.desk.threshold) if ones else {}
    rows: dict[str, tuple[int, ...]] = {words.named("category", value): pair for value, pair in found.items()}
    return Figure(CATEGORY, (words("overview.allowed"), words("overview.kept")), tuple(rows.items()), draw(rows), None)


def _heads(columns: tuple[Column, ...], words: Words) -> tuple[str, ...]:
    return tuple(" + ".join(words.named("choice", choice) for choice in column) for column in columns)


def _versions(store: Store) -> dict[str, str]:
    """What each policy calls itself, by its hash."""
    return {document.hash: version_of(document.body) for document in store.documents("policy")}


def _name(key: str, value: str, words: Words, versions: Mapping[str, str]) -> str:
    if key == "policy":
        return named_policy(value, versions.get(value, ""))
    return words.named(key, value) if value else words("overview.unknown")
