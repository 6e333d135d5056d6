"""Erasing a visitor's records, after asking whether it is meant.

Knows entries; what erasing is, the ledger says.
"""

from __future__ import annotations

from starlette.responses import Response

from consentkit.audit.entry import find_entry
from consentkit.audit.visit import Visit
from consentkit.ledger.erasure import erase_visitor


def ask_erasure(visit: Visit) -> Response:
    entry = find_entry(visit)
    if entry is None or entry.visitor is None:
        return visit.page("missing.html", 404)
    count = len(visit.desk.ledger.store.numbers_of(entry.visitor))
    return visit.page("erase.html", entry=entry, count=count)


def erase(visit: Visit) -> Response:
    """Erase all records of the visitor whose entry this is."""
    entry, ledger = find_entry(visit), visit.desk.ledger
    if entry is None or entry.visitor is None:
        return visit.page("missing.html", 404)
    if visit.sent.get("sure") != "yes":
        return visit.page("erase.html", 400, entry=entry, count=len(ledger.store.numbers_of(entry.visitor)))
    numbers = erase_visitor(ledger, entry.visitor, int(visit.desk.clock() * 1000))
    clean = ledger.store.database.scrub()
    return visit.page("erased.html", numbers=numbers, clean=clean)
