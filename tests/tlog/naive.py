"""RFC 9162 §2.1 written down a second time, as slowly and literally as it reads, to judge the first by.

Does not know tiles, edges or readers: every hash is computed from the leaves. Shares no code with the package.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


class NaiveTree:
    """MTH, PATH and PROOF of RFC 9162 §2.1.1, §2.1.3.1 and §2.1.4.1 over leaves begin..end-1."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.leaves = leaves
        self.mth = lru_cache(maxsize=None)(self._mth)

    def _mth(self, begin: int, end: int) -> bytes:
        if begin == end:
            return sha256(b"")
        if end - begin == 1:
            return sha256(b"\x00" + self.leaves[begin])
        k = split(end - begin)
        return sha256(b"\x01" + self.mth(begin, begin + k) + self.mth(begin + k, end))

    def path(self, m: int, begin: int, end: int) -> tuple[bytes, ...]:
        if end - begin == 1:
            return ()
        k = split(end - begin)
        if m < k:
            return (*self.path(m, begin, begin + k), self.mth(begin + k, end))
        return (*self.path(m - k, begin + k, end), self.mth(begin, begin + k))

    def proof(self, m: int, n: int) -> tuple[bytes, ...]:
        return self.subproof(m, 0, n, True) if 0 < m < n else ()

    def subproof(self, m: int, begin: int, end: int, b: bool) -> tuple[bytes, ...]:
        n = end - begin
        if m == n:
            return () if b else (self.mth(begin, end),)
        k = split(n)
        if m <= k:
            return (*self.subproof(m, begin, begin + k, b), self.mth(begin + k, end))
        return (*self.subproof(m - k, begin + k, end, False), self.mth(begin, begin + k))


def contains(leaf: bytes, m: int, n: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether PATH(m, D_n) would be this path if the leaf's hash and the root were these."""

    def rebuild(m: int, n: int, path: list[bytes]) -> bytes:
        if n == 1:
            return leaf
        k, sibling = split(n), path.pop()
        if m < k:
            return sha256(b"\x01" + rebuild(m, k, path) + sibling)
        return sha256(b"\x01" + sibling + rebuild(m - k, n - k, path))

    return rebuilds(lambda rest: rebuild(m, n, rest), path, root)


def grows(m: int, n: int, proof: Sequence[bytes], old: bytes, new: bytes) -> bool:
    """Whether PROOF(m, D_n) would be this proof if the roots were these, for 0 < m <= n."""

    def rebuild(m: int, n: int, proof: list[bytes], b: bool) -> tuple[bytes, bytes]:
        if m == n:
            known = old if b else proof.pop()
            return known, known
        k, other = split(n), proof.pop()
        if m <= k:
            before, after = rebuild(m, k, proof, b)
            return before, sha256(b"\x01" + after + other)
        before, after = rebuild(m - k, n - k, proof, False)
        return sha256(b"\x01" + other + before), sha256(b"\x01" + other + after)

    return rebuilds(lambda rest: rebuild(m, n, rest, True), proof, (old, new))


def rebuilds(rebuild: Callable[[list[bytes]], object], proof: Sequence[bytes], expected: object) -> bool:
    """Whether the whole proof, and nothing but it, is used up on the way to what is expected."""
    rest = list(proof)
    try:
        return rebuild(rest) == expected and not rest
    except IndexError:
        return False


def split(n: int) -> int:
    """ "the largest power of two smaller than n": k < n <= 2k."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def numbered(count: int) -> list[bytes]:
    """So many entries, no two alike."""
    return [b"entry %d" % number for number in range(count)]
