"""Checking one entry, with no database and no secret: a visitor's receipt, or a proof in a file.

A receipt is JSON (Ledger.receipt); a file may hold several, {"documents", "receipts"}, with the policies and notices
that they name, by hash. A proof is a C2SP tlog-proof whose `extra` is canonical JSON: {"record", "salt"}, or
{"statement"} where the log speaks of itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from consentkit import canonical
from consentkit.errors import LogError, MalformedError
from consentkit.ledger.anchors import Anchor, Anchors
from consentkit.ledger.record import leaf_of
from consentkit.ledger.report import NO_PROOF, Report
from consentkit.ledger.statement import check_statement
from consentkit.ledger.store import Entry
from consentkit.ledger.trust import Trust
from consentkit.tlog import LogProof, Verifier, check_inclusion, leaf_hash, open_checkpoint, parse_proof


def verify_receipts(data: bytes, vkey: Verifier | None = None) -> list[Report]:
    """Everything that is wrong with a file of receipts, a report for each; at least one."""
    try:
        value: Any = json.loads(data)
        receipts = value.get("receipts", [value])
        if not receipts:
            raise ValueError("there is none in this file")
        documents = value["documents"] if "receipts" in value and "documents" in value else None
        return [verify_receipt(receipt, vkey, documents) for receipt in receipts]
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        report = Report("one")
        report.find("receipt", f"{NO_PROOF} ({error})")
        return [report]


def verify_receipt(
    receipt: Mapping[str, Any], vkey: Verifier | None = None, documents: Mapping[str, Any] | None = None
) -> Report:
    """Everything that is wrong with a visitor's receipt (Ledger.receipt), and with the documents it came with."""
    report = Report("one")
    try:
        if receipt["proof"] is None:
            raise MalformedError("receipt: it has no proof yet; download it again in a while")
        verifier = vkey or Verifier.from_text(receipt["vkey"])
        checkpoint = open_checkpoint(receipt["checkpoint"], [verifier])
        leaf = leaf_of(canonical.encode(receipt["record"]), bytes.fromhex(receipt["salt"]))
        report.origin, report.entries, report.root = checkpoint.origin, checkpoint.size, checkpoint.root
        if leaf.hex() != receipt["leaf_hash"]:
            report.find("receipt", "the leaf hash is not that of this record and salt", receipt["index"])
        proof = [bytes.fromhex(node) for node in receipt["proof"]]
        check_inclusion(leaf, receipt["index"], checkpoint.size, proof, checkpoint.root)
        if receipt["vkey"] != verifier.to_text():
            report.find("receipt", "names another key than the one that signed it", receipt["index"])
        if receipt["id"] != receipt["record"]["id"] or receipt["time"] != receipt["record"]["time"]:
            report.find("receipt", "id or time differ from the record's", receipt["index"])
        if documents is not None:
            _see_documents(receipt, documents, report)
    except KeyError as error:
        report.find("receipt", f"without {error}: {NO_PROOF}", _place(receipt))
    except (LogError, TypeError, ValueError, AttributeError) as error:
        report.find("receipt", str(error) or error.__class__.__name__, _place(receipt))
    if vkey and report.consistent:
        report.anchor(f"verifier key {vkey.to_text()}", report.entries)
    return report


def _see_documents(receipt: Mapping[str, Any], documents: Mapping[str, Any], report: Report) -> None:
    """The policy and the notice that the record names are there, and are the texts of these hashes."""
    for kind in ("policy", "notice"):
        named = receipt["record"][kind]
        if named and named not in documents:
            report.find("documents", f"the {kind} {named} is not in the file", receipt["index"])
        elif named and canonical.digest(documents[named]) != named:
            report.find("documents", f"the {kind} {named} is not the text of that hash", receipt["index"])


def _place(receipt: Any) -> int | None:
    index = receipt.get("index") if isinstance(receipt, Mapping) else None
    return index if type(index) is int else None


def extra_of(entry: Entry) -> bytes:
    """What a proof carries so that its reader can compute the leaf hash: nothing where the record was erased."""
    if entry.record is None:
        return b""
    data = canonical.decode(entry.record)
    return canonical.encode({"statement": data} if entry.salt is None else {"record": data, "salt": entry.salt.hex()})


def verify_proof(text: str, trust: Trust) -> Report:
    """Everything that is wrong with a proof in a file. Without the log's key nothing vouches for it."""
    report = Report("one")
    try:
        proof = parse_proof(text)
        anchor = Anchor(proof.checkpoint)
        checkpoint = anchor.checkpoint
        report.origin, report.entries, report.root = checkpoint.origin, checkpoint.size, checkpoint.root
        check_inclusion(_leaf(proof), proof.number, checkpoint.size, proof.path, checkpoint.root)
        if trust.vkey:
            open_checkpoint(proof.checkpoint, [trust.vkey])
            report.anchor(f"verifier key {trust.vkey.to_text()}", report.entries)
            anchors = Anchors()
            anchors.met(anchor)
            anchors.weigh({trust.vkey}, trust, report)
    except (LogError, KeyError, TypeError, ValueError, AttributeError) as error:
        report.find("proof", str(error) or error.__class__.__name__)
    if not report.consistent:
        report.disown()
    return report


def _leaf(proof: LogProof) -> bytes:
    if not proof.extra:
        raise MalformedError("proof of nothing: its record was erased", proof.number)
    extra = canonical.decode(proof.extra)
    if extra.keys() == {"statement"}:
        return leaf_hash(canonical.encode(check_statement(extra["statement"])))
    if extra.keys() != {"record", "salt"}:
        raise MalformedError("extra of a proof", proof.extra)
    return leaf_of(canonical.encode(extra["record"]), bytes.fromhex(extra["salt"]))
