"""Consent receipts of the Kantara Initiative, version 1.1.0: one JSON object for each choice.

Knows records and declarations; not where they go. The form is older than ISO/IEC TS 27560 and has no word for a
refusal: services are those the visitor allowed, so a refusal is a receipt without any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from consentkit import canonical
from consentkit.export.declared import UNDECLARED, Declaration, controller, own_cookies, site_name, vendors, wording
from consentkit.ledger.store import Entry
from consentkit.policy import OPTIONAL_CATEGORIES

VERSION = "KI-CR-v1.1.0"
# Purpose categories of the receipt's appendix, by number and name.
_PURPOSES = {
    "functional": "5 - Personalize Experience",
    "analytics": "16 - Improve Performance",
    "marketing": "6 - Marketing",
}


def receipts(entries: Iterable[Entry], declared: Callable[[str], Declaration], vkey: str) -> Iterator[bytes]:
    """A line for each choice; what was erased or is no choice is left out. `vkey` is the log's verifier key."""
    for entry in entries:
        if entry.record is not None and entry.salt is not None:
            fields = canonical.decode(entry.record)
            yield canonical.encode(_receipt(fields, declared(fields["policy"]), vkey)) + b"\n"


def _receipt(fields: dict[str, Any], policy: Declaration, vkey: str) -> dict[str, Any]:
    return {
        "version": VERSION,
        "jurisdiction": fields["jurisdiction"],
        "consentTimestamp": int(datetime.fromisoformat(fields["time"]).timestamp()),
        "collectionMethod": fields["method"],
        "consentReceiptID": str(UUID(fields["id"])),
        "publicKey": vkey,
        "language": fields["language"],
        "piiPrincipalId": fields["visitor"],
        "piiControllers": [
            {
                "piiController": controller(policy, "name"),
                "onBehalf": False,
                "contact": controller(policy, "contact"),
                "address": {"streetAddress": controller(policy, "address")},
                "email": controller(policy, "contact"),
                "phone": UNDECLARED,
            }
        ],
        "policyUrl": policy.get("privacy_policy") or UNDECLARED,
        "services": list(_services(fields, policy)),
        "sensitive": False,
        "spiCat": [],
    }


def _services(fields: dict[str, Any], policy: Declaration) -> Iterator[dict[str, Any]]:
    language = fields["language"]
    for category in OPTIONAL_CATEGORIES:
        whole = category in fields["categories"]
        allowed = [vendor for vendor in vendors(policy, category) if whole or vendor["id"] in fields["vendors"]]
        purposes = [_purpose(category, wording(vendor["purpose"], language), vendor["name"]) for vendor in allowed]
        own = own_cookies(policy, category) if whole else []
        purposes += [_purpose(category, wording(cookie["purpose"], language), None) for cookie in own]
        if purposes:
            yield {"service": site_name(policy), "purposes": purposes}


def _purpose(category: str, words: str, third_party: str | None) -> dict[str, Any]:
    shared = {"thirdPartyName": third_party} if third_party else {}
    return {
        "purpose": words,
        "purposeCategory": [_PURPOSES[category]],
        "consentType": "EXPLICIT",
        "piiCategory": ["device", "browsing behaviour"],
        "primaryPurpose": False,
        "termination": "withdrawal",
        "thirdPartyDisclosure": third_party is not None,
        **shared,
    }
