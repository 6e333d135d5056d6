"""What an export takes, and what it leaves."""

from __future__ import annotations

import pytest

from consentkit.ledger.selection import Selection
from tests.export.ledgers import ERASED, STATEMENT, entry

CHOICE = entry(1, categories=("analytics",), vendors=("acme",))
ALL = [CHOICE, ERASED, STATEMENT]
MOMENT = CHOICE.time


@pytest.mark.parametrize(
    ("selection", "taken"),
    [
        (Selection(), ALL),
        (Selection(since=MOMENT), [CHOICE]),
        (Selection(since=MOMENT + 1), []),
        (Selection(until=MOMENT), [ERASED, STATEMENT]),
        (Selection(until=MOMENT + 1), ALL),
        (Selection(category="analytics"), [CHOICE]),
        (Selection(category="marketing"), []),
        (Selection(vendor="acme"), [CHOICE]),
        (Selection(vendor="acme", category="marketing"), []),
        (Selection(visitor="cd" * 16), [CHOICE]),
        (Selection(visitor="ab" * 16), []),
    ],
)
def test_takes(selection: Selection, taken: list[object]) -> None:
    """An auditor gets the entries asked for, and an erased one only where nothing is asked that it cannot answer."""
    assert list(selection.of(ALL)) == taken
