"""Names that many choose alike, and patterns too short to be one vendor's: hints, for whoever must guess.

Knows names only. A hint is exact, or begins ("theme_*"), ends ("*_locale") or holds ("*cookieconsent*") what says
something; of several that fit, the one that says most of the name counts, then the stricter category.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from consentkit.catalog.cookies import KnownCookie, Row, bare_name, known_cookie
from consentkit.catalog.table import read_table

_KEY = 2  # characters by which beginnings and ends are found
_ORDER = ("essential", "functional", "analytics", "marketing")


@lru_cache(maxsize=1024)
def find_hint(name: str) -> KnownCookie | None:
    """What such a name usually means where nobody knows the cookie itself, or None. An empty vendor: a convention."""
    bare = bare_name(name).lstrip("_-.") or name
    hints = _hints()
    if found := hints.exact.get(name) or hints.exact.get(bare):
        return known_cookie(found)
    fitting = [*hints.fitting(name), *(hints.fitting(bare) if bare != name else ())]
    return max(fitting, default=None, key=_weight)


def _weight(hint: KnownCookie) -> tuple[int, int]:
    return len(hint.name.replace("*", "")), _ORDER.index(hint.category)


class _Hints:
    def __init__(self, hints: Iterable[Row]) -> None:
        self.exact: dict[str, Row] = {}
        self._within: list[tuple[str, Row]] = []
        self._ends: dict[str, list[tuple[str, Row]]] = {}
        self._starts: dict[str, list[tuple[str, str, Row]]] = {}
        for hint in hints:
            before, star, after = hint[0].partition("*")
            if not star:
                self.exact.setdefault(before, hint)
            elif before:
                self._starts.setdefault(before[:_KEY], []).append((before, after, hint))
            elif after.endswith("*"):
                self._within.append((after[:-1], hint))
            else:
                self._ends.setdefault(after[-_KEY:], []).append((after, hint))

    def fitting(self, name: str) -> Iterator[KnownCookie]:
        """Every pattern that fits."""
        for size in range(1, _KEY + 1):
            for before, after, hint in self._starts.get(name[:size], ()):
                if name.startswith(before) and name.endswith(after) and len(name) >= len(before) + len(after):
                    yield known_cookie(hint)
        for after, hint in self._ends.get(name[-_KEY:], ()):
            if name.endswith(after):
                yield known_cookie(hint)
        for part, hint in self._within:
            if part in name:
                yield known_cookie(hint)


@cache
def _hints() -> _Hints:
    return _Hints(read_table("hints.tsv", 5))
