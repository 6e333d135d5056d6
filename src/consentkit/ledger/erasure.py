"""Forgetting: the records of a person, as far as no law keeps them, or all that are older than the policy keeps them.

Knows a ledger. What is erased is the record and its salt; the leaf hash stays, so every proof and checkpoint holds as
before, and an entry lists which were erased: a record that is missing without one was lost, or taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from consentkit.ledger.dues import Dues
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.links import Links
from consentkit.ledger.record import utc
from consentkit.ledger.statement import KEEPER, of_access

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


def kept_of(ledger: Ledger, visitor: str, moment: int, keep: int) -> dict[int, int]:
    """The numbers of a visitor's records that a law keeps for `keep` milliseconds, with the moment each goes."""
    return _kept(ledger.store.records_of(visitor), moment, keep)


def forget(ledger: Ledger, visitors: Sequence[str], moment: int, keep: int = 0) -> Forgotten:
    """Erase what visitors want erased, and untie them from their account.

    What is younger than `keep` milliseconds a law keeps: it goes when that is over, the next time somebody prunes.
    Raises LedgerUnavailable.
    """
    ledger.drain()  # what waits in the spool is in the ledger after this
    done = _erase(ledger, [each for visitor in visitors for each in ledger.store.records_of(visitor)], moment, keep)
    Links(ledger.store).drop(visitors)
    return done


def forget_entries(ledger: Ledger, numbers: Iterable[int], moment: int, keep: int = 0) -> Forgotten:
    """The same for single records, by their numbers."""
    ledger.drain()
    records = [each for number in sorted(set(numbers)) for each in ledger.store.records(number, number + 1)]
    return _erase(ledger, records, moment, keep)


def override(ledger: Ledger, kept: Iterable[int], moment: int) -> list[int]:
    """Erase also what a law keeps, as a court may order. An entry says that it was done, the next one which they were.

    Raises LedgerUnavailable.
    """
    numbers = list(kept)
    ledger.state(of_access(utc(moment), KEEPER, "keeper", f"override {len(numbers)}"), moment)
    erased = _erase_pages(ledger, numbers, moment)
    Dues(ledger.store).drop(numbers)
    return erased


def _kept(records: Iterable[tuple[int, int]], moment: int, keep: int) -> dict[int, int]:
    return {number: time + keep for number, time in records if keep and time + keep > moment}


def _erase(ledger: Ledger, records: Sequence[tuple[int, int]], moment: int, keep: int) -> Forgotten:
    kept = _kept(records, moment, keep)
    erased = _erase_pages(ledger, [number for number, _ in records if number not in kept], moment)
    Dues(ledger.store).add(kept)
    return Forgotten(erased, kept)


def _erase_pages(ledger: Ledger, numbers: Sequence[int], moment: int) -> list[int]:
    pages = (numbers[start : start + _PAGE] for start in range(0, len(numbers), _PAGE))
    return [number for page in pages for number in ledger.erase(page, moment)]


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
