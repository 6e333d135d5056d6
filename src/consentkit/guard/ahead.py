"""Where raw text ends for a browser that looks ahead: does it end there for the page, too?

Knows a walk's state and the region it is in; not what is held. In svg and math an end tag within a comment, a value or
a script is text; who looks ahead takes it for the end of raw text, and reads all that follows by other boundaries. Two
readings cannot both be held: what is written into a tag of the one may stand in a value of the other, and end it. So
such an end tag is made none, and both go on alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from consentkit.guard.region import RAW_AHEAD, Region

if TYPE_CHECKING:
    from consentkit.guard.walk import Walk


def is_end(walk: Walk, region: Region) -> bool:
    """Does the page's reader, who got as far as he can, take what stands at `found` for an end, too?"""
    if walk._scan and region.ends is RAW_AHEAD[b"script"]:
        return not walk._scan.hides_end
    if walk._state != walk._content:
        return walk._state in (type(walk)._raw_text, type(walk)._style_text) and walk._until is region.ends
    if walk._buf[walk._pos : walk._end] == b"<":
        walk._pos = walk._end
    return walk._pos == walk._end
