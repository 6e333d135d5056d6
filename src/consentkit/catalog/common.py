"""The trackers that most sites meet, for readers that cannot carry the whole catalogue. Does not know who reads.

`data/common.tsv` names hosts, most common first, and cookies of the vendors behind them; the other tables say what they
are.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from consentkit.catalog.cookies import find_cookie
from consentkit.catalog.table import read_table


@cache
def common_trackers() -> tuple[tuple[str, str, str], ...]:
    """(host, path, category) of each rule, those for hosts below among them; "essential" where it is no tracker."""
    wanted = {name for kind, name in read_table("common.tsv", 2) if kind == "host"}
    rows = [row[:3] for row in read_table("trackers.tsv", 5) if row[1][0] == "/"]
    ruled = {host for host, path, _ in rows if path != "/"}
    return tuple(
        (host, path, "essential" if category == "-" else category)
        for host, path, category in rows
        if host in wanted or any(parent in wanted and parent not in ruled for parent in _parents(host))
    )


@cache
def common_cookies() -> tuple[tuple[str, str], ...]:
    """(name, category) of each; a name may hold one "*"."""
    names = [name for kind, name in read_table("common.tsv", 2) if kind == "cookie"]
    return tuple((name, found.category) for name in names if (found := find_cookie(name)))


def _parents(host: str) -> Iterator[str]:
    while host := host.partition(".")[2]:
        yield host
