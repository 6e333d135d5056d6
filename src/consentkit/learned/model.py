"""Weighs what is seen of a cookie: a softmax over sums of small whole numbers. Does not know how they were learned.

`data/model.tsv` is written by scripts/train_model.py, which says from what. Nothing of it is read before it is asked.
"""

from __future__ import annotations

from functools import cache
from math import exp
from typing import NamedTuple

from consentkit.catalog.table import read_table
from consentkit.learned.features import Traits, features

CATEGORIES = ("essential", "functional", "analytics", "marketing")
SCALE = 16.0  # a weight is a sixteenth of what is written
# Calling a tracker essential is ten times worse than any other mistake: below this, the model does not say essential.
ESSENTIAL_FROM = 0.75
# From here on, a likely tracker is not harmless for being named like something harmless.
TRACKING_FROM = 0.6
_DANGER = 10.0
_BIAS = "(bias)"

Weights = dict[str, tuple[int, ...]]


class Guess(NamedTuple):
    """The category that costs least if it is wrong, and how likely it is."""

    category: str
    confidence: float


def guess(name: str, traits: Traits) -> Guess:
    """What this cookie most likely is."""
    return decided(probabilities(name, traits, weights()))


def contradicts(chances: list[float]) -> bool:
    """Whether this is so likely a tracker that being named like something harmless does not help it."""
    return chances[2] + chances[3] >= TRACKING_FROM


def probabilities(name: str, traits: Traits, learned: Weights) -> list[float]:
    """Of each of CATEGORIES."""
    sums = list(learned.get(_BIAS, (0, 0, 0, 0)))
    for feature in features(name, traits):
        row = learned.get(feature)
        if row is not None:
            sums = [total + weight for total, weight in zip(sums, row, strict=True)]
    highest = max(sums)
    powers = [exp((total - highest) / SCALE) for total in sums]
    whole = sum(powers)
    return [power / whole for power in powers]


def decided(chances: list[float]) -> Guess:
    """The category of least expected cost."""
    essential, functional, *_ = chances
    tracking = 1 - essential - functional
    if tracking >= essential + functional:
        best = max((2, 3), key=chances.__getitem__)
        return Guess(CATEGORIES[best], chances[best])
    if essential >= ESSENTIAL_FROM and functional + _DANGER * tracking < essential + tracking:
        return Guess(CATEGORIES[0], essential)
    # "Functional" also stands for what may be essential, and may not be called so: it is as likely as either.
    return Guess(CATEGORIES[1], essential + functional)


@cache
def weights() -> Weights:
    """Feature -> its four weights."""
    return {row[0]: tuple(map(int, row[1:])) for row in read_table("model.tsv", 1 + len(CATEGORIES))}
