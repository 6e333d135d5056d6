"""A ledger entry as a person reads it.

Knows plain mappings and our wording; not the ledger, nor whether a proof holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from consentkit import canonical
from consentkit.policy import OPTIONAL_CATEGORIES, Policy
from consentkit.texts import Texts


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose records a page shows: the visitor's id, "" for nobody's.

    `account` says that somebody signed in, so that there may be more than is shown; `away` that only what waits for the
    log could be read.
    """

    visitor: str = ""
    account: bool = False
    away: bool = False


def readable(entry: Mapping[str, Any], policy: Policy, texts: Texts) -> dict[str, Any]:
    """The entry with its record spelled out: words for the choice, titles for categories, names for vendors."""
    record = entry["record"]
    names = {vendor.id: vendor.name for vendor in policy.vendors}
    categories = [texts[f"category.{name}"] for name in OPTIONAL_CATEGORIES if name in record["categories"]]
    vendors = [names.get(vendor, vendor) for vendor in record["vendors"]]
    return {
        "index": entry["index"],
        "leaf_hash": entry["leaf_hash"],
        "checkpoint": entry["checkpoint"],
        "proof": entry["proof"],
        "vkey": entry["vkey"],
        "time": _moment(entry["time"]),
        "chosen": texts[f"chosen.{record['choice']}"],
        "categories": texts.list(categories) or texts["receipt.none"],
        "vendors": texts.list(vendors) or texts["receipt.none"],
        "policy": record["policy"],
        "more": {
            "language": record.get("language"),
            "country": texts.country(place) if (place := record.get("jurisdiction")) not in (None, "", "ZZ") else None,
            "device": record.get("device"),
            "page": record.get("route"),
        },
        "record": canonical.encode(record).decode(),
    }


def _moment(time: str) -> str:
    """RFC 3339 in UTC for reading: "2026-11-23T09:30:00.123Z" as "2026-11-23 09:30:00 UTC"."""
    return f"{time[:10]} {time[11:19]} UTC"
