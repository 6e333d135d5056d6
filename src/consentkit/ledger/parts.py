"""Reading a bundle: its manifest, and its parts in turn, each held against the hash that was signed.

Knows bytes and signatures; not what an entry is. Memory stays flat: a part is read a line at a time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from consentkit.errors import BundleError, LogError
from consentkit.ledger.bundle import WORDS, Manifest, Part, parse_manifest
from consentkit.ledger.report import NO_PROOF, Report
from consentkit.tlog import Checkpoint, Verifier, open_checkpoint, open_note

# What the manifest of any version begins with.
_BEGINNING = b"consentkit/bundle/"
_LONGEST_HEADER = 1 << 16
_LONGEST_LINE = 1 << 22
_CHUNK = 1 << 16


class BundleReader:
    """One bundle. Raises BundleError where nothing more can be read; lesser faults go into the report."""

    def __init__(self, file: BinaryIO, report: Report) -> None:
        self._file = file
        self._report = report
        self.manifest, self.verifier = self._open_manifest()
        self._parts = {part.name: part for part in self.manifest.parts}

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def checkpoint(self) -> Checkpoint:
        """The checkpoint over all entries, as the key of the manifest signed it."""
        return self.checkpoint_note()[1]

    def checkpoint_note(self) -> tuple[bytes, Checkpoint]:
        """The same, and the note it came in. What stands before it, for people, is held against its hash."""
        for name in WORDS:
            if name in self:
                self._whole(self._parts[name])
        note = self._whole(self._parts["checkpoint"])
        try:
            return note, open_checkpoint(note, [self.verifier])
        except LogError as error:
            raise BundleError("checkpoint", str(error)) from None

    def lines(self, name: str) -> Iterator[bytes]:
        """A part's lines without their ends; its hash is checked after the last: a bad line is named first."""
        part = self._parts[name]
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

    def unpack(self, folder: Path) -> None:
        """Write each part into a file of its own, in a folder; for a bundle that was found to be in order."""
        for part in self.manifest.parts:
            left = part.size
            with (folder / part.name).open("xb") as file:
                while chunk := self._file.read(min(left, _CHUNK)):
                    file.write(chunk)
                    left -= len(chunk)

    def end(self) -> None:
        """Nothing may follow the last part."""
        if self._file.read(1):
            self._report.find("end", "there are bytes after the last part")

    def _whole(self, part: Part) -> bytes:
        if part.size > _LONGEST_LINE:
            raise BundleError(part.name, "larger than it can be")
        data = self._file.read(part.size)
        self._check(part, len(data), hashlib.sha256(data).hexdigest())
        return data

    def _check(self, part: Part, size: int, digest: str) -> None:
        if size != part.size or digest != part.hash:
            blamed = any(finding.part == part.name for finding in self._report.findings)
            if not blamed:
                self._report.find(part.name, "its bytes are not the ones that were signed")

    def _open_manifest(self) -> tuple[Manifest, Verifier]:
        """The manifest, signed by the key it names; whether that key is to be trusted is another question."""
        header = self._header()
        try:
            # Before the signature is checked the text is used only to learn which key to try.
            verifier = Verifier.from_text(parse_manifest(header.decode().partition("\n\n— ")[0] + "\n").vkey)
            manifest = parse_manifest(open_note(header, [verifier]).text)
        except (LogError, UnicodeDecodeError) as error:
            raise BundleError("manifest", f"not signed by its own key: {error}") from None
        if manifest.origin != verifier.name:
            raise BundleError("manifest", "names another origin than the key that signed it")
        return manifest, verifier

    def _header(self) -> bytes:
        """The manifest's note: everything before the first empty line that follows a signature."""
        header = b""
        while len(header) < _LONGEST_HEADER:
            line = self._file.readline(_LONGEST_HEADER)
            if line == b"\n" and "\n\n— ".encode() in header:
                return header
            if not line:
                break
            header += line
        raise BundleError("manifest", "cut off" if header.startswith(_BEGINNING) else NO_PROOF)
