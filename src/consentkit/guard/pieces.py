"""A body that comes in pieces and goes out in pieces: what is kept back between them, and what is written in.

Knows bytes and positions; not one character of HTML. Held back is what a step has not got past, up to about `limit`
bytes; a step that needs a certain byte is not asked again before it has come.
"""

from __future__ import annotations

from abc import ABC, abstractmethod


class Pieces(ABC):
    """Feeds a reader that works on `_buf` from `_pos` to `_end`, and passes on what it got past."""

    enough = False
    """Set it when nothing further matters: the rest is passed on unread."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting: list[bytes] = []
        self._waiting_size = 0
        self._needs = b""
        self._buf, self._pos, self._end, self._final = b"", 0, 0, False
        self._sent, self._out = 0, list[bytes]()
        self._later = list[tuple[int, bytes]]()

    @abstractmethod
    def _step(self) -> bool:
        """Go on from `_pos`. False: nothing more can be done up to `_end`."""

    @abstractmethod
    def _bound(self, final: bool) -> bool:
        """Set `_end` and `_final`; True when `_leave_region` is to be called once no step gets further."""

    @abstractmethod
    def _leave_region(self) -> None:
        """Go past what bounded the reader."""

    @abstractmethod
    def _rebase(self, pos: int) -> None:
        """The buffer now begins `pos` bytes later."""

    def feed(self, chunk: bytes) -> bytes:
        """The bytes that are ready after this chunk."""
        self._waiting.append(chunk)
        self._waiting_size += len(chunk)
        if self._needs and self._needs not in chunk and self._waiting_size < self._limit:
            return b""
        return self._drive(final=False)

    def finish(self) -> bytes:
        """The bytes that were held back."""
        return self._drive(final=True)

    def put(self, at: int, piece: bytes) -> None:
        """Write `piece` into the output before the byte at `at`; positions must not go back."""
        self._write_later(at)
        self.write(at, piece)

    def put_later(self, at: int, piece: bytes) -> None:
        """The same, while places before it may still be written to."""
        self._later.append((at, piece))

    def _write_later(self, until: int) -> None:
        while self._later and self._later[0][0] <= until:
            self.write(*self._later.pop(0))

    def write(self, at: int, piece: bytes) -> None:
        """What is put goes out."""
        self._out.append(self._buf[self._sent : at])
        self._out.append(piece)
        self._sent = at

    def _drive(self, final: bool) -> bytes:
        """Step over what is there; keep what is unfinished."""
        self._buf, self._pos, self._sent, self._out = b"".join(self._waiting), 0, 0, []
        self._needs = b""
        while not self.enough:
            at_region_end = self._bound(final)
            if self._step():
                continue
            if not at_region_end:
                break
            self._leave_region()
        if self.enough:
            self._pos = len(self._buf)
        self._write_later(self._pos)
        self._out.append(self._buf[self._sent : self._pos])
        self._later = [(at - self._pos, piece) for at, piece in self._later]
        self._waiting = [self._buf[self._pos :]]
        self._waiting_size = len(self._buf) - self._pos
        self._rebase(self._pos)
        return b"".join(self._out)
