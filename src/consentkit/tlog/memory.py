"""A whole tree in memory, for verifiers and tests.

Does not know durability: it lives as long as the process, and keeps about 100 bytes for each leaf. A verifier
that only needs the root takes a `Frontier`, which stays small at any size.
"""

from __future__ import annotations

from collections.abc import Sequence

from consentkit.tlog.tree import Frontier


class MemoryTree:
    """A tree that keeps what a store would, in one list for each level."""

    def __init__(self) -> None:
        self._frontier = Frontier()
        self._levels: list[list[bytes]] = [[]]

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return self._frontier.size

    def append(self, leaf: bytes) -> int:
        """Add a leaf by its hash and return its index."""
        completed = self._frontier.append(leaf)
        self._levels[0].append(leaf)
        for level, _, subtree in completed:
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(subtree)
        return self.size - 1

    def root(self) -> bytes:
        """The root hash of the tree as it stands."""
        return self._frontier.root()

    def reader(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        """The kept hashes: this method is the tree's HashReader."""
        return self._levels[level][start:stop]
