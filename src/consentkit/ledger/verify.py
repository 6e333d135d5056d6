"""Checking what was exported, with no database and no secret: a bundle, an older bundle beside it, or a receipt.

Reads a file once, from front to back, with flat memory. Finds; does not judge what a choice was worth.

What a clean report proves: these entries, and no others, are what the log held under the checkpoint, unaltered since
somebody outside got the anchor. It does not prove that nothing was left out before it was logged, nor that a person
clicked. Without an anchor (a verifier key that came another way, or an earlier export) anybody could have made it all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from consentkit import canonical
from consentkit.errors import BundleError, LogError, MalformedError
from consentkit.ledger.bundle import Manifest, Part, parse_manifest
from consentkit.ledger.record import leaf_of
from consentkit.tlog import Checkpoint, Frontier, Verifier, check_inclusion, open_checkpoint, open_note

_LONGEST_HEADER = 1 << 16
_LONGEST_LINE = 1 << 22
_MOST_FINDINGS = 50


@dataclass
class Report:
    """What was found. `anchors` says what outside the file vouches for it; without one it is only self-consistent."""

    origin: str = ""
    entries: int = 0
    erased: int = 0
    root: bytes = b""
    anchors: list[str] = field(default_factory=list)
    findings: list[BundleError] = field(default_factory=list)

    @property
    def consistent(self) -> bool:
        return not self.findings

    @property
    def proven(self) -> bool:
        return self.consistent and bool(self.anchors)

    def find(self, part: str, message: str, entry: int | None = None) -> None:
        if len(self.findings) < _MOST_FINDINGS:
            self.findings.append(BundleError(part, message, entry))


def verify_bundle(file: BinaryIO, vkey: Verifier | None = None, since: BinaryIO | None = None) -> Report:
    """Everything that is wrong with a bundle.

    `vkey` is the log's key as it reached the auditor by another way; `since` is an older bundle of the same log, which
    the new one must contain unaltered. Raises nothing for bad bytes: they are findings.
    """
    report = Report()
    try:
        older = _checkpoint_of(since, vkey) if since else None
        reader = _Reader(file, report)
        manifest, verifier = _open_manifest(reader, vkey)
        report.origin = manifest.origin
        checkpoint = _open_checkpoint(reader.whole(manifest.parts[0]), verifier)
        documents = _check_documents(reader.lines(manifest.parts[1]), report)
        _check_entries(reader.lines(manifest.parts[2]), checkpoint, older, documents, report)
        if file.read(1):
            report.find("end", "there are bytes after the last part")
    except BundleError as error:
        report.findings.append(error)
    if vkey and report.consistent:
        report.anchors.append(f"verifier key {vkey.to_text()}")
    if older and report.consistent:
        report.anchors.append(f"earlier export of {older.size} entries")
    return report


def verify_receipt(receipt: Mapping[str, Any], vkey: Verifier | None = None) -> Report:
    """Everything that is wrong with a visitor's receipt (Ledger.receipt)."""
    report = Report()
    try:
        verifier = vkey or Verifier.from_text(receipt["vkey"])
        checkpoint = open_checkpoint(receipt["checkpoint"], [verifier])
        leaf = leaf_of(canonical.encode(receipt["record"]), bytes.fromhex(receipt["salt"]))
        report.origin, report.entries, report.root = checkpoint.origin, checkpoint.size, checkpoint.root
        if leaf.hex() != receipt["leaf_hash"]:
            report.find("receipt", "the leaf hash is not that of this record and salt", receipt["index"])
        proof = [bytes.fromhex(node) for node in receipt["proof"] or ()]
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


class _Reader:
    """Reads the header and the parts of a bundle in turn, and holds each part against its hash."""

    def __init__(self, file: BinaryIO, report: Report) -> None:
        self._file = file
        self._report = report

    def header(self) -> bytes:
        """The manifest's note: everything before the first empty line that follows a signature."""
        header = b""
        while len(header) < _LONGEST_HEADER:
            line = self._file.readline(_LONGEST_HEADER)
            if line == b"\n" and "\n\n— ".encode() in header:
                return header
            if not line:
                break
            header += line
        raise BundleError("manifest", "not a bundle, or cut off")

    def whole(self, part: Part) -> bytes:
        if part.size > _LONGEST_LINE:
            raise BundleError(part.name, "larger than it can be")
        data = self._file.read(part.size)
        self._check(part, len(data), hashlib.sha256(data).hexdigest())
        return data

    def lines(self, part: Part) -> Iterator[bytes]:
        """The part's lines without their ends; its hash is checked after the last: a bad line is named first."""
        left, digest = part.size, hashlib.sha256()
        while left:
            line = self._file.readline(min(left, _LONGEST_LINE))
            left -= len(line)
            digest.update(line)
            if not line.endswith(b"\n"):
                self._report.find(part.name, "cut off, or a line without its end")
                break
            yield line[:-1]
        self._check(part, part.size - left, digest.hexdigest())

    def _check(self, part: Part, size: int, digest: str) -> None:
        if size != part.size or digest != part.hash:
            blamed = any(finding.part == part.name for finding in self._report.findings)
            if not blamed:
                self._report.find(part.name, "its bytes are not the ones that were signed")


