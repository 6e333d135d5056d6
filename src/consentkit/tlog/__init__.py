"""A transparency log: a list to which one can only add, and which can prove it.

Has never heard of what it is used for. A leaf is the hash of some bytes, a store is a function that reads
hashes, and a name is whatever a key was given. Each file follows one public specification:

    tree        RFC 9162 §2.1    hashes, and the growing edge a store keeps
    reader                       the one function a store gives, and any root from it
    proof       RFC 9162 §2.1    inclusion and consistency: prove, check
    memory                       a tree without a store
    note        C2SP signed-note        a text and who signed it: sign, open
    checkpoint  C2SP tlog-checkpoint    what a log says it holds: sign, open
"""

from consentkit.tlog.checkpoint import (
    Checkpoint,
    format_checkpoint,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from consentkit.tlog.memory import MemoryTree
from consentkit.tlog.note import (
    Note,
    Signature,
    Signer,
    Verifier,
    format_note,
    open_note,
    parse_note,
    sign_note,
)
from consentkit.tlog.proof import check_consistency, check_inclusion, prove_consistency, prove_inclusion
from consentkit.tlog.reader import HashReader, TileCache, root_at
from consentkit.tlog.tree import EMPTY_ROOT, Frontier, TileHash, leaf_hash, node_hash

__all__ = [
    "EMPTY_ROOT",
    "Checkpoint",
    "Frontier",
    "HashReader",
    "MemoryTree",
    "Note",
    "Signature",
    "Signer",
    "TileCache",
    "TileHash",
    "Verifier",
    "check_consistency",
    "check_inclusion",
    "format_checkpoint",
    "format_note",
    "leaf_hash",
    "node_hash",
    "open_checkpoint",
    "open_note",
    "parse_checkpoint",
    "parse_note",
    "prove_consistency",
    "prove_inclusion",
    "root_at",
    "sign_checkpoint",
    "sign_note",
]
