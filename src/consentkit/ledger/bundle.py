"""The evidence bundle: one file that an auditor can take away, in which every byte is vouched for.

Knows values and bytes; no database. The file is a signed note, the manifest, an empty line, and then the parts it
names, one after the other with nothing between:

    consentkit/bundle/v3
    origin example.com/consent-log
    vkey example.com/consent-log+…
    selection category analytics
    part instructions.txt SIZE SHA-256
    part summary.html SIZE SHA-256
    part checkpoint SIZE SHA-256
    part documents.jsonl SIZE SHA-256
    part anchors.jsonl SIZE SHA-256
    part entries.jsonl SIZE SHA-256

    — example.com/consent-log …

`instructions.txt` and `summary.html` are the site's words for people, and no evidence. `checkpoint` is a C2SP
checkpoint. A line of `documents.jsonl` is {"body", "hash", "kind"}: a policy, a notice or a list of code, as the text
that was hashed. `anchors.jsonl` holds earlier checkpoints that others vouch for (anchors.py). A line of `entries.jsonl`
is {"leaf_hash", "number", "record", "salt"}; where the record was erased, the last two are missing; where the log
speaks of itself it is {"leaf_hash", "number", "statement"}. All lines are canonical JSON. Whoever changes a byte breaks
the manifest's signature or a part's hash; `verify` says which part, and which entry.

Lines with `selection` (selection.py) say that not everything was asked for. Every leaf hash is there all the same, as
the tree needs them; an entry that was not asked for is {"leaf_hash", "number", "withheld": true}. That it does not fit
what was asked is the site's word.

Versions 1 and 2 had no words and no selection, and version 1 neither anchors nor statements; they can still be read.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, NamedTuple

from consentkit import canonical
from consentkit.errors import BundleError, MalformedError
from consentkit.ledger.anchors import Anchor, format_anchor
from consentkit.ledger.selection import ALL, Selection, format_selection, is_selection, parse_selection
from consentkit.ledger.store import Document, Entry
from consentkit.tlog import Signer, sign_note

TITLE = "consentkit/bundle/v3"
WORDS = ("instructions.txt", "summary.html")
_EVIDENCE = ("checkpoint", "documents.jsonl", "anchors.jsonl", "entries.jsonl")
# The versions that can be read.
_VERSIONS = {
    "consentkit/bundle/v1": ("checkpoint", "documents.jsonl", "entries.jsonl"),
    "consentkit/bundle/v2": _EVIDENCE,
    TITLE: (*WORDS, *_EVIDENCE),
}
_IN_MEMORY = 1 << 20
_CHUNK = 1 << 16
_PART = re.compile(r"part ([a-z.]+) (0|[1-9][0-9]{0,14}) ([0-9a-f]{64})", re.ASCII)


class Part(NamedTuple):
    """One part as the manifest names it: `hash` is its SHA-256 in hex."""

    name: str
    size: int
    hash: str


class Manifest(NamedTuple):
    """What a bundle says of itself: whose log it is, the key that signed it, what was asked, and its parts in order."""

    origin: str
    vkey: str
    parts: tuple[Part, ...]
    title: str = TITLE
    selection: Selection = ALL


@dataclass
class Tally:
    """What went into a bundle: how many entries, and what became of them. Times are Unix milliseconds."""

    entries: int = 0
    erased: int = 0
    withheld: int = 0
    choices: Counter[str] = field(default_factory=Counter)
    first: int | None = None
    last: int | None = None

    def count(self, entry: Entry, line: Mapping[str, Any]) -> None:
        """Count an entry in, by its line."""
        self.entries += 1
        self.withheld += "withheld" in line
        self.erased += line.keys() == {"leaf_hash", "number"}
        if "record" in line:
            self.choices[_choice(line["record"])] += 1
            self.first = entry.time if self.first is None else min(self.first, entry.time)
            self.last = entry.time if self.last is None else max(self.last, entry.time)


Words = Callable[[Tally], tuple[bytes, bytes]]
"""What is said to people of a bundle: the instructions, and the summary."""


def no_words(_: Tally) -> tuple[bytes, bytes]:
    return b"", b""


def write_bundle(
    file: BinaryIO,
    signer: Signer,
    checkpoint: str,
    documents: Iterable[Document],
    entries: Iterable[Entry],
    anchors: Iterable[Anchor] = (),
    *,
    selection: Selection = ALL,
    words: Words = no_words,
) -> Tally:
    """Write a bundle of the entries under `checkpoint`; returns what went into it. Memory stays flat at any size.

    `entries` are all of them: those that were not selected are withheld.
    """
    tally = Tally()
    with SpooledTemporaryFile(_IN_MEMORY) as spool:
        lines = _selected(entries, selection, tally)
        contents = ([checkpoint.encode()], map(format_document, documents), map(format_anchor, anchors), lines)
        parts = [_spool(spool, name, lines) for name, lines in zip(_EVIDENCE, contents, strict=True)]
        said = words(tally)
        parts = [*(_part(name, text) for name, text in zip(WORDS, said, strict=True)), *parts]
        manifest = Manifest(signer.name, signer.verifier.to_text(), tuple(parts), selection=selection)
        file.write(sign_note(format_manifest(manifest), signer).encode() + b"\n" + b"".join(said))
        spool.seek(0)
        while chunk := spool.read(_CHUNK):
            file.write(chunk)
    return tally


def _selected(entries: Iterable[Entry], selection: Selection, tally: Tally) -> Iterator[bytes]:
    for entry in entries:
        line = _line(entry) if entry.statement is not None or selection.takes(entry) else _withheld(entry)
        tally.count(entry, line)
        yield canonical.encode(line) + b"\n"


def _choice(record: Any) -> str:
    return str(record.get("choice", "")) if isinstance(record, dict) else ""


def _part(name: str, data: bytes) -> Part:
    return Part(name, len(data), hashlib.sha256(data).hexdigest())


def _spool(spool: SpooledTemporaryFile[bytes], name: str, lines: Iterable[bytes]) -> Part:
    size, digest = 0, hashlib.sha256()
    for line in lines:
        spool.write(line)
        digest.update(line)
        size += len(line)
    return Part(name, size, digest.hexdigest())


def format_manifest(manifest: Manifest) -> str:
    """The manifest's text: what is signed."""
    lines = [manifest.title, f"origin {manifest.origin}", f"vkey {manifest.vkey}"]
    lines += format_selection(manifest.selection)
    return "\n".join([*lines, *(f"part {part.name} {part.size} {part.hash}" for part in manifest.parts)]) + "\n"


