"""Hosts others have met as trackers. Does not know HTML, URLs, or what this site declared.

A row holds for its host and every subdomain without rows of its own. Hosts that are also destinations list the paths
that count; any other path there is no tracker. None means "no tracker known", which includes file servers for fonts
and libraries that earlier lists call trackers: holding those breaks pages and protects nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from consentkit.catalog.cookies import OURS
from consentkit.catalog.table import read_table


class KnownTracker(NamedTuple):
    """A host others have described. `host` and `path` as listed: it may be a parent of the one asked for."""

    host: str
    vendor: str
    category: str
    source: str
    path: str = "/"

    @property
    def rule(self) -> str:
        """The line of the list."""
        return self.host + self.path.rstrip("/")


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


def find_rule(host: str, path: str = "/") -> tuple[bool, KnownTracker | None]:
    """Whether the host is listed at all, and what `find_tracker` says: what is no tracker may be known as well."""
    return _listed_at(host) is not None, find_tracker(host, path)


def tracks(host: str) -> bool:
    """Whether any path of this host is a tracker that needs consent."""
    return any(tracker.category != "essential" for tracker in trackers_of(host))


def trackers_of(host: str) -> list[KnownTracker]:
    """Everything that this host serves to be told apart by path."""
    rule = _rule(host)
    found = [rule] if rule is None or isinstance(rule, KnownTracker) else [tracker for _, tracker in rule]
    return [tracker for tracker in found if tracker is not None]


@cache
def tracker_hosts() -> frozenset[str]:
    """Where to look closer: `find_tracker` answers None for a host that is neither in here nor below one in here."""
    return frozenset(host for host, rows in _rows().items() if _tells(rows) or _listed_at(host.partition(".")[2]))


def _tells(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a host's rows say more than that it is no tracker."""
    return any(row[2] != "-" or row[1][0] == "=" for row in rows)


@lru_cache(maxsize=8192)
def _rule(host: str) -> KnownTracker | _Paths | None:
    name = _listed_at(host)
    return None if name is None else _rule_of(_rows()[name])


def _listed_at(host: str) -> str | None:
    """The host, or the nearest above it, that is listed."""
    rows = _rows()
    name = host.rstrip(".")  # "example.com." is the same host, spelled out to the root
    while name:
        if name in rows:
            return name
        name = name.partition(".")[2]
    return None


def _at_boundary(prefix: str, path: str) -> bool:
    """Whether `prefix` stops where a word of `path` stops: "/tr" does in "/tr?id=1", not in "/travel"."""
    return not prefix[-1].isalnum() or path[len(prefix) : len(prefix) + 1] in ("", "/", "?", "#", ";")


@cache
def _rows() -> dict[str, list[list[str]]]:
    """Host -> its rows. They stay rows until the host is asked for: most never are."""
    hosts: dict[str, list[list[str]]] = {}
    for row in read_table("trackers.tsv", 5):
        hosts.setdefault(row[0], []).append(row)
    return hosts


def _rule_of(rows: Sequence[Sequence[str]]) -> KnownTracker | _Paths | None:
    if rows[0][1][0] == "=":  # in the place of a path: the host follows the rules of that one
        return _rule_of(_rows()[rows[0][1][1:]])
    rules = [(row[1], _tracker(*row)) for row in rows]
    if len(rules) == 1 and rules[0][0] == "/":
        return rules[0][1]
    return tuple(sorted(rules, key=lambda rule: -len(rule[0])))


def _tracker(host: str, path: str, category: str, vendor: str, source: str) -> KnownTracker | None:
    return None if category == "-" else KnownTracker(host, vendor, category, source or OURS, path)
