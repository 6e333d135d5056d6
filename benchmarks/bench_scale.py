"""What the ledger costs as it grows: each power of ten, each measure in a process of its own. By hand.

    python benchmarks/bench_scale.py FOLDER [--database POSTGRESQL-URL] [--to 10000000]

Knows no thresholds. Without a URL the ledger is an SQLite file in FOLDER. Run again, it goes on where it was: what was
measured is kept in FOLDER/results.jsonl, and a ledger that is there is extended. Ten million entries take some 8 GB,
and three times as much while they are exported.

grow     the ledger's own transaction in batches of 1,000, and what 1,000 records and their hashes cost beside it
single   one choice at a time through the ledger, each with the checkpoint that is signed over it
start    opening a ledger: tables, keys, and the check against the checkpoint kept outside the database
proof    of entries anywhere: after the file left the system's cache (SQLite), with nothing remembered, with tiles kept
export   a bundle of all, and its verification
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from statistics import mean, median, quantiles
from time import perf_counter, process_time
from typing import Any

SMALLEST = 1_000
BATCH = 1_000
SINGLES = 200
PROOFS = 200
MOMENT = 1_800_000_000_000
RESULTS = "results.jsonl"


class Place:
    """The ledger under measurement: its database, its key and its folder."""

    def __init__(self, folder: Path, url: str) -> None:
        from consentkit import canonical
        from consentkit.ledger.ledger import Ledger
        from consentkit.ledger.store import Document, Store
        from consentkit.tlog import Signer

        self.folder = folder
        self.file = None if url else folder / "ledger.db"
        key = folder / "key"
        if not key.exists():
            key.write_text(Signer.generate("bench/log").to_text(), encoding="ascii")
        self.signer = Signer.from_text(key.read_text(encoding="ascii"))
        self.store = Store(url or f"sqlite:///{self.file}", "bench")
        self.ledger = Ledger(self.store, self.signer, folder)
        texts = {kind: {"kind": kind, "words": "bench"} for kind in ("policy", "notice")}
        self.documents = [
            Document(canonical.digest(text), kind, canonical.encode(text)) for kind, text in texts.items()
        ]

    def record(self) -> Any:
        """A choice of somebody new."""
        from consentkit.ledger.record import ConsentRecord, new_id, utc

        policy, notice = self.documents
        return ConsentRecord(
            id=new_id(), site="bench", time=utc(MOMENT), visitor=new_id(), choice="custom", categories=("analytics",),
            vendors=("hotjar",), policy=policy.hash, notice=notice.hash, language="en", jurisdiction="BE",
            regime="opt_in", gpc=False, device="desktop", method="banner form", route="/courses/{slug}",
        )  # fmt: skip

    def bytes_on_disk(self) -> int:
        from sqlalchemy import text

        if self.file is not None:
            return sum(path.stat().st_size for path in self.folder.glob("ledger.db*"))
        query = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relname ^@ 'ck_'"
        with self.store.transaction() as connection:
            return int(connection.execute(text(query)).scalar_one())


def grow(place: Place, size: int) -> dict[str, float]:
    from consentkit.ledger.record import leaf_of, new_salt
    from consentkit.ledger.store import NewEntry

    def sealed() -> NewEntry:
        record, salt = place.record(), new_salt()
        data = record.to_bytes()
        return NewEntry(leaf_of(data, salt), MOMENT, record.visitor, data, salt)

    records: list[float] = []
    appends: list[float] = []
    used = process_time()
    while (left := size - place.store.head().size) > 0:
        start = perf_counter()
        entries = [sealed() for _ in range(min(left, BATCH))]
        made = perf_counter()
        place.store.append(entries, place.documents, moment=MOMENT)
        appends.append((perf_counter() - made) / len(entries) * 1e6)
        records.append((made - start) / len(entries) * 1e6)
    if not appends:  # they were there already
        return {"bytes_each": place.bytes_on_disk() / size}
    return {
        "record_us": median(records[-100:]),
        "append_us": median(appends[-100:]),
        "append_mean_us": mean(appends),
        "cpu_us": (process_time() - used) / (len(appends) * BATCH) * 1e6,
        "bytes_each": place.bytes_on_disk() / size,
    }


def single(place: Place, size: int) -> dict[str, float]:
    place.ledger.check()
    commits, signings, used = [], [], process_time()
    for _ in range(SINGLES):
        record = place.record()
        start = perf_counter()
        place.ledger.append(record, MOMENT, place.documents)
        done = perf_counter()
        place.ledger.checkpoint()
        signings.append((perf_counter() - done) * 1e3)
        commits.append((done - start) * 1e3)
    used = process_time() - used
    place.ledger.close()
    return {
        "commit_ms": median(commits),
        "commit_p99_ms": quantiles(commits, n=100)[-1],
        "sign_ms": median(signings),
        "cpu_ms": used / SINGLES * 1e3,
    }


def start(place: Place, size: int) -> dict[str, float]:
    begin, used = perf_counter(), process_time()
    place.ledger.check()
    return {"start_ms": (perf_counter() - begin) * 1e3, "cpu_ms": (process_time() - used) * 1e3}


def proof(place: Place, size: int) -> dict[str, float]:
    from consentkit.tlog import TileCache, prove_inclusion

    random, read = Random(size), place.store.read_hashes
    kept = TileCache(read)

    def each(numbers: Sequence[int], reader: Any, before: Callable[[], None] = lambda: None) -> float:
        times = []
        for number in numbers:
            before()
            begin = perf_counter()
            prove_inclusion(number, size, reader)
            times.append((perf_counter() - begin) * 1e3)
        return median(times)

    anywhere, latest = random.choices(range(size), k=PROOFS), range(size - PROOFS, size)
    used = process_time()
    figures = {"proof_anywhere_ms": each(anywhere, read), "cpu_ms": (process_time() - used) / PROOFS * 1e3}
    if place.file is not None:
        figures["proof_off_disk_ms"] = each(anywhere[:20], read, lambda: _out_of_memory(place))
    return figures | {"proof_latest_ms": each(latest, kept)}


def _out_of_memory(place: Place) -> None:
    """Let the system forget the file's pages, and open it again."""
    assert place.file is not None
    place.store.forget()
    with place.file.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    place.store.head()


