"""Content codings, so that a compressed page can be read: gzip and deflate are undone and done again.

Knows bytes only. Bounded (RFC 9110 §8.4): a small body that unpacks to a huge one is unpacked a piece at a time, and
where it is out of all proportion the page ends there.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from functools import lru_cache

from consentkit.http import tokens

LONGEST = 16 << 20
"""What any body may unpack to; beyond, only what is less than STEEPEST times as long as it came in."""
STEEPEST = 100

_GZIP, _ZLIB, _RAW = 31, 15, -15  # zlib's window bits: a gzip wrapper, its own, none
_MAGIC = b"\x1f\x8b"
_PIECE = 1 << 16
_READ = re.compile(r"(?:(?:x-)?gzip|deflate)(?:\s*;\s*q=(?:1(?:\.0*)?|0?\.[0-9]*[1-9][0-9]*))?")


class Identity:
    """No coding: what comes in is the page."""

    notes: tuple[str, ...] = ()

    def decode(self, chunk: bytes) -> Iterator[bytes]:
        yield chunk

    def encode(self, chunk: bytes) -> bytes:
        return chunk

    def finish(self) -> bytes:
        return b""


class _Packed:
    """What zlib undoes and does, both ways. What is not packed from its first byte raises zlib.error; what breaks off
    later, ends there.
    """

    def __init__(self, bits: int) -> None:
        self._unpack = zlib.decompressobj(bits)
        self._pack = zlib.compressobj(6, zlib.DEFLATED, bits)
        self._taken = self._given = 0
        self._over = False
        self.notes: tuple[str, ...] = ()

    def decode(self, chunk: bytes) -> Iterator[bytes]:
        self._taken += len(chunk)
        while chunk and not self._over:
            try:
                piece = self._unpack.decompress(chunk, _PIECE)
            except zlib.error:
                if self._is_foreign(chunk):
                    raise
                # Damaged, or padding behind the last member: browsers show what came before, so that is the page.
                self._over = True
                return
            self._given += len(piece)
            yield piece
            chunk = self._unpack.unconsumed_tail
            if self._given > LONGEST and self._given > STEEPEST * self._taken:
                self._over, self.notes = True, ("it unpacks out of all proportion, and ends where that was seen",)
            elif self._unpack.eof:
                chunk = self._next_member()

    def encode(self, chunk: bytes) -> bytes:
        # A flush for each chunk: what the app sends now, the visitor sees now.
        return self._pack.compress(chunk) + self._pack.flush(zlib.Z_SYNC_FLUSH) if chunk else b""

    def finish(self) -> bytes:
        return self._pack.flush()

    def _is_foreign(self, chunk: bytes) -> bool:
        """Whether a failure at this chunk says that the body was never what it claims to be."""
        raise NotImplementedError

    def _next_member(self) -> bytes:
        """What is still to be unpacked when one stream has ended."""
        raise NotImplementedError


class Gzip(_Packed):
    """gzip, of one member or several."""

    def __init__(self) -> None:
        super().__init__(_GZIP)
        self._later = False

    def _is_foreign(self, chunk: bytes) -> bool:
        return not self._given and not self._later and not chunk.startswith(_MAGIC)

    def _next_member(self) -> bytes:
        # A gzip file may have several members (RFC 1952 §2.2).
        following = self._unpack.unused_data
        if following:
            self._unpack, self._later = zlib.decompressobj(_GZIP), True
        return following


class Deflate(_Packed):
    """deflate: in zlib's wrapper as it should be (RFC 9110 §8.4.1.2), or bare as some send it and browsers take it."""

    def __init__(self) -> None:
        super().__init__(_ZLIB)
        self._opening: bytes | None = b""

    def decode(self, chunk: bytes) -> Iterator[bytes]:
        if self._opening is not None:
            chunk = self._opening + chunk
            if len(chunk) < 2:  # the wrapper's header has two bytes
                self._opening = chunk
                return
            self._opening = None
            if chunk[0] & 15 != 8 or (chunk[0] << 8 | chunk[1]) % 31:  # RFC 1950 §2.2
                self._unpack = zlib.decompressobj(_RAW)
        yield from super().decode(chunk)

    def _is_foreign(self, chunk: bytes) -> bool:
        return not self._given

    def _next_member(self) -> bytes:
        return b""  # one stream, and what stands behind it is nobody's


Coding = Identity | Gzip | Deflate


def coding_for(name: bytes | None) -> Coding | None:
    """The coding named by a Content-Encoding; None for one we do not read."""
    kind = (name or b"identity").strip().lower()
    if kind == b"identity":
        return Identity()
    if kind == b"deflate":
        return Deflate()
    return Gzip() if kind in (b"gzip", b"x-gzip") else None


@lru_cache(maxsize=256)  # browsers send one of few values, on every request
def readable_codings(accepted: bytes) -> bytes:
    """Of an Accept-Encoding what we can read, as the browser weighs it; "identity" if that is nothing."""
    return ", ".join(filter(_READ.fullmatch, tokens(accepted))).encode("ascii") or b"identity"
