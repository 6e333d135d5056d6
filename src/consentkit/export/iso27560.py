"""Consent records in the structure of ISO/IEC TS 27560:2023, as JSON-LD in the words of the Data Privacy Vocabulary.

Knows records and declarations; not where they go. The profile is `record-eu-gdpr` of the W3C DPV Community Group's
guide (https://w3id.org/dpv/guides/consent-27560). Each choice is a record of its own: a later one of the same data
subject stands beside it, and takes nothing back from what was true before.

    metadata     conformsTo, identifier, created, hasDataSubject, source: the ledger's leaf hash and salt
    notice       hasNotice: by the hash of the words shown; language
    hasProcess   one for each purpose, and for each set of recipients allowed apart: purpose, personal data, recipients,
                 storage, legal basis, withdrawal, jurisdiction, rights – and in hasConsentStatus what the visitor did
    hasEntity    the controller and the vendors

What the policy did not declare is said to be "not declared"; nothing is made up.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from consentkit import canonical
from consentkit.export.declared import (
    UNDECLARED,
    Declaration,
    controller,
    own_cookies,
    site_name,
    vendors,
    wording,
)
from consentkit.law.regime import UNKNOWN
from consentkit.ledger.store import Entry
from consentkit.policy import OPTIONAL_CATEGORIES
from consentkit.policy.duration import parse_duration

PROFILE = "https://w3id.org/dpv/schema/dpv-27560#record-eu-gdpr"
# Properties whose values are names of things, not words.
_NAMES = (
    "dct:conformsTo", "dct:publisher", "dpv:hasApplicableLaw", "dpv:hasAuthority", "dpv:hasDataController",
    "dpv:hasDataSource", "dpv:hasJurisdiction", "dpv:hasLegalBasis", "dpv:hasLocation", "dpv:hasNecessity",
    "dpv:hasPersonalData", "dpv:hasProcessing", "dpv:hasRecipient", "dpv:isExercisedAt", "dpv:isIndicatedBy",
    "schema:url", "skos:broader",
)  # fmt: skip
CONTEXT: dict[str, Any] = {
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "loc": "https://w3id.org/dpv/loc#",
    "pd": "https://w3id.org/dpv/pd#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dct:created": {"@type": "xsd:dateTime"},
    "dpv:isIndicatedAtTime": {"@type": "xsd:dateTime"},
    **{name: {"@type": "@id"} for name in _NAMES},
}
_PURPOSES = {
    "functional": "dpv:ServicePersonalisation",
    "analytics": "dpv:ServiceUsageAnalytics",
    "marketing": "dpv:Marketing",
}
_DATA = ("pd:DeviceBased", "pd:BrowsingBehaviour")
_RIGHTS = {  # GDPR article → what it gives, and the page of ours where it is exercised
    "A7-3": ("Right to withdraw consent", "preferences"),
    "A15": ("Right of access", "receipt"),
    "A17": ("Right to erasure", "erase"),
    "A20": ("Right to data portability", "receipt"),
}
_STATES = {True: "dpv:ConsentGiven", False: "dpv:ConsentRefused"}
_DAY = 86_400


def records(
    entries: Iterable[Entry], declared: Callable[[str], Declaration], pages: str, memory: Callable[[str], int]
) -> Iterator[bytes]:
    """The records of these entries as one JSON-LD document, in pieces; what was erased or is no choice is left out.

    `declared` gives a policy by its SHA-256, `memory` the days for which a jurisdiction's choice is remembered; `pages`
    is the address under which our own pages stand.
    """
    yield b'{"@context":' + _json(CONTEXT) + b',"@graph":['
    mark = b"\n"
    for entry in entries:
        if entry.record is not None and entry.salt is not None:
            fields = canonical.decode(entry.record)
            yield mark + _json(_record(entry, fields, declared(fields["policy"]), pages, memory))
            mark = b",\n"
    yield b"\n]}\n"


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _record(
    entry: Entry, fields: dict[str, Any], policy: Declaration, pages: str, memory: Callable[[str], int]
) -> dict[str, Any]:
    about = _Choice(fields, policy, pages, f"P{memory(fields['jurisdiction'])}D")
    return {
        "@id": _uuid(fields["id"]),
        "@type": "dpv:ConsentRecord",
        "dct:conformsTo": PROFILE,
        "dct:identifier": fields["id"],
        "dct:created": fields["time"],
        "dct:publisher": about.controller,
        "dct:source": {
            "@type": "dct:ProvenanceStatement",
            "dct:identifier": _by_hash(entry.leaf_hash),
            "dct:description": f"Entry {entry.number} of the log, under the salt {(entry.salt or b'').hex()}.",
        },
        "dpv:hasDataSubject": {
            "@id": about.subject,
            "@type": "dpv:DataSubject",
            "dct:identifier": fields["visitor"],
        },
        "dpv:hasNotice": {
            "@id": _by_hash(bytes.fromhex(fields["notice"])),
            "@type": "dpv:ConsentNotice",
            "dct:identifier": fields["notice"] or UNDECLARED,
            "dct:language": fields["language"],
        },
        "dct:language": fields["language"],
        "dpv:hasProcess": list(about.processes()),
        "dpv:hasEntity": list(about.entities()),
    }


class _Choice:
    """One record's fields beside the policy they were chosen under."""

    def __init__(self, fields: dict[str, Any], policy: Declaration, pages: str, validity: str) -> None:
        self._fields, self._policy, self._pages, self._validity = fields, policy, pages, validity
        self.subject = _uuid(fields["visitor"])
        self.controller = f"urn:consentkit:controller:{fields['site']}"

    def processes(self) -> Iterator[dict[str, Any]]:
        for category in OPTIONAL_CATEGORIES:
            everyone = vendors(self._policy, category)
            whole = category in self._fields["categories"]
            apart = [] if whole else [vendor for vendor in everyone if vendor["id"] in self._fields["vendors"]]
            rest = [vendor for vendor in everyone if vendor not in apart]
            yield self._process(category, rest, own_cookies(self._policy, category), given=whole)
            if apart:
                yield self._process(category, apart, [], given=True)

    def _process(
        self, category: str, recipients: list[Declaration], own: list[Declaration], *, given: bool
    ) -> dict[str, Any]:
        language = self._fields["language"]
        cookies = [*own, *(cookie for vendor in recipients for cookie in vendor.get("cookies", ()))]
        said = [wording(each["purpose"], language) for each in (*recipients, *own)]
        return {
            "@type": "dpv:Process",
            "dct:title": category,
            "dpv:hasPurpose": {
                "@type": "dpv:Purpose",
                "skos:broader": _PURPOSES[category],
                "dct:description": list(dict.fromkeys(said)) or UNDECLARED,
            },
            "dpv:hasPersonalData": list(_DATA),
            "dpv:hasNecessity": "dpv:Optional",
            "dpv:hasProcessing": ["dpv:Collect", "dpv:Store", "dpv:Use"],
            "dpv:hasDataSource": {"@type": "dpv:DataSubjectDataSource", "dpv:hasProcessing": "dpv:Observe"},
            "dpv:hasStorageCondition": list(_storage(cookies, recipients)),
            "dpv:hasDataController": self.controller,
            "dpv:hasRecipient": [_vendor(vendor) for vendor in recipients] or self.controller,
            "dpv:hasLegalBasis": self._basis(),
            "dpv:hasConsentStatus": self._status(given),
            "dpv:hasConsentControl": {
                "@type": "dpv:WithdrawConsent",
                "dpv:isExercisedAt": f"{self._pages}/preferences",
            },
            **self._law(),
            "dpv:hasRight": [self._right(*row) for row in _RIGHTS.items()],
            "dpv:hasService": {"@type": "dpv:Service", "dct:title": site_name(self._policy)},
        }

    def _status(self, given: bool) -> dict[str, Any]:
        withdrawn = self._fields["choice"] == "withdraw"
        return {
            "@type": "dpv:ConsentWithdrawn" if withdrawn else _STATES[given],
            "dpv:isIndicatedAtTime": self._fields["time"],
            "dpv:isIndicatedBy": self.subject,
            "dpv:hasIndicationMethod": f"{self._fields['choice']}, {self._fields['method']}",
            "dpv:hasDuration": {"@type": "dpv:TemporalDuration", "rdf:value": self._validity},
        }

    def _basis(self) -> list[str]:
        # Elsewhere the visitor's expression is recorded, and what it counts for is that law's to say.
        return ["dpv:ExpressedConsent", *(("eu-gdpr:A6-1-a",) if self._fields["regime"] == "opt_in" else ())]

    def _law(self) -> dict[str, Any]:
        code = self._fields["jurisdiction"]
        place = {"dpv:hasJurisdiction": _place(code)}
        # Where the jurisdiction is unknown the strictest rules were applied, and nobody can name the authority.
        authority: dict[str, Any] = {"@type": "dpv:DataProtectionAuthority"} | place
        law = {"dpv:hasApplicableLaw": "eu-gdpr:GDPR"} if self._fields["regime"] == "opt_in" else {}
        return {**place, **law, "dpv:hasAuthority": authority}

    def _right(self, article: str, right: tuple[str, str]) -> dict[str, Any]:
        title, page = right
        return {
            "@type": ["dpv:DataSubjectRight", f"eu-gdpr:{article}"],
            "dct:title": title,
            "dpv:isExercisedAt": f"{self._pages}/{page}",
        }

    def entities(self) -> Iterator[dict[str, Any]]:
        who = {field: controller(self._policy, field) for field in ("name", "contact", "address", "country")}
        yield _party("dpv:DataController", self.controller, **who)
        for vendor in self._policy.get("vendors", ()):
            if vendor["category"] in OPTIONAL_CATEGORIES:
                contact, country = (vendor.get(field) or UNDECLARED for field in ("privacy_url", "country"))
                yield _party("dpv:ThirdParty", _vendor(vendor), vendor["name"], contact, UNDECLARED, country)


