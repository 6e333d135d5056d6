"""Checkpoints: what a log says it holds, in three lines it signs.

Does not know whether it is true; a root hash becomes a fact about leaves only through `proof.py`. The format
is the text of a C2SP tlog-checkpoint v1.0.0:

    log.example                                     origin: which log speaks
    7                                               tree size: decimal, no leading zeros
    3bib5AOAnjJXUNPSY814kpwpQreUKjS3fhIslZSnTIw=    root hash: base64 of its 32 bytes

Further lines are extensions: read, kept and written back, but nothing here gives them a meaning.

Trust: a log's checkpoint says what the log wants known. Two that disagree, or one that a consistency proof
does not join to the next, convict it; so keep the ones you have seen.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass

from consentkit.errors import MalformedError, SignatureError
from consentkit.tlog.note import Signer, Verifier, open_note, sign_note
from consentkit.tlog.tree import EMPTY_ROOT, HASH_SIZE

# The specification sets no end; the readers in the world take 64-bit signed integers.
_LARGEST_SIZE = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's origin, its size and its root hash at that size."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for line in (self.origin, *self.extensions):
            if not line or "\n" in line:
                raise MalformedError("checkpoint line", line)
        if not 0 <= self.size <= _LARGEST_SIZE:
            raise MalformedError("tree size", self.size)
        if len(self.root) != HASH_SIZE or (self.size == 0 and self.root != EMPTY_ROOT):
            raise MalformedError(f"root hash of a tree of {self.size} leaves", self.root)


def format_checkpoint(checkpoint: Checkpoint) -> str:
    """Write the text that is signed."""
    root = b64encode(checkpoint.root).decode()
    return "\n".join([checkpoint.origin, str(checkpoint.size), root, *checkpoint.extensions, ""])


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint. That it was signed is for `open_checkpoint` to see."""
    try:
        origin, size, root, *extensions = text.removesuffix("\n").split("\n")
        checkpoint = Checkpoint(origin, int(size), b64decode(root, validate=True), tuple(extensions))
    except ValueError:
        raise MalformedError("checkpoint", text) from None
    if format_checkpoint(checkpoint) != text:
        raise MalformedError("checkpoint: not in its one spelling", text)
    return checkpoint


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> str:
    """The checkpoint as the log publishes it. It must be consistent with every one signed before it."""
    if signer.name != checkpoint.origin:
        raise SignatureError(f"the key is named {signer.name}, the log {checkpoint.origin}", signer.name)
    return sign_note(format_checkpoint(checkpoint), signer)


def open_checkpoint(note: str | bytes, verifiers: Iterable[Verifier]) -> Checkpoint:
    """The checkpoint in a note that one of our keys, in the name of the log itself, vouches for."""
    opened = open_note(note, verifiers)
    checkpoint = parse_checkpoint(opened.text)
    if checkpoint.origin not in {signature.name for signature in opened.verified}:
        raise SignatureError(f"no signature by the log {checkpoint.origin} itself", checkpoint.origin)
    return checkpoint
