"""Vendors by the names they are called: a cookie that carries one is most likely theirs. Knows no single cookie.

What a vendor's cookies mostly are stands in `data/makers.tsv`, told by those the catalogue knows.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from consentkit.catalog.table import read_table

_SHORTEST = 5
_LONGEST = 64


class Maker(NamedTuple):
    """A vendor, and what its cookies mostly are."""

    name: str
    category: str


@lru_cache(maxsize=1024)
def find_maker(name: str) -> Maker | None:
    """The vendor whose name begins a cookie's, or is a word of it."""
    words = re.split(r"[^a-z0-9]+", name[:_LONGEST].lower())
    makers = _makers()
    for word in words:
        if found := makers.get(word):
            return found
    plain = "".join(words)
    return next((makers[plain[:size]] for size in range(len(plain), _SHORTEST - 1, -1) if plain[:size] in makers), None)


@cache
def _makers() -> dict[str, Maker]:
    return {word: Maker(vendor, category) for word, vendor, category in read_table("makers.tsv", 3)}
