"""Which domain somebody owns: the registrable part of a host, by the public suffix list. Knows no site and no vendor.

The list comes with the package `publicsuffixlist` (the extra "suffixes"). Without it the last two labels count, or
three where the last but one is as short as in "co.uk": right for most hosts, and never wider than one owner's by more
than that.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Protocol


class _Suffixes(Protocol):
    def privatesuffix(self, domain: str) -> str | None: ...


_SECOND_LEVEL = re.compile(r"(?:ac|co|com|edu|gob|gov|gouv|govt|go|gv|in|ltd|me|ne|net|or|org|plc|sch)\.[a-z]{2}")


@lru_cache(maxsize=4096)
def registrable(host: str) -> str:
    """The part of a host that its owner registered; the host itself where it is an address or a public suffix."""
    suffixes = _suffixes(encoded="xn--" in host)
    if host.rpartition(".")[2].isdigit() or host.startswith("["):
        return host
    if suffixes is not None:
        return suffixes.privatesuffix(host) or host
    labels = host.split(".")
    size = 3 if _SECOND_LEVEL.fullmatch(".".join(labels[-2:])) else 2
    return ".".join(labels[-size:])


@cache
def _suffixes(*, encoded: bool) -> _Suffixes | None:
    """The list as it stands, or with its foreign scripts also as browsers spell them, which takes twice as long."""
    try:
        from publicsuffixlist import PublicSuffixList
    except ImportError:
        return None
    found: _Suffixes = PublicSuffixList(accept_encoded_idn=encoded)
    return found
