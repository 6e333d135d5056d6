"""Cookie names others have met, and what they are for. Does not know values, domains, or what this site declared.

A listed name is exact, or holds one "*" ("_ga_*", "ph_*_posthog"). The exact name wins, then the longest part before
the "*", then the longest after it. A name is only a name: any site may call its own cookie `_ga`, so a finding here
is what such a cookie usually is, never a proof.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

from consentkit.catalog.table import read_table


class KnownCookie(NamedTuple):
    """A cookie others have described. `name` as listed; `retention` like "13 months", "session", or "" if unsaid."""

    name: str
    category: str
    vendor: str
    retention: str
    source: str


class _Names(NamedTuple):
    exact: dict[str, KnownCookie]
    patterns: dict[str, list[tuple[str, str, KnownCookie]]]  # by head: before "*", after "*", cookie; longest first


_HEAD = 3  # no pattern is listed with fewer characters before its "*"

# RFC 6265bis §4.1.3: these say how a cookie is set, not which cookie it is.
_STANDARD_PREFIXES = ("__Host-Http-", "__Http-", "__Host-", "__Secure-")


@lru_cache(maxsize=4096)
def find_cookie(name: str) -> KnownCookie | None:
    """What is known about cookies called `name`, or None."""
    found = _find(name)
    if found is None and (bare := bare_name(name)) != name:
        return _find(bare)
    return found


def bare_name(name: str) -> str:
    """A name without what it promises to browsers ("__Host-", "__Secure-", …)."""
    if name.startswith("__"):
        for prefix in _STANDARD_PREFIXES:
            if name.startswith(prefix):
                return name[len(prefix) :]
    return name


def _find(name: str) -> KnownCookie | None:
    names = _names()
    found = names.exact.get(name)
    if found is not None:
        return found
    for before, after, cookie in names.patterns.get(name[:_HEAD], ()):
        # The two ends may not overlap: "mp_mixpanel" is not "mp_*_mixpanel".
        if name.startswith(before) and name.endswith(after) and len(name) >= len(before) + len(after):
            return cookie
    return None


@cache
def _names() -> _Names:
    exact: dict[str, KnownCookie] = {}
    patterns: dict[str, list[tuple[str, str, KnownCookie]]] = {}
    for row in read_table("cookies.tsv", 5):
        cookie = KnownCookie(*row)
        before, star, after = cookie.name.partition("*")
        if star:
            patterns.setdefault(before[:_HEAD], []).append((before, after, cookie))
        else:
            exact[before] = cookie
    for listed in patterns.values():
        listed.sort(key=lambda pattern: (-len(pattern[0]), -len(pattern[1])))
    return _Names(exact, patterns)
