"""Whether answers that stand side by side weigh the same as words: none shouts, and none hides.

Knows a language's texts by key, whoever wrote them; not where they are shown, nor how they look.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from itertools import combinations

ANSWERS = tuple(
    f"button.{name}"
    for name in ("accept_all", "refuse_all", "accept_added", "refuse_added", "preferences", "custom", "withdraw")
)
# What says yes, and what says no in its place.
_PAIRS = (("button.accept_all", "button.refuse_all"), ("button.accept_added", "button.refuse_added"))
# Those that a visitor may be asked with at once: first and second layer, the latter before and after a grant.
_TOGETHER = dict.fromkeys(
    (f"button.{one}", f"button.{other}")
    for layer in (
        ("accept_all", "refuse_all", "preferences"),
        ("accept_added", "refuse_added", "preferences"),
        ("custom", "accept_all", "refuse_all"),
        ("custom", "accept_all", "withdraw"),
    )
    for one, other in combinations(layer, 2)
)
_MARKS = frozenset("'’-–,.()\u200c\u200d")  # the last two join letters, or keep them apart, in Persian and Hindi
_BLANK = frozenset("\u115f\u1160")  # Hangul fillers
_FEWEST, _MOST_LONGER = 2, 2.0


def imbalances(said: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The answers of ANSWERS that stand out, each with what is wrong with it."""
    for key, text in said.items():
        if strange := "".join(dict.fromkeys(char for char in text if not _is_plain(char))):
            yield key, f"an answer is words alone, without “{strange}”"
        if _letters(text) < _FEWEST:
            yield key, f"an answer has {_FEWEST} letters at least"
    shouting = [key for key, text in said.items() if text.isupper()]
    if len(shouting) < len(said):
        yield from ((key, "it is in capitals, and not every answer is") for key in shouting)
    for yes, no in _PAIRS:
        for key, other in ((yes, no), (no, yes)):
            if _letters(said[key]) > _MOST_LONGER * max(_letters(said[other]), 1):
                yield key, f"it is more than twice as long as “{said[other]}”, which stands beside it"


def mistaken(said: Mapping[str, str], ours: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The answers of a site's own that say what another beside them says, in its words or in ours."""
    for pair in _TOGETHER:
        for key, other in (pair, pair[::-1]):
            if said[key] != ours[key] and _folded(said[key]) in (_folded(said[other]), _folded(ours[other])):
                yield key, f"another answer, which stands beside it, says that ({other})"


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _letters(text: str) -> int:
    return sum(char.isalpha() for char in text)


def _is_plain(char: str) -> bool:
    """Whether a character is of words: letters, their marks, digits, spaces, and what stands between them.

    Letters that are others in another form, such as bold, raised or wide (UAX #15 §1.1), shout or hide; blank ones do.
    """
    if unicodedata.category(char)[0] == "L" and (unicodedata.decomposition(char).startswith("<") or char in _BLANK):
        return False
    return unicodedata.category(char)[0] in "LM" or unicodedata.category(char) in ("Nd", "Zs") or char in _MARKS
