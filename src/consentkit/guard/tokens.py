"""The grammar of HTML's tags, as bytes: where a tag, an attribute, a comment or a script ends.

Knows no tracker, no policy, no element's meaning and no tree. Every expression is possessive: it walks forward and
never backtracks, so noise costs what text costs. Paragraphs are those of the HTML standard, section "Tokenization".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_WS = rb"\t\n\f\r "  # \r counts: the standard turns CRLF into LF before it looks
_GAP = rb"[" + _WS + rb"]*+"


# "Before attribute name state": a name may begin with "=", and quotes or "<" inside it are only errors.
_NAME = rb"[^" + _WS + rb"/>][^" + _WS + rb"/>=]*+"
# (?!["']) keeps an unclosed quote from passing as an unquoted value; (?!=) keeps its name from passing without one.
_ATTR = _NAME + rb"(?:" + _GAP + rb"=" + _GAP + rb"(?:\"[^\"]*+\"|'[^']*+'|(?![\"'])[^" + _WS + rb">]*+)"
_ATTR += rb"|(?!" + _GAP + rb"=))"
_ATTRS = rb"(?:[" + _WS + rb"/]++|" + _ATTR + rb")*+"


def start_or_end_tag(name: bytes) -> bytes:
    """An expression for a whole tag with such a name: groups slash and name."""
    return rb"<(/?)(" + name + rb")" + _ATTRS + rb">"


_TAG = start_or_end_tag(rb"[a-zA-Z][^" + _WS + rb"/>]*+")

# Tags that change what the bytes after them are. Everything else is passed over inside one expression: in lower case,
# with attributes without a value or in double quotes; the rest is read like the others.
_TELLING = (
    rb"s(?:cript|vg|tyle|elect)|iframe|b(?:ase|ody)|math|xmp|no(?:script|embed|frames)|t(?:extarea|itle|emplate)"
    rb"|plaintext|frameset|h(?:tml|ead)"
)
_PLAIN_ATTRS = rb"[^<>\"'=]*+(?:(?<![" + _WS + rb"/])=\"[^\"]*+\"[^<>\"'=]*+)*+>"
_DULL_TAG = rb"[acdegj-loqru-wyz]" + _PLAIN_ATTRS  # the letters that begin none of those names
_DULL_TAG += rb"|(?!(?:" + _TELLING + rb")[" + _WS + rb"/>])[a-z][a-z0-9:-]*+(?:>|(?=[" + _WS + rb"/])" + _PLAIN_ATTRS
_DULL_TAG += rb")"
_DULL_END = rb"/(?!body|html|template|select)[a-z][a-z0-9:-]*+>"
_DULL_COMMENT = rb"!--(?!-?>)(?:[^-]++|-(?!-!?>))*+--!?>"
_ICON_PART = rb"/?(?:path|g|circle|ellipse|rect|line|poly(?:line|gon)|defs|symbol|stop|linearGradient|clipPath)"
_ICON = rb"svg(?=[ >])" + _PLAIN_ATTRS + rb"(?:[^<]++|<" + _ICON_PART + rb"(?=[" + _WS + rb"/>])" + _PLAIN_ATTRS
_ICON += rb")*+</svg>"
_DULL = rb"(?:[^<]*+<(?:" + _DULL_END + rb"|" + _DULL_TAG + rb"|" + _DULL_COMMENT + rb"|" + _ICON
_DULL += rb"|(?=[^a-zA-Z/!?])))*+[^<]*+"

SCAN = re.compile(_DULL + rb"(?:" + _TAG + rb")?+")
"""Text and dull tags, then (groups 1 and 2: slash and name) the next other tag, if it is complete."""

SCAN_EACH = re.compile(rb"(?:[^<]++|<(?=[^a-zA-Z/!?]))*+(?:" + _TAG + rb")?+")
"""The same where every tag matters: inside svg and math, and where anything may be named anywhere."""

ATTRIBUTE = re.compile(
    rb"(" + _NAME + rb")(?:" + _GAP + rb"=" + _GAP + rb"(?:\"([^\"]*+)\"|'([^']*+)'|((?![\"'])[^" + _WS + rb">]*+)))?+"
)
_COMPLETE_RUN = re.compile(_ATTRS)
_OPEN_QUOTE = re.compile(_NAME + _GAP + rb"=" + _GAP + rb"([\"'])")
SEPARATORS = re.compile(rb"[" + _WS + rb"/]*+")
SETTLED_ATTRIBUTE = re.compile(
    rb"(" + _NAME + rb")(?:" + _GAP + rb"=" + _GAP + rb"(?:\"([^\"]*+)\"|'([^']*+)'|((?![\"'])[^" + _WS + rb">]*+)"
    rb"(?=[" + _WS + rb">]))|" + _GAP + rb"(?=[^" + _WS + rb"=]))"
)
"""An attribute that no later byte can change: its closing quote, or the byte after it, has been seen."""
CUT_ATTRIBUTE = re.compile(rb"(" + _NAME + rb")(?:" + _GAP + rb"=" + _GAP + rb"([\"']?)(.*+))?+", re.S)

TAG_NAME = re.compile(rb"<(/?)([a-zA-Z][^" + _WS + rb"/>]*+)(?=[" + _WS + rb"/>])")
_SCRIPT_EVENTS = (
    re.compile(rb"<(?:!--|/[sS][cC][rR][iI][pP][tT](?=[" + _WS + rb"/>]))"),
    re.compile(rb"-->|</?[sS][cC][rR][iI][pP][tT](?=[" + _WS + rb"/>])"),
    re.compile(rb"-->|</[sS][cC][rR][iI][pP][tT](?=[" + _WS + rb"/>])"),
)
_PLAIN, _ESCAPED, _DOUBLE_ESCAPED = range(3)


class Attribute(NamedTuple):
    name: bytes  # lower case
    value: bytes  # as written, entities and all
    at: int  # where the name begins
    end: int
    value_at: int = -1


class Tag(NamedTuple):
    """A start tag: its name in lower case, and where it, the end of its name, and what follows it stand."""

    name: bytes
    attrs: list[Attribute]
    start: int
    name_end: int
    after: int
    is_html: bool = True  # read by HTML's rules: neither of a picture nor in XML
    is_closed: bool = False  # by its own slash
    is_xml: bool = False


def attribute(m: re.Match[bytes]) -> Attribute:
    """An attribute from a match: group 1 is its name, the other group that took part its value."""
    last = m.lastindex or 1
    return Attribute(m[1].lower(), m[last] if last > 1 else b"", m.start(), m.end(), m.start(last) if last > 1 else -1)


def attributes(buf: bytes, start: int, end: int) -> list[Attribute]:
    """Every attribute between a tag's name and its `>`, duplicates too, in order."""
    return [attribute(m) for m in ATTRIBUTE.finditer(buf, start, end)]


