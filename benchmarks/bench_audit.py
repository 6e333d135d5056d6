"""What the auditor's pages cost where the ledger is large. By hand.

    python benchmarks/bench_audit.py [FOLDER] [--to 10000000]

Builds a ledger of so many choices in FOLDER (else in a temporary one, of ten thousand), through the ledger's own
transaction; one that is there is extended. Then it counts and files what was not counted and filed yet, as `consentkit
audit serve` does at its start, and asks the app for pages as an auditor's browser would, each look with its line in the
access log: the median and the 95th hundredth of so many looks, in milliseconds, of the time that passed and of the
processor's. Where other programs run as well only the latter says what a page costs.

Choices spread over two years, twenty languages, thirty jurisdictions, two hundred routes and three policies. Visitors'
ids rise with the entries: random ones would take most of the time that building takes, and no page asks for them.
"""

from __future__ import annotations

import argparse
import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from consentkit import canonical
from consentkit.audit import build_audit
from consentkit.law.regime import rules_for
from consentkit.ledger.days import count_days
from consentkit.ledger.filing import file_receipts
from consentkit.ledger.grants import Grants
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.opening import open_ledger
from consentkit.ledger.record import ConsentRecord, leaf_of, utc
from consentkit.ledger.store import Document, NewEntry, Store
from consentkit.page import Pages
from consentkit.policy import declaration, fingerprint, parse_policy
from consentkit.settings import Settings, load_settings
from consentkit.testing import TestClient

FEW, LOOKS, BATCH = 10_000, 40, 10_000
BEGINNING = 1_735_689_600_000  # 2025-01-01
SPAN = 2 * 365 * 86_400_000
NOW = (BEGINNING + SPAN) / 1000
BASE = "https://audit.test"
CHOICES = {"accept_all": 45, "refuse_all": 38, "custom": 12, "withdraw": 5}
POLICIES = tuple(parse_policy({"version": str(number), "site": {"id": "bench"}}, "bench") for number in range(3))
# What stands in a model of a record for what each has of its own.
_ID, _VISITOR, _TIME = "i" * 32, "w" * 32, "t" * 24


def settings_in(folder: Path) -> Settings:
    folder.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return load_settings(policy=POLICIES[0], data=folder, environ={})


def grow(store: Store, size: int, most: int) -> None:
    """Append choices until there are so many entries, of a ledger that is to have `most`."""
    models, random = list(_models()), Random(size)
    documents = list(_documents())
    while (start := store.head().size) < size:
        moments = [BEGINNING + (start + at) * SPAN // most for at in range(min(size - start, BATCH))]
        entries = [_made(random.choice(models), start + at, moment) for at, moment in enumerate(moments)]
        store.append(entries, documents, moment=moments[0])


def _documents() -> Iterator[Document]:
    for policy in POLICIES:
        yield Document(fingerprint(policy), "policy", canonical.encode(declaration(policy)))
    notice = Pages(POLICIES[0]).notice("banner", "en", rules_for(POLICIES[0], "BE"))
    yield Document(notice.hash, "notice", notice.data)


def _models() -> Iterator[bytes]:
    random, notice = Random(1), Pages(POLICIES[0]).notice("banner", "en", rules_for(POLICIES[0], "BE"))
    for _ in range(5000):
        (choice,) = random.choices(list(CHOICES), list(CHOICES.values()))
        granted = {"accept_all": ("analytics", "functional", "marketing"), "custom": ("analytics",)}.get(choice, ())
        yield ConsentRecord(
            id=_ID, site="bench", time=_TIME, visitor=_VISITOR, choice=choice, categories=granted, vendors=(),
            policy=fingerprint(random.choice(POLICIES)), notice=notice.hash, language=f"l{random.randrange(20)}",
            jurisdiction=f"J{random.randrange(30)}", regime="opt_in", gpc=False,
            device=random.choice(("phone", "desktop", "tablet")), method="banner form",
            route=f"/part/{random.randrange(200)}",
        ).to_bytes()  # fmt: skip


def _made(model: bytes, number: int, moment: int) -> NewEntry:
    visitor, salt = f"{number:032x}", os.urandom(32)
    record = model.replace(_ID.encode(), os.urandom(16).hex().encode()).replace(_VISITOR.encode(), visitor.encode())
    record = record.replace(_TIME.encode(), utc(moment).encode())
    return NewEntry(leaf_of(record, salt), moment, visitor, record, salt)


def prepare(store: Store) -> None:
    """Count and file what is new."""
    for step in (count_days, file_receipts):
        begun, (start, _) = perf_counter(), step(store, 0)
        at = start
        while at < store.head().size:
            at, _ = step(store, BATCH)
        if at > start:
            print(f"{step.__name__}: {(perf_counter() - begun) / (at - start) * 1e6:.1f} µs an entry")


def measure(settings: Settings, ledger: Ledger) -> None:
    client = TestClient(build_audit(settings, ledger, lambda: NOW), base_url=BASE, headers={"origin": BASE})
    grant, secret = Grants(ledger.store).invite("bench", "viewer", int(NOW), int(NOW) + 3600)
    client.post("/enter", data={"grant": grant.id, "secret": secret})
    size, random = ledger.store.head().size, Random(2)
    page = client.get("/").text
    months = sorted({line[8:15] for line in page.splitlines() if line.startswith("<option")})

    def look(name: str, path: Callable[[], str]) -> None:
        times, used = [], []
        for _ in range(LOOKS):
            asked, begun, busy = path(), perf_counter(), process_time()
            answer = client.get(asked)
            times.append((perf_counter() - begun) * 1e3)
            used.append((process_time() - busy) * 1e3)
            assert answer.status_code == 200, asked
        passed, worked = (f"{median(each):.0f}, p95 {quantiles(each, n=20)[-1]:.0f}" for each in (times, used))
        print(f"{name}: median {passed} ms; processor: median {worked} ms")

    def receipt() -> str:
        entry = next(iter(ledger.store.entries(number := random.randrange(10, size // 2), number + 1)))
        return canonical.decode(entry.record or b"").get("id", "")

    def day() -> str:
        return utc(BEGINNING + random.randrange(SPAN))[:10]

    look("overview", lambda: f"/?month={random.choice(months)}")
    look("search by receipt", lambda: f"/search?receipt={receipt()}")
    look("search by day", lambda: f"/search?since={(each := day())}&until={each}")
    look("an entry", lambda: f"/entry/{random.randrange(10, size)}")


def run(folder: Path, size: int) -> None:
    settings = settings_in(folder)
    ledger = open_ledger(settings)
    begun, before = perf_counter(), ledger.store.head().size
    grow(ledger.store, size, max(size, before))
    if size > before:
        print(f"built: {(perf_counter() - begun) / (size - before) * 1e6:.1f} µs an entry")
    prepare(ledger.store)
    ledger.check()
    print(f"{ledger.store.head().size:,} entries")
    measure(settings, ledger)
    ledger.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="What the auditor's pages cost where the ledger is large.")
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--to", type=int, default=FEW)
    asked = parser.parse_args()
    if asked.folder:
        run(asked.folder.absolute(), asked.to)
        return
    with TemporaryDirectory() as folder:
        run(Path(folder), asked.to)


if __name__ == "__main__":
    main()
