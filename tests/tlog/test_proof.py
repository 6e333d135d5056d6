"""Proofs: the published ones, all small ones, and every way to get one wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from consentkit.errors import ProofError
from consentkit.tlog import (
    EMPTY_ROOT,
    MemoryTree,
    TileCache,
    check_consistency,
    check_inclusion,
    leaf_hash,
    node_hash,
    prove_consistency,
    prove_inclusion,
)

from .naive import NaiveTree, contains, grows, numbered
from .vectors import CONSISTENCY, INCLUSION, LEAVES, ROOTS, unhex

ENTRIES = numbered(65_537)
NAIVE = NaiveTree(ENTRIES)
EDGES = [255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537]


def root(size: int) -> bytes:
    return NAIVE.mth(0, size)


def leaf(index: int) -> bytes:
    return NAIVE.mth(index, index + 1)


@pytest.fixture(scope="module")
def tiles() -> TileCache:
    tree = MemoryTree()
    for entry in ENTRIES:
        tree.append(leaf_hash(entry))
    return TileCache(tree.reader)


def published() -> MemoryTree:
    tree = MemoryTree()
    for each in LEAVES:
        tree.append(leaf_hash(each))
    return tree


@pytest.mark.parametrize(("index", "size", "proof"), INCLUSION)
def test_published_inclusion(index: int, size: int, proof: list[str]) -> None:
    """Our proofs are those of every other RFC 6962 log, and theirs are accepted here."""
    assert prove_inclusion(index, size, published().reader) == unhex(proof)
    check_inclusion(leaf_hash(LEAVES[index]), index, size, unhex(proof), ROOTS[size])


@pytest.mark.parametrize(("old", "new", "proof"), CONSISTENCY)
def test_published_consistency(old: int, new: int, proof: list[str]) -> None:
    """Growth is proved as every other RFC 6962 log proves it."""
    assert prove_consistency(old, new, published().reader) == unhex(proof)
    check_consistency(old, new, unhex(proof), ROOTS[old], ROOTS[new])


def test_every_small_inclusion(tiles: TileCache) -> None:
    """Every entry of every small log can be proved to be in it."""
    for size in range(1, 71):
        for index in range(size):
            proof = prove_inclusion(index, size, tiles)
            assert proof == NAIVE.path(index, 0, size)
            check_inclusion(leaf(index), index, size, proof, root(size))


def test_every_small_consistency(tiles: TileCache) -> None:
    """Every small log can be proved to have grown from each of its earlier states."""
    for new in range(71):
        for old in range(new + 1):
            proof = prove_consistency(old, new, tiles)
            assert proof == NAIVE.proof(old, new)
            check_consistency(old, new, proof, root(old), root(new))


@pytest.mark.parametrize("size", EDGES)
def test_inclusion_around_full_tiles(size: int, tiles: TileCache) -> None:
    """Nothing changes for a visitor at the moment a tile of the log becomes full."""
    for index in {0, 1, 127, 128, size // 2, size - 257, size - 256, size - 255, size - 2, size - 1}:
        if index >= 0:
            proof = prove_inclusion(index, size, tiles)
            assert proof == NAIVE.path(index, 0, size)
            check_inclusion(leaf(index), index, size, proof, root(size))


@pytest.mark.parametrize("new", EDGES)
def test_consistency_around_full_tiles(new: int, tiles: TileCache) -> None:
    """Nothing changes for a witness at the moment a tile of the log becomes full."""
    for old in {1, 2, 3, 128, *(edge for edge in EDGES if edge <= new), new - 1}:
        proof = prove_consistency(old, new, tiles)
        assert proof == NAIVE.proof(old, new)
        check_consistency(old, new, proof, root(old), root(new))


def test_a_proof_proves_one_thing() -> None:
    """Of all entries and all sizes, a proof fits only those it was made for."""
    places = [(index, size) for size in range(1, 12) for index in range(size)]
    for made_for in places:
        proof = NAIVE.path(made_for[0], 0, made_for[1])
        for index, size in places:
            accepted = passes(check_inclusion, leaf(index), index, size, proof, root(size))
            assert accepted == (proof == NAIVE.path(index, 0, size))


def test_a_growth_proof_proves_one_growth() -> None:
    """Of all pairs of states of a log, a proof fits only those it was made for."""
    pairs = [(old, new) for new in range(12) for old in range(new + 1)]
    for made_for in pairs:
        proof = NAIVE.proof(*made_for)
        for old, new in pairs:
            accepted = passes(check_consistency, old, new, proof, root(old), root(new))
            assert accepted == (proof == NAIVE.proof(old, new))


def test_another_place_is_refused() -> None:
    """A true leaf hash, proof and root under a false index or size pass only where RFC 9162 cannot tell."""
    places = [(index, size) for size in range(1, 18) for index in range(size)]
    for true_index, true_size in places:
        proof = NAIVE.path(true_index, 0, true_size)
        for index, size in places:
            claim = (leaf(true_index), index, size, proof, root(true_size))
            assert passes(check_inclusion, *claim) == contains(*claim)


def test_another_growth_is_refused() -> None:
    """A true proof and true roots under false sizes pass only where RFC 9162 cannot tell."""
    pairs = [(old, new) for new in range(1, 14) for old in range(1, new + 1)]
    for true_old, true_new in pairs:
        proof = NAIVE.proof(true_old, true_new)
        for old, new in pairs:
            claim = (old, new, proof, root(true_old), root(true_new))
            assert passes(check_consistency, *claim) == grows(*claim)


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8, 13])
def test_altered_inclusion_is_refused(size: int) -> None:
    """No bit of a receipt, and no part of its proof, can be changed without an auditor seeing it."""
    for index in range(size):
        proof = NAIVE.path(index, 0, size)
        assert passes(check_inclusion, leaf(index), index, size, proof, root(size))
        for altered in alterations(proof, leaf(index), root(size)):
            assert not passes(check_inclusion, leaf(index), index, size, altered, root(size))
        for other in flipped(leaf(index)):
            assert not passes(check_inclusion, other, index, size, proof, root(size))
        for other in flipped(root(size)):
            assert not passes(check_inclusion, leaf(index), index, size, proof, other)
        for place in {-1, size, index - size, index + 2 * size, *range(size)} - {index}:
            assert not passes(check_inclusion, leaf(index), place, size, proof, root(size))


@pytest.mark.parametrize("new", [1, 2, 3, 6, 7, 8, 13])
def test_altered_consistency_is_refused(new: int) -> None:
    """A log that rewrote its past cannot pass for one that only grew."""
    for old in range(1, new + 1):
        proof = NAIVE.proof(old, new)
        assert passes(check_consistency, old, new, proof, root(old), root(new))
        for altered in alterations(proof, root(old), root(new)):
            assert not passes(check_consistency, old, new, altered, root(old), root(new))
        for other in flipped(root(old)):
            assert not passes(check_consistency, old, new, proof, other, root(new))
        for other in flipped(root(new)):
            assert not passes(check_consistency, old, new, proof, root(old), other)
        if old < new:
            assert not passes(check_consistency, old, new, proof, root(new), root(old))
            assert not passes(check_consistency, new, old, proof, root(old), root(new))


@pytest.mark.parametrize("wrong", [b"", b"\0", bytes(31), bytes(33), bytes(64)])
def test_only_whole_hashes_count(wrong: bytes) -> None:
    """A missing leaf hash, or one of another length, is refused wherever it stands, even where two agree."""
    for inclusion in (
        (wrong, 0, 1, (), wrong),
        (wrong, 0, 2, (leaf(1),), node_hash(wrong, leaf(1))),
        (leaf(0), 0, 2, (wrong,), node_hash(leaf(0), wrong)),
        (wrong, 0, 2, (leaf(1),), root(2)),
        (leaf(0), 0, 2, (wrong,), root(2)),
        (leaf(0), 0, 2, (leaf(1),), wrong),
    ):
        assert not passes(check_inclusion, *inclusion)
    for consistency in (
        (1, 1, (), wrong, wrong),
        (0, 1, (), EMPTY_ROOT, wrong),
        (1, 2, (wrong,), root(1), node_hash(root(1), wrong)),
        (1, 2, (leaf(1),), wrong, node_hash(wrong, leaf(1))),
        (1, 2, (wrong,), root(1), root(2)),
        (1, 2, (leaf(1),), wrong, root(2)),
        (1, 2, (leaf(1),), root(1), wrong),
    ):
        assert not passes(check_consistency, *consistency)


@pytest.mark.parametrize("cut", [0, 1, 31, 33, 63, 64])
def test_boundary_between_hashes_is_fixed(cut: int) -> None:
    """The bytes of two hashes, cut in two at another place, hash alike and prove nothing."""
    left, right = (leaf(0) + leaf(1))[:cut], (leaf(0) + leaf(1))[cut:]
    assert not passes(check_inclusion, left, 0, 2, (right,), root(2))
    assert not passes(check_inclusion, right, 1, 2, (left,), root(2))
    assert not passes(check_consistency, 1, 2, (right,), left, root(2))


def test_from_the_empty_log() -> None:
    """Every log grew from the empty one; that needs no proof, but the empty log has one root only."""
    check_consistency(0, 0, (), EMPTY_ROOT, EMPTY_ROOT)
    check_consistency(0, 5, (), EMPTY_ROOT, root(5))
    assert not passes(check_consistency, 0, 5, (root(5),), EMPTY_ROOT, root(5))
    assert not passes(check_consistency, 0, 5, (), root(5), root(5))
    assert not passes(check_consistency, 0, 0, (), root(1), root(1))
    assert not passes(check_consistency, -1, 5, (), EMPTY_ROOT, root(5))


def test_same_size_same_root() -> None:
    """Two states of one size that differ convict the log."""
    with pytest.raises(ProofError) as caught:
        check_consistency(5, 5, (), root(5), root(6))
    assert (caught.value.expected, caught.value.calculated) == (root(5), root(6))
    assert not passes(check_consistency, 5, 5, (root(5),), root(5), root(5))


def test_error_carries_both_hashes() -> None:
    """Who is told that a proof fails also gets what to show for it."""
    with pytest.raises(ProofError, match=root(3).hex()) as caught:
        check_inclusion(leaf(0), 0, 2, (leaf(1),), root(3))
    assert (caught.value.expected, caught.value.calculated) == (root(3), root(2))


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0), (0, -1)])
def test_no_proof_for_what_is_not_there(index: int, size: int, tiles: TileCache) -> None:
    """Asking for an entry that does not exist is an error, never a proof of something else."""
    with pytest.raises(ProofError, match=f"no leaf {index} in a tree of {size}"):
        prove_inclusion(index, size, tiles)


@pytest.mark.parametrize(("old", "new"), [(-1, 5), (6, 5), (0, -1)])
def test_no_proof_of_shrinking(old: int, new: int, tiles: TileCache) -> None:
    """A log cannot prove that it grew into something smaller."""
    with pytest.raises(ProofError, match=f"a tree of {old} leaves cannot grow into one of {new}"):
        prove_consistency(old, new, tiles)


def passes(check: Callable[..., None], *arguments: object) -> bool:
    try:
        check(*arguments)
    except ProofError:
        return False
    return True


def flipped(value: bytes) -> Iterator[bytes]:
    """The value with one bit turned: each bit of the first and last byte, and one bit of each other."""
    for bit in {*range(8), *range(8, 248, 8), *range(248, 256)}:
        number = int.from_bytes(value) ^ 1 << bit
        yield number.to_bytes(len(value))


def alterations(proof: tuple[bytes, ...], first: bytes, last: bytes) -> Iterator[tuple[bytes, ...]]:
    """The proof cut, lengthened, reordered, repeated, and with bits turned. Never the proof itself."""
    for at, value in enumerate(proof):
        yield proof[:at] + proof[at + 1 :]
        yield (*proof[:at], value, *proof[at:])
        yield (*proof[:at], value[:31], *proof[at + 1 :])
        for other in flipped(value):
            yield (*proof[:at], other, *proof[at + 1 :])
        for later in range(at + 1, len(proof)):
            swapped = list(proof)
            swapped[at], swapped[later] = swapped[later], swapped[at]
            yield tuple(swapped)
    for garbage in (bytes(32), EMPTY_ROOT, first, last, b""):
        yield (garbage, *proof)
        yield (*proof, garbage)
