"""Tiles: one path for each, one tile for each path, and any proof from them alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.errors import MalformedError
from consentkit.tlog import (
    MemoryTree,
    Tile,
    format_tile,
    in_tree,
    leaf_hash,
    parse_tile,
    prove_consistency,
    prove_inclusion,
    read_tile,
    root_at,
)

from .naive import NaiveTree, numbered

SIZE = 66_000
ENTRIES = numbered(SIZE)
NAIVE = NaiveTree(ENTRIES)


@pytest.fixture(scope="module")
def tree() -> MemoryTree:
    tree = MemoryTree()
    for entry in ENTRIES:
        tree.append(leaf_hash(entry))
    return tree


@pytest.mark.parametrize(
    ("path", "tile"),
    [
        ("tile/0/000", Tile(0, 0)),
        ("tile/0/x001/234", Tile(0, 1234)),
        ("tile/0/x001/x234/067", Tile(0, 1_234_067)),  # the specification's example
        ("tile/63/255.p/1", Tile(63, 255, 1)),
        ("tile/1/x273/000.p/255", Tile(1, 273_000, 255)),
    ],
)
def test_published_paths(path: str, tile: Tile) -> None:
    """A tile has the address that C2SP tlog-tiles gives it."""
    assert parse_tile(path) == tile
    assert format_tile(tile) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/1234",
        "tile/00/000",
        "tile/01/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/x000/001",
        "tile/0/001/001",
        "tile/0/x001",
        "tile/0/x001/x001",
        "tile/0/X001/001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p/1/",
        "tile/0/000.p",
        "tile/0/٠٠٠",
        "tile/0/000\n",
        "tile/0/000?",
        "/tile/0/000",
        "tile/entries/000",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
    ],
)
def test_one_spelling_only(path: str) -> None:
    """Nothing else is a tile: not an entry, not a number written another way, not a full tile called partial."""
    with pytest.raises(MalformedError):
        parse_tile(path)


@given(st.integers(0, 63), st.integers(0, 2**55), st.integers(1, 256))
def test_parse_undoes_format(level: int, number: int, width: int) -> None:
    """Every tile of every tree has an address."""
    assert parse_tile(format_tile(Tile(level, number, width))) == Tile(level, number, width)


@pytest.mark.parametrize("tile", [Tile(0, 0), Tile(0, 257, 200), Tile(1, 0), Tile(1, 1, 1), Tile(2, 0, 1)])
def test_hashes_are_those_of_the_specification(tile: Tile, tree: MemoryTree) -> None:
    """A tile holds MTH(D[(n * 256 + i) * 256**l : (n * 256 + i + 1) * 256**l]) for each i."""
    data, span = read_tile(tile, tree.reader), 256**tile.level
    for at in range(0, tile.width, 37):
        begin = (tile.number * 256 + at) * span
        assert data[at * 32 : at * 32 + 32] == NAIVE.mth(begin, begin + span)
    assert len(data) == tile.width * 32


@pytest.mark.parametrize("size", [1, 255, 256, 257, 65_535, 65_536, 70_000])
def test_which_tiles_there_are(size: int) -> None:
    """A tree has its full tiles, the partial ones at its end, and nothing beyond."""
    for level in range(4):
        hashes = size // 256**level
        full, partial = divmod(hashes, 256)
        assert all(in_tree(Tile(level, number), size) for number in range(full))
        assert not in_tree(Tile(level, full), size)
        assert not partial or in_tree(Tile(level, full, partial), size)
        assert partial == 255 or not in_tree(Tile(level, full, partial + 1), size)
    assert not in_tree(Tile(63, 0, 1), size)


@pytest.mark.parametrize("size", [1, 256, 300, 65_536, SIZE])
def test_any_proof_from_tiles_alone(size: int, tree: MemoryTree) -> None:
    """Whoever has the tiles of a checkpoint computes its root and any proof, and asks the log for nothing."""

    def read(level: int, start: int, stop: int) -> Sequence[bytes]:
        number, column = divmod(start, 256)
        width = min(256, (size >> 8 * level) - number * 256)
        tile = parse_tile(format_tile(Tile(level, number, width)))
        assert in_tree(tile, size)
        data = read_tile(tile, tree.reader)
        return [data[at * 32 : at * 32 + 32] for at in range(column, column + stop - start)]

    assert root_at(size, read) == NAIVE.mth(0, size)
    assert prove_inclusion(size - 1, size, read) == NAIVE.path(size - 1, 0, size)
    assert prove_consistency(size // 2, size, read) == NAIVE.proof(size // 2, size)


def test_a_store_that_lost_hashes_is_named(tree: MemoryTree) -> None:
    """A tile that cannot be read whole is not served in part."""
    with pytest.raises(MalformedError, match="hashes 0 to 255 of level 0"):
        read_tile(Tile(0, 0), lambda *_: [b"x" * 32] * 255)
    with pytest.raises(MalformedError):
        read_tile(Tile(0, 0, 1), lambda *_: [b"x" * 31])
