"""Checking a bundle, with no database and no secret, and an older bundle beside it.

Reads a file once, from front to back, and keeps one bit for each entry. Finds; does not judge what a choice was worth.

What a clean report proves: these entries, and no others, are what the log held under the checkpoint, unaltered since
somebody outside got the anchor; and each record's policy and notice were in the log before it. It does not prove that
nothing was left out before it was logged, nor that a person clicked. Without an anchor (a verifier key that came
another way, an earlier export, a witness, a timestamp) anybody could have made it all. Where entries are withheld it
proves the same of those that are there; that the others do not fit what was asked is the site's word.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from consentkit import canonical
from consentkit.errors import BundleError, LogError, MalformedError
from consentkit.ledger.anchors import Anchor, Anchors
from consentkit.ledger.earlier import Earlier, is_bundle, read_checkpoint
from consentkit.ledger.handover import KIND as HANDOVER
from consentkit.ledger.handover import Handover, open_handover, successors
from consentkit.ledger.numbers import Numbers
from consentkit.ledger.parts import BundleReader
from consentkit.ledger.record import leaf_of
from consentkit.ledger.report import Report
from consentkit.ledger.selection import format_selection
from consentkit.ledger.statement import check_statement
from consentkit.ledger.trust import Trust
from consentkit.tlog import Checkpoint, Frontier, Verifier, leaf_hash

_PART = "entries.jsonl"
_NOBODY = Trust()
Progress = Callable[[int], object]
"""Told how many bytes were read since it was last told."""


def verify_bundle(
    file: BinaryIO,
    vkey: Verifier | None = None,
    since: BinaryIO | None = None,
    *,
    trust: Trust = _NOBODY,
    progress: Progress | None = None,
) -> Report:
    """Everything that is wrong with a bundle.

    `vkey` is the log's key as it reached the auditor by another way (or `trust` names it, and more); `since` is an
    older bundle of the same log, or a checkpoint, which the new one must contain unaltered. Raises nothing for bad
    bytes: they are findings.
    """
    report, trust = Report(), trust._replace(vkey=vkey or trust.vkey)
    try:
        older = _earlier(since, progress) if since else None
        reader = BundleReader(file, report)
        _Check(reader, report, trust, older).run(progress)
    except BundleError as error:
        report.findings.append(error)
    if not report.consistent:
        report.disown()
    return report


def _earlier(file: BinaryIO, progress: Progress | None) -> Earlier:
    """What an auditor kept, found to be in order: what a spoiled export says was never what the log held."""
    if not is_bundle(file):
        return read_checkpoint(file)
    report = Report()
    try:
        reader = BundleReader(file, report)
        note, checkpoint = _Check(reader, report, _NOBODY, None).run(progress)
    except BundleError as error:
        report.findings.append(error)
    for finding in report.findings:
        raise BundleError("earlier export", str(finding))
    return Earlier("earlier export", note.decode(), checkpoint, reader.verifier)


class _Check:
    """One bundle on its way past us: every leaf and the root are recomputed, and what an entry names must have come."""

    def __init__(self, reader: BundleReader, report: Report, trust: Trust, older: Earlier | None) -> None:
        self._reader = reader
        self._report = report
        self._trust = trust
        self._older = older
        self._first = trust.vkey or (older.verifier if older else None) or reader.verifier
        self._anchors = Anchors()
        self._frontier = Frontier()
        self._documents: dict[str, str] = {}  # kind by hash, of those whose text is what their hash says
        self._handovers: dict[str, Handover] = {}
        self._logged: set[str] = set()
        self._unexplained = Numbers()  # entries without a record, of which no later one has said that it was erased
        self._unlogged = 0

    def run(self, progress: Progress | None) -> tuple[bytes, Checkpoint]:
        """Read all of it; the checkpoint over it, as a note and as what that says."""
        report, reader = self._report, self._reader
        report.origin = reader.manifest.origin
        if not reader.manifest.selection.is_all:
            report.of = "part"
            asked = "; ".join(line.removeprefix("selection ") for line in format_selection(reader.manifest.selection))
            report.notes.append(f"Asked was: {asked}. What does not fit is withheld, by the site's word.")
        note, checkpoint = reader.checkpoint_note()
        self._read_documents()
        if "anchors.jsonl" in reader:
            self._anchors.read(reader.lines("anchors.jsonl"), report)
        self._read_entries(progress)
        reader.end()
        if self._frontier.root() == checkpoint.root:
            self._anchors.met(Anchor(note.decode()))
        self._close(checkpoint)
        return note, checkpoint

    def _read_documents(self) -> None:
        for line_number, line in enumerate(self._reader.lines("documents.jsonl"), 1):
            try:
                document = canonical.decode(line)
                self._read_document(document["body"].encode(), document["hash"], str(document["kind"]))
            except (LogError, KeyError, TypeError, AttributeError) as error:
                self._report.find("documents.jsonl", f"line {line_number}: {_reason(error)}")

    def _read_document(self, body: bytes, hash: str, kind: str) -> None:
        if hashlib.sha256(body).hexdigest() != hash:
            self._report.find("documents.jsonl", f"{kind} {hash} is not the text of that hash")
            return
        self._documents[hash] = kind
        if kind == HANDOVER:
            self._handovers[hash] = open_handover(body)

    def _read_entries(self, progress: Progress | None) -> None:
        frontier, lines = self._frontier, self._reader.lines(_PART)
        self._meet()
        for line in lines:
            number = frontier.size
            try:
                frontier.append(self._leaf(canonical.decode(line), number))
            except (LogError, KeyError, TypeError, ValueError) as error:
                self._report.find(_PART, _reason(error), number)
                frontier.append(hashlib.sha256(line).digest())  # a place holder: later entries keep their numbers
            self._meet()
            if progress:
                progress(len(line) + 1)

    def _leaf(self, entry: Mapping[str, Any], number: int) -> bytes:
        """The leaf hash of an entry, after all that can be said of it alone was said."""
        if entry["number"] != number:
            self._report.find(_PART, f"numbered {entry['number']}", number)
        leaf = bytes.fromhex(entry["leaf_hash"])
        if "statement" in entry:
            self._take(entry["statement"], leaf, number)
        elif "record" in entry:
            self._check_record(entry, leaf, number)
        elif "withheld" in entry:
            self._withhold(entry, number)
        else:
            self._report.erased += 1
            self._unexplained.add(number)
        return leaf

    def _withhold(self, entry: Mapping[str, Any], number: int) -> None:
        if entry.keys() != {"leaf_hash", "number", "withheld"} or entry["withheld"] is not True:
            raise MalformedError("withheld entry", number)
        if self._reader.manifest.selection.is_all:
            self._report.find(_PART, "withheld, where the manifest speaks of everything", number)
        self._report.withheld += 1

    def _check_record(self, entry: Mapping[str, Any], leaf: bytes, number: int) -> None:
        record = entry["record"]
        if leaf_of(canonical.encode(record), bytes.fromhex(entry["salt"])) != leaf:
            self._report.find(_PART, "the record, its salt and its leaf hash do not belong together", number)
        self._report.count(str(record["choice"]))
        for kind in ("policy", "notice"):
            named = record[kind]
            if not named and kind == "notice":
                continue  # a refusal under a form that nobody knows any more
            if self._documents.get(named) != kind:
                self._report.find(_PART, f"the {kind} it names is not in the bundle", number)
            elif named not in self._logged:
                self._unlogged_before(kind, number)

    def _unlogged_before(self, kind: str, number: int) -> None:
        # Documents were no entries at first: a log may begin so, but not go on so.
        if self._logged:
            self._report.find(_PART, f"the {kind} it names was not in the log before it", number)
        else:
            self._unlogged = number + 1

    def _take(self, value: Any, leaf: bytes, number: int) -> None:
        statement = check_statement(value)
        if leaf_hash(canonical.encode(statement)) != leaf:
            self._report.find(_PART, "the statement and its leaf hash do not belong together", number)
        if statement["kind"] == "document":
            self._take_document(statement, number)
        elif statement["kind"] == "erasure":
            for index in statement["indices"]:
                self._unexplained.discard(index)

    def _take_document(self, statement: dict[str, Any], number: int) -> None:
        if self._documents.get(statement["hash"]) != statement["document"]:
            self._report.find(_PART, f"the {statement['document']} it speaks of is not in the bundle", number)
        self._logged.add(statement["hash"])
        if handover := self._handovers.get(statement["hash"]):
            self._report.notes.append(_told(handover, number))

    def _meet(self) -> None:
        """Hold the root on the way against what was signed for at this size."""
        size, older = self._frontier.size, self._older
        if self._anchors.wanted(size):
            self._anchors.meet(size, self._frontier.root(), self._report)
        if older and size == older.checkpoint.size and self._frontier.root() != older.checkpoint.root:
            self._report.find(_PART, f"what the {older.what}'s {size} entries said was rewritten")

    def _close(self, checkpoint: Checkpoint) -> None:
        """What can be said only after the last entry."""
        report, frontier, older, trust = self._report, self._frontier, self._older, self._trust
        keys = successors(self._first, self._handovers.values())
        report.entries, report.root = frontier.size, checkpoint.root
        for number in self._unexplained:
            report.find(_PART, "no record: nothing here says that it was erased", number)
        if frontier.size != checkpoint.size:
            report.find(_PART, f"{frontier.size} entries, where the checkpoint signs for {checkpoint.size}")
        elif frontier.root() != checkpoint.root and report.consistent:
            report.find(_PART, "the entries are not those under the checkpoint: their root hash differs")
        if self._reader.verifier not in keys:
            report.find("manifest", "not signed by the key that was given, nor by one that it handed over to")
        if self._unlogged:
            report.notes.append(f"The first {self._unlogged} entries are from before policies and notices were logged.")
        if trust.vkey:
            report.anchor(f"verifier key {trust.vkey.to_text()}", frontier.size)
        if older:
            older.check(keys, frontier.size, report)
        self._anchors.weigh(keys, trust, report)


def _told(handover: Handover, number: int) -> str:
    said = f"Entry {number}: the key {handover.old.to_text()} handed over to {handover.new.to_text()}."
    if not handover.before:
        return said
    before = Anchor(handover.before).checkpoint
    return f"{said} The last checkpoint known as {before.origin} was of {before.size} entries."


def _reason(error: Exception) -> str:
    return f"without {error}" if isinstance(error, KeyError) else str(error)
