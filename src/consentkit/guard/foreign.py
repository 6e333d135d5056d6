"""Where svg and math begin and end, and which elements inside them are HTML again.

Knows names of elements and attributes; not where they stand, not URLs. It keeps the open elements from the outermost
svg or math inward, after the standard's "rules for parsing tokens in foreign content". What is open outside of it is
not kept: an end tag that fits nothing inside is taken to close what surrounds the picture, as authors mean it. Where
nothing is there to be closed, browsers pass it over, and the picture goes on: so what follows is `doubtful`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from consentkit.guard.tokens import Attribute

_HTML, _SVG, _MATH = "html", "svg", "math"

_DEEPEST = 512  # as deep as Chromium nests elements

_BREAKOUT = frozenset(
    b"b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta "
    b"nobr ol p pre ruby s small span strong strike sub sup table tt u ul var".split()
)
_SVG_ISLANDS = frozenset([b"foreignobject", b"desc", b"title"])  # "HTML integration point"
_MATH_TEXT = frozenset([b"mi", b"mo", b"mn", b"ms", b"mtext"])  # "MathML text integration point"
_VOID = frozenset(
    b"area base basefont bgsound br col embed frame hr image img input keygen link meta param source track wbr".split()
)
_RAW = frozenset([b"script", b"style", b"title", b"textarea", b"xmp", b"iframe", b"noembed", b"noframes"])
_IGNORED = frozenset(b"html head body frameset caption colgroup tbody thead tfoot tr td th".split())  # "in body"
_CLOSES_P = frozenset(
    b"address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer form h1 h2 "
    b"h3 h4 h5 h6 header hgroup hr main menu nav ol p pre search section summary table ul xmp plaintext".split()
)
_CLOSES_ITSELF = frozenset([b"li", b"dd", b"dt", b"option", b"tr", b"td", b"th"])
_INLINE = frozenset(
    b"a abbr b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q s samp small span strike strong "
    b"sub sup time tt u var".split()
)


class Open(NamedTuple):
    """One open element."""

    name: bytes
    space: str
    island: bool  # inside it, start tags are HTML


class Foreign:
    """The open elements from the outermost svg or math inward; empty in plain HTML."""

    __slots__ = ("_unended", "stack")

    def __init__(self) -> None:
        self.stack: list[Open] = []
        self._unended = 0  # of how many pictures, closed by what surrounds them, the end tag is missing

    @property
    def doubtful(self) -> bool:
        """May a picture go on here, though none is open as we read it?"""
        return self._unended > 0

    def takes_as_html(self, name: bytes, attrs: Sequence[Attribute]) -> bool:
        """Would a start tag of this name here make an HTML element?"""
        if not self.stack:
            return name not in (b"svg", b"math")
        top = self.stack[-1]
        if top.space == _HTML or top.island:
            if top.space == _MATH and top.name in _MATH_TEXT and name in (b"mglyph", b"malignmark"):
                return False
            return name not in (b"svg", b"math")
        return _breaks_out(name, attrs)

    def start(self, name: bytes, attrs: Sequence[Attribute], self_closing: bool) -> None:
        """A start tag was read."""
        if self.takes_as_html(name, attrs):
            if self.stack and self.stack[-1].space != _HTML and not self.stack[-1].island:
                self._break_out()
            if self.stack:
                self._start_html(name)
        elif not self_closing:
            space = self._space_for(name)
            self._push(Open(name, space, _is_island(name, space, attrs)))

    def end(self, name: bytes) -> None:
        """An end tag was read."""
        if not self.stack:
            self._unended = max(0, self._unended - (name in (b"svg", b"math")))
            return
        if self.stack[-1].space != _HTML and name in (b"br", b"p"):
            self._break_out()
            return
        for i in range(len(self.stack) - 1, -1, -1):
            if self.stack[i].space == _HTML:
                self._end_html(name)
                return
            if self.stack[i].name == name:
                del self.stack[i:]
                return
        if any(item.island for item in self.stack):
            return  # what surrounds an island is in no end tag's reach ("has an element in scope")
        if name in _BREAKOUT or name in _CLOSES_P or name in _INLINE or name in _CLOSES_ITSELF:
            self._unended += sum(item.name in (b"svg", b"math") for item in self.stack)
            self.stack.clear()

    def is_foreign(self) -> bool:
        """Is `<![CDATA[` a section here ("adjusted current node … not in the HTML namespace")?"""
        return bool(self.stack) and self.stack[-1].space != _HTML

    def _push(self, item: Open) -> None:
        if len(self.stack) < _DEEPEST:
            self.stack.append(item)

    def _space_for(self, name: bytes) -> str:
        top = self.stack[-1] if self.stack else None
        if name == b"svg" and (top is None or top.space == _HTML or top.island or top.name == b"annotation-xml"):
            return _SVG
        if name == b"math" and (top is None or top.space == _HTML or top.island):
            return _MATH
        return top.space if top else _HTML

    def _break_out(self) -> None:
        while self.stack and self.stack[-1].space != _HTML and not self.stack[-1].island:
            self.stack.pop()

    def _start_html(self, name: bytes) -> None:
        if name in _CLOSES_P:
            self._end_html(b"p")
        if name in _CLOSES_ITSELF and self.stack[-1].name == name:
            self.stack.pop()
        if name not in _VOID and name not in _RAW and (name not in _IGNORED or self._in_table()):
            self._push(Open(name, _HTML, False))

    def _in_table(self) -> bool:
        """Is a table open in the innermost island? Elsewhere the parts of a table are ignored."""
        for item in reversed(self.stack):
            if item.space != _HTML or item.name == b"table":
                return item.name == b"table"
        return False

    def _end_html(self, name: bytes) -> None:
        """Close the nearest HTML element of this name inside the innermost island, if there is one."""
        for i in range(len(self.stack) - 1, -1, -1):
            if self.stack[i].space != _HTML:
                return
            if self.stack[i].name == name:
                del self.stack[i:]
                return


def _breaks_out(name: bytes, attrs: Sequence[Attribute]) -> bool:
    if name == b"font":
        return any(key in (b"color", b"face", b"size") for key, *_ in attrs)
    return name in _BREAKOUT


def _is_island(name: bytes, space: str, attrs: Sequence[Attribute]) -> bool:
    if space == _SVG:
        return name in _SVG_ISLANDS
    if name == b"annotation-xml":
        coding = next((value.lower() for key, value, *_ in attrs if key == b"encoding"), b"")
        return coding in (b"text/html", b"application/xhtml+xml")
    return name in _MATH_TEXT
