"""Hashes out of storage, a tile at a time.

Does not know what a database is: a store is one function, `HashReader`. It keeps the leaf hashes and every
eighth height above them (what `Frontier.append` returns); the heights between are computed here.

    height  8 ─────────── level 1, kept
            7 ─┐
            …  ├───────── computed from one tile: 256 neighbours of the level below
            1 ─┘
            0 ─────────── level 0, kept: the leaf hashes

Trust: a reader may be wrong or lie. What is proved from its hashes is then refused by `check_inclusion` and
`check_consistency`, never accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial

from consentkit.errors import MalformedError
from consentkit.tlog.tree import HASH_SIZE, TILE_HEIGHT, TILE_WIDTH, edge_root, node_hash

HashReader = Callable[[int, int, int], Sequence[bytes]]
"""read(level, start, stop): the hashes of the complete subtrees of 256**level leaves numbered start..stop-1.

Asked only for hashes that exist in a tree of the size being proved, at most 256 of one level at a time.
"""

# One folded tile is about 37 KB: 511 objects of 65 bytes, and the lists that hold them.
_TILES_KEPT = 64


def root_at(size: int, read: HashReader) -> bytes:
    """The root hash the tree had, or has, at this size."""
    if size < 0:
        raise MalformedError("tree size", size)
    return TileCache.over(read).subtree(0, size, size)


class TileCache:
    """A HashReader that also knows the heights between, and remembers the tiles it has folded.

    Everything that takes a HashReader takes one of these. Worth keeping for more than one proof: folding a
    tile costs 254 hashes, and a tile of a given width never changes once it is committed. Safe to share
    between threads; not to be kept over a transaction that may still be rolled back.
    """

    def __init__(self, read: HashReader, tiles: int = _TILES_KEPT) -> None:
        self._read = read
        self._rows = lru_cache(maxsize=tiles)(partial(_fold, read))

    @classmethod
    def over(cls, read: HashReader) -> TileCache:
        """The reader itself if it remembers already, else one that remembers for as long as it is held."""
        return read if isinstance(read, cls) else cls(read)

    def __call__(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        return self._read(level, start, stop)

    def subtree(self, begin: int, end: int, size: int) -> bytes:
        """The hash over leaves begin..end-1, which are a node of the tree of this size (RFC 9162 §2.1.1)."""
        edge = []
        while begin < end:
            height = (end - begin).bit_length() - 1
            edge.append(self._complete(height, begin >> height, size))
            begin += 1 << height
        return edge_root(edge)

    def _complete(self, height: int, number: int, size: int) -> bytes:
        """The hash of the `number`-th complete subtree of 2**height leaves."""
        level, row = divmod(height, TILE_HEIGHT)
        tile, column = divmod(number, TILE_WIDTH >> row)
        width = min(TILE_WIDTH, (size >> level * TILE_HEIGHT) - tile * TILE_WIDTH)
        return self._rows(level, tile, width)[row][column]


def _fold(read: HashReader, level: int, tile: int, width: int) -> list[list[bytes]]:
    """The hashes of one tile, and above them those of each height below the next level."""
    start = tile * TILE_WIDTH
    row = list(read(level, start, start + width))
    if len(row) != width or any(len(each) != HASH_SIZE for each in row):
        raise MalformedError(f"hashes {start} to {start + width - 1} of level {level}", row)
    rows = [row]
    while len(rows) < TILE_HEIGHT:
        # Ends with the shorter half: a last hash without a neighbour has no parent in this tile.
        row = list(map(node_hash, row[::2], row[1::2]))
        rows.append(row)
    return rows
