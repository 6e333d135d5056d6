"""Which attributes of which tags make a browser fetch, and what has to be written into a tag to keep it from fetching.

Knows elements and their attributes; asks a judge about URLs. Everything it answers is an insertion: a prefix before an
attribute's name, or attributes after the tag's name. Whoever takes the insertions out again has the author's bytes.

A script is held by type="text/plain" *and* by renaming the type its author wrote. A second type attribute left in
place, which the parser would ignore, is not enough: Chromium's preload scanner goes by the last one and fetches the
script, and an svg script's href whatever its type (seen in Chromium 156; tests/guard/test_browser.py keeps watch).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from consentkit.guard.tokens import Attribute, finder
from consentkit.guard.urls import attribute_text

LabelOf = Callable[[bytes, bytes, bytes], str | None]  # tag, attribute, value
Judge = Callable[[str], str | None]

PREFIX = b"data-ck-"

_PICTURE = (b"src", b"srcset", b"href", b"xlink:href")
_LINKED = (b"href", b"xlink:href")
RENAMED_IN_SCRIPTS = frozenset([b"type", *_LINKED])
FETCHING: dict[bytes, tuple[bytes, ...]] = {
    b"script": (b"src", *_LINKED),
    b"img": (b"src", b"srcset"),
    b"image": _PICTURE,  # HTML reads it as img, svg as its own
    b"use": _LINKED,
    b"feimage": _LINKED,
    b"iframe": (b"src", b"srcdoc"),
    b"frame": (b"src",),
    b"embed": (b"src",),
    b"object": (b"data",),
    b"link": (b"href", b"imagesrcset"),
    b"source": (b"src", b"srcset"),
    b"video": (b"src", b"poster"),
    b"audio": (b"src",),
    b"track": (b"src",),
    b"input": (b"src",),
    b"body": (b"background",),
}
_GLANCED = (b"img", b"source", b"link", b"input", b"video", b"audio", b"track", b"embed", b"object")
GLANCES = {name: finder(FETCHING[name]) for name in _GLANCED}
"""Finds what such a tag fetches without reading the rest: for tags that are many, and mostly nobody's."""
_FETCHING_RELS = frozenset(
    (
        "stylesheet",
        "preload",
        "modulepreload",
        "prefetch",
        "preconnect",
        "dns-prefetch",
        "prerender",
        "manifest",
        "icon",
    )
) | {"apple-touch-icon", "apple-touch-icon-precomposed", "mask-icon", "compression-dictionary"}
_SCRIPT_KINDS = ("javascript", "ecmascript", "x-javascript", "x-ecmascript")
# "JavaScript MIME type essence match", and module.
_SCRIPT_TYPES = frozenset(f"{top}/{kind}" for top in ("text", "application") for kind in _SCRIPT_KINDS) | frozenset(
    ("module", "text/jscript", "text/livescript", *(f"text/javascript1.{minor}" for minor in range(6)))
)


class Held(NamedTuple):
    """What holds one tag: the label, the bytes after the tag's name, and where to prefix attributes."""

    label: str
    insert: bytes
    prefix_at: list[int]


def first_of(attrs: Sequence[Attribute]) -> dict[bytes, bytes]:
    """The values that count: the first of duplicate attributes wins."""
    values: dict[bytes, bytes] = {}
    for attr in attrs:
        values.setdefault(attr.name, attr.value)
    return values


def runs(values: dict[bytes, bytes]) -> bool:
    """Does a script with these attributes run ("prepare the script element", steps on type and language)?"""
    if b"type" in values:
        kind = attribute_text(values[b"type"])
        return not kind or kind.strip(" \t\n\f\r").partition(";")[0].rstrip().lower() in _SCRIPT_TYPES
    language = attribute_text(values.get(b"language", b""))
    return not language or "text/" + language.lower() in _SCRIPT_TYPES


def fetches(name: bytes, values: dict[bytes, bytes]) -> bool:
    """Would a browser fetch for this tag at all? A link by its rel, an input by its type."""
    if name == b"link":
        return not _FETCHING_RELS.isdisjoint(attribute_text(values.get(b"rel", b"")).lower().split())
    if name == b"input":
        return attribute_text(values.get(b"type", b"")).strip().lower() == "image"
    return name != b"script" or runs(values)


def script_source(values: dict[bytes, bytes], is_html: bool = True) -> bytes | None:
    """Where a script comes from, or None when it is written in the page. An empty src runs nothing."""
    return values.get(b"src") if is_html else values.get(b"href", values.get(b"xlink:href"))


def hold(name: bytes, attrs: Sequence[Attribute], label_of: LabelOf) -> Held | None:
    """How to hold this tag, if any attribute it fetches from gets a label. Scripts: see `hold_script`."""
    values = first_of(attrs)
    if not fetches(name, values):
        return None
    labels = {key: label_of(name, key, values[key]) for key in FETCHING[name] if key in values}
    held = {key: label for key, label in labels.items() if label is not None}
    if not held:
        return None
    label = ", ".join(dict.fromkeys(held.values()))
    return Held(label, mark(label), [attr.at for attr in attrs if attr.name in held])


def hold_script(label: str, attrs: Sequence[Attribute]) -> Held:
    """How to hold a script: inert by its type; its own type, and an svg script's address, under another name."""
    insert = b' type="text/plain"' + mark(label)
    return Held(label, insert, [attr.at for attr in attrs if attr.name in RENAMED_IN_SCRIPTS])


def mark(label: str) -> bytes:
    """` data-ck="LABEL"`, in ASCII whatever the label."""
    safe = label.replace("&", "&amp;").replace('"', "&quot;")
    return b' data-ck="' + safe.encode("ascii", "xmlcharrefreplace") + b'"'
