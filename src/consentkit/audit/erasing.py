"""Erasing a visitor's records, after asking whether it is meant.

Knows entries, and what the policy says that a law keeps: that stays, and is said. What erasing is, the ledger says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from consentkit.audit.entry import find_entry
from consentkit.audit.visit import Visit
from consentkit.ledger.erasure import forget, kept_of
from consentkit.ledger.record import utc
from consentkit.policy import localised


def ask_erasure(visit: Visit) -> Response:
    return _ask(visit, 200)


def erase(visit: Visit) -> Response:
    """Erase all records of the visitor whose entry this is, as far as no law keeps them."""
    entry, ledger = find_entry(visit), visit.desk.ledger
    if entry is None or entry.visitor is None or visit.sent.get("sure") != "yes":
        return _ask(visit, 400)
    done = forget(ledger, [entry.visitor], _now(visit), visit.desk.settings.policy.kept_milliseconds)
    clean = ledger.store.database.scrub()
    return visit.page("erased.html", numbers=done.erased, clean=clean, **_law(visit, done.kept))


def _ask(visit: Visit, status: int) -> Response:
    entry, desk = find_entry(visit), visit.desk
    if entry is None or entry.visitor is None:
        return visit.page("missing.html", 404)
    kept = kept_of(desk.ledger, entry.visitor, _now(visit), desk.settings.policy.kept_milliseconds)
    count = len(desk.ledger.store.numbers_of(entry.visitor)) - len(kept)
    return visit.page("erase.html", status, entry=entry, count=count, **_law(visit, kept))


def _law(visit: Visit, kept: Mapping[int, int]) -> dict[str, Any]:
    """What a law keeps, each until which day, and why."""
    keep = visit.desk.settings.policy.keep
    reason = localised(keep.reason, visit.words.language) if keep else ""
    return {"kept": {number: utc(due)[:10] for number, due in kept.items()}, "reason": reason}


def _now(visit: Visit) -> int:
    return int(visit.desk.clock() * 1000)
