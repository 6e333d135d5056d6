"""Entries and policies as the ledger holds them, for the tests of what is made of them."""

from __future__ import annotations

from typing import Any

from consentkit.ledger.record import ConsentRecord, leaf_of
from consentkit.ledger.store import Entry
from consentkit.policy import declaration, fingerprint, parse_policy

SALT = bytes(range(32))
ERASED = Entry(7, b"\x05" * 32, 1, None, None, None)
STATEMENT = Entry(8, b"\x06" * 32, 2, None, b'{"indices":[7],"kind":"erasure","v":1}', None)

POLICY = parse_policy(
    {
        "site": {"id": "shop", "name": "The Shop", "hosts": ["shop.example"]},
        "languages": ["en", "fr"],
        "privacy_policy": "https://shop.example/privacy",
        "controller": {
            "name": "Shop NV", "contact": "privacy@shop.example", "address": "Market 1, Kortrijk", "country": "BE"
        },
        "vendors": [
            {
                "id": "acme", "name": "Acme", "category": "analytics",
                "purpose": {"en": "Counts visits", "fr": "Compte"},
                "hosts": ["acme.example"], "country": "US", "privacy_url": "https://acme.example/privacy",
                "cookies": [{"name": "_ac", "purpose": "Knows you again", "retention": "13 months"}],
            },
            {
                "id": "other", "name": "Other", "category": "analytics", "purpose": "Draws heat maps",
                "hosts": ["other.example"],
            },
        ],
        "cookies": [{"name": "lang", "category": "functional", "purpose": "Your language", "retention": "1 year"}],
    },
    "test",
)  # fmt: skip
DECLARED = declaration(POLICY)


def entry(number: int = 0, **changes: Any) -> Entry:
    fields: dict[str, Any] = {
        "id": "ab" * 16, "site": "shop", "time": "2026-11-23T09:30:00.123Z", "visitor": "cd" * 16, "choice": "custom",
        "categories": ("analytics", "functional"), "vendors": (), "policy": fingerprint(POLICY), "notice": "2" * 64,
        "language": "en", "jurisdiction": "BE", "regime": "opt_in", "gpc": False, "device": "phone",
        "method": "banner form", "route": "/courses/{id}", "law": "BE 2026-11; place by default",
    }  # fmt: skip
    values = fields | changes
    record = ConsentRecord(**values).to_bytes()
    return Entry(number, leaf_of(record, SALT), 1_795_426_200_123, values["visitor"], record, SALT)
