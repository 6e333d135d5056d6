"""Checking one entry, with no database and no secret: a visitor's receipt, or a proof in a file.

A receipt is JSON (Ledger.receipt). A proof is a C2SP tlog-proof whose `extra` is canonical JSON: {"record", "salt"}, or
{"statement"} where the log speaks of itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from consentkit import canonical
from consentkit.errors import LogError, MalformedError
from consentkit.ledger.anchors import Anchor, Anchors
from consentkit.ledger.record import leaf_of
from consentkit.ledger.report import Report
from consentkit.ledger.statement import check_statement
from consentkit.ledger.store import Entry
from consentkit.ledger.trust import Trust
from consentkit.tlog import LogProof, Verifier, check_inclusion, leaf_hash, open_checkpoint, parse_proof


def verify_receipt(receipt: Mapping[str, Any], vkey: Verifier | None = None) -> Report:
    """Everything that is wrong with a visitor's receipt (Ledger.receipt)."""
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
    except (LogError, KeyError, TypeError, ValueError, AttributeError) as error:
        report.find("receipt", str(error) or error.__class__.__name__)
    if vkey and report.consistent:
        report.anchors.append(f"verifier key {vkey.to_text()}")
    return report


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
            report.anchors.append(f"verifier key {trust.vkey.to_text()}")
            anchors = Anchors()
            anchors.met(anchor)
            anchors.weigh({trust.vkey}, trust, report)
    except (LogError, KeyError, TypeError, ValueError, AttributeError) as error:
        report.find("proof", str(error) or error.__class__.__name__)
    if not report.consistent:
        report.anchors.clear()
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