def _open_manifest(reader: _Reader, vkey: Verifier | None) -> tuple[Manifest, Verifier]:
    header = reader.header()
    try:
        # Before the signature is checked the text is used only to learn which key to try.
        verifier = vkey or Verifier.from_text(parse_manifest(header.decode().partition("\n\n— ")[0] + "\n").vkey)
        manifest = parse_manifest(open_note(header, [verifier]).text)
    except (LogError, UnicodeDecodeError) as error:
        raise BundleError("manifest", f"not signed by {vkey.to_text() if vkey else 'its own key'}: {error}") from None
    if manifest.vkey != verifier.to_text() or manifest.origin != verifier.name:
        raise BundleError("manifest", "names another key or origin than the one that signed it")
    return manifest, verifier


def _open_checkpoint(data: bytes, verifier: Verifier) -> Checkpoint:
    try:
        return open_checkpoint(data, [verifier])
    except LogError as error:
        raise BundleError("checkpoint", str(error)) from None


def _checkpoint_of(file: BinaryIO, vkey: Verifier | None) -> Checkpoint:
    try:
        reader = _Reader(file, Report())
        manifest, verifier = _open_manifest(reader, vkey)
        return _open_checkpoint(reader.whole(manifest.parts[0]), verifier)
    except BundleError as error:
        raise BundleError(f"earlier export: {error.part}", str(error.args[0])) from None


def _check_documents(lines: Iterator[bytes], report: Report) -> frozenset[str]:
    """The hashes of all documents whose text is what their hash says."""
    sound = set()
    for line_number, line in enumerate(lines, 1):
        try:
            document = canonical.decode(line)
            if hashlib.sha256(document["body"].encode()).hexdigest() == document["hash"]:
                sound.add(document["hash"])
            else:
                report.find("documents.jsonl", f"{document['kind']} {document['hash']} is not the text of that hash")
        except (MalformedError, KeyError, TypeError, AttributeError) as error:
            report.find("documents.jsonl", f"line {line_number}: {_reason(error)}")
    return frozenset(sound)


def _check_entries(
    lines: Iterator[bytes], checkpoint: Checkpoint, older: Checkpoint | None, documents: frozenset[str], report: Report
) -> None:
    """Recompute every leaf and the root over them; with `older`, the root on the way as well."""
    frontier = Frontier()
    _check_older(frontier, older, report)
    for line in lines:
        number = frontier.size
        try:
            frontier.append(_check_entry(canonical.decode(line), number, documents, report))
        except (MalformedError, KeyError, TypeError, ValueError) as error:
            report.find("entries.jsonl", _reason(error), number)
            frontier.append(hashlib.sha256(line).digest())  # a place holder: the entries after it keep their numbers
        _check_older(frontier, older, report)
    report.entries, report.root = frontier.size, checkpoint.root
    if frontier.size != checkpoint.size:
        report.find("entries.jsonl", f"{frontier.size} entries, where the checkpoint signs for {checkpoint.size}")
    elif frontier.root() != checkpoint.root and report.consistent:
        report.find("entries.jsonl", "the entries are not those under the checkpoint: their root hash differs")
    if older and older.size > frontier.size:
        report.find("entries.jsonl", f"the earlier export held {older.size} entries: some are gone")


def _check_entry(entry: Mapping[str, Any], number: int, documents: frozenset[str], report: Report) -> bytes:
    if entry["number"] != number:
        report.find("entries.jsonl", f"numbered {entry['number']}", number)
    leaf = bytes.fromhex(entry["leaf_hash"])
    if "record" not in entry:
        report.erased += 1
        report.find("entries.jsonl", "no record: nothing here says that it was erased", number)
        return leaf
    record = entry["record"]
    if leaf_of(canonical.encode(record), bytes.fromhex(entry["salt"])) != leaf:
        report.find("entries.jsonl", "the record, its salt and its leaf hash do not belong together", number)
    for kind in ("policy", "notice"):
        if record[kind] not in documents:
            report.find("entries.jsonl", f"the {kind} it names is not in the bundle", number)
    return leaf


def _check_older(frontier: Frontier, older: Checkpoint | None, report: Report) -> None:
    if older and frontier.size == older.size and frontier.root() != older.root:
        report.find("entries.jsonl", f"what the earlier export's {older.size} entries said was rewritten")


def _reason(error: Exception) -> str:
    return f"without {error}" if isinstance(error, KeyError) else str(error)
