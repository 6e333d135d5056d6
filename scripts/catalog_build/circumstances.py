"""How cookies are met: where they are set, what scripts may see of them, and what their values look like.

Reads scripts/data/circumstances.toml and sites.toml; knows no category. A circumstance is written as "site http-only
hex" or "example.net uuid": a place, then flags and the shape of the value, then perhaps how long it is kept.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from catalog_build.normal import is_covered
from catalog_build.sources import HAND
from consentkit.classification.learned.features import SHAPES

SITE = "site"
HTTP_ONLY = "http-only"
_FORMS = frozenset(name for name, _ in SHAPES)
_KEPT = re.compile(r"session|persistent|[1-9][0-9]{0,3}(?:s|min|h|d|mo|y)")


class Circumstance(NamedTuple):
    """`place` is "site", or a domain of the vendor's; `kept` as the vendors' files have it."""

    place: str
    http_only: bool
    shape: str
    kept: str


class SiteCookie(NamedTuple):
    """A cookie that sites of a kind set for themselves."""

    kind: str
    use: str
    name: str
    circumstance: Circumstance


def parse_circumstance(text: str) -> Circumstance:
    """ "site http-only hex 1y". Raises ValueError for words that mean nothing."""
    words = text.split()
    place = words.pop(0) if words and (words[0] == SITE or "." in words[0]) else SITE
    http_only = words[:1] == [HTTP_ONLY] and bool(words.pop(0))
    shape = words.pop(0) if words and words[0] in _FORMS else ""
    kept = words.pop(0) if words and _KEPT.fullmatch(words[0]) else ""
    if words:
        raise ValueError(f"{text!r}: {words[0]!r} is no flag, shape or time")
    return Circumstance(place, http_only, shape, kept)


def circumstance(title: str, name: str) -> Circumstance | None:
    """How a cookie of this table of vendors is met, if somebody wrote it down: by the pattern that says most."""
    fitting = [
        (pattern, how) for pattern, how in _by_title().get(title, ()) if pattern == name or _covers(pattern, name)
    ]
    return max(fitting, key=lambda pair: (pair[0] == name, len(pair[0])))[1] if fitting else None


def site_cookies() -> Iterator[SiteCookie]:
    """What sites.toml says."""
    for kind, by_use in _read("sites").items():
        for use, by_circumstance in by_use.items():
            for text, names in by_circumstance.items():
                how = parse_circumstance(text)
                yield from (SiteCookie(kind, use, name, how) for name in names.split())


def titles() -> frozenset[str]:
    """The tables of vendors of which something is said."""
    return frozenset(_by_title())


def _covers(pattern: str, name: str) -> bool:
    return pattern == "*" or ("*" in pattern and is_covered(name, pattern))


@cache
def _by_title() -> Mapping[str, list[tuple[str, Circumstance]]]:
    return {
        title: [(name, parse_circumstance(text)) for text, names in table.items() for name in names.split()]
        for title, table in _read("circumstances").items()
    }


def _read(name: str) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    found: Mapping[str, Mapping[str, Mapping[str, str]]] = tomllib.loads((HAND / f"{name}.toml").read_text("utf-8"))
    return found
