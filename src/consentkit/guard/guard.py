"""All that is held back in one response: Set-Cookie lines and trackers in HTML.

Knows heads, bytes, a Classifier and a Decision; not who the visitor is, nor how the decision came about. In doubt a
tracker stays held and the page goes on.
"""

from __future__ import annotations

import logging
import re
import zlib
from collections.abc import Callable
from typing import NamedTuple

from consentkit.classifier import Classification, Classifier
from consentkit.decision import EVERYTHING, Decision
from consentkit.guard.coding import Gzip, Identity, coding_for
from consentkit.guard.html import HtmlRewriter
from consentkit.guard.inline import loads, snippet_urls
from consentkit.guard.set_cookie import SetCookie, may_leave, parse_set_cookie
from consentkit.http import ResponseHead, media_type

_LOG = logging.getLogger("consentkit")

# Encodings in which "<" need not be the byte 0x3C: they cannot be read as markup byte by byte.
_UNREADABLE = re.compile(r"utf-?(?:16|32|7)|ucs-?[24]|unicode(?:fffe)?$|iso-2022|hz-gb|cp037|ebcdic")
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_NOT_A_WORD = re.compile(r"[^a-z0-9.]+")


class Terms(NamedTuple):
    """What a response is guarded by: the decision, and the host that is the site's own."""

    classifier: Classifier
    decision: Decision
    host: str

    def judge(self, url: str) -> str | None:
        """Who is held at this URL, as "category vendor"; None to let it be."""
        found = self.classifier.url(url, self.host)
        if found.category is None or self.decision.allows(found.category, found.vendor_id):
            return None
        # The label becomes an attribute's value: plain words only. The dot tells a name from a declared vendor's id.
        name = _NOT_A_WORD.sub("-", found.vendor.lower()).strip("-")
        return f"{found.category} {found.vendor_id or f'.{name}'}" if name else found.category

    def judge_script(self, text: str) -> str | None:
        """Who is held by an inline script that loads something (`inline` has the rule)."""
        return next(filter(None, map(self.judge, snippet_urls(text))), None) if loads(text) else None


class Cookies(NamedTuple):
    """The Set-Cookie lines of one response: every one the app wrote, and those that may not leave."""

    seen: list[SetCookie]
    held: list[tuple[SetCookie, Classification]]


def filter_cookies(head: ResponseHead, terms: Terms, now: float) -> tuple[ResponseHead, Cookies]:
    """The response without the Set-Cookie lines that have no consent, and what they were."""
    cookies, kept = Cookies([], []), []
    for header in head.headers:
        if header[0] == b"set-cookie":
            cookie = parse_set_cookie(header[1], now)
            found = terms.classifier.cookie(cookie.name)
            cookies.seen.append(cookie)
            if not may_leave(cookie, found, terms.decision):
                cookies.held.append((cookie, found))
                continue
        kept.append(header)
    return (ResponseHead(head.status, tuple(kept)) if cookies.held else head), cookies


def is_html(head: ResponseHead) -> bool:
    """Whether a response is a page that a browser shows: HTML, whole, not a download."""
    kind, charset = media_type(head.header(b"content-type"))
    if kind != "text/html" or head.status < 200 or head.status in (204, 205, 304):
        return False
    if (head.header(b"content-disposition") or b"").lower().startswith(b"attachment"):
        return False
    if head.status == 206:
        return _unread("part of a page was asked for")
    if _UNREADABLE.match(charset):
        return _unread(f"charset {charset[:40]}")
    if coding_for(head.header(b"content-encoding")) is None:
        return _unread(f"content-encoding {head.header(b'content-encoding')!r}")
    return True


def _unread(reason: str) -> bool:
    _LOG.warning("consentkit.G002 an HTML response was passed on unread: %s", reason)
    return False


class PassThrough:
    """The guard of a body with nothing to hold."""

    rewrites = False

    def feed(self, chunk: bytes) -> bytes:
        return chunk

    def finish(self, last: bytes = b"") -> bytes:
        return last


class HtmlGuard:
    """The guard of one HTML body, whole or in pieces, compressed or not. `insert` is what we put into it."""

    rewrites = True

    def __init__(
        self, terms: Terms, insert: bytes, coding: Identity | Gzip, candidate: Callable[[bytes], bool] | None = None
    ) -> None:
        self._coding = coding
        self._rewriter = HtmlRewriter(terms.judge, terms.judge_script, insert, candidate=candidate)
        if terms.decision.granted >= EVERYTHING:
            self._rewriter.only_place()
        self._begun = False
        self._given_up = False

    @property
    def held(self) -> int:
        """How many tags were held so far."""
        return self._rewriter.held.total()

    def feed(self, chunk: bytes) -> bytes:
        self._begin(chunk)
        if self._given_up:
            return chunk
        pieces: list[bytes] = []
        try:
            # Piece by piece: a small chunk that unpacks to a huge one is never held whole.
            for piece in self._coding.decode(chunk):
                pieces.append(self._coding.encode(self._rewriter.feed(piece)))
        except zlib.error:
            # Raised at the first bytes only: nobody can read this body, a browser neither, and it goes out as it came.
            self._given_up = not _unread("not the gzip it says it is")
            return chunk
        return b"".join(pieces)

    def finish(self, last: bytes = b"") -> bytes:
        if self._begun or not isinstance(self._coding, Identity):
            body = self.feed(last)
            if not self._given_up:
                body += self._coding.encode(self._rewriter.finish()) + self._coding.finish()
        else:
            self._begin(last)
            body = last if self._given_up else self._rewriter.whole(last)
        for note in self._rewriter.notes:
            _LOG.warning("consentkit.G001 a page could not be judged in full: %s", note)
        return body

    def _begin(self, chunk: bytes) -> None:
        if chunk and not self._begun:
            self._begun = True
            if isinstance(self._coding, Identity) and chunk.startswith(_WIDE_MARKS):  # a BOM goes before any header
                self._given_up = not _unread("a byte order mark of UTF-16")
