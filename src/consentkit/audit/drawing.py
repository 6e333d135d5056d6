"""A table of counts as bars: places and widths for one SVG, drawn by a template.

Knows numbers; not what they mean. Everything drawn is also in the table beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

WIDTH, LABELS, STEP, THICK = 640, 190, 24, 16
_LONGEST_LABEL = 26


class Bar(NamedTuple):
    """One piece: which column it stands for, where it begins, how long it is."""

    column: int
    x: float
    length: float


class Line(NamedTuple):
    """One row's pieces, with its name cut to the room there is."""

    label: str
    y: int
    bars: tuple[Bar, ...]


class Drawing(NamedTuple):
    lines: tuple[Line, ...]
    width: int
    height: int
    step: int = STEP
    thick: int = THICK


def draw(rows: Mapping[str, Sequence[int]]) -> Drawing:
    """Each row as one bar of pieces, the longest row filling the width."""
    most = max(map(sum, rows.values()), default=0) or 1
    lines = tuple(
        Line(_cut(label), at * STEP, tuple(_bars(cells, (WIDTH - LABELS) / most)))
        for at, (label, cells) in enumerate(rows.items())
    )
    return Drawing(lines, WIDTH, len(lines) * STEP)


def _bars(cells: Sequence[int], scale: float) -> list[Bar]:
    bars, x = [], float(LABELS)
    for column, count in enumerate(cells):
        if count:
            bars.append(Bar(column, round(x, 1), round(count * scale, 1)))
        x += count * scale
    return bars


def _cut(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else label[: _LONGEST_LABEL - 1] + "…"
