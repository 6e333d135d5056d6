"""Reads the generated tables in `data/`. Does not know what a row means.

A table is UTF-8 text: comment lines first, then one fact a line, its fields parted by tabs.
"""

from __future__ import annotations

from pathlib import Path
from sys import intern

DATA = Path(__file__).with_name("data")


def read_table(name: str, width: int) -> list[list[str]]:
    """The rows of `data/{name}`, each of `width` fields; anything else is a broken installation."""
    text = (DATA / name).read_text("utf-8")
    # The same few categories, vendors and sources stand on thousands of lines: one string each.
    rows = [[intern(field) for field in line.split("\t")] for line in text.splitlines() if line[0] != "#"]
    for row in rows:
        if len(row) != width:
            raise ValueError(f"{name}: {width} fields expected, found {row!r}")
    return rows
