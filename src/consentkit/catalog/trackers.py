"""Hosts others have met as trackers. Does not know HTML, URLs, or what this site declared.

A row holds for its host and every subdomain without rows of its own. Hosts that are also destinations list the paths
that count; any other path there is no tracker. None means "no tracker known", which includes file servers for fonts
and libraries that earlier lists call trackers: holding those breaks pages and protects nobody.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

from consentkit.catalog.table import read_table


class KnownTracker(NamedTuple):
    """A host others have described. `host` as listed, which may be a parent of the one asked for."""

    host: str
    vendor: str
    category: str
    source: str


_Paths = tuple[tuple[str, KnownTracker | None], ...]  # longest first; "/" stands for the rest


def find_tracker(host: str, path: str = "/") -> KnownTracker | None:
    """The tracker behind `host` and `path`, or None. `host` is lower-case and has no port.

    `path` begins with "/" and may carry its query, which a few rules look at.
    """
    rule = _rule(host)
    if rule is None or isinstance(rule, KnownTracker):
        return rule
    for prefix, tracker in rule:
        if path.startswith(prefix) and _at_boundary(prefix, path):
            return tracker
    return None


def tracks(host: str) -> bool:
    """Whether any path of this host is a tracker that needs consent."""
    rule = _rule(host)
    found = [rule] if rule is None or isinstance(rule, KnownTracker) else [tracker for _, tracker in rule]
    return any(tracker is not None and tracker.category != "essential" for tracker in found)


@cache
def tracker_hosts() -> frozenset[str]:
    """Every listed host. `find_tracker` answers None for a host that is neither in here nor below one in here."""
    return frozenset(_rules())


@lru_cache(maxsize=8192)
def _rule(host: str) -> KnownTracker | _Paths | None:
    rules = _rules()
    name = host.rstrip(".")  # "example.com." is the same host, spelled out to the root
    while name:
        if name in rules:
            return rules[name]
        name = name.partition(".")[2]
    return None


def _at_boundary(prefix: str, path: str) -> bool:
    """Whether `prefix` stops where a word of `path` stops: "/tr" does in "/tr?id=1", not in "/travel"."""
    return not prefix[-1].isalnum() or path[len(prefix) : len(prefix) + 1] in ("", "/", "?", "#", ";")


@cache
def _rules() -> dict[str, KnownTracker | _Paths | None]:
    rows = read_table("trackers.tsv", 5)
    paths: dict[str, list[tuple[str, KnownTracker | None]]] = {}
    for host, path, category, vendor, source in rows:
        if path[0] == "/":
            tracker = None if category == "-" else KnownTracker(host, vendor, category, source)
            paths.setdefault(host, []).append((path, tracker))
    rules = {host: _rule_of(listed) for host, listed in paths.items()}
    # "=google.com" in the place of a path: the host follows the rules of that one.
    rules.update({row[0]: rules[row[1][1:]] for row in rows if row[1][0] == "="})
    return rules


def _rule_of(listed: list[tuple[str, KnownTracker | None]]) -> KnownTracker | _Paths | None:
    if len(listed) == 1 and listed[0][0] == "/":
        return listed[0][1]
    return tuple(sorted(listed, key=lambda rule: -len(rule[0])))
