"""What is held back in one response's markup. Set-Cookie lines: see `outbound`; other headers: see `headers`.

Knows heads, bytes, a Classifier and a Decision; not who the visitor is, nor how the decision came about. In doubt a
tracker stays held and the page goes on.
"""

from __future__ import annotations

import logging
import re
import zlib
from collections.abc import Callable, Mapping
from typing import NamedTuple

from consentkit.classification.answer import Classification
from consentkit.classification.classifier import Classifier
from consentkit.decision import EVERYTHING, Decision
from consentkit.guard.charset import Charset, charset_for
from consentkit.guard.coding import Coding, Identity
from consentkit.guard.document import HTML, Document, is_html_beginning
from consentkit.guard.fetching import Embed, Suspects
from consentkit.guard.home import Home
from consentkit.guard.html import HtmlRewriter
from consentkit.guard.inline import loads, snippet_urls
from consentkit.guard.placement import Insertion, written
from consentkit.guard.rewritings import HOLES, Frame, Pieces, Rewritings, cut, fill
from consentkit.policy import Category

_LOG = logging.getLogger("consentkit")

# Why a tracker is known that the policy does not name.
_OTHERS_SAY = ("catalogued", "listed")
_NOT_A_WORD = re.compile(r"[^a-z0-9.]+")


class Terms(NamedTuple):
    """What a response is guarded by: the decision, and the host that is the site's own.

    `undeclared` hears of trackers that the policy does not name.
    """

    classifier: Classifier
    decision: Decision
    host: str
    undeclared: Callable[[Classification], object] | None = None

    def judge(self, url: str) -> str | None:
        """Who is held at this URL, as "category vendor"; None to let it be."""
        found = self.classifier.url(url, self.host)
        if self.undeclared and found.reason in _OTHERS_SAY and found.category not in (None, Category.ESSENTIAL):
            self.undeclared(found)
        if found.category is None or self.decision.allows(found.category, found.vendor_id):
            return None
        if self.classifier.spares(url):
            return None
        # The label becomes an attribute's value: plain words only. The dot tells a name from a declared vendor's id.
        name = _NOT_A_WORD.sub("-", found.vendor.lower()).strip("-")
        return f"{found.category} {found.vendor_id or f'.{name}'}" if name else found.category

    def judge_script(self, text: str) -> str | None:
        """Who is held by an inline script that loads something (`inline` has the rule)."""
        return next(filter(None, map(self.judge, snippet_urls(text))), None) if loads(text) else None


class PassThrough:
    """The guard of a body with nothing to hold."""

    rewrites = False

    def feed(self, chunk: bytes) -> bytes:
        return chunk

    def finish(self, last: bytes = b"") -> bytes:
        return last


