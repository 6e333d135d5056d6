"""The ticket: a choice on its way from one site to another, in an address of a redirection.

Knows bytes and seals; not sites, nor what the choice counts for there. A ticket answers one question of one site (its
nonce) within a minute, and holds no visitor's id: whoever reads an address learns what was chosen, and not by whom.
Where the sites take part in IAB Europe's framework, what was chosen under that goes along, as a TC string.
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
# Of what is sealed, a third more is in the address: servers may refuse lines of more than 4094 letters.
LONGEST_TC = 2000
_VERSION = 2
_HEAD = struct.Struct(">B16s8sI")  # version, nonce, audience, Unix time of the answer
_CHOICE = struct.Struct(">BBI8sB")  # kind and flags, categories, Unix time of the choice, policy, bytes for vendors
_KINDS = tuple(ChoiceKind)
_GPC_TOLD, _LENT = 0x10, 0x20
_FLAGS = _GPC_TOLD | _LENT


class Ticket(NamedTuple):
    """The answer to `nonce` (hex), for the site `audience` (an origin): what stands, if anything does.

    `tc` is the TC string that belongs to it; "" without one, or where it is longer than LONGEST_TC.
    """

    nonce: str
    audience: str
    time: int
    standing: Standing | None
    tc: str = ""


def format_ticket(sealer: Sealer, ticket: Ticket, vendors: tuple[str, ...]) -> str:
    """The sealed ticket; `vendors` is the order in which those chosen one by one are counted, the edition's own."""
    head = _HEAD.pack(_VERSION, bytes.fromhex(ticket.nonce), _short(ticket.audience), ticket.time)
    if ticket.standing is None:
        return sealer.seal(head)
    tc = ticket.tc if len(ticket.tc) <= LONGEST_TC else ""
    return sealer.seal(head + _pack(ticket.standing, vendors) + tc.encode("ascii"))


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
    return Ticket(nonce.hex(), audience, time, *(_unpack(rest, editions) if rest else (None,)))


def _pack(standing: Standing, vendors: tuple[str, ...]) -> bytes:
    choice = standing.choice
    chosen = sum(1 << bit for bit, vendor in enumerate(vendors) if vendor in choice.vendors)
    size = (chosen.bit_length() + 7) // 8
    head = _CHOICE.pack(
        _KINDS.index(choice.kind) | _GPC_TOLD * standing.gpc_told | _LENT * standing.lent,
        sum(1 << bit for bit, category in enumerate(OPTIONAL_CATEGORIES) if category in choice.categories),
        standing.time,
        bytes.fromhex(standing.policy),
        size,
    )
    return head + chosen.to_bytes(size, "big")


def _unpack(payload: bytes, editions: Callable[[str], Edition | None]) -> tuple[Standing, str]:
    if len(payload) < _CHOICE.size:
        raise SealError("of another shape")
    flags, categories, time, policy, size = _CHOICE.unpack_from(payload)
    rest = payload[_CHOICE.size :]
    if flags & ~_FLAGS >= len(_KINDS) or categories >> len(OPTIONAL_CATEGORIES) or size > len(rest):
        raise SealError("of another shape")
    edition, chosen = editions(policy.hex()), int.from_bytes(rest[:size], "big")
    choice = Choice(
        _KINDS[flags & ~_FLAGS],
        frozenset(name.value for bit, name in enumerate(OPTIONAL_CATEGORIES) if categories >> bit & 1),
        frozenset(vendor for bit, vendor in enumerate(edition.vendors if edition else ()) if chosen >> bit & 1),
    )
    told, lent = bool(flags & _GPC_TOLD), bool(flags & _LENT)
    return Standing(NOBODY, choice, policy.hex(), time, gpc_told=told, lent=lent), rest[size:].decode("ascii")


def _short(origin: str) -> bytes:
    return hashlib.sha256(origin.encode()).digest()[:8]
