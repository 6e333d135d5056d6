"""Weighs what is seen of a cookie: a softmax over sums of small whole numbers. Does not know how they were learned.

`data/model.tsv` is written by scripts/train_model.py, which says from what. Nothing of it is read before it is asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from math import exp
from typing import NamedTuple

from consentkit.catalog.table import read_table
from consentkit.classification.learned.features import Traits, features

CATEGORIES = ("essential", "functional", "analytics", "marketing")
SCALE = 16.0  # a weight is a sixteenth of what is written
# Calling a tracker essential is ten times worse than any other mistake: below this, the model does not say essential,
# nor where it gives trackers more than that. Set so that benchmarks/classification.py shows of trackers at most 3 %.
ESSENTIAL_FROM = 0.7
TRACKING_MOST = 0.2
_BIAS = "(bias)"

Weights = dict[str, tuple[int, ...]]


class Guess(NamedTuple):
    """A category, and how likely it is."""

    category: str
    confidence: float


def guess(name: str, traits: Traits) -> Guess:
    """What this cookie most likely is."""
    return decided(probabilities(name, traits, weights()))


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


def decided(chances: list[float]) -> Guess:
    """The likeliest category; "essential" only where that is sure enough, else the likeliest of the others."""
    may_be_essential = chances[0] >= ESSENTIAL_FROM and not contradicts(chances)
    best = max(range(0 if may_be_essential else 1, 4), key=chances.__getitem__)
    return Guess(CATEGORIES[best], chances[best])


@cache
def weights() -> Weights:
    """Word -> its four weights."""
    return {row[0]: tuple(map(int, row[1:])) for row in read_table("model.tsv", 1 + len(CATEGORIES))}
