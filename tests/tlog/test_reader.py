"""How much a store is asked for, and what happens when it answers wrongly."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

import pytest

from consentkit.errors import MalformedError, ProofError
from consentkit.tlog import (
    MemoryTree,
    TileCache,
    check_consistency,
    check_inclusion,
    leaf_hash,
    node_hash,
    prove_consistency,
    prove_inclusion,
    root_at,
)

from .naive import NaiveTree, numbered

LEAF = leaf_hash(b"the same again")
HEIGHTS = [LEAF]
while len(HEIGHTS) < 64:
    HEIGHTS.append(node_hash(HEIGHTS[-1], HEIGHTS[-1]))


class UniformStore:
    """A log of any size at no cost: all entries alike, so a subtree's hash depends on its height alone.

    Keeps account of what it is asked, and refuses what a store of that size would not have.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.asked: Counter[tuple[int, int]] = Counter()

    def read(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        assert 0 <= start < stop <= self.size >> 8 * level, "asked for a hash that does not exist"
        assert start // 256 == (stop - 1) // 256, "asked for more than one tile at once"
        self.asked[level, start // 256] += 1
        return [HEIGHTS[8 * level]] * (stop - start)

    def root(self) -> bytes:
        edge = [HEIGHTS[height] for height in range(64) if self.size >> height & 1]
        root = edge[0]
        for larger in edge[1:]:
            root = node_hash(larger, root)
        return root

    def most_tiles_of_one_level(self) -> int:
        assert set(self.asked.values()) <= {1}, "asked for one tile twice"
        return max(Counter(level for level, _ in self.asked).values(), default=0)


SIZES = [1, 255, 256, 257, 65_535, 65_536, 65_537, 1_000_000, 999_999_999, 2**40 + 1, 2**62 - 1]


@pytest.mark.parametrize("size", SIZES)
def test_inclusion_reads_two_tiles_a_level(size: int) -> None:
    """A visitor's receipt costs the database the same few rows, however long the log has grown."""
    for index in {0, size // 3, size // 2, max(0, size - 257), size - 1}:
        store = UniformStore(size)
        proof = prove_inclusion(index, size, store.read)
        assert store.most_tiles_of_one_level() <= 2
        assert len(store.asked) <= 2 * (size.bit_length() // 8 + 1) - 1
        check_inclusion(LEAF, index, size, proof, store.root())


@pytest.mark.parametrize("size", SIZES)
def test_consistency_reads_two_tiles_a_level(size: int) -> None:
    """A witness that was away for long is caught up from a few rows."""
    for old in {1, size // 3, size // 2, max(0, size - 257), size - 1, size}:
        store = UniformStore(size)
        proof = prove_consistency(old, size, store.read)
        assert store.most_tiles_of_one_level() <= 2
        check_consistency(old, size, proof, root_at(old, UniformStore(size).read), store.root())


@pytest.mark.parametrize("size", SIZES)
def test_root_reads_the_edge(size: int) -> None:
    """The root of an old checkpoint is found again from one tile of each level."""
    store = UniformStore(size)
    assert root_at(size, store.read) == store.root()
    assert store.most_tiles_of_one_level() == 1


def test_remembered_tiles_are_not_read_again() -> None:
    """An export with a proof for each entry reads every row once."""
    store = UniformStore(70_000)
    cache = TileCache(store.read)
    for index in range(0, 70_000, 100):
        prove_inclusion(index, 70_000, cache)
    assert set(store.asked.values()) == {1}
    assert len(store.asked) == 274 + 2 + 1


def test_memory_is_bounded() -> None:
    """However long an export runs, it holds no more tiles than it was allowed."""
    store = UniformStore(10 * 256)
    cache = TileCache(store.read, tiles=2)
    for _ in range(2):
        for number in range(10):
            prove_inclusion(number * 256, 10 * 256, cache)
    assert store.asked[0, 0] == 2


def test_cache_over_a_growing_log() -> None:
    """Tiles remembered from a smaller log never spoil a proof in the grown one."""
    entries = numbered(600)
    naive, tree = NaiveTree(entries), MemoryTree()
    cache = TileCache(tree.reader)
    draw = random.Random(600)
    for size, entry in enumerate(entries, start=1):
        tree.append(leaf_hash(entry))
        index = draw.randrange(size)
        assert prove_inclusion(index, size, cache) == naive.path(index, 0, size)
        assert prove_consistency(index, size, cache) == naive.proof(index, size)
    assert list(cache(0, 3, 5)) == [leaf_hash(entry) for entry in entries[3:5]]


@pytest.mark.parametrize(
    "answer", [[], [LEAF] * 4, [LEAF] * 6, [b""] * 5, [LEAF] * 4 + [LEAF[:31]], [LEAF + b"\0"] + [LEAF] * 4]
)
def test_store_that_answers_short_is_named(answer: list[bytes]) -> None:
    """A missing or cut row is reported by its place, not turned into a proof."""
    with pytest.raises(MalformedError, match="hashes 0 to 4 of level 0"):
        prove_inclusion(2, 5, lambda level, start, stop: answer)


def test_store_that_lies_convinces_nobody() -> None:
    """A row changed in the database yields proofs that an auditor refuses."""
    tree = MemoryTree()
    for entry in numbered(300):
        tree.append(leaf_hash(entry))

    def forged(level: int, start: int, stop: int) -> Sequence[bytes]:
        hashes = list(tree.reader(level, start, stop))
        if level == 0 and start <= 7 < stop:
            hashes[7 - start] = leaf_hash(b"rewritten")
        return hashes

    with pytest.raises(ProofError):
        check_inclusion(leaf_hash(b"entry 6"), 6, 300, prove_inclusion(6, 300, forged), tree.root())
    with pytest.raises(ProofError):
        check_consistency(9, 300, prove_consistency(9, 300, forged), root_at(9, tree.reader), root_at(300, forged))
