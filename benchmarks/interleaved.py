"""Timing several things against each other: in turn, many times, medians; so that a machine's moods hit all alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter


def medians(
    jobs: Mapping[str, Callable[[], object]], rounds: int = 9, times: int = 200, *, best: bool = False
) -> dict[str, float]:
    """Microseconds of one call of each job: the median round, or on a busy machine the `best`."""
    samples: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            start = perf_counter()
            for _ in range(times):
                job()
            samples[name].append((perf_counter() - start) / times * 1e6)
    return {name: min(values) if best else median(values) for name, values in samples.items()}


def report(title: str, figures: Mapping[str, float], floor: str) -> None:
    """A row for each job: microseconds, what it adds to the floor, and the ratio."""
    print(f"\n{title}")
    for name, value in figures.items():
        print(f"  {name:<44} {value:10.2f} µs {value - figures[floor]:+10.2f} {value / figures[floor]:8.2f}x")
