"""What a lookup in the catalogue costs, beside a plain set membership measured in the same run.

    python benchmarks/bench_catalog.py

Cold means that no cached answer helps (the caches are emptied before each pass); warm means that the host or name
was asked for before. Hosts are those a page names: half of them listed, half of them not.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter

from consentkit.catalog import cookies, find_cookie, find_tracker, tracker_hosts, trackers

ROUNDS = 9


def each(ask: Callable[[str], object], words: Sequence[str], before: Callable[[], object]) -> float:
    """Nanoseconds per word: the median over ROUNDS passes, with `before` called outside the clock."""
    passes = []
    for _ in range(ROUNDS):
        before()
        start = perf_counter()
        for word in words:
            ask(word)
        passes.append((perf_counter() - start) / len(words) * 1e9)
    return median(passes)


def load_time() -> tuple[float, float]:
    """Milliseconds in a fresh process: importing the catalogue, and the first lookup of each kind."""
    code = (
        "from time import perf_counter as t; a = t(); import consentkit.catalog as c; b = t();"
        "c.find_tracker('example.org'); c.find_cookie('x'); print((b - a) * 1e3, (t() - b) * 1e3)"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
        for _ in range(ROUNDS)
    ]
    return median(float(run[0]) for run in runs), median(float(run[1]) for run in runs)


def main() -> None:
    listed = sorted(tracker_hosts())[::3]
    hosts = [f"cdn{n}.{host}" for n, host in enumerate(listed)] + [f"s{n}.shop{n}.example" for n in range(len(listed))]
    names = [f"_ga_{n}" for n in range(500)] + [f"own_{n}" for n in range(500)] + ["sessionid", "csrftoken"] * 250
    plain, plain_names = frozenset(hosts), frozenset(names)
    floor = each(plain.__contains__, hosts, lambda: None)
    name_floor = each(plain_names.__contains__, names, lambda: None)
    one = ["www.google-analytics.com"] * 10_000
    rows = [
        ("floor: host in a set", floor, floor),
        ("find_tracker, cold", each(find_tracker, hosts, trackers._rule.cache_clear), floor),
        ("find_tracker, warm", each(find_tracker, hosts, lambda: [find_tracker(host) for host in hosts]), floor),
        ("find_tracker, one host again", each(find_tracker, one, lambda: None), floor),
        ("host in tracker_hosts()", each(tracker_hosts().__contains__, hosts, lambda: None), floor),
        ("floor: name in a set", name_floor, name_floor),
        ("find_cookie, cold", each(cookies._find, names, lambda: None), name_floor),
        ("find_cookie, warm", each(find_cookie, names, lambda: [find_cookie(name) for name in names]), name_floor),
    ]
    for label, nanoseconds, base in rows:
        print(f"{label:32} {nanoseconds:8.0f} ns {nanoseconds / base:7.1f} x floor")
    imported, loaded = load_time()
    print(f"{'import consentkit.catalog':32} {imported:8.1f} ms")
    print(f"{'first lookup: both tables':32} {loaded:8.1f} ms   {len(tracker_hosts())} hosts")


if __name__ == "__main__":
    main()
