"""HTML in, the same HTML out, with trackers held and one insertion made: byte for byte, in any chunks.

Knows bytes and two judges; not HTTP, not policy, not consent. Every change is an insertion (see `fetching`), so nothing
the author wrote is lost.

Trusted for: no URL that gets a label stays live in the page's markup. Not for what scripts build later, `style`, and
event handlers: those are the Content-Security-Policy's to stop.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from consentkit.guard.early import hides
from consentkit.guard.fetching import (
    FETCHING,
    GLANCES,
    PREFIX,
    Held,
    Judge,
    first_of,
    hold,
    hold_script,
    runs,
    script_source,
)
from consentkit.guard.longtag import LongTag
from consentkit.guard.placement import Placement
from consentkit.guard.tokens import Attribute, ScriptScan
from consentkit.guard.urls import attribute_text, browser_url, data_text, plain_url, srcset_urls
from consentkit.guard.walk import Walk

HOLD_LIMIT = 65536

_PAGE_TAG = re.compile(rb"<(?:!doctype|html|head|body)", re.I)
_PAGE_TAGS = frozenset([b"html", b"head", b"body", b"frameset"])
_FRAMES = frozenset([b"iframe", b"frame", b"object", b"embed"])
_CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)", re.S)
_NOWHERE = "no place for the insertion: the page has frames, or ends inside a construct"
_LONG_SCRIPT = "an inline script longer than may be held was judged by its beginning"
_LONG_TAG = "a tag longer than may be held was judged by its beginning"


class HtmlRewriter(Walk):
    """One document, fed in chunks. `held` counts labels, `notes` says what could not be judged in full, and why."""

    def __init__(
        self,
        judge: Judge,
        judge_inline: Callable[[str], str | None],
        insert: bytes,
        *,
        candidate: Callable[[bytes], bool] | None = None,
        hold_limit: int = HOLD_LIMIT,
    ) -> None:
        super().__init__(hold_limit)
        self.glanced = frozenset(GLANCES)
        self.held: Counter[str] = Counter()
        self.notes: list[str] = []
        self._judge, self._judge_inline = judge, judge_inline
        self._insert, self._candidate = insert, candidate
        self._placement = Placement(bool(insert))
        self._only_placing = False
        self._base: str | None = None
        self._long: LongTag | None = None

    def finish(self) -> bytes:
        """The bytes that were held back, and the insertion if it belongs at the end."""
        rest = super().finish()
        if self.in_page() and self._placement.at_end():
            return rest + self._insert
        if self._placement.is_open and _NOWHERE not in self.notes:
            self.notes.append(_NOWHERE)
        return rest

    def whole(self, body: bytes) -> bytes:
        """A body in one piece. If it names no candidate, and could hide none, only the insertion is made."""
        if self._only_placing or self._is_clean(body):
            if not _PAGE_TAG.search(body):
                return body
            self.only_place()
        return self.feed(body) + self.finish()

    def only_place(self) -> None:
        """Hold nothing from here on: find the place of the insertion, and copy the rest."""
        self._only_placing, self.glanced = True, frozenset()
        self.enough = self._placement.settled

    def _is_clean(self, body: bytes) -> bool:
        candidate = self._candidate
        return candidate is not None and not candidate(body) and not hides(body, candidate)

    # ── what the walk asks ──

    def wants(self, name: bytes) -> bool:
        if self._only_placing:
            return name in _PAGE_TAGS
        return name in FETCHING or name in _PAGE_TAGS or name == b"base"

    def glance(self, name: bytes, name_end: int, after: int) -> bool:
        buf, attribute = self._buf, GLANCES[name].match
        while m := attribute(buf, name_end, after):
            if self._label_of(name, m[1].lower(), m[2] or m[3] or m[4] or b"") is not None:
                return False
            name_end = m.end()
        return True

    def start_tag(self, name: bytes, attrs: list[Attribute], start: int, after: int, is_html: bool) -> bool:
        if self._only_placing or name not in FETCHING:
            return True
        if name != b"script":
            self._write(hold(name, attrs, self._label_of), start + 1 + len(name))
            return True
        label = self._script_label(attrs, start, after, is_html)
        if label:
            self._write(hold_script(label, attrs), start + 1 + len(name))
        return label is not None

    def long_tag(self, name: bytes, attrs: list[Attribute], name_end: int) -> None:
        self._long = LongTag(b"" if self._only_placing else name, attrs, self._label_of)
        self._write(self._long.held, name_end)
        if name in FETCHING:
            self._note(_LONG_TAG)

    def late_attribute(self, attr: Attribute) -> None:
        if self._long is None:
            return
        was_held = self._long.held is not None
        self.put(attr.at, self._long.late(attr))
        if self._long.held and not was_held:
            self.held[self._long.held.label] += 1

    def opened(self, name: bytes, attrs: list[Attribute], after: int) -> None:
        if name == b"base" and self._base is None and self.in_page():
            href = first_of(attrs).get(b"href")
            self._base = None if href is None else _absolute(href)
        if name in _PAGE_TAGS and self.in_page() and self._placement.after_start(name):
            self.put(after, self._insert)
        self.enough = self._only_placing and self._placement.settled

    def end_tag(self, name: bytes, start: int) -> None:
        if self.in_page() and self._placement.before_end(name):
            self.put(start, self._insert)

    def doctype(self) -> None:
        self._placement.doctype()

    # ── judging ──

    def _write(self, held: Held | None, name_end: int) -> None:
        """Write what holds a tag into it."""
        if held is None:
            return
        self.held[held.label] += 1
        self.put(name_end, held.insert)
        for at in held.prefix_at:
            self.put(at, PREFIX)

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def _label_of(self, name: bytes, key: bytes, value: bytes) -> str | None:
        """The label of what one attribute would fetch; for a srcset, of the first of its images that gets one."""
        base = self._base or ""
        if key == b"srcdoc":
            return self._label_inside(attribute_text(value))
        if key in (b"srcset", b"imagesrcset"):
            labels = (self._judge(browser_url(url, base)) for url in srcset_urls(attribute_text(value)))
            return next((label for label in labels if label is not None), None)
        url = plain_url(value, base)
        if url[:5].lower() != "data:":
            return self._judge(url)
        if name == b"script":
            return self._judge_inline(data_text(url))
        return self._label_inside(data_text(url)) if name in _FRAMES and "html" in url[:30].lower() else None

    def _label_inside(self, document: str) -> str | None:
        """The first label in a document written into an attribute: it is held as a whole."""
        inner = HtmlRewriter(self._judge, self._judge_inline, b"", hold_limit=self._limit)
        inner._base = self._base
        inner.whole(document.encode("utf-8", "replace"))
        return next(iter(inner.held), None)

    def _script_label(self, attrs: list[Attribute], start: int, after: int, is_html: bool) -> str | None:
        """The label that holds this script, "" to let it be, None when its end is not there yet."""
        values = first_of(attrs)
        if not runs(values):
            return ""
        source = script_source(values, is_html)
        if source is not None:
            return self._label_of(b"script", b"src", source) or ""
        scan = self._scan or ScriptScan(after)
        found = scan.find(self._buf, self._end)
        if found < 0 and not self._final and self._end - start < self._limit:
            self._scan = scan
            return None
        self._scan = scan if is_html else None
        stop = found if found >= 0 else self._end
        if stop - start > self._limit:
            stop = start + self._limit
            self._note(_LONG_SCRIPT)
        text = self._buf[after:stop].decode("utf-8", "replace")
        return self._judge_inline(text if is_html else attribute_text(_CDATA.sub(r"\1", text).encode())) or ""


def rewrite_whole(
    body: bytes,
    judge: Judge,
    judge_inline: Callable[[str], str | None],
    insert: bytes,
    *,
    candidate: Callable[[bytes], bool] | None = None,
    hold_limit: int = HOLD_LIMIT,
) -> bytes:
    """One body, rewritten. Who wants the labels keeps an `HtmlRewriter` and calls `whole`."""
    return HtmlRewriter(judge, judge_inline, insert, candidate=candidate, hold_limit=hold_limit).whole(body)


def _absolute(href: bytes) -> str:
    """The base as a URL, or "" when it is relative and only the page's own address could complete it."""
    url = plain_url(href)
    return url if re.match(r"(?:https?:)?//", url) else ""
