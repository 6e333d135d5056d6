"""Forgetting: the records of a person, as far as no law keeps them, or all that are older than the policy keeps them.

Knows a ledger. What is erased is the record and its salt; the leaf hash stays, so every proof and checkpoint holds as
before, and an entry lists which were erased: a record that is missing without one was lost, or taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from consentkit.ledger.dues import Dues
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.links import Links

# Records in one transaction: others write between two of them.
_PAGE = 1000


class Step(NamedTuple):
    """How many entries were looked at, and how many of them erased (or would be)."""

    seen: int
    erased: int


class Forgotten(NamedTuple):
    """The numbers of what was erased, and of what a law keeps, with the moment (Unix milliseconds) it goes."""

    erased: list[int]
    kept: dict[int, int]


def find_receipt(ledger: Ledger, receipt: str) -> str | None:
    """The visitor to whom a receipt belongs, by its id. Reads the whole ledger: ids of receipts are not indexed."""
    needle = f'"id":"{receipt}"'.encode()
    for entry in ledger.store.entries():
        if entry.visitor and entry.record and needle in entry.record:
            return entry.visitor
    return None


def erase_visitor(ledger: Ledger, visitor: str, moment: int) -> list[int]:
    """Erase all records of a visitor, also what a law keeps; their numbers."""
    return forget(ledger, [visitor], moment).erased


def forget(ledger: Ledger, visitors: Sequence[str], moment: int, keep: int = 0) -> Forgotten:
    """Erase what visitors want erased, and untie them from their account.

    What is younger than `keep` milliseconds a law keeps: it goes when that is over, the next time somebody prunes.
    Raises LedgerUnavailable.
    """
    ledger.drain()  # what waits in the spool is in the ledger after this
    done = Forgotten([], {})
    for visitor in visitors:
        left = {number: time + keep for number, time in ledger.store.records_of(visitor)}
        kept = {number: due for number, due in left.items() if keep and due > moment}
        gone = [number for number in left if number not in kept]
        done.kept.update(kept)
        for start in range(0, len(gone), _PAGE):
            done.erased.extend(ledger.erase(gone[start : start + _PAGE], moment))
    Dues(ledger.store).add(done.kept)
    Links(ledger.store).drop(visitors)
    return done


def prune(ledger: Ledger, before: int, moment: int, *, dry: bool = False) -> Iterator[Step]:
    """Erase all records from before a time, a page in each transaction. Stopped in the middle, it goes on next time.

    So do those that somebody wanted erased and a law kept, once their time is over. `before` and `moment`, the time
    now, are Unix milliseconds. A dry run erases nothing.
    """
    yield from _erase_due(ledger, before, moment, dry=dry)
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
        Links(ledger.store).drop_empty(before)


def _erase_due(ledger: Ledger, before: int, moment: int, *, dry: bool) -> Iterator[Step]:
    """Those that are due, and not so old that they go anyway."""
    dues, store = Dues(ledger.store), ledger.store
    if dry:
        due = [each for number in dues.until(moment, _PAGE) for each in store.records(number, number + 1)]
        if young := sum(time >= before for _, time in due):
            yield Step(0, young)
        return
    while numbers := dues.until(moment, _PAGE):
        erased = ledger.erase(numbers, moment)
        dues.drop(numbers)
        yield Step(0, len(erased))


def to_prune(ledger: Ledger) -> int:
    """How many entries pruning would look through."""
    return ledger.store.head().size - ledger.store.pruned()
