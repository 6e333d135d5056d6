"""Proofs that a leaf is in a tree, and that a tree only grew.

Does not know where hashes come from (a `HashReader` brings them), nor who vouches for a root hash. What is
proved here can be checked by anyone with RFC 9162 at hand; what is checked here can come from any log.

Checking is over plain values and decides alone: a proof is accepted if it has the one right length and leads
to the root hash, and every other outcome is a ProofError.

Trust: a proof is worth as much as the root hash and the size it is checked against; the size is not in the
hash, and some wrong sizes fit it. Take both from one checkpoint whose signature was opened, never from whoever
hands over the proof.
"""

from __future__ import annotations

from collections.abc import Sequence

from consentkit.errors import ProofError
from consentkit.tlog.reader import HashReader, TileCache
from consentkit.tlog.tree import EMPTY_ROOT, HASH_SIZE, node_hash


def prove_inclusion(index: int, size: int, read: HashReader) -> tuple[bytes, ...]:
    """The hashes that lead from leaf `index` to the root of the tree of `size` leaves (RFC 9162 §2.1.3.1)."""
    if not 0 <= index < size:
        raise ProofError(f"no leaf {index} in a tree of {size}")
    tiles = TileCache.over(read)
    proof: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = _split(begin, end)
        if index < middle:
            proof.append(tiles.subtree(middle, end, size))
            end = middle
        else:
            proof.append(tiles.subtree(begin, middle, size))
            begin = middle
    return tuple(reversed(proof))


def check_inclusion(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raise ProofError unless the proof leads from this leaf hash, at this place, to this root hash."""
    if not 0 <= index < size:
        raise ProofError(f"no leaf {index} in a tree of {size}")
    _check_hashes(leaf_hash, *proof, root)
    # RFC 9162 §2.1.3.2, which names these fn, sn and r.
    node, last, calculated = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            raise ProofError(f"inclusion proof too long for leaf {index} of {size}")
        if node & 1 or node == last:
            calculated = node_hash(sibling, calculated)
            node, last = _climb(node, last)
        else:
            calculated = node_hash(calculated, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise ProofError(f"inclusion proof too short for leaf {index} of {size}")
    _check_root("inclusion proof leads to another root", root, calculated)


def prove_consistency(old: int, new: int, read: HashReader) -> tuple[bytes, ...]:
    """The hashes that show the tree of `old` leaves to be the start of that of `new` (RFC 9162 §2.1.4.1)."""
    if not 0 <= old <= new:
        raise ProofError(f"a tree of {old} leaves cannot grow into one of {new}")
    # "PROOF(m, D_n) is defined for 0 < m < n"; the empty tree is the start of every tree and needs none.
    if old in (0, new):
        return ()
    tiles = TileCache.over(read)
    proof: list[bytes] = []
    begin, end = 0, new
    while end != old:
        middle = _split(begin, end)
        if old <= middle:
            proof.append(tiles.subtree(middle, end, new))
            end = middle
        else:
            proof.append(tiles.subtree(begin, middle, new))
            begin = middle
    if begin > 0:
        # The old tree's own last subtree: only where begin is 0 is it the old root, which the checker has.
        proof.append(tiles.subtree(begin, end, new))
    return tuple(reversed(proof))


def check_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Raise ProofError unless the proof shows the old tree to be the start of the new one."""
    if not 0 <= old <= new:
        raise ProofError(f"a tree of {old} leaves cannot grow into one of {new}")
    _check_hashes(*proof, old_root, new_root)
    for size, root in ((old, old_root), (new, new_root)):
        if size == 0:
            _check_root("an empty tree has another root", EMPTY_ROOT, root)
    if old in (0, new):
        if proof:
            raise ProofError(f"consistency proof too long from {old} to {new} leaves")
        if old == new:
            _check_root("two trees of one size have different roots", old_root, new_root)
        return
    calculated_old, calculated_new = _climb_both(old, new, proof, old_root)
    _check_root("consistency proof leads to another old root", old_root, calculated_old)
    _check_root("consistency proof leads to another new root", new_root, calculated_new)


def _climb_both(old: int, new: int, proof: Sequence[bytes], old_root: bytes) -> tuple[bytes, bytes]:
    """The two roots a consistency proof leads to, for 0 < old < new: RFC 9162 §2.1.4.2, steps 1 to 6."""
    # A tree of 2**n leaves is itself a node of the new tree, so the proof leaves it out.
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        raise ProofError(f"consistency proof too short from {old} to {new} leaves")
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    calculated_old = calculated_new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofError(f"consistency proof too long from {old} to {new} leaves")
        if node & 1 or node == last:
            calculated_old = node_hash(sibling, calculated_old)
            calculated_new = node_hash(sibling, calculated_new)
            node, last = _climb(node, last)
        else:
            calculated_new = node_hash(calculated_new, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise ProofError(f"consistency proof too short from {old} to {new} leaves")
    return calculated_old, calculated_new


def _split(begin: int, end: int) -> int:
    """Where a node's left subtree ends: after the largest power of two smaller than it (RFC 9162 §2.1.1)."""
    return begin + (1 << (end - begin - 1).bit_length() - 1)


def _climb(node: int, last: int) -> tuple[int, int]:
    """Skip the heights at which the right edge has no sibling: "until either LSB(fn) is set or fn is 0"."""
    while node and not node & 1:
        node, last = node >> 1, last >> 1
    return node, last


def _check_hashes(*hashes: bytes) -> None:
    for each in hashes:
        if len(each) != HASH_SIZE:
            raise ProofError(f"a hash of {len(each)} bytes, not {HASH_SIZE}: {each[:HASH_SIZE].hex()}")


def _check_root(message: str, expected: bytes, calculated: bytes) -> None:
    if calculated != expected:
        raise ProofError(message, expected, calculated)
