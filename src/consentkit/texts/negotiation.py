"""Which of the languages on offer somebody reads who asks for others.

Knows language tags (BCP 47); not catalogues, nor where a wish came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

# Codes that were withdrawn or stand for several languages, as browsers still send them (IANA subtag registry).
_TODAY = {"cmn": "zh", "in": "id", "iw": "he", "ji": "yi", "mo": "ro", "no": "nb"}
# Who reads one reads the other.
_NEIGHBOURS = {"nb": "nn", "nn": "nb"}
# Where Chinese is written in traditional characters, if a tag does not say which.
_TRADITIONAL = frozenset({"hk", "mo", "tw"})


class _Tag(NamedTuple):
    language: str
    script: str
    region: str


def choose_language(wanted: Sequence[str], offered: Sequence[str]) -> str:
    """The best of `offered` for a visitor who wants `wanted`, best first ("fr-be", "en"); else the first offered."""
    for tag in wanted:
        if (found := closest(tag, offered)) is not None:
            return found
    return offered[0]


def closest(tag: str, offered: Sequence[str]) -> str | None:
    """Of `offered` the tag itself, else its language without a region, else with any; None if nobody would read it.

    So "de-AT" is served by "de", "pt" by "pt-BR" where there is no "pt", and "zh-TW" by "zh-Hant" only.
    """
    wanted = _read(tag)
    if wanted in (ours := [_read(mine) for mine in offered]):
        return offered[ours.index(wanted)]
    for language in (wanted.language, _NEIGHBOURS.get(wanted.language)):
        same = [mine for mine in ours if (mine.language, mine.script) == (language, wanted.script)]
        if same:
            return offered[ours.index(min(same, key=lambda mine: mine.region != ""))]
    return None


def _read(tag: str) -> _Tag:
    """The parts of a tag that tell who reads it. Only Chinese is told apart by its script: of others we have one."""
    first, *rest = tag.lower().replace("_", "-").split("-")
    language = _TODAY.get(first, first)
    region = next((part for part in rest if len(part) == 2 or (len(part) == 3 and part.isdigit())), "")
    if language != "zh":
        return _Tag(language, "", region)
    script = next((part for part in rest if part in ("hans", "hant")), "hant" if region in _TRADITIONAL else "hans")
    return _Tag(language, script, region)
