"""What is held about one person, for the person: their records with proofs, and the documents these name.

Knows a ledger and a visitor's id; not how it came to be known. Each receipt is the same that its visitor can download,
so whoever checks those can check these.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from consentkit import canonical
from consentkit.ledger.ledger import Ledger


def held_about(ledger: Ledger, visitor: str) -> dict[str, Any]:
    """All that the ledger holds of a visitor, oldest first; without receipts where it holds nothing.

    Keys: documents (what the records name, by hash), receipts (Ledger.receipt), v, visitor. What waits in the spool is
    written first. Raises LedgerUnavailable.
    """
    ledger.check()
    note = ledger.checkpoint()
    receipts = [
        ledger.receipt(entry, note)
        for number in ledger.store.numbers_of(visitor)
        for entry in ledger.store.entries(number, number + 1)
        if entry.record is not None  # erased this moment
    ]
    named = sorted({receipt["record"][kind] for receipt in receipts for kind in ("policy", "notice")})
    return {"documents": dict(_found(ledger, named)), "receipts": receipts, "v": 1, "visitor": visitor}


def _found(ledger: Ledger, hashes: list[str]) -> Iterator[tuple[str, Any]]:
    for each in hashes:
        document = ledger.store.document(each)
        if document is not None:
            yield each, canonical.decode(document.body)
