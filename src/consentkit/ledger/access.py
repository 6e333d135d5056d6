"""What is held about one person, for the person: their records with proofs, and the documents these name.

Knows a ledger and visitors' ids; not how they came to be known. Each receipt is the same that its visitor can download,
so whoever checks those can check these.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from consentkit import canonical
from consentkit.errors import LedgerUnavailable
from consentkit.ledger.ledger import Ledger

Receipt = dict[str, Any]


def receipts_of(ledger: Ledger, visitors: Sequence[str]) -> Iterator[Receipt]:
    """The receipts of all that these visitors have in the log, by one checkpoint, oldest first for each.

    Raises LedgerUnavailable.
    """
    note = ledger.checkpoint()
    for visitor in visitors:
        for number in ledger.store.numbers_of(visitor):
            for entry in ledger.store.entries(number, number + 1):
                if entry.record is not None:  # else erased this moment
                    yield ledger.receipt(entry, note)


def pending_of(ledger: Ledger, visitor: str) -> list[Receipt]:
    """The receipts of what still waits for the log on this host, oldest first: without a number and a proof."""
    waiting = ledger.waiting_of(visitor)
    logged: set[bytes] = set()
    if waiting:
        with suppress(LedgerUnavailable):  # a crash may have come between logging them and emptying the spool
            logged = {entry.leaf_hash for entry in ledger.store.entries_of(visitor)}
    return [ledger.receipt(entry) for entry in waiting if entry.leaf_hash not in logged]


def held_about(ledger: Ledger, visitors: Sequence[str]) -> dict[str, Any]:
    """All that the ledger holds of these visitors; without receipts where it holds nothing.

    Keys: documents (what the records name, by hash), receipts (Ledger.receipt, oldest first), v, visitors. What waits
    in the spool is written first. Raises LedgerUnavailable.
    """
    ledger.check()
    receipts = sorted(receipts_of(ledger, visitors), key=lambda receipt: int(receipt["index"]))
    return {"documents": documents_of(ledger, receipts), "receipts": receipts, "v": 1, "visitors": list(visitors)}


def documents_of(ledger: Ledger, receipts: Sequence[Receipt]) -> dict[str, Any]:
    """The policies and notices that these records name, by hash: what was in force, and what was shown."""
    named = sorted({receipt["record"][kind] for receipt in receipts for kind in ("policy", "notice")})
    return dict(_found(ledger, named))


def _found(ledger: Ledger, hashes: list[str]) -> Iterator[tuple[str, Any]]:
    for each in hashes:
        document = ledger.store.document(each)
        if document is not None:
            yield each, canonical.decode(document.body)
