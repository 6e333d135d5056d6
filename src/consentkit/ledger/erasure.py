"""Forgetting: the records of a person, or all that are older than the policy keeps them.

Knows a ledger. What is erased is the record and its salt; the leaf hash stays, so every proof and checkpoint holds as
before, and an entry lists which were erased: a record that is missing without one was lost, or taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from consentkit.ledger.ledger import Ledger

# Records in one transaction: others write between two of them.
_PAGE = 1000


class Step(NamedTuple):
    """How many entries were looked at, and how many of them erased (or would be)."""

    seen: int
    erased: int


def find_receipt(ledger: Ledger, receipt: str) -> str | None:
    """The visitor to whom a receipt belongs, by its id. Reads the whole ledger: ids of receipts are not indexed."""
    needle = f'"id":"{receipt}"'.encode()
    for entry in ledger.store.entries():
        if entry.visitor and entry.record and needle in entry.record:
            return entry.visitor
    return None


def erase_visitor(ledger: Ledger, visitor: str, moment: int) -> list[int]:
    """Erase all records of a visitor; their numbers."""
    erased: list[int] = []
    # What waits in the spool is in the ledger after this.
    ledger.check()
    while numbers := ledger.store.numbers_of(visitor)[:_PAGE]:
        erased += ledger.erase(numbers, moment)
    return erased


def prune(ledger: Ledger, before: int, moment: int, *, dry: bool = False) -> Iterator[Step]:
    """Erase all records from before a time, a page in each transaction. Stopped in the middle, it goes on next time.

    `before` and `moment`, the time now, are Unix milliseconds. A dry run erases nothing.
    """
    size, mark = ledger.store.head().size, ledger.store.pruned()
    for start in range(mark, size, _PAGE):
        stop = min(start + _PAGE, size)
        records = ledger.store.records(start, stop)
        old = [number for number, time in records if time < before]
        if mark == start and len(old) == len(records):
            mark = stop
        if old and not dry:
            ledger.erase(old, moment, mark)
        yield Step(stop - start, len(old))
    if not dry:
        ledger.erase([], moment, mark)


def to_prune(ledger: Ledger) -> int:
    """How many entries pruning would look through."""
    return ledger.store.head().size - ledger.store.pruned()
