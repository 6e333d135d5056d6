"""Which responses a browser reads as markup, and how.

Knows a response's head, and the first bytes where the head does not say; not what is in the markup. Browsers go by MIME
Sniffing and by Fetch's "extract a MIME type"; where they differ from one another, what any of them reads is read.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from consentkit.guard.charset import is_blank
from consentkit.guard.coding import coding_for
from consentkit.http import ResponseHead, media_type

_NOT_SAID = ("", "*/*", "unknown/unknown", "application/unknown")
_XML = ("text/xml", "application/xml")
_SNIFFED = 1445  # MIME Sniffing §5.2, the resource header
# MIME Sniffing §7.1; a browser may not ask for the byte behind a tag's name, nor do we.
_HTML = re.compile(
    rb"[\t\n\f\r ]*<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|body|br|b|p|!--)", re.I
)
_BEGINNING = re.compile(rb"[\t\n\f\r ]*(?:<[!a-zA-Z0-9 -]{0,13})?\Z")


class Document(NamedTuple):
    """A body that is read: as XML or HTML, under which label, and whether only its first bytes tell that it is HTML.

    `stands_alone`: whatever is in it, it is a page, since somebody goes there. Otherwise its tags tell.
    """

    xml: bool = False
    label: str = ""
    sniffed: bool = False
    stands_alone: bool = False


HTML = Document()


class Unread(NamedTuple):
    """A body that may be markup and cannot be read, and why."""

    reason: str


def document_of(head: ResponseHead, *, shown: bool) -> Document | Unread | None:
    """How to read this response; None for what is no markup. `shown`: the browser asked for something to show."""
    if head.status < 200 or head.status in (204, 205, 304):
        return None
    kind, label = content_type(head)
    sniffed = kind in _NOT_SAID and not 300 <= head.status < 400
    if not sniffed and kind != "text/html" and not _is_xml(kind, shown=shown):
        return None
    if sniffed and not (shown and _may_be_sniffed(head)):
        return None
    # An attachment is kept, not shown; in an encoding that browsers will not read, nothing is.
    if (head.header(b"content-disposition") or b"").strip().lower().startswith(b"attachment") or is_blank(label):
        return None
    if head.status == 206 and not shown:
        return Unread("a part of a page was asked for")
    if coding_for(head.header(b"content-encoding")) is None:
        return Unread(f"content-encoding {head.header(b'content-encoding')!r}")
    return Document(xml=not sniffed and kind != "text/html", label=label, sniffed=sniffed)


def content_type(head: ResponseHead) -> tuple[str, str]:
    """The media type and charset that count: of several the last that is one (Fetch §2.2.2, "extract a MIME type")."""
    found = ("", "")
    for name, value in head.headers:
        if name == b"content-type":
            for said in _types(value):
                found = said if said[1] or said[0] != found[0] else found
    return found


@lru_cache(maxsize=256)  # a site has few
def _types(value: bytes) -> tuple[tuple[str, str], ...]:
    """The types named in one Content-Type line, without what is none."""
    said = map(media_type, value.split(b","))
    return tuple(each for each in said if "/" in each[0] and each[0] != "*/*")


def is_html_beginning(body: bytes, final: bool) -> bool | None:
    """Whether a body without a type is HTML by its first bytes; None where more of them must be seen."""
    if _HTML.match(body, 0, _SNIFFED):
        return True
    return None if not final and len(body) < _SNIFFED and _BEGINNING.match(body) else False


def _is_xml(kind: str, *, shown: bool) -> bool:
    # A feed or a picture is nobody's page while it is fetched as such: only what is shown by itself runs anything.
    return kind == "application/xhtml+xml" or (shown and (kind in _XML or kind.endswith("+xml")))


def _may_be_sniffed(head: ResponseHead) -> bool:
    """MIME Sniffing §7: with nosniff a body without a type is never HTML."""
    return (head.header(b"x-content-type-options") or b"").split(b",")[0].strip().lower() != b"nosniff"
