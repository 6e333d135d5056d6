"""Kantara receipts: the fields the specification asks for, and no consent that was not given."""

from __future__ import annotations

import json
from typing import Any

from consentkit.export.kantara import receipts
from tests.export.ledgers import DECLARED, ERASED, STATEMENT, entry

# Consent Receipt Specification 1.1.0, section 4: what a receipt must have.
MANDATORY = {
    "version", "jurisdiction", "consentTimestamp", "collectionMethod", "consentReceiptID", "language",
    "piiPrincipalId", "piiControllers", "policyUrl", "services", "sensitive", "spiCat",
}  # fmt: skip


def receipt(*entries: Any) -> dict[str, Any]:
    (line,) = receipts(entries, lambda _: DECLARED, "log+00000000+key")
    value: dict[str, Any] = json.loads(line)
    return value


def test_fields() -> None:
    """Every field that a reader of such receipts may count on is there."""
    value = receipt(ERASED, entry(), STATEMENT)
    assert value.keys() >= MANDATORY
    assert value["consentTimestamp"] == 1_795_426_200
    assert value["piiControllers"][0]["piiController"] == "Shop NV"
    assert value["consentReceiptID"] == "abababab-abab-abab-abab-abababababab"


def test_services() -> None:
    """A receipt lists what was allowed, with the company that gets the data."""
    value = receipt(entry(categories=(), vendors=("acme",)))
    (service,) = value["services"]
    (purpose,) = service["purposes"]
    assert (service["service"], purpose["thirdPartyName"]) == ("The Shop", "Acme")


def test_refusal() -> None:
    """A refusal is a receipt for nothing."""
    assert receipt(entry(choice="refuse_all", categories=()))["services"] == []
