"""Lists of trackers whose licences forbid handing them on: an owner may fetch them for their own site.

Knows the forms these lists have, and that of a list of one's own (`vendors`); not how anything is fetched. Only hosts
that the catalogue says nothing of are taken: it tells by path what a host such as google.com is asked for, and these
lists do not.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from consentkit.catalog.trackers import find_rule
from consentkit.catalog.vendors import parse_vendors

MOST_HOSTS = 200_000
_LONGEST_NAME = 80
_HOST = re.compile(r"(?=.{4,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.[a-z][a-z0-9-]{0,61}[a-z0-9]")
_PRIVACY_RULE = re.compile(r"\|\|([a-z0-9._-]+)\^(?:\$third-party)?")

_DISCONNECT = {
    "Advertising": "advertising",
    "Analytics": "measurement",
    "Social": "social plugins",
    "FingerprintingInvasive": "advertising",
    "Email": "audience building",
    "EmailAggressive": "audience building",
}
# The first that a tracker has counts; one with none of them is left out.
_DUCKDUCKGO = {
    "Ad Motivated Tracking": "advertising",
    "Advertising": "advertising",
    "Action Pixels": "conversions",
    "Third-Party Analytics Marketing": "audience building",
    "Social Network": "social plugins",
    "Session Replay": "behaviour recording",
    "Audience Measurement": "measurement",
    "Analytics": "measurement",
}


class Listed(NamedTuple):
    """A host, what it is for, and whose it is."""

    host: str
    use: str
    vendor: str


class Published(NamedTuple):
    """A list, by whom, where, and on which terms. `read` takes its text."""

    name: str
    publisher: str
    url: str
    licence: str
    read: Callable[[str], Iterator[Listed]]


def read_disconnect(text: str) -> Iterator[Listed]:
    """services.json: category -> companies -> addresses -> hosts."""
    for category, companies in _table(json.loads(text), "categories").items():
        for company in companies if category in _DISCONNECT else ():
            for vendor, places in company.items():
                for hosts in places.values():
                    yield from (
                        Listed(host, _DISCONNECT[category], vendor) for host in hosts if isinstance(hosts, list)
                    )


def read_duckduckgo(text: str) -> Iterator[Listed]:
    """The blocklist of the extension: host -> owner, categories."""
    for host, tracker in _table(json.loads(text), "trackers").items():
        categories = tracker.get("categories", ())
        use = next((use for category, use in _DUCKDUCKGO.items() if category in categories), None)
        if use and tracker.get("default") == "block":
            yield Listed(host, use, tracker.get("owner", {}).get("displayName") or host)


def read_easyprivacy(text: str) -> Iterator[Listed]:
    """Filter rules: those that name a whole host. It does not say whose a host is."""
    for line in text.splitlines():
        if rule := _PRIVACY_RULE.fullmatch(line.strip()):
            yield Listed(rule[1], "measurement", "EasyPrivacy")


LISTS = {
    one.name: one
    for one in (
        Published(
            "disconnect",
            "Disconnect",
            "https://raw.githubusercontent.com/disconnectme/disconnect-tracking-protection/master/services.json",
            "CC BY-NC-SA 4.0",
            read_disconnect,
        ),
        Published(
            "duckduckgo",
            "DuckDuckGo",
            "https://staticcdn.duckduckgo.com/trackerblocking/v6/current/extension-tds.json",
            "CC BY-NC-SA 4.0",
            read_duckduckgo,
        ),
        Published(
            "easyprivacy",
            "The EasyList authors",
            "https://easylist.to/easylist/easyprivacy.txt",
            "GPL-3.0-or-later or CC BY-SA 3.0",
            read_easyprivacy,
        ),
    )
}


def converted(published: Published, text: str) -> str:
    """The list in the form of a list of one's own. Raises ValueError where it is not what it should be."""
    try:
        tables = _by_vendor(published.read(text))
    except (AttributeError, TypeError, RecursionError) as error:
        raise ValueError(f"not in the form of {published.name}: {error}") from None
    if not tables:
        raise ValueError(f"not in the form of {published.name}: no tracker is in it")
    lines = [
        f"# From {published.publisher}, {published.url}: {published.licence}.",
        "# For your own site: those terms forbid handing it on as part of something else.",
    ]
    for vendor, uses in sorted(tables.items()):
        lines += ["", f"[{_quoted(vendor)}]"]
        lines += [f"hosts.{_quoted(use)} = {_quoted(' '.join(sorted(hosts)))}" for use, hosts in sorted(uses.items())]
    written = "\n".join([*lines, ""])
    parse_vendors(tomllib.loads(written))  # what is written can be read
    return written


def _by_vendor(listed: Iterable[Listed]) -> dict[str, dict[str, set[str]]]:
    tables: dict[str, dict[str, set[str]]] = {}
    known: set[str] = set()
    for host, use, vendor in listed:
        name = host.lower().rstrip(".")
        if name not in known and _HOST.fullmatch(name) and not find_rule(name)[0]:
            known.add(name)
            tables.setdefault(_plain(vendor), {}).setdefault(use, set()).add(name)
        if len(known) > MOST_HOSTS:
            raise ValueError(f"more than {MOST_HOSTS} hosts")
    return tables


def _table(document: Any, key: str) -> Mapping[str, Any]:
    found = document[key] if isinstance(document, dict) and key in document else None
    if not isinstance(found, dict):
        raise ValueError(f"there is no table {key!r} in it")
    return found


def _plain(vendor: str) -> str:
    """A name in printable signs: a stranger wrote it, and it is written into a file and shown."""
    return "".join(char for char in vendor if char.isprintable())[:_LONGEST_NAME].strip() or "unknown"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
