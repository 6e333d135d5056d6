"""Every table of ours: something in each, put there as the app does, and all that is in them."""

from __future__ import annotations

from concurrent.futures import wait
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from consentkit.ledger.anchors import Anchor
from consentkit.ledger.days import count_days
from consentkit.ledger.dues import Dues
from consentkit.ledger.filing import file_receipts
from consentkit.ledger.grants import Grants
from consentkit.ledger.hosts import add_sightings
from consentkit.ledger.ledger import Ledger, _Job
from consentkit.ledger.links import Links
from consentkit.ledger.sightings import Sighting, Sightings
from consentkit.ledger.tables import METADATA
from consentkit.ledger.tickets import Tickets
from consentkit.seal import Pseudonym

from .conftest import MOMENT, NOTICE, POLICY, made

Rows = dict[str, list[dict[str, Any]]]
CHOICES = 300


def use_everything(ledger: Ledger) -> None:
    """More choices than a tile has, one erased; documents, checkpoints, what was seen of cookies and hosts, a grant."""
    wait([ledger._writer.put(_Job(made(f"{n:032x}"), MOMENT, (POLICY, NOTICE))) for n in range(CHOICES)])
    ledger.published()
    ledger.erase([5], MOMENT)
    ledger.checkpoints.keep(ledger.store.head().size, MOMENT, Anchor(ledger.checkpoint(), b"0\0"))
    seen = Sighting("a", True, True, 10, 12, ("/x",), "HttpOnly", 1 << 40)
    Sightings(ledger.store.database, ledger.store.site).add({"a": seen})
    add_sightings(ledger.store, {("a.test", "html"): 1 << 40}, date.today())
    Grants(ledger.store).invite("DPO", "viewer", 1, 1 << 40)
    Tickets(ledger.store).redeem("a", 1, 1 << 40)
    count_days(ledger.store, CHOICES)
    file_receipts(ledger.store, CHOICES)
    Links(ledger.store).add(["ab" * 16], Pseudonym("01234567", "cd" * 32), 1 << 40)
    Dues(ledger.store).add({7: 1 << 40})


def all_rows(connection: Connection) -> Rows:
    """Everything in every table, in the order of its key."""
    return {
        table.name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
        for table in METADATA.sorted_tables
    }
