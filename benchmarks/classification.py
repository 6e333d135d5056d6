"""How well cookies are classified: of vendors and sites never met before, and what it costs.

    python benchmarks/classification.py            the split in FOLDS parts, and the costs
    python benchmarks/classification.py FILE.csv   beside that, a table of labelled cookies: name, domain, retention,
                                                   attributes, site, label (a category of ours)

What is split is scripts/data/labelled.csv, by its groups: every vendor with all its names, domains and former owners
is in one part, and so is every platform and every kind of site. A part is classified with what is learned from the
other parts and with the conventions that are no vendor's; the catalogue, which knows all of them, is not asked, and
of the hosts that teach what domains mean those of the vendors asked about are left out. Cookies of one vendor are
alike, so a split by cookies instead would measure memory. The cookies of sites are names of the kind that sites
choose, not a crawl: they say how far a convention carries, and nothing of how often it is met.
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

from catalog_build.kinship import house
from train_model import Example, examples, host_examples, train

from consentkit.catalog import find_hint, registrable
from consentkit.catalog.table import DATA
from consentkit.classification.cascade import classify, stands
from consentkit.classification.learned.features import described
from consentkit.classification.learned.model import CATEGORIES, Weights, decided, weighed

FOLDS = 5
TRACKING = CATEGORIES[2:]
SITES = "site: "


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

    def figures(self) -> dict[str, float]:
        is_tracking = TRACKING.__contains__
        missed = self.share(lambda _, called: called == "essential", is_tracking)
        share_of_trackers = self.share(lambda true, _: is_tracking(true))
        return {
            "accuracy": self.share(lambda true, called: true == called),
            "macro-F1": sum(map(self.f1, CATEGORIES)) / len(CATEGORIES),
            "tracking called essential": missed,
            "over-blocking": self.share(
                lambda _, called: called is None or is_tracking(called), lambda true: not is_tracking(true)
            ),
            "coverage": self.share(lambda _, called: called is not None),
            "cost": self.share(lambda true, called: true != called) + 9 * missed * share_of_trackers,
        }

    def print(self, title: str) -> None:
        print(f"{title} ({len(self.pairs)} cookies)")
        for name, value in self.figures().items():
            print(f"  {name:28} {value:.3f}")


def fold_of(group: str) -> int:
    return zlib.crc32(group.encode()) % FOLDS


def strangers(hosts: Sequence[Example], held: Sequence[Example]) -> list[Example]:
    """The hosts that are none of these vendors'."""
    houses = {house(one.vendor) for one in held if one.vendor}
    domains = {registrable(one.traits.domain) for one in held if one.traits.domain}
    return [one for one in hosts if house(one.vendor) not in houses and registrable(one.traits.domain) not in domains]


def held_out(known: Sequence[Example], hosts: Sequence[Example]) -> list[tuple[Example, str]]:
    """Each cookie, and what it is called by what the other groups teach."""
    found = []
    for fold in range(FOLDS):
        held = [one for one in known if fold_of(one.group) == fold]
        learned = train([*(one for one in known if fold_of(one.group) != fold), *strangers(hosts, held)])
        found += [(one, called(one, learned)) for one in held]
    return found


def called(one: Example, learned: Weights) -> str:
    """As the cascade has it, below all that is known of vendors."""
    chances = weighed(described(one.name, one.traits, one.shape), learned)
    hint = find_hint(one.name)
    if hint is not None and not hint.vendor and stands(hint, one.traits, chances):
        return hint.category
    return decided(chances, one.traits.party).category


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


def first_milliseconds() -> tuple[float, float]:
    """Of processor time in a process of its own: of the modules, and of the tables with the first two answers."""
    code = (
        "from time import process_time as t; a = t(); from consentkit import classify; b = t();"
        "classify('zq_unheard'); classify('_ga'); print((b - a) * 1e3, (t() - b) * 1e3)"
    )
    runs = [subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True) for _ in range(5)]
    modules, tables = zip(*(map(float, run.stdout.split()) for run in runs), strict=True)
    return median(modules), median(tables)


def main(paths: Sequence[str]) -> None:
    split = held_out(examples(), host_examples())
    parts: dict[str, Callable[[Example], bool]] = {
        "never met before, all groups": lambda _: True,
        "vendors and platforms never met before": lambda one: not one.group.startswith(SITES),
        "kinds of sites never met before": lambda one: one.group.startswith(SITES),
    }
    for title, belongs in parts.items():
        Score([(CATEGORIES[one.label], answer) for one, answer in split if belongs(one)]).print(title)
    for path in paths:
        labelled(Path(path)).print(path)
    classify("_ga")
    tables = [path.read_bytes() for path in Path(DATA).iterdir()]
    print("costs")
    print(f"  {'catalogued, µs':28} {microseconds(f'_ga_{n}' for n in range(5000)):.1f}")
    print(f"  {'unknown, µs':28} {microseconds(f'zq{n}_unheard' for n in range(2000)):.1f}")
    modules, first = first_milliseconds()
    print(f"  {'modules, ms':28} {modules:.0f}")
    print(f"  {'tables and first answers, ms':28} {first:.0f}")
    print(f"  {'data, KB':28} {sum(map(len, tables)) / 1e3:.0f}")
    print(f"  {'in the wheel, KB':28} {sum(len(zlib.compress(table)) for table in tables) / 1e3:.0f}")


if __name__ == "__main__":
    main(sys.argv[1:])
