"""A ledger in a folder of its own, checked in full after every test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from consentkit import canonical
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.record import ConsentRecord, new_id, utc
from consentkit.ledger.store import Document, Entry, Store
from consentkit.tlog import Signer

from .checking import check_ledger

SIGNER = Signer.generate("shop.test/consent-log")
POLICY_TEXT = canonical.encode({"version": "1"})
NOTICE_TEXT = canonical.encode({"layer": "banner"})
POLICY = Document(canonical.digest({"version": "1"}), "policy", POLICY_TEXT)
NOTICE = Document(canonical.digest({"layer": "banner"}), "notice", NOTICE_TEXT)
# A policy and a notice are an entry each, before the first choice.
FIRST = 2
MOMENT = 1_780_000_000_000


def made(visitor: str = "ab" * 16, choice: str = "accept_all") -> ConsentRecord:
    """A record of some choice."""
    categories = ("analytics", "functional", "marketing") if choice == "accept_all" else ()
    return ConsentRecord(
        id=new_id(), site="shop", time=utc(MOMENT), visitor=visitor, choice=choice, categories=categories, vendors=(),
        policy=POLICY.hash, notice=NOTICE.hash, language="en", jurisdiction="ZZ", regime="opt_in", gpc=False,
        device="desktop", method="banner form", route="/page",
    )  # fmt: skip


def choose(ledger: Ledger, visitor: str = "ab" * 16) -> Entry:
    """Put one choice into a ledger."""
    return ledger.append(made(visitor), MOMENT, [POLICY, NOTICE])


def open_ledger(folder: Path, url: str = "") -> Ledger:
    folder.mkdir(exist_ok=True)
    url = url or f"sqlite:///{folder / 'db' / 'ledger.db'}"
    return Ledger(Store(url, "shop"), SIGNER, folder / "outside")


Open = Callable[[], Ledger]


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Where the ledger is kept."""
    return f"sqlite:///{tmp_path / 'db' / 'ledger.db'}"


@pytest.fixture
def reopen(tmp_path: Path, database_url: str) -> Iterator[Open]:
    """Opens the ledger anew, as a restart would."""
    opened: list[Ledger] = []

    def build() -> Ledger:
        opened.append(open_ledger(tmp_path, database_url))
        return opened[-1]

    yield build
    for ledger in opened:
        ledger.close()


@pytest.fixture
def ledger(reopen: Open) -> Iterator[Ledger]:
    """A ledger that must be whole when the test is over."""
    ledger = reopen()
    yield ledger
    check_ledger(reopen(), SIGNER)
