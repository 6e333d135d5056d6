"""The walk through a start tag too long to be held back until it ends: attribute by attribute, as they arrive.

Knows the grammar of attributes, in HTML and XML; not what is done with them (`longtag`). The tag is shown by its first
bytes, as many as may be held, so that what is seen of it depends on no chunk.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from consentkit.guard.tokens import (
    CUT_ATTRIBUTE,
    SEPARATORS,
    SETTLED_ATTRIBUTE,
    TAG_NAME,
    Attribute,
    Tag,
    attribute,
    attributes,
    awaited,
    complete_until,
)
from consentkit.guard.xmlwalk import XML_NAME, local, xml_attribute, xml_attributes

if TYPE_CHECKING:
    from consentkit.guard.walk import Walk

_VALUE_END = {b'"': re.compile(rb'"'), b"'": re.compile(rb"'"), b"": re.compile(rb"(?=[\t\n\f\r >])")}


def begin_long_tag(walk: Walk) -> bool:
    """Show what the first bytes say; the rest of the tag goes through attribute by attribute."""
    start, window = walk._pos, walk._pos + walk._limit
    m = (XML_NAME if walk.is_xml else TAG_NAME).match(walk._buf, start, window)
    name, name_end = (m[1] + (local(m[2]) if walk.is_xml else m[2]).lower(), m.end()) if m else (b"/", window)
    walk._pos = complete_until(walk._buf, name_end, window)
    attrs = (xml_attributes if walk.is_xml else attributes)(walk._buf, name_end, walk._pos)
    is_html = not walk.is_xml and walk._foreign.takes_as_html(name, attrs)
    walk._tag = Tag(name, attrs, start, name_end, walk._pos, is_html, is_xml=walk.is_xml)
    walk.long_tag(walk._tag)
    walk._state = _long_tag
    return True


def _long_tag(walk: Walk) -> bool:
    """Between the attributes of a long tag."""
    while True:
        walk._pos = SEPARATORS.match(walk._buf, walk._pos, walk._end).end()  # type: ignore[union-attr]
        if walk._buf[walk._pos : min(walk._pos + 1, walk._end)] == b">":
            return walk._end_long_tag()
        m = SETTLED_ATTRIBUTE.match(walk._buf, walk._pos, walk._end)
        if not m or m.end() - walk._pos > walk._limit:
            break
        walk.late_attribute((xml_attribute if walk.is_xml else attribute)(m))
        walk._pos = m.end()
    if walk._end - walk._pos >= walk._limit:
        return _begin_long_value(walk)
    walk._needs = b"" if walk._final else awaited(walk._buf, walk._pos, walk._end)
    return walk._pause()


def _begin_long_value(walk: Walk) -> bool:
    """An attribute that is itself too long: shown by its beginning, then passed on to its end."""
    m = CUT_ATTRIBUTE.match(walk._buf, walk._pos, walk._pos + walk._limit)
    if m is None:  # cannot be: an attribute's name is any byte but a separator or ">"
        raise AssertionError(walk._pos)
    walk.late_attribute(Attribute(m[1].lower(), m[3] or b"", m.start(), m.end()))
    walk._until, walk._state = _VALUE_END[m[2] or b""], _long_value
    walk._pos = m.end()
    return True


def _long_value(walk: Walk) -> bool:
    if m := walk._until.search(walk._buf, walk._pos, walk._end):
        walk._pos, walk._state = m.end(), _long_tag
        return True
    walk._pos = walk._end
    return False
