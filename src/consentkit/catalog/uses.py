"""What cookies and hosts are for: each use, the category that follows from it, and its words for visitors.

Knows no names and no hosts. Uses are written by hand in `data/uses.tsv`.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from consentkit.catalog.table import read_table

# What is said of a cookie of which only the category is known.
GENERAL = {"essential": "operation", "functional": "comfort", "analytics": "measurement", "marketing": "advertising"}


class Use(NamedTuple):
    """A purpose. `words` are one plain sentence."""

    name: str
    category: str
    words: str


@cache
def uses() -> dict[str, Use]:
    """Every use by its name."""
    return {row[0]: Use(*row) for row in read_table("uses.tsv", 3)}
