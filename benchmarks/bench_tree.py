"""What the tree costs, beside a plain hash chain in the same run. By hand: python benchmarks/bench_tree.py

A chain (each hash covers the one before) is the least a tamper-evident list can cost, and can prove nothing
about one entry without the whole list. Ratios hold from machine to machine; microseconds do not.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from statistics import median
from time import perf_counter

from consentkit.tlog import (
    Frontier,
    HashReader,
    MemoryTree,
    TileCache,
    check_inclusion,
    leaf_hash,
    prove_inclusion,
)

SIZES = (100_000, 1_000_000)
RECORD = bytes(120)
RUNS = 5
PROOFS = 500


def chain(count: int) -> None:
    """The floor: one hash for each entry."""
    head = bytes(32)
    for _ in range(count):
        head = sha256(head + RECORD).digest()


def hash_leaves(count: int) -> None:
    """What a tree pays before it is a tree."""
    for _ in range(count):
        leaf_hash(RECORD)


def append_leaves(count: int) -> None:
    """Leaf hash and append, as the ledger does them."""
    frontier = Frontier()
    for _ in range(count):
        frontier.append(leaf_hash(RECORD))


def append_only(leaves: list[bytes]) -> None:
    """The append by itself."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)


def build(leaves: list[bytes]) -> MemoryTree:
    """A tree whose reader costs next to nothing, so that the proofs are what is measured."""
    tree = MemoryTree()
    for leaf in leaves:
        tree.append(leaf)
    return tree


def microseconds(work: Callable[[], object], each: int, runs: int = RUNS) -> float:
    """The median time of one of `each` operations."""
    times = []
    for _ in range(runs):
        start = perf_counter()
        work()
        times.append((perf_counter() - start) / each * 1e6)
    return median(times)


def report(size: int) -> None:
    """Every row of the table for one size."""
    leaves = [leaf_hash(number.to_bytes(8)) for number in range(size)]
    tree = build(leaves)
    cache = TileCache(tree.reader)
    anywhere = random.Random(7).choices(range(size), k=PROOFS)
    latest = range(size - PROOFS, size)

    def prove(indices: range | list[int], read: HashReader) -> None:
        for index in indices:
            prove_inclusion(index, size, read)

    proofs = [(index, prove_inclusion(index, size, cache)) for index in anywhere]
    root = tree.root()

    def check() -> None:
        for index, proof in proofs:
            check_inclusion(leaves[index], index, size, proof, root)

    floor = microseconds(partial(chain, size), size)
    rows = {
        "hash chain (floor)": floor,
        "leaf hash": microseconds(partial(hash_leaves, size), size),
        "append, leaf hash given": microseconds(partial(append_only, leaves), size),
        "append and leaf hash": microseconds(partial(append_leaves, size), size),
        "root": microseconds(lambda: [tree.root() for _ in range(PROOFS)], PROOFS),
        "inclusion proof, nothing remembered": microseconds(partial(prove, anywhere, tree.reader), PROOFS),
        "inclusion proof, anywhere, 64 tiles kept": microseconds(partial(prove, anywhere, cache), PROOFS),
        "inclusion proof, latest, 64 tiles kept": microseconds(partial(prove, latest, cache), PROOFS),
        "check of an inclusion proof": microseconds(check, PROOFS),
    }
    print(f"\n{size:,} leaves{'':34}µs   x chain")
    for name, cost in rows.items():
        print(f"  {name:42}{cost:8.2f}  {cost / floor:8.1f}")


if __name__ == "__main__":
    for size in SIZES:
        report(size)
