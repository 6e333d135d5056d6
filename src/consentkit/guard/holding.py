"""What has to be written into a tag to keep it from reaching anybody.

Knows attributes and labels; not why a label was given. Everything it answers is an insertion: a prefix before an
attribute's name, attributes after the tag's name, or bytes inside a value. Whoever takes the insertions out again has
the author's bytes.

A script is held by type="text/plain" *and* by renaming the type its author wrote. A second type attribute left in
place, which the parser would ignore, is not enough: Chromium's preload scanner goes by the last one and fetches the
script, and an svg script's href whatever its type (seen in Chromium 156; tests/guard/test_browser.py keeps watch).

A form, or a button with an address of its own, is given the method "dialog" beside: outside of a dialog it does nothing
when it is sent, so what was typed goes nowhere, and is not lost.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import NamedTuple

from consentkit.guard.tokens import Tag

Put = tuple[int, bytes]
"""A place in the source, and what is written there."""

PREFIX = b"data-ck-"
INERT = b"\\"  # makes an end tag text; in strings of scripts and sheets it says nothing
UNSEEN = "unknown"  # the label of what lies beyond what may be read: in doubt, it is held
RENAMED_IN_SCRIPTS = frozenset([b"type", b"href", b"xlink:href", b"attributionsrc"])
_METHODS = {b"action": b"method", b"formaction": b"formmethod"}


class Held(NamedTuple):
    """What holds one tag: the label, and what is written where, in order."""

    label: str
    puts: list[Put]


def hold(
    tag: Tag, labels: Iterable[str], renamed: Iterable[bytes], inside: Iterable[Put] = (), more: bytes = b""
) -> Held:
    """A tag held by renaming these attributes, duplicates too, and by what is written inside the values of others."""
    names = set(renamed)
    methods = [method for key, method in _METHODS.items() if key in names]
    said = b"".join(b" " + method + b'="dialog"' for method in methods)
    label = ", ".join(dict.fromkeys(labels))
    return Held(label, [(tag.name_end, said + _mark(label, tag) + more), *_renamed({*names, *methods}, tag, inside)])


def hold_script(tag: Tag, label: str) -> Held:
    """A script: inert by its type; its own type, and an svg script's address, under another name."""
    said = b' type="text/plain"' + _mark(label, tag)
    return Held(label, [(tag.name_end, said), *_renamed(RENAMED_IN_SCRIPTS, tag)])


def mark(label: str) -> bytes:
    """` data-ck="LABEL"`, in ASCII whatever the label."""
    safe = label.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return b' data-ck="' + safe.encode("ascii", "xmlcharrefreplace") + b'"'


# XML knows no second attribute of one name: a tag that went through a server like this one before keeps its marks.


def _mark(label: str, tag: Tag) -> bytes:
    return b"" if tag.is_xml and any(attr.name == b"data-ck" for attr in tag.attrs) else mark(label)


def _renamed(names: Container[bytes], tag: Tag, inside: Iterable[Put] = ()) -> list[Put]:
    taken = {attr.name for attr in tag.attrs} if tag.is_xml else set()
    return sorted([*((attr.at, _prefix(attr.name, taken)) for attr in tag.attrs if attr.name in names), *inside])


def _prefix(name: bytes, taken: Container[bytes]) -> bytes:
    prefix = PREFIX
    while prefix + name in taken:
        prefix += PREFIX
    return prefix
