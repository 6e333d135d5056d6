"""Cosignatures: a witness says that, at a time, this was the largest tree it had seen of a log, and all it saw agreed.

Does not know how a witness is asked. The format is C2SP tlog-cosignature v1, with Ed25519 (signature type 0x04):

    key ID        SHA-256(witness name || "\\n" || 0x04 || public key)[:4]
    verifier key  witness name "+" hex(key ID) "+" base64(0x04 || public key)
    signature     time (8 bytes, big endian) || Ed25519 over "cosignature/v1\\ntime N\\n" and the checkpoint's text

Trust: a witness is worth its independence. One that is run by the log's own operator proves nothing to others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from consentkit.tlog.keys import PublicKey
from consentkit.tlog.note import Signature, open_note

_TIME_SIZE = 8
# "It MUST NOT exceed 2^63 - 1."
_LATEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class WitnessKey(PublicKey):
    """The public half of a witness's key, and the name it signs under."""

    KIND = b"\x04"
    WHAT = "witness key"

    def vouches(self, text: str, signature: Signature) -> bool:
        """Whether this witness made this cosignature over the text of a checkpoint."""
        moment = _time_of(signature)
        if not 0 < moment <= _LATEST:
            return False
        message = f"cosignature/v1\ntime {moment}\n{text}"
        return self.has_signed(message.encode(), signature.value[_TIME_SIZE:])


class Cosignature(NamedTuple):
    """Who saw a checkpoint, and when, in Unix seconds; and the line that says so."""

    witness: str
    time: int
    signature: Signature


def open_cosignatures(note: str | bytes, witnesses: Iterable[WitnessKey]) -> Iterator[Cosignature]:
    """The cosignatures in a note by these witnesses. Raises SignatureError if there is none, or a false one."""
    for signature in open_note(note, witnesses).verified:
        yield Cosignature(signature.name, _time_of(signature), signature)


def _time_of(signature: Signature) -> int:
    return int.from_bytes(signature.value[:_TIME_SIZE], "big")
