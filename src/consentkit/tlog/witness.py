"""What a log and its witnesses say to each other, as text.

Does not know how it is sent. The format is that of `add-checkpoint` in C2SP tlog-witness v1.0.0:

    old <decimal>         the size of the tree that the witness saw last
    <base64>              the consistency proof from there, 63 lines at most
                          an empty line
    <the checkpoint>

The answer is lines of signatures, or, where the witness saw another size last, that size (`text/x.tlog.size`).
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence

from consentkit.errors import MalformedError
from consentkit.tlog.cosignature import Cosignature, WitnessKey, open_cosignatures

_SIZE = re.compile(rb"(0|[1-9][0-9]{0,18})\n")


def format_request(old: int, proof: Sequence[bytes], checkpoint: str) -> bytes:
    """The body that asks a witness to cosign a checkpoint."""
    return "\n".join([f"old {old}", *(b64encode(node).decode() for node in proof), "", checkpoint]).encode()


def parse_size(body: bytes) -> int:
    """The size that a witness saw last, from its 409 Conflict."""
    match = _SIZE.fullmatch(body)
    if match is None:
        raise MalformedError("size seen by a witness", body[:80])
    return int(match[1])


def parse_answer(body: bytes, checkpoint: str, witnesses: Iterable[WitnessKey]) -> list[Cosignature]:
    """The cosignatures of these witnesses in an answer. Raises SignatureError if none of theirs is right."""
    # "the client MAY concatenate it to the checkpoint, and use a note verification function"
    return list(open_cosignatures(checkpoint.encode() + body, witnesses))
