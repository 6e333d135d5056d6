"""Reads the generated tables in `data/`. Does not know what a row means.

A table is UTF-8 text: comment lines first, then one fact a line, its fields parted by tabs.
"""

from __future__ import annotations

import os

DATA = os.path.join(os.path.dirname(__file__), "data")


def read_table(name: str, width: int) -> list[list[str]]:
    """The rows of `data/{name}`, each of `width` fields; anything else is a broken installation."""
    with open(os.path.join(DATA, name), encoding="utf-8") as file:
        text = file.read()
    rows = [line.split("\t") for line in text.splitlines() if line[0] != "#"]
    if broken := next((row for row in rows if len(row) != width), None):
        raise ValueError(f"{name}: {width} fields expected, found {broken!r}")
    return rows
