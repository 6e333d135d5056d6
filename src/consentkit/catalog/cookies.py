"""Cookie names others have met, and what they are for. Does not know values, or what this site declared.

A listed name is exact, or holds one "*" ("_ga_*", "ph_*_posthog"). The exact name wins, then the longest part before
the "*", then the longest after it. "uid@example.net" is meant only where it is set for that domain, and wins there.
A name is only a name: any site may call its own cookie `_ga`, so a finding here is what such a cookie usually is, never
a proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from consentkit.catalog.table import read_table
from consentkit.catalog.uses import uses
from consentkit.catalog.vendors import VendorCookie, spelled


class KnownCookie(NamedTuple):
    """A cookie others have described. `name` as listed; `retention` like "13 months", "session", or "" if unsaid."""

    name: str
    category: str
    vendor: str
    retention: str
    source: str
    use: str

    @property
    def purpose(self) -> str:
        """What it is for, in plain words."""
        return uses()[self.use].words


OURS = "consentkit"  # the source where a row names none
_TELLING = 6  # characters before a "*" that are still one vendor's where upper and lower case are not told apart
_HEAD = 3  # no pattern of the catalogue is listed with fewer characters before its "*"

# RFC 6265bis §4.1.3: these say how a cookie is set, not which cookie it is.
_STANDARD_PREFIXES = ("__Host-Http-", "__Http-", "__Host-", "__Secure-")


# A line of a table: name, use, vendor, retention, source.
Row = Sequence[str]


class Names:
    """Names and patterns, each with what is known of it. Rows stay rows until one is asked for: most never are.

    `key` brings the names into the spelling in which they are asked for.
    """

    def __init__(self, rows: Iterable[Row], key: Callable[[str], str] = str) -> None:
        self._exact: dict[str, Row] = {}
        self._patterns: dict[str, list[tuple[str, str, Row]]] = {}  # by head: before "*", after "*"
        for row in rows:
            before, star, after = key(row[0]).partition("*")
            if star:
                self._patterns.setdefault(before[:_HEAD], []).append((before, after, row))
            else:
                self._exact.setdefault(before, row)
        for listed in self._patterns.values():
            listed.sort(key=lambda pattern: (-len(pattern[0]), -len(pattern[1])))

    def find(self, name: str, domain: str = "") -> KnownCookie | None:
        """What is known of a name; with a domain, of that domain's cookie before others."""
        row = None
        while domain and row is None:
            row = self._exact.get(f"{name}@{domain}")
            domain = domain.partition(".")[2]
        row = row or self._exact.get(name) or self._pattern(name)
        return known_cookie(row) if row else None

    def _pattern(self, name: str) -> Row | None:
        # The longer head first: patterns with a shorter one are listed under it, down to none at all.
        for size in range(_HEAD, -1, -1):
            for before, after, row in self._patterns.get(name[:size], ()) if len(name) >= size else ():
                # The two ends may not overlap: "mp_mixpanel" is not "mp_*_mixpanel".
                if name.startswith(before) and name.endswith(after) and len(name) >= len(before) + len(after):
                    return row
        return None


@lru_cache(maxsize=4096)
def find_cookie(name: str, domain: str = "") -> KnownCookie | None:
    """What is known about cookies called `name`, set for `domain` where that is known; or None."""
    return _find(_names(), name, domain)


@lru_cache(maxsize=1024)
def find_whatever_case(name: str) -> KnownCookie | None:
    """The same of a name that somebody wrote down by hand: without looking at upper and lower case."""
    return _find(_lower_names(), name.lower(), "") if len(name) >= _HEAD else None


def bare_name(name: str) -> str:
    """A name without what it promises to browsers ("__Host-", "__Secure-", …)."""
    if name.startswith("__"):
        for prefix in _STANDARD_PREFIXES:
            if name.startswith(prefix):
                return name[len(prefix) :]
    return name


def known_cookie(row: Row) -> KnownCookie:
    """A line of a table, as what it says."""
    name, use, vendor, retention, source = row
    return KnownCookie(name, uses()[use].category, vendor, spelled(retention), source or OURS, use)


def listed_cookie(cookie: VendorCookie, source: str) -> Row:
    """A cookie out of somebody's list, as a line."""
    name = f"{cookie.name}@{cookie.domain}" if cookie.domain else cookie.name
    return (name, cookie.use, cookie.vendor, cookie.retention, source)


def _find(names: Names, name: str, domain: str) -> KnownCookie | None:
    found = names.find(name, domain)
    if found is None and (bare := bare_name(name)) != name:
        return names.find(bare, domain)
    return found


@cache
def _rows() -> list[list[str]]:
    return read_table("cookies.tsv", 5)


@cache
def _names() -> Names:
    return Names(_rows())


@cache
def _lower_names() -> Names:
    return Names((row for row in _rows() if _stands_out(row[0])), str.lower)


def _stands_out(name: str) -> bool:
    """Whether a name is its own in lower case, too: "SESS*" is Drupal's, and "session_depth" is anybody's."""
    before, star, _ = name.partition("*")
    return "@" not in name and (not star or len(before) >= _TELLING or not before[0].isalnum())


def read_cookies(table: str) -> Iterator[KnownCookie]:
    """All of a table of cookies: for whoever wants more than a look."""
    return map(known_cookie, read_table(table, 5))
