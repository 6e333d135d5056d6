"""The errand: our cookie `ck_h`, by which a browser that was sent to ask another site finds its way back.

Knows bytes and seals; not requests, nor what is asked. It belongs to one host and goes within the hour. Trusted for:
which question this browser was sent with, and where on its own site its visitor was going. It says nothing of them.
"""

from __future__ import annotations

import secrets
import struct
from enum import IntEnum
from typing import NamedTuple

from consentkit.errors import SealError
from consentkit.seal import Sealer

# Who has not come back by then is asked as anybody is, and sent out once more; before, nobody is.
LIFE_SECONDS = 3600
# How long a page may take that its visitor has just come back to.
BACK_SECONDS = 60
# Cookies hold 4096 bytes (RFC 6265bis §5.6): of longer addresses nobody is sent away.
LONGEST_PATH = 2000
_VERSION = 1
_HEAD = struct.Struct(">BBI16s")  # version, stage, Unix time, nonce


class Stage(IntEnum):
    """How far a browser has come."""

    ASKING = 0  # it was sent to ask what is known elsewhere
    TELLING = 1  # it was sent to have the others ask here
    BACK = 2  # it is about to load the page that its visitor was going to


class Errand(NamedTuple):
    """`nonce` (hex) is the question; `path` the page that was asked for, "" where another site sent the browser."""

    stage: Stage
    time: int
    nonce: str
    path: str


def new_errand(stage: Stage, now: int, path: str) -> Errand:
    return Errand(stage, now, secrets.token_hex(16), path)


def format_errand(sealer: Sealer, errand: Errand) -> str:
    """The sealed value."""
    head = _HEAD.pack(_VERSION, errand.stage, errand.time, bytes.fromhex(errand.nonce))
    return sealer.seal(head + errand.path.encode("ascii"))


def parse_errand(sealer: Sealer, value: str, now: int) -> Errand:
    """The errand in a value. Raises SealError for one that is not ours, or that took too long."""
    payload = sealer.open(value)
    if len(payload) < _HEAD.size or payload[0] != _VERSION or payload[1] >= len(Stage):
        raise SealError("of another version", value)
    _, stage, time, nonce = _HEAD.unpack_from(payload)
    if now - time > (BACK_SECONDS if stage == Stage.BACK else LIFE_SECONDS):
        raise SealError("expired", value)
    return Errand(Stage(stage), time, nonce.hex(), payload[_HEAD.size :].decode("ascii"))
