"""What a durable choice costs: appends to the ledger, beside what the disk and SQLite ask for. By hand.

    python benchmarks/bench_choice.py [FOLDER]

Floors in the same run: write and fdatasync of as many bytes; one raw SQLite transaction per row with the same pragmas.
Then the ledger with 1, 16 and 64 who wait at the same time. FOLDER should lie on the disk in question.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from time import perf_counter

from consentkit.ledger.ledger import Ledger
from consentkit.ledger.record import ConsentRecord, new_id, utc
from consentkit.ledger.store import Store
from consentkit.tlog import Signer

ROWS = 600
ROUNDS = 5


def record() -> ConsentRecord:
    return ConsentRecord(
        id=new_id(),
        site="bench",
        time=utc(1_800_000_000_000),
        visitor=new_id(),
        choice="custom",
        categories=("analytics",),
        vendors=("hotjar",),
        policy="a" * 64,
        notice="b" * 64,
        language="en",
        jurisdiction="BE",
        regime="opt_in",
        gpc=False,
        device="desktop",
        method="banner form",
        route="/courses/{slug}",
    )


def write_and_sync(folder: Path) -> None:
    data = bytes(len(record().to_bytes()) + 100)
    with (folder / "floor").open("ab", buffering=0) as file:
        for _ in range(ROWS):
            file.write(data)
            os.fdatasync(file.fileno())


def raw_sqlite(folder: Path) -> None:
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS entries (number INTEGER PRIMARY KEY, record BLOB)")
    data = record().to_bytes()
    for _ in range(ROWS):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO entries (record) VALUES (?)", (data,))
        connection.execute("COMMIT")
    connection.close()


def appending(ledger: Ledger, waiting: int) -> Callable[[], None]:
    def run() -> None:
        with ThreadPoolExecutor(waiting) as pool:
            for _ in pool.map(lambda _: ledger.append(record(), 1_800_000_000_000, ()), range(ROWS)):
                pass

    return run


def main() -> None:
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as name:
        folder = Path(name)
        ledger = Ledger(Store(f"sqlite:///{folder / 'ledger.db'}", "bench"), Signer.generate("bench/log"), folder)
        jobs: dict[str, Callable[[], None]] = {
            "floor: write and fdatasync": lambda: write_and_sync(folder),
            "raw SQLite, a transaction per row": lambda: raw_sqlite(folder),
        }
        jobs |= {f"ledger, {waiting} waiting": appending(ledger, waiting) for waiting in (1, 16, 64)}
        samples: dict[str, list[float]] = {name: [] for name in jobs}
        for _ in range(ROUNDS):
            for title, job in jobs.items():
                start = perf_counter()
                job()
                samples[title].append(ROWS / (perf_counter() - start))
        ledger.close()
    floor = median(samples["floor: write and fdatasync"])
    for title, rates in samples.items():
        print(f"  {title:<36} {median(rates):10.0f} rows/s {median(rates) / floor:8.2f}x")


if __name__ == "__main__":
    main()
