"""The ticket: a choice on its way from one site to another, in an address of a redirection.

Knows bytes and seals; not sites, nor what the choice counts for there. A ticket answers one question of one site (its
nonce) within a minute, and holds no visitor's id: whoever reads an address learns what was chosen, and not by whom.
Trusted for: the choice, when it was made and under which policy, by whichever of the sites sealed it.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from typing import NamedTuple

from consentkit.decision import Choice, ChoiceKind, Standing
from consentkit.errors import SealError
from consentkit.policy import OPTIONAL_CATEGORIES, Edition
from consentkit.seal import Sealer

LIFE_SECONDS = 60
NOBODY = "0" * 32
_VERSION = 1
_HEAD = struct.Struct(">B16s8sI")  # version, nonce, audience, Unix time of the answer
_CHOICE = struct.Struct(">BBI8s")  # kind and flags, categories, Unix time of the choice, policy
_KINDS = tuple(ChoiceKind)
_GPC_TOLD, _LENT = 0x10, 0x20
_FLAGS = _GPC_TOLD | _LENT


class Ticket(NamedTuple):
    """The answer to `nonce` (hex), for the site `audience` (an origin): what stands, if anything does."""

    nonce: str
    audience: str
    time: int
    standing: Standing | None


def format_ticket(sealer: Sealer, ticket: Ticket, vendors: tuple[str, ...]) -> str:
    """The sealed ticket; `vendors` is the order in which those chosen one by one are counted, the edition's own."""
    head = _HEAD.pack(_VERSION, bytes.fromhex(ticket.nonce), _short(ticket.audience), ticket.time)
    return sealer.seal(head + (_pack(ticket.standing, vendors) if ticket.standing else b""))


def parse_ticket(
    sealer: Sealer, value: str, audience: str, now: int, editions: Callable[[str], Edition | None]
) -> Ticket:
    """The ticket in an address. Raises SealError for one that is not ours, not for us, or older than LIFE_SECONDS."""
    payload = sealer.open(value)
    if len(payload) < _HEAD.size or payload[0] != _VERSION:
        raise SealError("of another version", value)
    _, nonce, meant, time = _HEAD.unpack_from(payload)
    if meant != _short(audience):
        raise SealError("meant for another site", value)
    if abs(now - time) > LIFE_SECONDS:
        raise SealError("expired", value)
    rest = payload[_HEAD.size :]
    return Ticket(nonce.hex(), audience, time, _unpack(rest, editions) if rest else None)


def _pack(standing: Standing, vendors: tuple[str, ...]) -> bytes:
    choice = standing.choice
    head = _CHOICE.pack(
        _KINDS.index(choice.kind) | _GPC_TOLD * standing.gpc_told | _LENT * standing.lent,
        sum(1 << bit for bit, category in enumerate(OPTIONAL_CATEGORIES) if category in choice.categories),
        standing.time,
        bytes.fromhex(standing.policy),
    )
    chosen = sum(1 << bit for bit, vendor in enumerate(vendors) if vendor in choice.vendors)
    return head + chosen.to_bytes((chosen.bit_length() + 7) // 8, "big")


def _unpack(payload: bytes, editions: Callable[[str], Edition | None]) -> Standing:
    if len(payload) < _CHOICE.size:
        raise SealError("of another shape")
    flags, categories, time, policy = _CHOICE.unpack_from(payload)
    if flags & ~_FLAGS >= len(_KINDS) or categories >> len(OPTIONAL_CATEGORIES):
        raise SealError("of another shape")
    edition, chosen = editions(policy.hex()), int.from_bytes(payload[_CHOICE.size :], "big")
    choice = Choice(
        _KINDS[flags & ~_FLAGS],
        frozenset(name.value for bit, name in enumerate(OPTIONAL_CATEGORIES) if categories >> bit & 1),
        frozenset(vendor for bit, vendor in enumerate(edition.vendors if edition else ()) if chosen >> bit & 1),
    )
    told, lent = bool(flags & _GPC_TOLD), bool(flags & _LENT)
    return Standing(NOBODY, choice, policy.hex(), time, gpc_told=told, lent=lent)


def _short(origin: str) -> bytes:
    return hashlib.sha256(origin.encode()).digest()[:8]
