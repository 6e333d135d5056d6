"""Which attributes of which tags make a browser reach somebody, or run what does.

Knows elements and their attributes; not what their values say, nor who is held. Namespaces count where HTML and svg
differ: an svg element may fetch by any `href`, and paints by attributes that hold CSS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from consentkit.guard.tokens import Attribute, Tag
from consentkit.guard.urls import attribute_text

Judge = Callable[[str], str | None]
"""The label of who is reached at a URL, or by a program; None to let it be."""
Embed = Callable[[str, dict[bytes, bytes]], bytes]
"""Given the label and the attributes of an iframe held for its src: what is written into its tag, such as a srcdoc."""
Suspects = Callable[[bytes], list[int]]
"""Where in some bytes a tracker could be named (`suspects`)."""

_LINKED = (b"href", b"xlink:href")
_BACKGROUND = (b"background",)
FETCHING: dict[bytes, tuple[bytes, ...]] = {
    b"script": (),  # what it runs is judged on its own
    b"img": (b"src", b"srcset"),
    b"image": (b"src", b"srcset", *_LINKED),  # HTML reads it as img, svg as its own
    b"iframe": (b"src", b"srcdoc"),
    b"frame": (b"src",),
    b"fencedframe": (b"src",),
    b"portal": (b"src",),
    b"embed": (b"src", b"code"),  # Chromium takes the one for the other
    b"object": (b"data", b"codebase", b"classid", b"archive"),
    b"applet": (b"code", b"codebase", b"archive", b"object"),
    b"link": (b"href", b"imagesrcset"),
    b"source": (b"src", b"srcset"),
    b"video": (b"src", b"poster"),
    b"audio": (b"src",),
    b"track": (b"src",),
    b"input": (b"src", b"formaction"),
    b"button": (b"formaction",),
    b"form": (b"action",),
    # It fetches nothing itself. But a picture that stands before it is resolved against it, now and then: an address is
    # made whole a moment after its tag was read (HTML, "update the image data", step 8).
    b"base": (b"href",),
    b"meta": (b"content",),
    b"a": (b"ping",),
    b"area": (b"ping",),
    **dict.fromkeys((b"body", b"table", b"thead", b"tbody", b"tfoot", b"tr", b"td", b"th"), _BACKGROUND),
}
_SELDOM = (b"meta", b"a", b"area", b"button", b"table", b"thead", b"tbody", b"tfoot", b"tr", b"td", b"th")
_REACHING = FETCHING.keys() - _SELDOM
_KINDS = frozenset([b"type", b"language", b"rel"])
_AMP = (b"src", b"srcset", b"srcdoc", b"poster", b"config", b"artwork")  # custom elements of the AMP runtime
EVERYWHERE = (b"style", b"attributionsrc")
PAINTED = frozenset(b"fill stroke filter clip-path mask cursor marker marker-start marker-mid marker-end".split())
ANIMATED = frozenset([b"to", b"from", b"by", b"values"])  # addresses, or what is painted
# Handlers that wait for what a visitor does. The others may be called as a page loads.
_ACTS = tuple(
    b"onclick ondblclick onauxclick oncontextmenu onmouse onkey onpointer ontouch onwheel ondrag ondrop oncopy oncut "
    b"onpaste onselect onsubmit oninput onbeforeinput onchange oninvalid onreset oncancel oncommand onscroll".split()
)
_ANIMATIONS = frozenset([b"set", b"animate", b"animatecolor"])

_FETCHING_RELS = frozenset(
    b"stylesheet preload modulepreload prefetch preconnect dns-prefetch prerender manifest icon apple-touch-icon "
    b"apple-touch-icon-precomposed apple-touch-startup-image mask-icon fluid-icon compression-dictionary dictionary "
    b"monetization search import subresource".decode().split()
)
_SCRIPT_KINDS = ("javascript", "ecmascript", "x-javascript", "x-ecmascript")
# "JavaScript MIME type essence match", and module.
_SCRIPT_TYPES = frozenset(f"{top}/{kind}" for top in ("text", "application") for kind in _SCRIPT_KINDS) | frozenset(
    ("module", "text/jscript", "text/livescript", *(f"text/javascript1.{minor}" for minor in range(6)))
)
_TABLE_TYPES = ("importmap", "speculationrules")  # JSON by which a browser fetches


def first_of(attrs: Sequence[Attribute]) -> dict[bytes, bytes]:
    """The values that count: the first of duplicate attributes wins."""
    values: dict[bytes, bytes] = {}
    for attr in attrs:
        values.setdefault(attr.name, attr.value)
    return values


def ahead_of(attrs: Sequence[Attribute]) -> dict[bytes, bytes]:
    """The values for a browser that looks ahead: of duplicates it goes by the last that tells a kind, and by the first
    address that is not empty (seen in Chromium 156)."""
    values: dict[bytes, bytes] = {}
    for attr in attrs:
        if attr.name in _KINDS or not values.get(attr.name, b"").strip():
            values[attr.name] = attr.value
    return values


def runs(values: Mapping[bytes, bytes]) -> bool:
    """Does a script with these attributes run ("prepare the script element", steps on type and language)?"""
    if b"type" in values:
        kind = attribute_text(values[b"type"])
        return not kind or kind.strip(" \t\n\f\r").partition(";")[0].rstrip().lower() in _SCRIPT_TYPES
    language = attribute_text(values.get(b"language", b""))
    return not language or "text/" + language.lower() in _SCRIPT_TYPES


def is_table(values: Mapping[bytes, bytes]) -> bool:
    """Is a script with these attributes no program, but a table of addresses?"""
    return attribute_text(values.get(b"type", b"")).strip(" \t\n\f\r").lower() in _TABLE_TYPES


def reaches(name: bytes, key: bytes, values: Mapping[bytes, bytes], is_html: bool) -> bool:
    """Would a browser fetch from this attribute of this tag, run it, or send to it?"""
    if key in EVERYWHERE:
        return True
    if key[:2] == b"on":
        return not is_html or may_reach(name) or not key.startswith(_ACTS)
    if key in FETCHING.get(name, _AMP if name.startswith(b"amp-") else ()):
        return _is_used(name, key, values)
    if is_html or name == b"a":
        return False
    return key in _LINKED or key in PAINTED or (key in ANIMATED and name in _ANIMATIONS)


def may_reach(name: bytes) -> bool:
    """Is a tag of this name there to reach somebody?"""
    return name in _REACHING or name.startswith(b"amp-")


def script_source(tag: Tag, values: Mapping[bytes, bytes]) -> bytes | None:
    """Where a script comes from, or None when it is written in the page. An empty src runs nothing."""
    keys = (b"src",) if tag.is_html else (*_LINKED, b"src") if tag.is_xml else _LINKED
    return next((values[key] for key in keys if key in values), None)


def script_addresses(tag: Tag, *readings: Mapping[bytes, bytes]) -> Iterator[bytes]:
    """Every address from which anybody would fetch a script. Who looks ahead goes by `href` from an svg on, up to its
    end tag, whatever has broken out of it (seen in Chromium 156)."""
    keys = (b"src", *_LINKED) if tag.is_html or tag.is_xml else _LINKED
    return (values[key] for values in readings for key in keys if key in values)


def _is_used(name: bytes, key: bytes, values: Mapping[bytes, bytes]) -> bool:
    """A link's address by its rel, an input's source by its type, what a meta says by its http-equiv."""
    if name == b"link":
        return not _FETCHING_RELS.isdisjoint(attribute_text(values.get(b"rel", b"")).lower().split())
    if name == b"input" and key == b"src":
        return attribute_text(values.get(b"type", b"")).strip().lower() == "image"
    if name == b"meta":
        return attribute_text(values.get(b"http-equiv", b"")).strip().lower() == "refresh"
    return True
