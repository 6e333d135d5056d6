"""How well cookies are classified: of vendors never met before, and what it costs.

    python benchmarks/classification.py            the vendor-disjoint split, in FOLDS parts, and the costs
    python benchmarks/classification.py FILE.csv   beside that, a table of labelled cookies: name, domain, retention,
                                                   attributes, site, label (a category of ours)

For the split every vendor is in one part. A part is classified with what is learned from the other parts and with the
conventions that are no vendor's; the catalogue, which knows all of them, is not asked. Cookies of one vendor are alike,
so a split by cookies instead would measure memory.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent / "scripts"))

from train_model import Example, examples, host_examples, train

from consentkit.cascade import classify
from consentkit.catalog import find_hint
from consentkit.catalog.table import DATA
from consentkit.learned.model import CATEGORIES, Weights, contradicts, decided, probabilities

FOLDS = 5
TRACKING = CATEGORIES[2:]


class Score(NamedTuple):
    """Pairs of what a cookie is and what it was called; None where nobody could say."""

    pairs: list[tuple[str, str | None]]

    def share(self, hit: Callable[[str, str | None], bool], of: Callable[[str], bool] = lambda _: True) -> float:
        asked = [pair for pair in self.pairs if of(pair[0])]
        return sum(hit(*pair) for pair in asked) / max(len(asked), 1)

    def f1(self, category: str) -> float:
        both = sum(true == called == category for true, called in self.pairs)
        either = sum((true == category) + (called == category) for true, called in self.pairs)
        return 2 * both / max(either, 1)

    def print(self, title: str) -> None:
        is_tracking = TRACKING.__contains__

        def blocked(_: str, called: str | None) -> bool:
            return called is None or is_tracking(called)

        print(f"{title} ({len(self.pairs)} cookies)")
        lines = {
            "accuracy": self.share(lambda true, called: true == called),
            "macro-F1": sum(map(self.f1, CATEGORIES)) / len(CATEGORIES),
            "tracking called essential": self.share(lambda _, called: called == "essential", is_tracking),
            "over-blocking": self.share(
                lambda _, called: called is None or is_tracking(called), lambda t: not is_tracking(t)
            ),
            "coverage": self.share(lambda _, called: called is not None),
            "cost": self.share(lambda t, c: t != c) + 9 * self.share(lambda t, c: is_tracking(t) and c == "essential"),
        }
        for name, value in lines.items():
            print(f"  {name:28} {value:.3f}")


def fold_of(group: str) -> int:
    return zlib.crc32(group.casefold().encode()) % FOLDS


def held_out(vendors: Sequence[Example], always: Sequence[Example], hosts: Sequence[Example]) -> Score:
    """Each vendor's cookies by what the other vendors teach."""
    pairs: list[tuple[str, str | None]] = []
    for fold in range(FOLDS):
        learned = train([*always, *(one for one in (*vendors, *hosts) if fold_of(one.group) != fold)])
        pairs += [(CATEGORIES[one.label], called(one, learned)) for one in vendors if fold_of(one.group) == fold]
    return Score(pairs)


def called(one: Example, learned: Weights) -> str:
    hint, chances = find_hint(one.name), probabilities(one.name, one.traits, learned)
    if hint is not None and not hint.vendor and (hint.category in TRACKING or not contradicts(chances)):
        return hint.category
    return decided(chances).category


def labelled(path: Path) -> Score:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    told = ("domain", "retention", "attributes", "site")
    return Score([(r["label"], classify(r["name"], **{k: r.get(k) or "" for k in told}).category) for r in rows])


def microseconds(names: Iterable[str]) -> float:
    """Per cookie, the median; each name is new to every memory."""
    times = []
    for name in names:
        start = perf_counter()
        classify(name)
        times.append(perf_counter() - start)
    return median(times) * 1e6


def load_milliseconds() -> float:
    code = (
        "from time import perf_counter as t; from consentkit.cascade import classify, classifier_of;"
        "classifier_of(None);"
        "a = t(); classify('zq_unheard'); classify('_ga'); print((t() - a) * 1e3)"
    )
    runs = [subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True) for _ in range(5)]
    return median(float(run.stdout) for run in runs)


def main(paths: Sequence[str]) -> None:
    known = examples()
    conventions = [one for one in known if one.is_convention]
    vendors = [one for one in known if not one.is_convention]
    held_out(vendors, conventions, host_examples()).print("vendors never met before")
    for path in paths:
        labelled(Path(path)).print(path)
    classify("_ga")
    tables = [path.read_bytes() for path in DATA.iterdir()]
    print("costs")
    print(f"  {'catalogued, µs':28} {microseconds(f'_ga_{n}' for n in range(5000)):.1f}")
    print(f"  {'unknown, µs':28} {microseconds(f'zq{n}_unheard' for n in range(2000)):.1f}")
    print(f"  {'first question, ms':28} {load_milliseconds():.0f}")
    print(f"  {'data, KB':28} {sum(map(len, tables)) / 1e3:.0f}")
    print(f"  {'in the wheel, KB':28} {sum(len(zlib.compress(table)) for table in tables) / 1e3:.0f}")


if __name__ == "__main__":
    main(sys.argv[1:])
