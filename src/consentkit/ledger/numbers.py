"""A set of entries, by their numbers, that stays small where there are millions of them: a bit for each.

Knows nothing of what they have in common. Takes an eighth of a byte for each number up to the largest, however many
are in it: 1.25 MB for a ledger of ten million entries.
"""

from __future__ import annotations

from collections.abc import Iterator


class Numbers:
    """Numbers from 0 on."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, number: int) -> None:
        at, bit = divmod(number, 8)
        if at >= len(self._bits):
            self._bits.extend(bytes(at + 1 - len(self._bits)))
        self._bits[at] |= 1 << bit

    def discard(self, number: int) -> None:
        at, bit = divmod(number, 8)
        if at < len(self._bits):
            self._bits[at] &= ~(1 << bit)

    def __contains__(self, number: int) -> bool:
        at, bit = divmod(number, 8)
        return at < len(self._bits) and bool(self._bits[at] >> bit & 1)

    def __iter__(self) -> Iterator[int]:
        """Smallest first."""
        for at, eight in enumerate(self._bits):
            if eight:
                yield from (at * 8 + bit for bit in range(8) if eight >> bit & 1)
