"""Content codings, so that a compressed page can be read: gzip is undone and done again, others are left alone.

Knows bytes only. Bounded: a small body that unpacks to a huge one is unpacked a piece at a time (RFC 9110 §8.4).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

_GZIP = 31  # zlib's window bits for a gzip wrapper
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
    """gzip, both ways. What is not gzip after all raises zlib.error."""

    def __init__(self) -> None:
        self._unpack = zlib.decompressobj(_GZIP)
        self._pack = zlib.compressobj(6, zlib.DEFLATED, _GZIP)

    def decode(self, chunk: bytes) -> Iterator[bytes]:
        while chunk:
            yield self._unpack.decompress(chunk, _PIECE)
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
