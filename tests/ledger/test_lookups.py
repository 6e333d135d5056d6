"""What is asked of one visitor or one receipt is looked up, and never looked for through the whole ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from consentkit.ledger.filing import numbers_of_receipt
from consentkit.ledger.store import Store

from .conftest import Open, choose

VISITOR = "ab" * 16
ASKS: dict[str, tuple[Callable[[Store], object], str]] = {
    "last": (lambda store: store.last_of(VISITOR), "ck_entries_visitor"),
    "all": (lambda store: store.entries_of(VISITOR), "ck_entries_visitor"),
    "numbers": (lambda store: store.numbers_of(VISITOR), "ck_entries_visitor"),
    "receipt": (lambda store: numbers_of_receipt(store, VISITOR), "ck_receipts_key"),
}


@pytest.mark.parametrize("name", ASKS)
def test_by_an_index(name: str, reopen: Open) -> None:
    """However large the ledger is, a visitor's choice, receipt and erasure wait for an index alone."""
    ledger = reopen()
    for _ in range(3):
        choose(ledger, VISITOR)
    ask, index = ASKS[name]
    asked: list[tuple[str, Any]] = []
    with ledger.store.transaction() as connection:
        engine = connection.engine

    def note(_: object, __: object, statement: str, values: Any, *___: object) -> None:
        asked.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    ask(ledger.store)
    event.remove(engine, "before_cursor_execute", note)
    ((statement, values),) = [each for each in asked if each[0].startswith("SELECT")]
    with ledger.store.transaction() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    assert f"USING INDEX {index}" in str(plan)


def test_in_their_order(reopen: Open) -> None:
    """A visitor's entries come oldest first, and the last is the last."""
    ledger = reopen()
    numbers = [choose(ledger, VISITOR).number for _ in range(3)]
    choose(ledger, "cd" * 16)
    assert [entry.number for entry in ledger.store.entries_of(VISITOR)] == numbers
    assert ledger.store.numbers_of(VISITOR) == numbers
    last = ledger.store.last_of(VISITOR)
    assert last is not None
    assert last.number == numbers[-1]
