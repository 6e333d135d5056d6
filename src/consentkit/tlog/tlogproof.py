"""One entry's proof as a file: checked with no log at hand.

Does not know what the entry says; `extra` carries what its reader needs to compute the leaf hash, and is trusted for
nothing until that hash fits. The format is C2SP tlog-proof:

    c2sp.org/tlog-proof@v1
    extra <base64>                         may be missing
    index <decimal>
    <base64>                               the inclusion proof, from the leaf's sibling up
                                           an empty line
    <the checkpoint, as it was signed>
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from typing import NamedTuple

from consentkit.errors import MalformedError
from consentkit.tlog.tree import HASH_SIZE

TITLE = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})", re.ASCII)


class LogProof(NamedTuple):
    """That an entry is in a log: where, the hashes that lead to the root, and the checkpoint that vouches for it."""

    number: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""


def format_proof(proof: LogProof) -> str:
    """The proof as a file."""
    extra = [f"extra {b64encode(proof.extra).decode()}"] if proof.extra else []
    path = [b64encode(node).decode() for node in proof.path]
    return "\n".join([TITLE, *extra, f"index {proof.number}", *path, "", proof.checkpoint])


def parse_proof(text: str) -> LogProof:
    """The proof in a file. Raises MalformedError for any other spelling; nothing is checked yet."""
    head, gap, checkpoint = text.partition("\n\n")
    title, *lines = head.split("\n")
    try:
        extra = b64decode(lines.pop(0)[6:], validate=True) if lines[0].startswith("extra ") else b""
        match = _INDEX.fullmatch(lines.pop(0))
        path = tuple(b64decode(line, validate=True) for line in lines)
    except (ValueError, IndexError):
        raise MalformedError("tlog-proof", text) from None
    if match is None or not gap or title != TITLE or any(len(node) != HASH_SIZE for node in path):
        raise MalformedError("tlog-proof", text)
    proof = LogProof(int(match[1]), path, checkpoint, extra)
    if format_proof(proof) != text:
        raise MalformedError("tlog-proof: not in its one spelling", text)
    return proof
