"""Weighs what is seen of a cookie: a softmax over sums of small whole numbers. Does not know how they were learned.

`data/model.tsv` is written by scripts/train_model.py, which says from what. Nothing of it is read before it is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from math import exp
from typing import NamedTuple

from consentkit.catalog.table import read_table
from consentkit.classification.learned.features import Traits, features

CATEGORIES = ("essential", "functional", "analytics", "marketing")
SCALE = 16.0  # a weight is a sixteenth of what is counted
# A weight is written as a sign of ASCII: so much is added to each of the four, which the softmax takes out again.
ADDED = 80
# Calling a tracker essential is ten times worse than any other mistake: below this, the model does not say essential,
# nor where it gives trackers more than that. Set so that benchmarks/classification.py shows of trackers at most 3 %.
ESSENTIAL_FROM = 0.7
TRACKING_MOST = 0.2
# What nobody lists, and no third party sets, is the site's own more often than the examples are, half of which are
# vendors': by so much more likely is each of CATEGORIES. More would cost more than it gains on vendors never met.
_NO_STRANGERS = (1.2, 1.3, 1.0, 0.9)
_BIAS = "(bias)"

Weights = Mapping[str, Sequence[int]]  # of each of CATEGORIES; all four may have the same added


class Guess(NamedTuple):
    """A category, and how likely it is."""

    category: str
    confidence: float


def guess(name: str, traits: Traits) -> Guess:
    """What this cookie most likely is."""
    return decided(probabilities(name, traits, weights()), traits.party)


def contradicts(chances: list[float], most: float = TRACKING_MOST) -> bool:
    """Whether this is more likely a tracker than something harmless may be."""
    return chances[2] + chances[3] > most


def probabilities(name: str, traits: Traits, learned: Weights) -> list[float]:
    """Of each of CATEGORIES."""
    return weighed(features(name, traits), learned)


def weighed(words: Iterable[str], learned: Weights) -> list[float]:
    """How likely each of CATEGORIES is by these words; one that comes twice counts once."""
    sums = list(learned.get(_BIAS, (0, 0, 0, 0)))
    for word in dict.fromkeys(words):
        row = learned.get(word)
        if row is not None:
            sums = [total + weight for total, weight in zip(sums, row, strict=True)]
    highest = max(sums)
    powers = [exp((total - highest) / SCALE) for total in sums]
    whole = sum(powers)
    return [power / whole for power in powers]


def decided(chances: list[float], party: str = "third") -> Guess:
    """The likeliest category; "essential" only where that is sure enough, else the likeliest of the others."""
    if party != "third":
        odds = [chance * weight for chance, weight in zip(chances, _NO_STRANGERS, strict=True)]
        chances = [each / sum(odds) for each in odds]
    may_be_essential = chances[0] >= ESSENTIAL_FROM and not contradicts(chances)
    best = max(range(0 if may_be_essential else 1, 4), key=chances.__getitem__)
    return Guess(CATEGORIES[best], chances[best])


@cache
def weights() -> Weights:
    """Word -> its four weights, each with ADDED: bytes are numbers as they stand."""
    return {word: signs.encode() for word, signs in read_table("model.tsv", 2)}
