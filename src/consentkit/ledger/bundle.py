"""The evidence bundle: one file that an auditor can take away, in which every byte is vouched for.

Knows values and bytes; no database. The file is a signed note, the manifest, an empty line, and then the parts it
names, one after the other with nothing between:

    consentkit/bundle/v2
    origin example.com/consent-log
    vkey example.com/consent-log+…
    part checkpoint SIZE SHA-256
    part documents.jsonl SIZE SHA-256
    part anchors.jsonl SIZE SHA-256
    part entries.jsonl SIZE SHA-256

    — example.com/consent-log …

`checkpoint` is a C2SP checkpoint. A line of `documents.jsonl` is {"body", "hash", "kind"}: a policy, a notice or a list
of code, as the text that was hashed. `anchors.jsonl` holds earlier checkpoints that others vouch for (anchors.py). A
line of `entries.jsonl` is {"leaf_hash", "number", "record", "salt"}; where the record was erased, the last two are
missing; where the log speaks of itself it is {"leaf_hash", "number", "statement"}. All lines are canonical JSON.
Whoever changes a byte breaks the manifest's signature or a part's hash; `verify` says which part, and which entry.

Version 1 had no anchors and no statements; it can still be read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, NamedTuple

from consentkit import canonical
from consentkit.errors import BundleError, MalformedError
from consentkit.ledger.anchors import Anchor, format_anchor
from consentkit.ledger.store import Document, Entry
from consentkit.tlog import Signer, sign_note

TITLE = "consentkit/bundle/v2"
PARTS = ("checkpoint", "documents.jsonl", "anchors.jsonl", "entries.jsonl")
# The versions that can be read.
_VERSIONS = {"consentkit/bundle/v1": ("checkpoint", "documents.jsonl", "entries.jsonl"), TITLE: PARTS}
_IN_MEMORY = 1 << 20
_CHUNK = 1 << 16
_PART = re.compile(r"part ([a-z.]+) (0|[1-9][0-9]{0,14}) ([0-9a-f]{64})", re.ASCII)


class Part(NamedTuple):
    """One part as the manifest names it: `hash` is its SHA-256 in hex."""

    name: str
    size: int
    hash: str


class Manifest(NamedTuple):
    """What a bundle says of itself: whose log it is, the key that signed it, and its parts in order."""

    origin: str
    vkey: str
    parts: tuple[Part, ...]
    title: str = TITLE


def write_bundle(
    file: BinaryIO,
    signer: Signer,
    checkpoint: str,
    documents: Iterable[Document],
    entries: Iterable[Entry],
    anchors: Iterable[Anchor] = (),
) -> int:
    """Write a bundle of the entries under `checkpoint`; returns their number. Memory stays flat at any size."""
    count = 0

    def counted() -> Iterator[bytes]:
        nonlocal count
        for entry in entries:
            count += 1
            yield format_entry(entry)

    with SpooledTemporaryFile(_IN_MEMORY) as spool:
        kept = map(format_anchor, anchors)
        contents = ([checkpoint.encode()], map(format_document, documents), kept, counted())
        parts = [_spool(spool, name, lines) for name, lines in zip(PARTS, contents, strict=True)]
        manifest = Manifest(signer.name, signer.verifier.to_text(), tuple(parts))
        file.write(sign_note(format_manifest(manifest), signer).encode() + b"\n")
        spool.seek(0)
        while chunk := spool.read(_CHUNK):
            file.write(chunk)
    return count


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
    return "\n".join([*lines, *(f"part {part.name} {part.size} {part.hash}" for part in manifest.parts)]) + "\n"


def parse_manifest(text: str) -> Manifest:
    """The manifest in a text. Raises BundleError for any other spelling, or other parts than its version has."""
    lines = text.split("\n")
    if len(lines) < 3 or lines[0] not in _VERSIONS:
        raise BundleError("manifest", f"not a bundle: its first line is not {TITLE!r}")
    matches = [_PART.fullmatch(line) for line in lines[3:-1]]
    parts = tuple(Part(match[1], int(match[2]), match[3]) for match in matches if match)
    manifest = Manifest(lines[1].removeprefix("origin "), lines[2].removeprefix("vkey "), parts, lines[0])
    if format_manifest(manifest) != text or tuple(part.name for part in parts) != _VERSIONS[lines[0]]:
        raise BundleError("manifest", "malformed")
    return manifest


def format_entry(entry: Entry) -> bytes:
    """An entry as its line. Raises BundleError for a record that cannot have been written by us."""
    line: dict[str, object] = {"leaf_hash": entry.leaf_hash.hex(), "number": entry.number}
    if entry.record is not None:
        try:
            record = canonical.decode(entry.record)
        except MalformedError as error:
            raise BundleError(
                "entries.jsonl", f"the database was written to by others: {error}", entry.number
            ) from error
        line |= {"record": record, "salt": entry.salt.hex()} if entry.salt is not None else {"statement": record}
    return canonical.encode(line) + b"\n"


def format_document(document: Document) -> bytes:
    """A document as its line; the body is carried as the text that was hashed."""
    line = {"body": document.body.decode(), "hash": document.hash, "kind": document.kind}
    return canonical.encode(line) + b"\n"
