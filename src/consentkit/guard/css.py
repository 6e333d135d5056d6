"""Where a style sheet, or a style attribute, names addresses that a browser fetches.

Knows the tokens of CSS (CSS Syntax §4) as far as they tell an address from other text: comments, strings, escapes,
functions, `@import`; not HTML, not trackers, not what a rule applies to. Addresses are what stands in `url()`, `src()`,
`image-set()`, after `@import`, and in strings kept where `image-set()` may take them from: in custom properties and
custom functions, wherever in their values.

Held is an address by what `mark` gives, written in front of it: "about:invalid" is never fetched (CSS Values §4.5.1),
so one image is missing and the sheet's layout stays.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote

_WS = rb"[ \t\n\r\f]"
_ESCAPE = rb"\\(?:[0-9a-fA-F]{1,6}+(?:\r\n|" + _WS + rb")?+|[^0-9a-fA-F\n\r\f])"
_PLAIN_IDENT = rb"[-\w\x80-\xff]"
_IDENT = rb"(?:" + _PLAIN_IDENT + rb"|" + _ESCAPE + rb")++"
_TAKING = (b"url", b"src", b"image", b"image-set", b"-webkit-image-set")
_TAKING_CALL = rb"(?i:" + rb"|".join(_TAKING) + rb")\("
# What keeps a value: a custom property or function, the first value of a registered one (CSS Properties and Values §3),
# the result of a function (CSS Functions §2). Where the rest of the declaration is short and holds no string,
# as mostly, nothing is kept that matters; a class of such a name begins no declaration.
_STRINGLESS = rb"(?:[^\"';{}()/\\]|/(?!\*)|\([^\"';{}()/\\]*+\)){0,256}+[;}]"
_CUSTOM = rb"(?<![.#])(?:--" + _PLAIN_IDENT + rb"*+|(?i:initial-value|result)(?=" + _WS + rb"*+:))(?!\\)"
_CUSTOM += rb"(?!" + _STRINGLESS + rb")"
_KEEPING = (b"initial-value", b"result")
_NO_ESCAPE = rb"\\(?:[\n\r\f]|\Z)"
_EVENT = rb"(?P<comment>/\*)|(?P<quote>[\"'])|(?P<custom>" + _CUSTOM + rb")|@(?P<at>" + _IDENT + rb")"
_EVENT += rb"|(?P<name>" + _IDENT + rb")(?P<call>\()?+"

# The text between two events, where strings and parentheses mean nothing to us, and where they do.
_OUTSIDE = re.compile(
    rb"(?:[^-\w\\\"'/@<\x80-\xff]++|\"[^\"\\\n\r\f]*+\"|'[^'\\\n\r\f]*+'|<(?:!--)?+|/(?!\*)|"
    + _NO_ESCAPE
    + rb"|@(?!(?i:import)|"
    + _PLAIN_IDENT
    + rb"*+\\)"
    rb"|(?!" + _TAKING_CALL + rb"|" + _CUSTOM + rb")" + _PLAIN_IDENT + rb"++(?!\\))*+(?:" + _EVENT + rb")?+"
)
_INSIDE = re.compile(
    rb"(?:[^-\w\\\"'/@()\x80-\xff;{}]++|/(?!\*)|" + _NO_ESCAPE + rb"|@(?!" + _PLAIN_IDENT + rb"|\\)"
    rb"|" + _PLAIN_IDENT + rb"++(?![\\(]))*+(?:" + _EVENT + rb"|(?P<open>\()|(?P<close>\))|(?P<end>[;{}]))?+"
)
_ANY_ESCAPED = rb"\\(?:\r\n|[\s\S]|\Z)"
# What each kind of long token is made of, up to what ends it. A line end ends a string ("bad-string-token").
_REST = {
    b'"': re.compile(rb"(?:[^\"\\\n\r\f]|" + _ANY_ESCAPED + rb")*+"),
    b"'": re.compile(rb"(?:[^'\\\n\r\f]|" + _ANY_ESCAPED + rb")*+"),
    b")": re.compile(rb"(?:[^)\\]|" + _ANY_ESCAPED + rb")*+"),
    b"*/": re.compile(rb"(?:[^*]++|\*(?!/))*+"),
}
_SPACE = re.compile(_WS + rb"*+")
_ESCAPED = re.compile(r"\\(?:([0-9a-fA-F]{1,6})(?:\r\n|[ \t\n\r\f])?|(\r\n|[\n\r\f])|(.)|\Z)", re.S)
_UNSETTLED = re.compile(rb"[-\w\x80-\xff\\@:/<! \t\n\r\f]{1,512}\Z")


class Address(NamedTuple):
    start: int
    stop: int


class Sheet:
    """One style sheet, read a window at a time: what is open when a window ends is known to the next."""

    __slots__ = ("_depth", "_open", "_taking")

    def __init__(self) -> None:
        self._depth = 0  # parentheses open since one whose strings are addresses
        self._taking = False  # in the prelude of an @import, or a value that is kept
        self._open = b""  # what ends the token that a whole window was too short for

    def addresses(self, text: bytes, last: bool = True) -> tuple[list[Address], int]:
        """The addresses in this window, and how far it was read: the next one begins there, unless this is the last."""
        found: list[Address] = []
        pos, size = 0, len(text)
        while pos < size:
            if self._open:
                pos = self._close(text, pos)
                continue
            m = (_INSIDE if self._depth or self._taking else _OUTSIDE).match(text, pos)
            if m is None or m.lastgroup is None:
                break
            at = m.start(m.lastgroup if m.lastgroup != "call" else "name")
            begun = self._token(m, text)
            if begun is None:
                pos = m.end()
                continue
            start, ends, is_address = begun
            stop = _REST[ends].match(text, start).end()  # type: ignore[union-attr]
            if stop == size and not last:
                if at:
                    return found, at
                self._open = ends
            if is_address:
                found.append(Address(start, stop))
            pos = stop + len(ends) if text.startswith(ends, stop) else max(stop, at + 1)
        if last or self._open:
            return found, size
        tail = _UNSETTLED.search(text, max(0, size - 512))
        return found, tail.start() if tail and tail.start() else size

    def _token(self, m: re.Match[bytes], text: bytes) -> tuple[int, bytes, bool] | None:
        """What a token means: where its content starts, what ends it, whether it is an address; None if it has none."""
        inside = bool(self._depth or self._taking)
        kind = m.lastgroup
        if kind == "comment":
            return m.end(), b"*/", False
        if kind == "quote":
            return m.end(), m["quote"], inside
        if kind == "call":
            return self._call(_name(m["name"]), text, m.end(), inside)
        if kind == "open":
            self._depth += 1
        elif kind == "close":
            self._depth = max(0, self._depth - 1)
        elif kind == "end":
            self._taking = self._taking and self._depth > 0  # within parentheses it ends nothing
        elif kind == "at":
            self._taking = self._taking or _name(m["at"]) == b"import"
        elif kind == "custom" or (kind == "name" and _keeps(m["name"])):
            self._taking = True
        return None

    def _call(self, name: bytes, text: bytes, after: int, inside: bool) -> tuple[int, bytes, bool] | None:
        if name in _TAKING[:2]:
            start = _SPACE.match(text, after).end()  # type: ignore[union-attr]
            if text[start : start + 1] not in (b'"', b"'"):
                return start, b")", True
        if inside or name in _TAKING:
            self._depth += 1
        return None

    def _close(self, text: bytes, pos: int) -> int:
        stop = _REST[self._open].match(text, pos).end()  # type: ignore[union-attr]
        if stop < len(text):
            stop += len(self._open) if text.startswith(self._open, stop) else 0
            self._open = b""
        return stop


def addresses(text: bytes) -> list[Address]:
    """The addresses in a whole sheet, or in the value of a style attribute."""
    return Sheet().addresses(text)[0]


def css_text(raw: bytes) -> str:
    """A string or address with its escapes read ("consume an escaped code point")."""
    text = raw.decode("utf-8", "replace")
    return _ESCAPED.sub(_unescaped, text) if "\\" in text else text


def mark(label: str) -> bytes:
    """What is written in front of an address to hold it. Nothing in it is special in CSS, HTML or XML."""
    return b"about:invalid#ck:" + quote(label, safe="").encode() + b":"


def _name(raw: bytes) -> bytes:
    return css_text(raw).lower().encode()


def _keeps(raw: bytes) -> bool:
    """Whether a name, written with escapes, is of what keeps a value."""
    name = _name(raw)
    return name.startswith(b"--") or name in _KEEPING


def _unescaped(m: re.Match[str]) -> str:
    if m[1]:
        code = int(m[1], 16)
        return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
    return m[3] or ""
