"""Judges one tag: whom would it reach, and is it held?

Knows attributes and how their values are read, and asks the judges of URLs and of programs; not streams, not trees. A
tag is judged here and nowhere else (`longtag` asks attribute by attribute).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import unquote

from consentkit.guard.css import addresses, css_text
from consentkit.guard.css import mark as css_mark
from consentkit.guard.decoded import Decoded, attribute_value, written_in
from consentkit.guard.fetching import ANIMATED, PAINTED, Embed, Judge, ahead_of, first_of, reaches
from consentkit.guard.holding import Held, Put, hold
from consentkit.guard.tokens import Attribute, Tag
from consentkit.guard.urls import (
    attribute_text,
    browser_url,
    data_kind,
    data_text,
    plain_url,
    refresh_urls,
    srcset_urls,
)

Inside = tuple[list[str], list[Put]]
"""The labels met in a document or a sheet, and what holds them there."""
ReadDocument = Callable[[bytes, bool], Inside]
"""Given a document written into an attribute, and whether it is XML."""

_FRAMES = frozenset([b"iframe", b"frame", b"object", b"embed", b"fencedframe"])
_SEVERAL: dict[bytes, Callable[[str], Iterable[str]]] = {
    b"srcset": srcset_urls,
    b"imagesrcset": srcset_urls,
    b"ping": str.split,
    b"attributionsrc": str.split,
    b"content": refresh_urls,
    b"archive": lambda text: re.split(r"[\s,]+", text),
    b"values": lambda text: text.split(";"),
}
# Of these an empty one is passed over by a browser that looks ahead (seen in Chromium 156).
_TAKEN_AHEAD = frozenset([b"src", b"href", b"poster"])
_PLAIN_STYLE = re.compile(rb"(?:[^(\\&-]++|-(?!-))*+")
_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.S)


class TagJudge:
    """Holds what gets a label. `base` is what relative addresses of the document are resolved against, once known.

    In a document that is `nested` in another, a third is held as a whole: what wakes it writes no deeper.
    """

    def __init__(self, judge: Judge, judge_inline: Judge, read_document: ReadDocument, embed: Embed | None) -> None:
        self.base = ""
        self.nested = False
        self._judge, self._judge_inline = judge, judge_inline
        self._read_document, self._embed = read_document, embed

    def hold(self, tag: Tag) -> Held | None:
        """How to hold this tag, if anything it reaches gets a label; of a script, what is not its program."""
        values, ahead = first_of(tag.attrs), ahead_of(tag.attrs)
        labels: list[str] = []
        renamed: set[bytes] = set()
        inside: list[Put] = []
        for attr in _counting(tag.attrs):
            if not any(reaches(tag.name, attr.name, reading, tag.is_html) for reading in (values, ahead)):
                continue
            found, puts = self._met_in(tag, attr)
            labels += found
            inside += puts
            if found and not puts:
                renamed.add(attr.name)
        if not labels:
            return None
        more = b""
        if self._embed and tag.name == b"iframe" and b"src" in renamed and not tag.is_xml:
            more = self._embed(", ".join(dict.fromkeys(labels)), values)
        if b"src" in renamed and tag.name == b"iframe":
            # A document its author wrote would be shown instead, or stand beside ours: it is held as a whole.
            renamed.add(b"srcdoc")
            inside = [put for put in inside if not _within(put, tag, b"srcdoc")]
        if tag.name == b"object" and b"data" in renamed:
            renamed.add(
                b"type"
            )  # with a type, and without an address, a browser shows nothing in place of the fallback
        return hold(tag, labels, renamed, inside, more)

    def label_of(self, name: bytes, key: bytes, value: bytes) -> str | None:
        """The label of what one attribute reaches: of several, of the first that gets one."""
        if value[:1] == b"#":
            return None  # within the document, whatever its base
        if key[:2] == b"on":
            return self._judge_inline(attribute_text(value))
        if key == b"srcdoc":
            return _first(self._read_document(attribute_value(value).data, False))
        if key == b"style" or key in PAINTED:
            return _first(self._met_in_css(attribute_value(value).data))
        if key in ANIMATED and (painted := _first(self._met_in_css(attribute_value(value).data))):
            return painted
        if several := _SEVERAL.get(key):
            return self._first_label(several(attribute_text(value)))
        return self._label_at(name, plain_url(value, self.base))

    def label_of_table(self, text: str) -> str | None:
        """The label of a JSON table of addresses: an import map, or speculation rules."""
        return self._first_label(_json_strings(text), b"script")

    def sheet(self, text: Decoded | bytes, found: Iterable[tuple[int, int]]) -> Inside:
        """The labels of a sheet's addresses, and what is written in front of each that gets one."""
        data = text if isinstance(text, bytes) else text.data
        labels, puts = [], []
        for start, stop in found:
            if data[start : start + 1] == b"#":
                continue
            label = self._label_at(b"style", browser_url(css_text(data[start:stop]), self.base))
            place = start if isinstance(text, bytes) else text.place(start)
            if label is not None:
                labels.append(label)
                if place is not None:
                    puts.append((place, css_mark(label)))
        return labels, puts

    # ── one attribute ──

    def _met_in(self, tag: Tag, attr: Attribute) -> Inside:
        """The labels met in one attribute, and what is written inside its value: nothing, if it is to be renamed."""
        if attr.name == b"style":
            if _PLAIN_STYLE.fullmatch(attr.value):
                return [], []
            text = attribute_value(attr.value)
            return self._placed(attr, text, *self._met_in_css(text.data))
        if attr.name == b"srcdoc" and not self.nested:
            text = attribute_value(attr.value)
            return self._placed(attr, text, *self._read_document(text.data, False))
        label = self.label_of(tag.name, attr.name, attr.value)
        return ([], []) if label is None else ([label], [])

    def _placed(self, attr: Attribute, text: Decoded, labels: list[str], puts: list[Put]) -> Inside:
        """What is written into the decoded text, as it is written into the attribute. Not all, not any."""
        placed: list[Put] = []
        for pos, piece in puts:
            place = text.place(pos)
            if place is None:
                return labels, []
            placed.append((attr.value_at + place, written_in(attr.value, place, piece)))
        return labels, placed

    def _met_in_css(self, text: bytes) -> Inside:
        return self.sheet(text, addresses(text))

    # ── one address ──

    def _first_label(self, urls: Iterable[str], name: bytes = b"") -> str | None:
        labels = (self._label_at(name, browser_url(url, self.base)) for url in urls)
        return next((label for label in labels if label is not None), None)

    def _label_at(self, name: bytes, url: str) -> str | None:
        scheme = url[:11].lower()
        if scheme == "javascript:":
            return self._label_of_program(unquote(url[11:]), name in _FRAMES)
        if not scheme.startswith("data:"):
            return self._judge(url)
        if name == b"script":
            return self._judge_inline(data_text(url))
        kind = data_kind(url)
        if "css" in kind:
            return _first(self._met_in_css(data_text(url).encode("utf-8", "replace")))
        if name in _FRAMES and ("ml" in kind or "svg" in kind):
            document = data_text(url).encode("utf-8", "replace")
            return _first(self._read_document(document, kind != "text/html"))
        return None

    def _label_of_program(self, text: str, is_shown: bool) -> str | None:
        """The label of a javascript: address. In a frame, what it comes to is shown as a document."""
        if not is_shown:
            return self._judge_inline(text)
        document = text.encode("utf-8", "replace")
        return self._judge_inline(f"document.write({text})") or _first(self._read_document(document, False))


def _first(inside: Inside) -> str | None:
    """The label met first."""
    return next(iter(inside[0]), None)


def _counting(attrs: Iterable[Attribute]) -> Iterator[Attribute]:
    """Of duplicate attributes the first, which is the one that counts; of addresses also what who looks ahead takes."""
    met: set[bytes] = set()
    for attr in attrs:
        if attr.name not in met:
            yield attr
        if attr.name not in _TAKEN_AHEAD or attr.value.strip():
            met.add(attr.name)


def _within(put: Put, tag: Tag, key: bytes) -> bool:
    return any(attr.name == key and attr.at <= put[0] <= attr.end for attr in tag.attrs)


def _json_strings(text: str) -> Iterator[str]:
    for m in _JSON_STRING.finditer(text):
        try:
            yield json.loads(m[0], strict=False)
        except ValueError:
            yield m[0][1:-1]
