"""A transparency log: a list to which one can only add, and which can prove it.

Has never heard of what it is used for. A leaf is the hash of some bytes, a store is a function that reads
hashes, and a name is whatever a key was given. Each file follows one public specification:

    tree        RFC 9162 §2.1    hashes, and the growing edge a store keeps
    reader                       the one function a store gives, and any root from it
    proof       RFC 9162 §2.1    inclusion and consistency: prove, check
    memory                       a tree without a store
    keys        C2SP signed-note        a name and a key as one line: format, parse
    note        C2SP signed-note        a text and who signed it: sign, open
    checkpoint  C2SP tlog-checkpoint    what a log says it holds: sign, open
    cosignature C2SP tlog-cosignature   who saw a checkpoint, and when: open
    witness     C2SP tlog-witness       what is said to those who see: format, parse
    tiles       C2SP tlog-tiles         the hashes as files: format, parse, read
    tlogproof   C2SP tlog-proof         one entry's proof as a file: format, parse
"""

from consentkit.tlog.checkpoint import (
    Checkpoint,
    format_checkpoint,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from consentkit.tlog.cosignature import Cosignature, WitnessKey, open_cosignatures
from consentkit.tlog.memory import MemoryTree
from consentkit.tlog.note import (
    Note,
    NoteVerifier,
    Signature,
    Signer,
    Verifier,
    add_signatures,
    format_note,
    open_note,
    parse_note,
    sign_note,
)
from consentkit.tlog.proof import check_consistency, check_inclusion, prove_consistency, prove_inclusion
from consentkit.tlog.reader import HashReader, TileCache, root_at
from consentkit.tlog.tiles import Tile, format_tile, in_tree, parse_tile, read_tile
from consentkit.tlog.tlogproof import LogProof, format_proof, parse_proof
from consentkit.tlog.tree import EMPTY_ROOT, Frontier, TileHash, leaf_hash, node_hash

__all__ = [
    "EMPTY_ROOT",
    "Checkpoint",
    "Cosignature",
    "Frontier",
    "HashReader",
    "LogProof",
    "MemoryTree",
    "Note",
    "NoteVerifier",
    "Signature",
    "Signer",
    "Tile",
    "TileCache",
    "TileHash",
    "Verifier",
    "WitnessKey",
    "add_signatures",
    "check_consistency",
    "check_inclusion",
    "format_checkpoint",
    "format_note",
    "format_proof",
    "format_tile",
    "in_tree",
    "leaf_hash",
    "node_hash",
    "open_checkpoint",
    "open_cosignatures",
    "open_note",
    "parse_checkpoint",
    "parse_note",
    "parse_proof",
    "parse_tile",
    "prove_consistency",
    "prove_inclusion",
    "read_tile",
    "root_at",
    "sign_checkpoint",
    "sign_note",
]
