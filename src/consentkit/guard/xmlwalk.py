"""The walk through XML: XHTML and svg documents, as a browser's XML parser reads them.

Knows the tags, comments, sections and instructions of XML 1.0; no namespaces: an element counts by its local name, with
whatever prefix, and any prefixed `href` may be XLink's. There is no raw text, no table of special elements, and nothing
is ever left open by a browser: what is not well-formed ends the page.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from consentkit.guard.tokens import Attribute, Tag, attribute, attributes, awaited, is_self_closing, start_or_end_tag

if TYPE_CHECKING:
    from consentkit.guard.walk import Walk

_NAME = rb"[A-Za-z_:\x80-\xff][^\t\n\r />]*+"
_SCAN = re.compile(rb"[^<]*+(?:" + start_or_end_tag(_NAME) + rb")?+")
XML_NAME = re.compile(rb"<(/?)(" + _NAME + rb")(?=[\t\n\r />])")
_COMMENT_END, _SECTION_END, _INSTRUCTION_END = re.compile(rb"-->"), re.compile(rb"\]\]>"), re.compile(rb"\?>")
_QUOTED = rb"\"[^\"]*+\"|'[^']*+'"
_SUBSET = rb"\[(?:[^\]\"'<]++|" + _QUOTED + rb"|<!--(?:[^-]++|-(?!->))*+-->|<\?(?:[^?]++|\?(?!>))*+\?>|<(?!!--|\?))*+\]"
_DOCTYPE = re.compile(rb"<!DOCTYPE(?:[^>\"'\[]++|" + _QUOTED + rb"|" + _SUBSET + rb")*+>")
_OPENINGS = (b"<![CDATA[", b"<!--", b"<!DOCTYPE", b"<?")


def xml_content(walk: Walk) -> bool:
    """Every tag, one by one."""
    while True:
        m = _SCAN.match(walk._buf, walk._pos, walk._end)
        if m is None or m[2] is None:
            walk._pos = m.end() if m else walk._pos
            return _construct(walk)
        start, after = m.start(1) - 1, m.end()
        walk._pos = start
        if after - start > walk._limit:
            return walk._begin_long_tag()
        if not m[1] and not _start_tag(walk, local(m[2]).lower(), start, m.end(2), after):
            walk._needs = b">"
            return False
        walk._pos = after
        if walk.enough:
            return True


def local(name: bytes) -> bytes:
    """A name without its prefix."""
    return name.rpartition(b":")[2]


def xml_attributes(buf: bytes, start: int, end: int) -> list[Attribute]:
    return [_named(attr, buf) for attr in attributes(buf, start, end)]


def xml_attribute(m: re.Match[bytes]) -> Attribute:
    return _named(attribute(m), m.string)


def _named(attr: Attribute, buf: bytes) -> Attribute:
    """An attribute under the name it is known by, as it is written; with a prefix, where its local name begins."""
    length = len(attr.name)
    name = buf[attr.at : attr.at + length]
    prefix, colon, rest = name.rpartition(b":")
    if not colon or prefix in (b"xml", b"xmlns"):
        return attr._replace(name=name)
    return attr._replace(name=b"xlink:href" if rest == b"href" else name, at=attr.at + len(prefix) + 1)


def _start_tag(walk: Walk, name: bytes, start: int, name_end: int, after: int) -> bool:
    if not walk.wants(name, start, after):
        return True
    attrs = xml_attributes(walk._buf, name_end, after - 1)
    closed = is_self_closing(walk._buf, attrs, name_end, after)
    return walk.start_tag(Tag(name, attrs, start, name_end, after, False, closed, is_xml=True))


def _construct(walk: Walk) -> bool:
    """What begins with "<" and is no tag, or not all of one."""
    ahead = walk._buf[walk._pos : min(walk._end, walk._pos + 9)]
    if not walk._final and any(len(ahead) < len(opening) and opening.startswith(ahead) for opening in _OPENINGS):
        return False
    if ahead.startswith(b"<!--"):
        walk._skip_to(_COMMENT_END, 4)
    elif ahead == b"<![CDATA[":
        walk._skip_to(_SECTION_END, 9)
    elif ahead.startswith(b"<?"):
        return _instruction(walk)
    elif ahead == b"<!DOCTYPE":
        return _doctype(walk)
    elif re.match(rb"</?" + _NAME[: _NAME.index(b"]") + 1], ahead):
        return _unfinished_tag(walk)
    elif ahead in (b"", b"</"):
        return walk._pause()
    else:
        walk._pos += 1
    return True


def _instruction(walk: Walk) -> bool:
    """Shown when all of it is there; one that is too long names no style sheet anybody meant."""
    m = _INSTRUCTION_END.search(walk._buf, walk._pos, min(walk._end, walk._pos + walk._limit))
    if m:
        walk.instruction(walk._pos, m.end())
        walk._pos = m.end()
        return True
    if walk._final or walk._end - walk._pos >= walk._limit:
        walk._skip_to(_INSTRUCTION_END, 2)
        return True
    walk._needs = b">"
    return False


def _doctype(walk: Walk) -> bool:
    m = _DOCTYPE.match(walk._buf, walk._pos, min(walk._end, walk._pos + walk._limit))
    if m:
        walk._pos = m.end()
        return True
    if walk._final or walk._end - walk._pos >= walk._limit:
        walk._pos += len(b"<!DOCTYPE")
        return True
    walk._needs = b">"
    return False


def _unfinished_tag(walk: Walk) -> bool:
    if walk._end - walk._pos >= walk._limit:
        return walk._begin_long_tag()
    if not walk._final:
        name = XML_NAME.match(walk._buf, walk._pos, walk._end)
        walk._needs = awaited(walk._buf, name.end(), walk._end) if name else b">"
        return False
    return walk._pause()