def parse_manifest(text: str) -> Manifest:
    """The manifest in a text. Raises BundleError for any other spelling, or other parts than its version has."""
    lines = text.split("\n")
    if len(lines) < 3 or lines[0] not in _VERSIONS:
        raise BundleError("manifest", f"not a bundle: its first line is not {TITLE!r}")
    asked = list(takewhile(is_selection, lines[3:-1]))
    matches = [_PART.fullmatch(line) for line in lines[3 + len(asked) : -1]]
    parts = tuple(Part(match[1], int(match[2]), match[3]) for match in matches if match)
    try:
        selection = parse_selection(asked)
    except MalformedError as error:
        raise BundleError("manifest", str(error)) from None
    origin, vkey = lines[1].removeprefix("origin "), lines[2].removeprefix("vkey ")
    manifest = Manifest(origin, vkey, parts, lines[0], selection)
    if format_manifest(manifest) != text or tuple(part.name for part in parts) != _VERSIONS[lines[0]]:
        raise BundleError("manifest", "malformed")
    if asked and lines[0] != TITLE:
        raise BundleError("manifest", "a selection, which this version of the file has no word for")
    return manifest


def _line(entry: Entry) -> dict[str, Any]:
    """An entry as the values of its line. Raises BundleError for a record that cannot have been written by us."""
    line: dict[str, Any] = {"leaf_hash": entry.leaf_hash.hex(), "number": entry.number}
    if entry.record is None:
        return line
    try:
        record = canonical.decode(entry.record)
    except MalformedError as error:
        raise BundleError("entries.jsonl", f"the database was written to by others: {error}", entry.number) from error
    return line | ({"statement": record} if entry.salt is None else {"record": record, "salt": entry.salt.hex()})


def _withheld(entry: Entry) -> dict[str, Any]:
    """The same for an entry that was not asked for."""
    return {"leaf_hash": entry.leaf_hash.hex(), "number": entry.number, "withheld": True}


def format_document(document: Document) -> bytes:
    """A document as its line; the body is carried as the text that was hashed."""
    line = {"body": document.body.decode(), "hash": document.hash, "kind": document.kind}
    return canonical.encode(line) + b"\n"
