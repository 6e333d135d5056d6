"""Learns the weights by which unknown cookies are guessed, from those the catalogue knows.

    python scripts/train_model.py            writes src/consentkit/catalog/data/model.tsv
    python scripts/train_model.py --check    learns again and compares; exit code 1 where they differ

Softmax regression with AdaGrad, in plain Python and in a fixed order, so that it gives the same bytes everywhere.
Each vendor counts by the root of its cookies: one with two hundred names must not drown a hundred with two. Hosts teach
what a domain's words mean. What no list says - the shape of values, HttpOnly - has small weights set by hand (PRIORS).
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from math import exp, sqrt
from pathlib import Path
from typing import NamedTuple

from update_catalog import DATA, differences

from consentkit.catalog.cookies import read_cookies
from consentkit.catalog.table import read_table
from consentkit.learned.features import Traits, features
from consentkit.learned.model import CATEGORIES, SCALE, Weights

EPOCHS = 6
RATE = 0.03
SHRINK = 0.004
RAREST = 3  # vendors, or names of conventions, with which a feature must occur: fewer teach their name and nothing else
MOST = 2400  # features that are kept
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "month": 2628000, "year": 31536000}

PRIORS: dict[str, tuple[float, float, float, float]] = {
    "a:http-only": (1.2, -0.3, -0.5, -0.4),
    "a:none": (-0.6, -0.3, 0.0, 0.8),
    "a:strict": (0.7, 0.2, -0.4, -0.5),
    "v:flag": (0.3, 0.6, -0.4, -0.4),
    "v:tongue": (-0.4, 1.2, -0.5, -0.3),
    "v:money": (-0.4, 1.0, -0.4, -0.2),
    "v:uuid": (-0.4, -0.7, 0.5, 0.5),
    "v:stamp": (-0.3, 0.1, 0.4, 0.0),
    "v:stamped": (-0.8, -0.5, 0.9, 0.4),
    "v:token": (0.7, -0.2, -0.3, -0.3),
    "v:link": (-0.5, -0.1, 0.2, 0.4),
    "v:words": (0.0, 0.4, -0.2, -0.1),
}


class Example(NamedTuple):
    """One cookie or host, and who it is of: `group` keeps those of one vendor together."""

    name: str
    traits: Traits
    label: int
    group: str
    is_convention: bool = False


def examples() -> list[Example]:
    """Everything the catalogue knows that teaches something."""
    found = []
    for table in ("cookies.tsv", "hints.tsv"):
        for cookie in read_cookies(table):
            bare, _, domain = cookie.name.partition("@")
            traits = Traits(domain, lifetime(cookie.retention))
            shown = bare.strip("*").replace("*", "7")
            found.append(
                Example(shown, traits, CATEGORIES.index(cookie.category), cookie.vendor or bare, not cookie.vendor)
            )
    return found


def host_examples() -> list[Example]:
    """Hosts, as cookies without a name."""
    rows = read_table("trackers.tsv", 5)
    return [
        Example("", Traits(row[0]), CATEGORIES.index(row[2]), row[3] or row[0])
        for row in rows
        if row[1] == "/" and row[2] in CATEGORIES
    ]


def lifetime(retention: str) -> int | None:
    """ "13 months" in seconds, a session as 0."""
    if retention in ("session", ""):
        return 0 if retention else None
    if retention == "persistent":
        return 10 * _SECONDS["year"]
    count, unit = retention.split(" ")
    return int(count) * _SECONDS[unit.removesuffix("s")]


def train(data: Sequence[Example]) -> Weights:
    """The weights that fit these examples."""
    size = Counter(example.group for example in data)
    seen = [(list(features(example.name, example.traits)), example) for example in data]
    met: dict[str, set[str]] = {}
    for words, example in seen:
        for word in words:
            met.setdefault(word, set()).add(example.group)
    rows: dict[str, list[float]] = {word: [0.0] * 4 for word, groups in met.items() if len(groups) >= RAREST}
    rows["(bias)"] = [0.0] * 4
    steps = {word: [1e-6] * 4 for word in rows}
    batch = [
        (["(bias)", *(word for word in words if word in rows)], example.label, 1 / sqrt(size[example.group]))
        for words, example in seen
    ]
    shuffle = random.Random(7)
    for _ in range(EPOCHS):
        shuffle.shuffle(batch)
        for words, label, weight in batch:
            _step(rows, steps, words, label, weight)
    for word, prior in PRIORS.items():
        rows[word] = list(prior)
    return _kept(rows)


def _step(
    rows: dict[str, list[float]], steps: dict[str, list[float]], words: list[str], label: int, weight: float
) -> None:
    sums = [0.0] * 4
    for word in words:
        row = rows[word]
        for index in range(4):
            sums[index] += row[index]
    highest = max(sums)
    powers = [exp(total - highest) for total in sums]
    whole = sum(powers)
    slopes = [weight * (power / whole - (index == label)) for index, power in enumerate(powers)]
    for word in words:
        row, step = rows[word], steps[word]
        for index in range(4):
            slope = slopes[index] + SHRINK * row[index]
            step[index] += slope * slope
            row[index] -= RATE * slope / sqrt(step[index])


def _kept(rows: dict[str, list[float]]) -> Weights:
    """The weightiest, in whole numbers."""
    whole = {word: tuple(round(weight * SCALE) for weight in row) for word, row in rows.items()}
    spread = sorted(
        whole, key=lambda word: (word not in PRIORS and word != "(bias)", min(whole[word]) - max(whole[word]), word)
    )
    return {word: whole[word] for word in sorted(spread[:MOST])}


def format_model(learned: Weights) -> str:
    lines = ["# Generated by scripts/train_model.py from the other tables.", "# feature\t" + "\t".join(CATEGORIES)]
    return "\n".join([*lines, *("\t".join((word, *map(str, row))) for word, row in learned.items()), ""])


def main(argv: Iterable[str], folder: Path = DATA) -> int:
    parser = argparse.ArgumentParser(description="Learn how unknown cookies are guessed.")
    parser.add_argument("--check", action="store_true", help="compare with what is stored, write nothing")
    options = parser.parse_args(list(argv))
    text = format_model(train([*examples(), *host_examples()]))
    report = differences({"model.tsv": text}, folder)
    print("\n".join(report) or "nothing differs", file=sys.stderr)
    if options.check:
        return 1 if report else 0
    (folder / "model.tsv").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
