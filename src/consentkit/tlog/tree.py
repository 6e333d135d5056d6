"""A growing Merkle tree, known only by its right edge.

Does not know what a leaf means, where hashes are kept, or how anything is proved: it turns leaf hashes into
one root hash, and says on the way which hashes a store must keep to prove something later.

The tree is that of RFC 6962 §2.1 (RFC 9162 §2.1.1 is the same). A tree of 7 leaves, and its edge of 3 hashes:

                 root
               ┌──┴───┐
               A      ·          edge, largest subtree first: A (4 leaves), B (2), C (1).
             ┌─┴─┐  ┌─┴─┐        Their sizes are the binary digits of 7; one more leaf
             ·   ·  B   C        joins C, then B, then A, as a carry runs through 0111.

Trust: whoever can write a stored edge decides what the next checkpoint says. Only a checkpoint held elsewhere
shows that it was rewritten.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple, Self

from consentkit.errors import MalformedError

HASH_SIZE = 32

# Stores keep every eighth height of the tree, in tiles of 256 hashes (C2SP tlog-tiles, "Merkle Tree").
TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT

# MTH({}) = HASH()  RFC 9162 §2.1.1
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Hash one entry: SHA256(0x00 || data), RFC 9162 §2.1.1."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Join two subtrees: SHA256(0x01 || left || right), RFC 9162 §2.1.1."""
    return sha256(b"\x01" + left + right).digest()


def edge_root(edge: Sequence[bytes]) -> bytes:
    """The root over adjacent subtrees, each smaller than the one to its left."""
    if not edge:
        return EMPTY_ROOT
    root = edge[-1]
    for left in reversed(edge[:-1]):
        root = node_hash(left, root)
    return root


class TileHash(NamedTuple):
    """The hash of a complete subtree of 256**level leaves, the `number`-th from the left."""

    level: int
    number: int
    hash: bytes


class Frontier:
    """All that must be remembered to go on appending: a size, and one hash for each binary digit 1 in it."""

    __slots__ = ("_edge", "size")

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[bytes] = []

    def append(self, leaf: bytes) -> list[TileHash]:
        """Add a leaf by its hash; return the hashes above the leaves that are now final, lowest first."""
        if len(leaf) != HASH_SIZE:
            raise MalformedError("leaf hash", leaf)
        edge, carry, height = self._edge, self.size, 0
        completed: list[TileHash] = []
        subtree = leaf
        while carry & 1:
            subtree = node_hash(edge.pop(), subtree)
            carry >>= 1
            height += 1
            if height % TILE_HEIGHT == 0:
                completed.append(TileHash(height // TILE_HEIGHT, carry, subtree))
        edge.append(subtree)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """The root hash of the tree as it stands."""
        return edge_root(self._edge)

    def copy(self) -> Self:
        """An edge that can be tried and thrown away without touching this one."""
        twin = type(self)()
        twin.size = self.size
        twin._edge = self._edge.copy()
        return twin

    def to_bytes(self) -> bytes:
        """The hashes of the edge, largest subtree first. The size is stored beside it."""
        return b"".join(self._edge)

    @classmethod
    def from_bytes(cls, size: int, blob: bytes) -> Self:
        """Read an edge back; its length must be that of an edge for this size."""
        if size < 0:
            raise MalformedError("tree size", size)
        if len(blob) != size.bit_count() * HASH_SIZE:
            raise MalformedError(f"edge of a tree of {size} leaves", blob)
        frontier = cls()
        frontier.size = size
        frontier._edge = [blob[at : at + HASH_SIZE] for at in range(0, len(blob), HASH_SIZE)]
        return frontier