def is_self_closing(buf: bytes, attrs: Sequence[Attribute], name_end: int, after: int) -> bool:
    """Does the tag that ends at `after` end in `/>`, the slash not being a value's last byte?"""
    return buf[after - 2 : after - 1] == b"/" and after - 2 >= (attrs[-1].end if attrs else name_end)


def is_shadow_root(attrs: Sequence[Attribute]) -> bool:
    """Is a template with these attributes a declarative shadow root, whose content is part of the page?"""
    mode = next((attr.value for attr in attrs if attr.name == b"shadowrootmode"), b"")
    return mode.lower() in (b"open", b"closed")


def complete_until(buf: bytes, start: int, end: int) -> int:
    """Where the last attribute that is surely complete ends, for a tag cut off at `end`."""
    pos = SEPARATORS.match(buf, start, end).end()  # type: ignore[union-attr]
    while m := SETTLED_ATTRIBUTE.match(buf, pos, end):
        pos = SEPARATORS.match(buf, m.end(), end).end()  # type: ignore[union-attr]
    return pos


def awaited(buf: bytes, start: int, end: int) -> bytes:
    """The byte without which the tag cut off at `end` cannot end: the open quote's, or `>`."""
    run = _COMPLETE_RUN.match(buf, start, end)
    quote = _OPEN_QUOTE.match(buf, run.end() if run else start, end)
    return quote[1] if quote else b">"


def end_tag(name: bytes) -> re.Pattern[bytes]:
    """What ends raw text or a region: `</name` and a byte that ends a tag name."""
    return re.compile(rb"</" + name + rb"(?=[" + _WS + rb"/>])", re.I)


class ScriptScan:
    """Finds the end of a script through the escaped states, resuming where the last bytes ended.

    `<!--` then `<script` hides the next `</script>` ("script data double escaped state"): pages rely on it.
    """

    __slots__ = ("pos", "state")

    def __init__(self, pos: int) -> None:
        self.pos = pos
        self.state = _PLAIN

    @property
    def hides_end(self) -> bool:
        """Would the next `</script` be text?"""
        return self.state == _DOUBLE_ESCAPED

    def find(self, buf: bytes, end: int) -> int:
        """Where `</script` stands in buf[:end], or -1 when it is not there yet."""
        while m := _SCRIPT_EVENTS[self.state].search(buf, self.pos, end):
            found = m[0]
            if found[1:2] == b"/" and self.state != _DOUBLE_ESCAPED:
                self.pos = m.start()
                return self.pos
            self.pos = m.end()
            if found == b"<!--":
                self.pos -= 2  # "<!-->" is over at once: its dashes open and close
                self.state = _ESCAPED
            elif found == b"-->":
                self.state = _PLAIN
            else:
                self.state = _ESCAPED if self.state == _DOUBLE_ESCAPED else _DOUBLE_ESCAPED
        self.pos = max(self.pos, end - len(b"</script"))
        return -1
