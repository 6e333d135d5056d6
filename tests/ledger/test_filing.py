"""Receipts by their ids: each filed once, found at once, and forgotten with its record."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from consentkit import canonical
from consentkit.ledger.filing import file_receipts, numbers_of_receipt
from consentkit.ledger.store import Entry
from tests.postgres import running

from .conftest import MOMENT, Open, choose


@pytest.fixture(scope="module")
def server() -> Iterator[object]:
    with running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Both kinds of database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'db' / 'ledger.db'}"
        return
    with request.getfixturevalue("server").database() as url:
        yield url


def receipt_of(entry: Entry) -> str:
    return str(canonical.decode(entry.record or b"")["id"])


def test_filed(reopen: Open) -> None:
    """A receipt leads to its entry once it is filed, and to none after its record was erased, filed before or not."""
    ledger = reopen()
    entries = [choose(ledger, f"{number:032x}") for number in range(4)]
    assert file_receipts(ledger.store, 4) == (4, 6)
    assert [numbers_of_receipt(ledger.store, receipt_of(entry)) for entry in entries] == [[2], [3], [], []]
    ledger.erase([3, 4], MOMENT)
    assert file_receipts(ledger.store, 100) == file_receipts(ledger.store, 100) == (7, 7)
    assert [numbers_of_receipt(ledger.store, receipt_of(entry)) for entry in entries] == [[2], [], [], [5]]
    with ledger.store.transaction() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM ck_receipts").scalar_one() == 2
    assert numbers_of_receipt(ledger.store, os.urandom(16).hex()) == []


def test_records_that_are_none(reopen: Open) -> None:
    """What somebody wrote into the database stops no filing, and no search."""
    ledger = reopen()
    entries = [choose(ledger, f"{number:032x}") for number in range(4)]
    junk = (b"{", b"[]", b'{"id":"\xc3\xa9"}', canonical.encode({"id": 5}))
    with ledger.store.transaction(write=True) as connection:
        for entry, record in zip(entries, junk, strict=True):
            value = f"X'{record.hex()}'" if connection.dialect.name == "sqlite" else f"'\\x{record.hex()}'::bytea"
            connection.exec_driver_sql(f"UPDATE ck_entries SET record = {value} WHERE number = {entry.number}")
    whole = choose(ledger)
    assert file_receipts(ledger.store, 100) == (7, 7)
    assert numbers_of_receipt(ledger.store, receipt_of(whole)) == [whole.number]
