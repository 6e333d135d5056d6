"""Reads what somebody wrote down about vendors: a table each, with their hosts and cookies by use.

    ["Example Analytics"]
    source = "Example: Cookies we set"
    hosts.measurement = "example.net files.example.com/tag/"
    cookies.measurement = "_exa_id.*=13mo _exa_session=30min uid@example.net"

Knows the form, not what is true. `vendor` replaces the table's name where that says more than a name; an empty one
means a convention that many sites follow. A cookie is `name`, `name@domain` where only that domain's is meant, or a
pattern with one "*" (a convention's may have one on either side); behind "=" stands how long it is kept. A host may
have a path; hosts under "-" are no trackers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from consentkit.catalog.uses import uses

NO_TRACKER = "-"
_UNITS = {"s": "second", "min": "minute", "h": "hour", "d": "day", "mo": "month", "y": "year"}
# RFC 6265 §4.1.1 calls for tokens; what vendors use beyond them is known.
_COOKIE = re.compile(
    r"(?P<name>[!#$%&'+\-.^_`|~0-9A-Za-z:/]*\*?[!#$%&'+\-.^_`|~0-9A-Za-z:/]+|[!#$%&'+\-.^_`|~0-9A-Za-z:/]+\*|\*[\w-]+\*)"
    r"(?:@(?P<domain>[a-z0-9-]+(?:\.[a-z0-9-]+)+))?(?:=(?P<kept>session|persistent|[1-9][0-9]{0,3}(?:s|min|h|d|mo|y)))?"
)
_HOST = re.compile(r"(?P<host>[a-z0-9_-]+(?:\.[a-z0-9_-]+)+)(?P<path>/[!-~]*)?")
_KEYS = {"vendor", "source", "hosts", "cookies"}


class VendorCookie(NamedTuple):
    """A cookie of a vendor. `domain` is empty where any domain is meant, `vendor` where it is a convention."""

    name: str
    domain: str
    use: str
    vendor: str
    retention: str


class VendorHost(NamedTuple):
    """A host of a vendor. `use` is "-" where it is no tracker."""

    host: str
    path: str
    use: str
    vendor: str


class Vendors(NamedTuple):
    """What a file says."""

    cookies: tuple[VendorCookie, ...]
    hosts: tuple[VendorHost, ...]


def parse_vendors(tables: Mapping[str, Any]) -> Vendors:
    """The vendors in a parsed TOML document. Raises ValueError, naming table and value."""
    cookies: list[VendorCookie] = []
    hosts: list[VendorHost] = []
    for title, table in tables.items():
        if not isinstance(table, dict):
            raise ValueError(f'"{title}": a table is expected, with hosts and cookies in it')
        if strange := table.keys() - _KEYS:
            raise ValueError(f'["{title}"]: there is no key {min(strange)!r}; there are {", ".join(sorted(_KEYS))}')
        vendor = table.get("vendor", title)
        cookies += [_cookie(title, vendor, use, text) for use, text in _listed(title, table.get("cookies", {}))]
        hosts += [_host(title, vendor, use, text) for use, text in _listed(title, table.get("hosts", {}))]
    return Vendors(tuple(cookies), tuple(hosts))


def _listed(title: str, by_use: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for use, texts in by_use.items():
        if use != NO_TRACKER and use not in uses():
            raise ValueError(f'["{title}"]: there is no use {use!r}; `consentkit classify --uses` lists them')
        for text in texts.split():
            yield use, text


def _cookie(title: str, vendor: str, use: str, text: str) -> VendorCookie:
    match = _COOKIE.fullmatch(text)
    stars = match["name"].count("*") if match else 0
    if not match or use == NO_TRACKER or stars > (0 if match["domain"] else 1 if vendor else 2):
        raise ValueError(f'["{title}"]: {text!r} is not a cookie such as "name", "name@example.net" or "name_*=30d"')
    return VendorCookie(match["name"], match["domain"] or "", use, vendor, spelled(match["kept"] or ""))


def _host(title: str, vendor: str, use: str, text: str) -> VendorHost:
    match = _HOST.fullmatch(text)
    if not match:
        raise ValueError(f'["{title}"]: {text!r} is not a host such as "example.net" or "example.net/path/"')
    return VendorHost(match["host"], match["path"] or "/", use, vendor)


def spelled(kept: str) -> str:
    """ "13mo" as "13 months"; "session" and "persistent" as they are."""
    digits = kept.rstrip("abcdefghijklmnopqrstuvwxyz")
    unit = _UNITS.get(kept[len(digits) :])
    return kept if not digits or unit is None else f"{digits} {unit}{'' if digits == '1' else 's'}"
