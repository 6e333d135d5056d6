"""Tiles: the hashes of a tree as files that never change, so that anyone can compute any proof.

Does not know where hashes are kept, nor HTTP. The format is C2SP tlog-tiles v0.1.0:

    tile/<L>/<N>          full: 256 hashes of 32 bytes, each over 256**L leaves
    tile/<L>/<N>.p/<W>    partial: the first W of them, where the tree ends

`<N>` is written in groups of three digits, all but the last with an "x": 1234067 is x001/x234/067. Entries are not
part of it: what a leaf stands for is not for everybody.

Trust: none. A tile is believed because the root hash that follows from it is in a signed checkpoint.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from consentkit.errors import MalformedError
from consentkit.tlog.reader import HashReader
from consentkit.tlog.tree import HASH_SIZE, TILE_HEIGHT, TILE_WIDTH

# "a decimal ASCII integer between 0 and 63, with no additional leading zeroes"
_HIGHEST_LEVEL = 63
# A tree has fewer than 2**63 leaves: 19 digits, seven groups.
_PATH = re.compile(r"tile/([0-9]{1,2})/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([0-9]{1,3}))?", re.ASCII)


class Tile(NamedTuple):
    """`width` hashes of one level, from number * 256 on."""

    level: int
    number: int
    width: int = TILE_WIDTH


def format_tile(tile: Tile) -> str:
    """The path of a tile, below the log's prefix."""
    groups = [f"{tile.number % 1000:03d}"]
    above = tile.number // 1000
    while above:
        groups.append(f"x{above % 1000:03d}")
        above //= 1000
    partial = f".p/{tile.width}" if tile.width < TILE_WIDTH else ""
    return f"tile/{tile.level}/{'/'.join(reversed(groups))}{partial}"


def parse_tile(path: str) -> Tile:
    """The tile that a path names. Raises MalformedError for any other spelling."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise MalformedError("tile path", path)
    number = int(match[2].replace("x", "").replace("/", ""))
    tile = Tile(int(match[1]), number, TILE_WIDTH if match[3] is None else int(match[3]))
    # "the width of the tile, a decimal ASCII integer between 1 and 255": a full tile has no suffix.
    fits = tile.level <= _HIGHEST_LEVEL and 1 <= tile.width <= TILE_WIDTH
    if not fits or format_tile(tile) != path:
        raise MalformedError("tile path", path)
    return tile


def in_tree(tile: Tile, size: int) -> bool:
    """Whether a tree of this size has all the hashes of a tile, be it partial now or once."""
    return tile.number * TILE_WIDTH + tile.width <= size >> TILE_HEIGHT * tile.level


def read_tile(tile: Tile, read: HashReader) -> bytes:
    """A tile's bytes. Raises MalformedError if the store does not have them."""
    start = tile.number * TILE_WIDTH
    hashes = read(tile.level, start, start + tile.width)
    if len(hashes) != tile.width or any(len(each) != HASH_SIZE for each in hashes):
        raise MalformedError(f"hashes {start} to {start + tile.width - 1} of level {tile.level}", hashes)
    return b"".join(hashes)
