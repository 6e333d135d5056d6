"""Content codings, so that a compressed page can be read: gzip is undone and done again, others are left alone.

Knows bytes only. Bounded: a small body that unpacks to a huge one is unpacked a piece at a time (RFC 9110 §8.4).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

_GZIP = 31  # zlib's window bits for a gzip wrapper
_MAGIC = b"\x1f\x8b"
_PIECE = 1 << 16


class Identity:
    """No coding: what comes in is the page."""

    def decode(self, chunk: bytes) -> Iterator[bytes]:
        yield chunk

    def encode(self, chunk: bytes) -> bytes:
        return chunk

    def finish(self) -> bytes:
        return b""


class Gzip:
    """gzip, both ways. What is not gzip from its first byte raises zlib.error; what breaks off later, ends there."""

    def __init__(self) -> None:
        self._unpack = zlib.decompressobj(_GZIP)
        self._pack = zlib.compressobj(6, zlib.DEFLATED, _GZIP)
        self._begun = False
        self._broken = False

    def decode(self, chunk: bytes) -> Iterator[bytes]:
        while chunk and not self._broken:
            try:
                piece = self._unpack.decompress(chunk, _PIECE)
            except zlib.error:
                if not self._begun and not chunk.startswith(_MAGIC):
                    raise
                # Damaged, or padding behind the last member: browsers show what came before, so that is the page.
                self._broken = True
                return
            self._begun = True
            yield piece
            chunk = self._unpack.unconsumed_tail
            if self._unpack.eof and (following := self._unpack.unused_data):
                # A gzip file may have several members (RFC 1952 §2.2).
                self._unpack, chunk = zlib.decompressobj(_GZIP), following

    def encode(self, chunk: bytes) -> bytes:
        # A flush for each chunk: what the app sends now, the visitor sees now.
        return self._pack.compress(chunk) + self._pack.flush(zlib.Z_SYNC_FLUSH) if chunk else b""

    def finish(self) -> bytes:
        return self._pack.flush()


def coding_for(name: bytes | None) -> Identity | Gzip | None:
    """The coding named by a Content-Encoding; None for one we do not read."""
    kind = (name or b"identity").strip().lower()
    if kind == b"identity":
        return Identity()
    return Gzip() if kind in (b"gzip", b"x-gzip") else None
