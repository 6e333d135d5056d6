"""Which counts may be shown: none so small that it tells of a few people, alone or by subtraction.

Knows tables of counts; not what they count, nor how they are drawn. All tables of a period have the same sums by
choice, so whoever sees two of them can subtract. Two steps leave nothing to gain by that:

    columns    choices too rare to be shown are put together with the next rarer one, the same way in every table
    rows       rows with a cell too small are put together, two at least, until every cell of their sum may be shown

So every cell that is shown is 0 or at least the threshold, the shown rows add up to the whole, and what would be left
over by subtraction is itself a shown row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

THRESHOLD = 5
Column = tuple[str, ...]
"""The choices that are counted together."""
Counts = Mapping[str, Mapping[str, int]]
"""By value, then by choice."""


class Table(NamedTuple):
    """What may be shown. `others` is the sum of the rows put together, None where each stands by itself."""

    columns: tuple[Column, ...]
    rows: dict[str, tuple[int, ...]]
    others: tuple[int, ...] | None

    @property
    def total(self) -> tuple[int, ...]:
        return _sum([*self.rows.values(), *([self.others] if self.others else [])], len(self.columns))


def columns_of(totals: Mapping[str, int], threshold: int) -> tuple[Column, ...]:
    """The columns in which choices may be shown; none where all together are too few."""
    rising = sorted((times, choice) for choice, times in totals.items() if times)
    columns: list[Column] = []
    group: Column = ()
    count = 0
    for times, choice in rising:
        group, count = (*group, choice), count + times
        if count >= threshold:
            columns.append(group)
            group, count = (), 0
    if group and columns:
        columns[-1] += group
    return tuple(sorted(tuple(sorted(column)) for column in columns))


def fold(counts: Counts, columns: tuple[Column, ...], threshold: int) -> Table:
    """The table of these counts that may be shown."""
    rows = {value: tuple(sum(by.get(each, 0) for each in column) for column in columns) for value, by in counts.items()}
    folded = {value for value, cells in rows.items() if _too_small(cells, threshold)}
    rising = sorted(rows.keys() - folded, key=lambda value: (sum(rows[value]), value))
    for value in rising:
        # One row alone was folded for being too small: so this holds for two at least.
        if not _too_small(_sum((rows[each] for each in folded), len(columns)), threshold):
            break
        folded.add(value)
    others = _sum((rows[value] for value in folded), len(columns)) if folded else None
    return Table(columns, {value: cells for value, cells in rows.items() if value not in folded}, others)


def shares(parts: Mapping[str, int], whole: int, threshold: int) -> dict[str, tuple[int, int]]:
    """For parts that may overlap: how many are in each and how many are not, where both may be shown."""
    pairs = {value: (times, whole - times) for value, times in parts.items()}
    return {value: pair for value, pair in pairs.items() if not _too_small(pair, threshold)}


def rounded(times: int, threshold: int) -> int:
    """A count that was made apart from all tables, so coarse that comparing it with them tells of nobody."""
    return times - times % threshold


def _too_small(cells: Iterable[int], threshold: int) -> bool:
    return any(0 < cell < threshold for cell in cells)


def _sum(rows: Iterable[tuple[int, ...]], width: int) -> tuple[int, ...]:
    return tuple(map(sum, zip(*rows, strict=True))) or (0,) * width