def _party(role: str, ident: str, name: str, contact: str, address: str, country: str) -> dict[str, Any]:
    return {
        "@id": ident,
        "@type": role,
        "dpv:hasIdentifier": ident,
        "dpv:hasName": name,
        "schema:contactPoint": {"@type": "schema:ContactPoint", "schema:description": contact},
        "schema:address": {
            "@type": "schema:PostalAddress",
            "schema:streetAddress": address,
            "schema:addressCountry": country,
        },
    }


def _storage(cookies: list[Declaration], recipients: list[Declaration]) -> Iterator[dict[str, Any]]:
    longest = max((parse_duration(cookie["retention"]) for cookie in cookies), default=0)
    yield {"@type": "dpv:StorageLocation", "dpv:hasLocation": "dpv:WithinDevice"}
    countries = sorted({vendor["country"] for vendor in recipients if vendor.get("country")})
    if countries:
        yield {"@type": "dpv:StorageLocation", "dpv:hasLocation": [_place(code) for code in countries]}
    if longest:
        # The words of a policy count days; less than one is said as one.
        lasts = {"@type": "dpv:TemporalDuration", "rdf:value": f"P{max(longest // _DAY, 1)}D"}
    else:
        lasts = {"@type": "dpv:UntilEventDuration", "rdf:value": "the browser is closed"}
    yield {"@type": "dpv:StorageDuration", "dpv:hasDuration": lasts}


def _place(code: str) -> str:
    """ISO 3166 in DPV's list of locations, where a subdivision is joined with a hyphen as well."""
    return "dpv:Jurisdiction" if code == UNKNOWN else f"loc:{code}"


def _vendor(vendor: Declaration) -> str:
    return f"urn:consentkit:vendor:{vendor['id']}"


def _uuid(text: str) -> str:
    """128 random bits as the URN that such ids have (RFC 9562 §4)."""
    return f"urn:uuid:{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _by_hash(digest: bytes) -> str:
    """Something named by its SHA-256 (RFC 6920 §3)."""
    return "ni:///sha-256;" + base64.urlsafe_b64encode(digest).decode().rstrip("=")
