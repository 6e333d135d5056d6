"""Records in the structure of ISO/IEC TS 27560, read back as a stranger's JSON-LD processor reads them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rdflib import DCTERMS, RDF, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from consentkit.export.iso27560 import PROFILE, records
from tests.export.ledgers import DECLARED, ERASED, SALT, STATEMENT, entry

# rdflib's own reader of JSON-LD uses what rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")

DPV = Namespace("https://w3id.org/dpv#")
GDPR = Namespace("https://w3id.org/dpv/legal/eu/gdpr#")
LOC = Namespace("https://w3id.org/dpv/loc#")
SCHEMA = Namespace("https://schema.org/")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")


def written(*entries: Any, policy: dict[str, Any] = DECLARED) -> bytes:
    return b"".join(records(entries, lambda _: policy, "https://shop.example/_privacy", lambda _: 180))


def graph(*entries: Any, policy: dict[str, Any] = DECLARED) -> Graph:
    return Graph().parse(data=written(*entries, policy=policy), format="json-ld")


def only(found: Graph, subject: Node, name: URIRef) -> Node:
    (value,) = found.objects(subject, name)
    return value


def state(found: Graph, purpose: str) -> list[tuple[Node, set[Node]]]:
    """What the visitor did for a purpose, and whom it reaches."""
    return [
        (
            only(found, only(found, process, DPV.hasConsentStatus), RDF.type),
            set(found.objects(process, DPV.hasRecipient)),
        )
        for process in found.subjects(DCTERMS.title, Literal(purpose))
    ]


# Every field that the guide's profile for the GDPR asks for: by whom it is carried.
MANDATORY = {
    DPV.ConsentRecord: [
        DCTERMS.conformsTo, DCTERMS.identifier, DCTERMS.language, DPV.hasDataSubject, DPV.hasNotice, DPV.hasProcess,
        DPV.hasEntity,
    ],
    DPV.ConsentNotice: [DCTERMS.identifier, DCTERMS.language],
    DPV.DataSubject: [DCTERMS.identifier],
    DPV.Process: [
        DPV.hasPurpose, DPV.hasPersonalData, DPV.hasNecessity, DPV.hasProcessing, DPV.hasDataSource,
        DPV.hasStorageCondition, DPV.hasDataController, DPV.hasLegalBasis, DPV.hasRecipient, DPV.hasConsentControl,
        DPV.hasJurisdiction, DPV.hasRight, DPV.hasConsentStatus, DPV.hasAuthority, DPV.hasService,
    ],
    DPV.Purpose: [SKOS.broader, DCTERMS.description],
    DPV.WithdrawConsent: [DPV.isExercisedAt],
    DPV.DataSubjectRight: [DPV.isExercisedAt, DCTERMS.title],
    DPV.StorageDuration: [DPV.hasDuration],
    DPV.StorageLocation: [DPV.hasLocation],
    DPV.ConsentGiven: [DPV.isIndicatedAtTime, DPV.isIndicatedBy, DPV.hasDuration, DPV.hasIndicationMethod],
    DPV.DataController: [DPV.hasName, DPV.hasIdentifier, SCHEMA.contactPoint, SCHEMA.address],
    DPV.ThirdParty: [DPV.hasName, DPV.hasIdentifier, SCHEMA.contactPoint, SCHEMA.address],
}  # fmt: skip


@pytest.mark.parametrize("kind", MANDATORY)
@pytest.mark.parametrize("policy", [DECLARED, {}], ids=["declared", "silent"])
def test_mandatory(kind: URIRef, policy: dict[str, Any]) -> None:
    """Every field that the standard and the GDPR ask for is there, also where a policy said little."""
    found = graph(entry(), policy=policy)
    things = list(found.subjects(RDF.type, kind))
    assert things or (kind == DPV.ThirdParty and not policy)
    for thing in things:
        missing = [name for name in MANDATORY[kind] if not list(found.objects(thing, name))]
        assert missing == []


def test_profile() -> None:
    """A record says which profile it follows, whom it is about, and which words were shown."""
    found = graph(entry())
    record = only(found, URIRef("urn:uuid:abababab-abab-abab-abab-abababababab"), DCTERMS.conformsTo)
    assert record == URIRef(PROFILE)
    (notice,) = found.subjects(RDF.type, DPV.ConsentNotice)
    assert str(notice).startswith("ni:///sha-256;IiIiIi")
    assert only(found, notice, DCTERMS.identifier) == Literal("2" * 64)


def test_names_are_names() -> None:
    """What the vocabulary has a name for is that name, not a word that looks like it."""
    found = graph(entry())
    assert set(found.objects(None, DPV.hasJurisdiction)) == {LOC.BE}
    assert GDPR["A6-1-a"] in set(found.objects(None, DPV.hasLegalBasis))
    assert set(found.objects(None, SKOS.broader)) == {
        DPV.ServicePersonalisation, DPV.ServiceUsageAnalytics, DPV.Marketing
    }  # fmt: skip
    for values in (DPV.hasPersonalData, DPV.hasProcessing, DPV.hasRecipient, DPV.isIndicatedBy, DPV.hasLocation):
        assert all(isinstance(each, URIRef) for each in found.objects(None, values))


def test_states() -> None:
    """What was allowed is given, what was not is refused."""
    found = graph(entry(categories=("functional",)))
    assert [was for was, _ in state(found, "functional")] == [DPV.ConsentGiven]
    assert [was for was, _ in state(found, "analytics")] == [DPV.ConsentRefused]


def test_one_vendor() -> None:
    """A vendor allowed by name stands apart from those of its category that were not."""
    found = graph(entry(categories=(), vendors=("acme",)))
    assert sorted(state(found, "analytics"), key=str) == [
        (DPV.ConsentGiven, {URIRef("urn:consentkit:vendor:acme")}),
        (DPV.ConsentRefused, {URIRef("urn:consentkit:vendor:other")}),
    ]


def test_withdrawal() -> None:
    """Who takes a consent back is recorded as having done that, for every purpose."""
    found = graph(entry(choice="withdraw", categories=()))
    assert {was for purpose in ("functional", "analytics", "marketing") for was, _ in state(found, purpose)} == {
        DPV.ConsentWithdrawn
    }


def test_elsewhere() -> None:
    """Where the law asks nobody first, no article of the GDPR is named as the basis."""
    found = graph(entry(jurisdiction="US-CA", regime="opt_out"))
    assert set(found.objects(None, DPV.hasLegalBasis)) == {DPV.ExpressedConsent}
    assert not list(found.objects(None, DPV.hasApplicableLaw))
    assert set(found.objects(None, DPV.hasJurisdiction)) == {LOC["US-CA"]}


def test_unknown_place() -> None:
    """Where nobody knows whose law applies, no country is made up."""
    assert set(graph(entry(jurisdiction="ZZ")).objects(None, DPV.hasJurisdiction)) == {DPV.Jurisdiction}


def test_in_their_language() -> None:
    """Purposes are in the words of the language the visitor read."""
    words = set(graph(entry(language="fr")).objects(None, DCTERMS.description))
    assert Literal("Compte") in words
    assert Literal("Counts visits") not in words


def test_silence() -> None:
    """What a policy did not declare is said to be undeclared, and never made up."""
    found = graph(entry(), policy={})
    (controller,) = found.subjects(RDF.type, DPV.DataController)
    assert only(found, controller, DPV.hasName) == Literal("not declared")


def test_provable() -> None:
    """A record carries what it takes to find it in the log: its leaf hash, and the salt it was committed with."""
    assert SALT.hex() in written(entry()).decode()
    assert json.loads(written(entry()))["@graph"][0]["dct:source"]["dct:identifier"].startswith("ni:///sha-256;")


def test_only_choices() -> None:
    """What was erased, and what the log says of itself, is nobody's consent."""
    assert json.loads(written(ERASED, entry(1), STATEMENT))["@graph"][0]["dct:identifier"] == "ab" * 16
    assert json.loads(written(ERASED, STATEMENT))["@graph"] == []
