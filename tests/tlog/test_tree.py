"""The growing edge, against the published tree and the literal definition."""

from __future__ import annotations

import pytest

from consentkit.errors import MalformedError
from consentkit.tlog import (
    EMPTY_ROOT,
    Frontier,
    MemoryTree,
    TileCache,
    TileHash,
    leaf_hash,
    node_hash,
    root_at,
)

from .naive import NaiveTree, numbered
from .vectors import LEAVES, ROOTS

ENTRIES = numbered(65_537)
NAIVE = NaiveTree(ENTRIES)


def grown(size: int) -> Frontier:
    frontier = Frontier()
    for entry in ENTRIES[:size]:
        frontier.append(leaf_hash(entry))
    return frontier


def test_published_roots() -> None:
    """An auditor's own software finds the same root for the same entries, at every size."""
    frontier = Frontier()
    assert frontier.root() == EMPTY_ROOT == ROOTS[0]
    for leaf, root in zip(LEAVES, ROOTS[1:], strict=True):
        frontier.append(leaf_hash(leaf))
        assert frontier.root() == root


def test_entry_cannot_pass_for_subtree() -> None:
    """Nobody can make one entry whose hash stands for two others."""
    left, right = leaf_hash(b"left"), leaf_hash(b"right")
    assert leaf_hash(left + right) != node_hash(left, right)
    assert node_hash(left, right) != node_hash(right, left)


def test_root_at_every_small_size() -> None:
    """The root follows the definition at every size, whether the tree is growing or looked back at."""
    tree = MemoryTree()
    for size in range(1, 700):
        assert tree.append(leaf_hash(ENTRIES[size - 1])) == size - 1
        assert tree.root() == NAIVE.mth(0, size)
    cache = TileCache(tree.reader)
    for size in range(700):
        assert root_at(size, cache) == NAIVE.mth(0, size)


def test_every_kept_hash() -> None:
    """What a store is told to keep are the hashes of the full tiles, each told once and when it became final."""
    frontier = Frontier()
    for size, entry in enumerate(ENTRIES, start=1):
        expected = []
        if size % 256 == 0:
            expected.append(TileHash(1, size // 256 - 1, NAIVE.mth(size - 256, size)))
        if size == 65_536:
            expected.append(TileHash(2, 0, NAIVE.mth(0, size)))
        assert frontier.append(leaf_hash(entry)) == expected
    assert frontier.root() == NAIVE.mth(0, 65_537)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 255, 256, 257, 65_535])
def test_stored_edge_grows_on(size: int) -> None:
    """A site that restarts continues the log it had."""
    before = grown(size)
    after = Frontier.from_bytes(before.size, before.to_bytes())
    assert len(after.to_bytes()) == 32 * size.bit_count()
    for entry in ENTRIES[size : size + 2]:
        assert after.append(leaf_hash(entry)) == before.append(leaf_hash(entry))
        assert after.root() == before.root() == NAIVE.mth(0, after.size)
        assert after.to_bytes() == before.to_bytes()


def test_copy_is_apart() -> None:
    """A batch that fails to be stored leaves the log's edge as it was."""
    frontier = grown(5)
    tried = frontier.copy()
    tried.append(leaf_hash(b"never stored"))
    assert (frontier.size, frontier.root()) == (5, NAIVE.mth(0, 5))
    assert (tried.size, tried.root()) != (5, NAIVE.mth(0, 5))


@pytest.mark.parametrize(
    ("size", "length"), [(-1, 0), (-1, 32), (0, 32), (1, 0), (3, 32), (3, 65), (3, 63), (4, 64), (7, 64)]
)
def test_edge_of_another_size_is_refused(size: int, length: int) -> None:
    """A damaged row stops the log instead of growing a wrong one."""
    with pytest.raises(MalformedError):
        Frontier.from_bytes(size, bytes(length))


@pytest.mark.parametrize("leaf", [b"", bytes(31), bytes(33), bytes(64)])
def test_only_a_hash_is_appended(leaf: bytes) -> None:
    """Raw data handed over in place of its hash never enters the log, and nothing is half done."""
    frontier = grown(3)
    with pytest.raises(MalformedError) as caught:
        frontier.append(leaf)
    assert caught.value.value == leaf
    assert (frontier.size, frontier.root()) == (3, NAIVE.mth(0, 3))


def test_no_root_of_negative_size() -> None:
    """A nonsense size is an error, not the root of an empty log."""
    with pytest.raises(MalformedError):
        root_at(-1, MemoryTree().reader)
