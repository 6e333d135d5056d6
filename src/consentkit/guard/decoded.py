"""Text as a browser decodes it from markup, byte for byte, and where each byte of it stands in the source.

Knows character references, CDATA sections and comments; not what the text says. By it something found in decoded text
(a document in a srcdoc, an address in a style attribute) can be written to in the source.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from consentkit.guard.urls import reference_text

_REFERENCE = rb"&(?:#(?:[0-9]++|[xX][0-9a-fA-F]++);?|[A-Za-z][A-Za-z0-9]*+;?=?)"
_IN_ATTRIBUTE = re.compile(_REFERENCE)
_IN_TEXT = re.compile(rb"<!\[CDATA\[([\s\S]*?)(?:\]\]>|\Z)|<!--[\s\S]*?(?:-->|\Z)|" + _REFERENCE)
_CHARACTER_DATA = rb"(?:[^<]++|<!\[CDATA\[(?:[^\]]++|\](?!\]>))*+\]\]>|<!--(?:[^-]++|-(?!->))*+-->"
CHARACTER_DATA = re.compile(_CHARACTER_DATA + rb")*+")
"""Text, CDATA and comments, up to the first tag."""
SCRIPT_DATA = re.compile(_CHARACTER_DATA + rb"|<(?!!\[CDATA\[|!--|/(?:[\w.-]++:)?script\b))*+", re.I)
"""The same up to a script's end tag, whatever tags stand in between."""
_OPEN_REFERENCE = re.compile(rb"&[#\w]*\Z")
_SPECIAL = re.compile(rb"[\t\n\f\r \"'&<=>`]")


class _Part(NamedTuple):
    at: int  # in the source
    data: bytes
    literal: bool  # stands in the source as it is


class Decoded:
    """The bytes of the text (`data`) and their places."""

    __slots__ = ("_parts", "_starts", "data")

    def __init__(self, parts: list[_Part]) -> None:
        self.data = b"".join(part.data for part in parts)
        self._parts, self._starts = parts, []
        start = 0
        for part in parts:
            self._starts.append(start)
            start += len(part.data)

    def place(self, pos: int) -> int | None:
        """Where the source has what stands at `pos`; None inside of what one reference stands for."""
        index = bisect_right(self._starts, pos) - 1
        part, offset = self._parts[index], pos - self._starts[index]
        return part.at + offset if part.literal or not offset else None


def attribute_value(raw: bytes) -> Decoded:
    """The value of an attribute."""
    return Decoded(list(_parts(raw, _IN_ATTRIBUTE)) if b"&" in raw else [_Part(0, raw, True)])


def character_data(raw: bytes) -> Decoded:
    """The text of an element in svg or XML whose content holds no tags."""
    return Decoded(list(_parts(raw, _IN_TEXT)))


def written_in(raw: bytes, place: int, piece: bytes) -> bytes:
    """`piece` as it has to be written at this place of an attribute's value, whatever its quotes."""
    escaped = _SPECIAL.sub(lambda m: b"&#%d;" % ord(m[0]), piece)
    # A reference without its semicolon must not run on into what is written behind it.
    if _OPEN_REFERENCE.search(raw, max(0, place - 40), place) and escaped[:1].isalnum():
        return b"&#%d;" % escaped[0] + escaped[1:]
    return escaped


def _parts(raw: bytes, special: re.Pattern[bytes]) -> Iterator[_Part]:
    pos = 0
    for m in special.finditer(raw):
        if m.start() > pos:
            yield _Part(pos, raw[pos : m.start()], True)
        pos = m.end()
        if m[0][:1] == b"<":
            if m.lastindex:
                yield _Part(m.start(1), m[1], True)
            continue
        text = m[0].decode("ascii")
        decoded = reference_text(text) if special is _IN_ATTRIBUTE else html.unescape(text)
        yield _Part(m.start(), decoded.encode("utf-8", "replace"), decoded == text)
    if pos < len(raw) or not raw:
        yield _Part(pos, raw[pos:], True)
