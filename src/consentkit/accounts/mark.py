"""The mark of somebody who is signed in: our cookie `ck_u`, which says under which visitor id their choices go.

Knows bytes and seals; not requests, not the ledger, and of the account only its pseudonyms. It goes with the browser's
session, and after a day. Trusted for: whose choice it is that is made in this browser meanwhile.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Sequence
from typing import NamedTuple

from consentkit.errors import SealError
from consentkit.seal import Pseudonym, Sealer

# Longer than a working day, shorter than a night: who comes tomorrow to a shared computer is somebody else.
LIFE_SECONDS = 12 * 3600
_VERSION = 1
_SHAPE = struct.Struct(">BI16s16s")  # version, Unix time, visitor, tag


class Mark(NamedTuple):
    """`visitor` is an account's since `time` (Unix seconds); `tag` tells which account's to whoever knows its name."""

    visitor: str
    time: int
    tag: bytes

    def fits(self, account: Sequence[Pseudonym]) -> bool:
        """Whether it is this account's, by any of its names."""
        return any(hmac.compare_digest(self.tag, _tag(self.visitor, name)) for name in account)


def new_mark(visitor: str, account: Pseudonym, now: int) -> Mark:
    return Mark(visitor, now, _tag(visitor, account))


def format_mark(sealer: Sealer, mark: Mark) -> str:
    """The sealed value."""
    return sealer.seal(_SHAPE.pack(_VERSION, mark.time, bytes.fromhex(mark.visitor), mark.tag))


def parse_mark(sealer: Sealer, value: str, now: int) -> Mark:
    """The mark in a value. Raises SealError for one that is not ours, or older than LIFE_SECONDS."""
    payload = sealer.open(value)
    if len(payload) != _SHAPE.size or payload[0] != _VERSION:
        raise SealError("of another version", value)
    _, time, visitor, tag = _SHAPE.unpack(payload)
    if now - time > LIFE_SECONDS:
        raise SealError("expired", value)
    return Mark(visitor.hex(), time, tag)


def _tag(visitor: str, name: Pseudonym) -> bytes:
    """The account as it is seen in one browser: another's, or a later one, cannot be told to be the same."""
    return hashlib.sha256(f"consentkit/mark/{visitor}/{name.hash}".encode()).digest()[:16]