def export(place: Place, size: int) -> dict[str, float]:
    from consentkit.ledger.bundle import write_bundle

    begin, used = perf_counter(), process_time()
    with (place.folder / "bundle").open("wb") as file:
        checkpoint = place.ledger.checkpoint()
        total = place.store.head().size
        write_bundle(file, place.signer, checkpoint, place.store.documents(), place.store.entries(0, total))
        bundle = file.tell()
    return {
        "export_per_s": total / (perf_counter() - begin),
        "cpu_us": (process_time() - used) / total * 1e6,
        "bundle_bytes_each": bundle / total,
    }


def verify(place: Place, size: int) -> dict[str, float]:
    from consentkit.ledger.verify import verify_bundle

    begin, used = perf_counter(), process_time()
    with (place.folder / "bundle").open("rb") as file:
        report = verify_bundle(file, place.signer.verifier)
    seconds, cpu = perf_counter() - begin, process_time() - used
    assert report.proven, report.findings
    (place.folder / "bundle").unlink()
    return {"verify_per_s": report.entries / seconds, "cpu_us": cpu / report.entries * 1e6}


MEASURES = {measure.__name__: measure for measure in (grow, single, start, proof, export, verify)}


def run_one(name: str, size: int, folder: Path, url: str) -> None:
    """One measure, in this process: its figures as JSON."""
    figures = MEASURES[name](Place(folder, url), size)
    figures["rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"size": size, "measure": name, **{key: round(value, 4) for key, value in figures.items()}}))


def run_all(largest: int, folder: Path, url: str) -> None:
    """Every measure at every size that was not taken yet, each in a process of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    size = SMALLEST
    while size <= largest:
        for name in MEASURES:
            if any((each["size"], each["measure"]) == (size, name) for each in results(folder)):
                continue
            command = [sys.executable, __file__, str(folder), "--database", url, "--measure", name, "--to", str(size)]
            done = subprocess.run(
                command, stdout=subprocess.PIPE, text=True, check=True, env={**os.environ, "TMPDIR": str(folder)}
            )
            with (folder / RESULTS).open("a", encoding="ascii") as file:
                file.write(done.stdout)
        size *= 10


def results(folder: Path) -> list[dict[str, Any]]:
    """What was measured so far."""
    file = folder / RESULTS
    return [json.loads(line) for line in file.read_text(encoding="ascii").splitlines()] if file.exists() else []


def show(folder: Path) -> None:
    """A row for each figure, a column for each size."""
    found = results(folder)
    sizes = sorted({each["size"] for each in found})
    rows: dict[str, dict[int, float]] = {}
    for each in found:
        for key, value in each.items():
            if key not in ("size", "measure"):
                name = f"{each['measure']}: {key}"
                rows.setdefault(name, {})[each["size"]] = value
    print(f"{'':30}" + "".join(f"{size:>14,}" for size in sizes))
    for name, values in rows.items():
        print(f"{name:30}" + "".join(f"{values[size]:14,.2f}" if size in values else f"{'':14}" for size in sizes))


def main() -> None:
    parser = argparse.ArgumentParser(description="What the ledger costs as it grows.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--database", default="")
    parser.add_argument("--to", type=int, default=10_000_000)
    parser.add_argument("--measure", choices=MEASURES, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    folder = asked.folder.absolute()
    if asked.measure:
        run_one(asked.measure, asked.to, folder, asked.database)
    else:
        run_all(asked.to, folder, asked.database)
        show(folder)


if __name__ == "__main__":
    main()