class HtmlGuard:
    """The guard of one body of markup, whole or in pieces, compressed or not, in any encoding that browsers read.

    `insert`, `lead` and `embed` are what we put into it (`HtmlRewriter` says where), `home` where our addresses lead;
    whoever makes them may first `hear` which language the page says it is in.
    """

    rewrites = True

    def __init__(
        self,
        terms: Terms,
        insert: Insertion,
        coding: Coding,
        suspects: Suspects | None = None,
        *,
        document: Document = HTML,
        lead: bytes = b"",
        hear: Callable[[str], object] | None = None,
        embed: Embed | None = None,
        home: Home | None = None,
        known: Rewritings | None = None,
    ) -> None:
        self._terms = terms
        self._coding = coding
        self._document = document
        self._ours: dict[str, Insertion] = {"insert": insert, "lead": lead}
        self._suspects, self._embed, self._home, self._known = suspects, embed, home, known
        self._hear = hear
        self._rewriter: HtmlRewriter | None = None
        self._beginning = b""
        self._charset: Charset | None = None
        self._is_markup = True
        self._is_foreign = False

    def feed(self, chunk: bytes) -> bytes:
        if self._is_foreign:
            return chunk
        pieces: list[bytes] = []
        try:
            # Piece by piece: a small chunk that unpacks to a huge one is never held whole.
            for piece in self._coding.decode(chunk):
                pieces.append(self._coding.encode(self._read(piece)))
        except zlib.error:
            # Raised at the first bytes only: nobody can read this body, a browser neither, and it goes out as it came.
            self._is_foreign = True
            _LOG.warning("consentkit.G002 a page was passed on unread: it is not in the coding that it names")
            return chunk
        return b"".join(pieces)

    def finish(self, last: bytes = b"") -> bytes:
        if isinstance(self._coding, Identity):
            body = self._read(last, final=True)
        else:
            body = self.feed(last)
            if not self._is_foreign:
                body += self._coding.encode(self._read(b"", final=True)) + self._coding.finish()
        for note in (*(self._rewriter.notes if self._rewriter else ()), *self._coding.notes):
            _LOG.warning("consentkit.G001 a page could not be judged in full: %s", note)
        return body

    def _read(self, piece: bytes, final: bool = False) -> bytes:
        """A piece of the page, uncompressed; its first bytes wait until they tell how to read it."""
        if self._charset is None:
            self._beginning += piece
            if not self._is_told(final):
                return b""
            piece, self._beginning = self._beginning, b""
        if not self._is_markup or self._charset is None:
            return piece
        text = self._charset.decode(piece, final)
        if final and self._rewriter is None:
            text = self._whole(text)
        else:
            self._rewriter = self._rewriter or self._rewriting(self._ours, self._embed, self._hear)
            text = self._rewriter.feed(text) + (self._rewriter.finish() if final else b"")
        return self._charset.encode(text, final)

    def _whole(self, page: bytes) -> bytes:
        """A page in one piece, which may have been rewritten before."""
        if pieces := self._pieces(page):
            return fill(pieces, self._ours, self._embed, self._hear)
        self._rewriter = self._rewriting(self._ours, self._embed, self._hear)
        return self._rewriter.whole(page)

    def _pieces(self, page: bytes) -> Pieces | None:
        """The page in pieces, new or remembered; None where nothing may be remembered of it."""
        if self._known is None:
            return None
        decision = self._terms.decision
        key = (decision.granted, decision.vendors, self._terms.host, self._document, *map(bool, self._ours.values()))
        if decision.granted >= EVERYTHING and (top := _top(page)):
            # Nothing is held: once ours is in, and that is at the top of most pages, no further byte matters.
            if (pieces := self._known.find(key, page[:top])) is None and (pieces := self._cut(page[:top], top=True)):
                self._known.keep(key, page[:top], pieces)
            if pieces:
                return [*pieces, page[top:]]
        if (pieces := self._known.find(key, page)) is None and (pieces := self._cut(page)):
            self._known.keep(key, page, pieces)
        return pieces

    def _cut(self, page: bytes, *, top: bool = False) -> Pieces | None:
        """The page rewritten, with holes for what is ours; None where our addresses must be written out.

        Of the `top` of a page only if nothing below it matters.
        """
        frames, heard = list[Frame](), list[str]()

        def embed(label: str, attributes: dict[bytes, bytes]) -> bytes:
            frames.append((label, attributes))
            return HOLES["embed"]

        holes: dict[str, Insertion] = {name: HOLES[name] if piece else b"" for name, piece in self._ours.items()}
        self._rewriter = self._rewriting(holes, embed if self._embed else None, heard.append)
        rewritten = self._rewriter.feed(page) if top else self._rewriter.whole(page)
        unfit = self._rewriter.is_elsewhere or (top and not self._rewriter.enough)
        return None if unfit else cut(rewritten, frames, heard)

    def _rewriting(
        self, ours: Mapping[str, Insertion], embed: Embed | None, hear: Callable[[str], object] | None
    ) -> HtmlRewriter:
        terms = self._terms
        rewriter = HtmlRewriter(
            terms.judge,
            terms.judge_script,
            ours["insert"],
            lead=written(ours["lead"]),
            hear=hear,
            suspects=self._suspects,
            embed=embed,
            home=self._home,
            xml=self._document.xml,
            stands_alone=self._document.stands_alone,
        )
        if terms.decision.granted >= EVERYTHING:
            rewriter.only_place()
        return rewriter

    def _is_told(self, final: bool) -> bool:
        """Whether the first bytes have told what this is, and in which encoding."""
        if self._document.sniffed:
            told = is_html_beginning(self._beginning, final)
            if told is None:
                return False
            self._is_markup = told
        self._charset = charset_for(self._document.label, self._beginning, final)
        return self._charset is not None


def _top(page: bytes) -> int:
    """How far what seems to be the body's tag goes; 0 where none is seen. A comment may hold one that is none."""
    return page.find(b">", page.find(b"<body")) + 1 if b"<body" in page else 0
