"""Learns the weights by which unknown cookies are guessed, from labelled ones.

    python scripts/train_model.py            writes src/consentkit/catalog/data/model.tsv
    python scripts/train_model.py --check    learns again and compares; exit code 1 where they differ

Softmax regression with AdaGrad, in plain Python and in a fixed order, so that it gives the same bytes everywhere.
What scripts/data/labelled.csv says of a cookie is learned twice: as it stands, and as tables tell it, where nobody
says who set it and what scripts can read. Each group counts by a root of its cookies: one with two hundred names must
not drown a hundred with two. Hosts teach what a domain's words mean. Boosted trees over the same words did no better
(measured: docs/decisions).
"""

from __future__ import annotations

import csv
import random
import sys
from collections import Counter
from collections.abc import Sequence
from math import exp, sqrt
from pathlib import Path
from typing import NamedTuple

from build_labelled import FILE
from catalog_build.output import DATA, generate
from catalog_build.sources import HAND

from consentkit.catalog.table import read_table
from consentkit.classification.learned.features import Traits, described
from consentkit.classification.learned.model import ADDED, CATEGORIES, SCALE, Weights
from consentkit.classification.traits import parse_retention

EPOCHS = 7
RATE = 0.05
SHRINK = 0.0015
RAREST = 3  # groups in which a word must occur: fewer teach their name and nothing else
MOST = 6000  # words that are kept
EVENED = 0.25  # a group of n cookies counts as n ** (1 - EVENED)
UNTOLD = 0.5  # what the same cookie weighs where less of it is told
HOST = 0.5  # what a host weighs
# Words that stand for more than a run of letters move faster; the letters before ":" say what a word is.
STRENGTH = {
    "h": 2.0,
    "u": 2.0,
    "a": 2.0,
    "p": 1.5,
    "g": 0.35,
    "l": 0.3,
    "k": 0.5,
    "n": 0.5,
    "c": 0.5,
    "b": 0.7,
    "e": 0.7,
}


class Example(NamedTuple):
    """One cookie or host; `group` keeps kin together."""

    name: str
    traits: Traits
    shape: str
    label: int
    group: str
    vendor: str = ""
    weight: float = 1.0


def examples() -> list[Example]:
    """The labelled cookies."""
    with (HAND / FILE).open(encoding="utf-8", newline="") as file:
        return [_example(row) for row in csv.DictReader(file)]


def _example(row: dict[str, str]) -> Example:
    traits = Traits(
        row["domain"], parse_retention(row["retention"]), row["attributes"] == "HttpOnly", party=row["party"]
    )
    name = row["name"].replace("*", "7")
    return Example(name, traits, row["shape"], CATEGORIES.index(row["label"]), row["group"], row["vendor"])


def host_examples() -> list[Example]:
    """Hosts, as cookies without a name."""
    rows = read_table("trackers.tsv", 5)
    return [
        Example("", Traits(row[0]), "", CATEGORIES.index(row[2]), row[3] or row[0], row[3], HOST)
        for row in rows
        if row[1] == "/" and row[2] in CATEGORIES
    ]


def untold(one: Example) -> Example:
    """The same cookie in a table that names no party, flag or value."""
    return one._replace(traits=Traits(one.traits.domain, one.traits.lifetime), shape="", weight=one.weight * UNTOLD)


def train(data: Sequence[Example]) -> Weights:
    """The weights that fit these examples."""
    size = Counter(example.group for example in data)
    told = [*data, *(untold(one) for one in data if one.name)]
    seen = [(dict.fromkeys(described(one.name, one.traits, one.shape)), one) for one in told]
    met: dict[str, set[str]] = {}
    for words, example in seen:
        for word in words:
            met.setdefault(word, set()).add(example.group)
    rows = {word: [0.0] * 4 for word, groups in met.items() if len(groups) >= RAREST}
    rows["(bias)"] = [0.0] * 4
    steps = {word: [1e-6] * 4 for word in rows}
    batch = [
        (
            [(rows[word], steps[word], STRENGTH.get(word[:1], 1.0)) for word in ("(bias)", *words) if word in rows],
            one.label,
            one.weight * size[one.group] ** -EVENED,
        )
        for words, one in seen
    ]
    shuffle = random.Random(7)
    for _ in range(EPOCHS):
        shuffle.shuffle(batch)
        for parts, label, weight in batch:
            _step(parts, label, weight)
    return _kept({word: [weight * STRENGTH.get(word[:1], 1.0) for weight in row] for word, row in rows.items()})


def _step(parts: list[tuple[list[float], list[float], float]], label: int, weight: float) -> None:
    sums = [0.0] * 4
    for row, _, strength in parts:
        for index in range(4):
            sums[index] += strength * row[index]
    highest = max(sums)
    powers = [exp(total - highest) for total in sums]
    whole = sum(powers)
    slopes = [weight * (power / whole - (index == label)) for index, power in enumerate(powers)]
    for row, step, strength in parts:
        for index in range(4):
            slope = strength * slopes[index] + SHRINK * row[index]
            step[index] += slope * slope
            row[index] -= RATE * slope / sqrt(step[index])


def _kept(rows: dict[str, list[float]]) -> Weights:
    """The weightiest, in whole numbers."""
    whole = {word: tuple(round(weight * SCALE) for weight in row) for word, row in rows.items()}
    spread = sorted(whole, key=lambda word: (word != "(bias)", min(whole[word]) - max(whole[word]), word))
    return {word: whole[word] for word in sorted(spread[:MOST])}


def format_model(learned: Weights) -> str:
    lines = [
        "# Generated by scripts/train_model.py from scripts/data/labelled.csv and trackers.tsv.",
        f"# word\ta sign for each of {', '.join(CATEGORIES)}: its weight and {ADDED}, as ASCII",
    ]
    return "\n".join([*lines, *(f"{word}\t{format_weights(row)}" for word, row in learned.items()), ""])


def format_weights(row: Sequence[int]) -> str:
    signs = "".join(chr(ADDED + weight) for weight in row)
    if not (signs.isascii() and signs.isprintable() and " " not in signs):
        raise ValueError(f"a weight is out of range: {row}")
    return signs


def main(argv: Sequence[str], folder: Path = DATA) -> int:
    def build() -> dict[str, str]:
        return {"model.tsv": format_model(train([*examples(), *host_examples()]))}

    return generate("Learn how unknown cookies are guessed.", build, argv, folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
