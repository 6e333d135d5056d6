"""The render token: the page's own word for which notice it showed, to be handed back with the choice.

Knows seals and bytes. A token says that this server rendered this notice, on a page of this route, at this time; it is
not bound to a visitor, who has no id before choosing. Trusted for: the notice, language and route in a consent record.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from consentkit.errors import SealError
from consentkit.seal import Sealer

# A page may lie open in a tab for a while; older ones are rendered anew before they count.
LIFE_SECONDS = 24 * 3600
LONGEST_ROUTE = 100
# The first byte: of a token whose banner was counted as shown (sightings/funnel.py), or of any other.
_PLAIN, _COUNTED = 1, 2
_HEAD = struct.Struct(">BI32s8s")  # which, Unix time, notice, policy


@dataclass(frozen=True, slots=True)
class RenderToken:
    """`notice` is the SHA-256 (hex) of what was shown, `policy` an Edition.short, `route` a pattern or "".

    `counted` says that it was shown where showing is counted: a choice that brings it back is counted as well.
    """

    time: int
    notice: str
    policy: str
    route: str
    counted: bool = False


def format_token(sealer: Sealer, token: RenderToken) -> str:
    """The sealed token, fit for a form field."""
    which = _COUNTED if token.counted else _PLAIN
    head = _HEAD.pack(which, token.time, bytes.fromhex(token.notice), bytes.fromhex(token.policy))
    return sealer.seal(head + token.route[:LONGEST_ROUTE].encode("utf-8", "replace"))


def parse_token(sealer: Sealer, value: str, now: int) -> RenderToken:
    """The token in a form field. Raises SealError for one that is not ours, or older than LIFE_SECONDS."""
    payload = sealer.open(value)
    if len(payload) < _HEAD.size or payload[0] not in (_PLAIN, _COUNTED):
        raise SealError("of another version", value)
    which, time, notice, policy = _HEAD.unpack_from(payload)
    if now - time > LIFE_SECONDS:
        raise SealError("expired", value)
    route = payload[_HEAD.size :].decode("utf-8", "replace")
    return RenderToken(time, notice.hex(), policy.hex(), route, which == _COUNTED)
