"""HTML in, the same HTML out, with trackers held and insertions made: byte for byte, in any chunks. XML likewise.

Knows bytes and two judges; not HTTP, not policy, not consent. Every change is an insertion (see `holding`), so nothing
the author wrote is lost. In XML nothing is put between the author's elements: the document must stay well-formed.

Trusted for: no URL that gets a label stays live in the markup and its style sheets. Not for what scripts build later:
that is the guard script's and the Content-Security-Policy's to stop.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable

from consentkit.guard.css import Sheet, addresses
from consentkit.guard.decoded import CHARACTER_DATA, SCRIPT_DATA, character_data
from consentkit.guard.fetching import (
    Embed,
    Judge,
    Suspects,
    ahead_of,
    first_of,
    is_table,
    may_reach,
    runs,
    script_addresses,
    script_source,
)
from consentkit.guard.holding import INERT, PREFIX, UNSEEN, Held, Put, hold_script
from consentkit.guard.judging import Inside, TagJudge
from consentkit.guard.longtag import LongTag
from consentkit.guard.placement import Insertion, Placement, written
from consentkit.guard.region import RAW
from consentkit.guard.tokens import Attribute, ScriptScan, Tag
from consentkit.guard.urls import absolute, attribute_text, reference_text
from consentkit.guard.walk import Walk

HOLD_LIMIT = 65536

_PAGE_TAG = re.compile(rb"<(?:!doctype|html|head|body)", re.I)
_SCRIPT_TAG = re.compile(rb"<script", re.I)
_PAGE_TAGS = frozenset([b"html", b"head", b"body", b"frameset"])
_ALWAYS = _PAGE_TAGS | {b"base", b"script"}
_SHEET_INSTRUCTION = re.compile(rb"<\?xml-stylesheet(?=[\t\n\r ])[^?>]*?\shref\s*=\s*([\"'])(.*?)\1", re.S)
_DEEPEST = 8  # documents in documents
_MARGIN = 8  # a sheet that is cut off: what stands so near its end may be held back again
_NOWHERE = "no place for the insertion: the page has frames, or ends inside a construct"
_LONG_SCRIPT = "an inline script longer than may be held was judged by its beginning"
_LONG_TAG = "a tag longer than may be held was judged by its beginning"


class HtmlRewriter(Walk):
    """One document, fed in chunks. `held` counts labels, `notes` says what could not be judged in full, and why."""

    def __init__(
        self,
        judge: Judge,
        judge_inline: Callable[[str], str | None],
        insert: Insertion,
        *,
        suspects: Suspects | None = None,
        hold_limit: int = HOLD_LIMIT,
        lead: bytes = b"",
        hear: Callable[[str], object] | None = None,
        embed: Embed | None = None,
        home: Callable[[bytes], bytes] | None = None,
        xml: bool = False,
        stands_alone: bool = False,
    ) -> None:
        super().__init__(hold_limit, xml)
        self.held: Counter[str] = Counter()
        self.notes: list[str] = []
        self._judge, self._judge_inline = judge, judge_inline
        self._tags = TagJudge(judge, judge_inline, self._read_document, embed and self._embed)
        self._sheet: Sheet | None = None
        self._depth = 0
        self._insert, self._lead = (b"", b"") if xml else (insert, lead)
        self._embed_with, self._home, self._hear = embed, home, hear
        self._suspects = suspects
        self._looked_at, self._places = b"", list[int]()
        self._placement = Placement(bool(self._insert), in_page=stands_alone)
        self._only_placing = False
        self._has_base = self._is_anywhere = False
        self._long: LongTag | None = None

    def finish(self) -> bytes:
        """The bytes that were held back, and the insertion if it belongs at the end."""
        rest = super().finish()
        if self.in_page() and self._placement.at_end():
            return rest + self.ours(written(self._insert))
        if self._placement.is_open and _NOWHERE not in self.notes:
            self.notes.append(_NOWHERE)
        return rest

    def whole(self, body: bytes) -> bytes:
        """A body in one piece. If no place in it is suspect, only the insertions are made."""
        if self._only_placing or self._is_clean(body):
            if self._lead and not _SCRIPT_TAG.search(body):
                self._lead = b""  # nothing to go before
            if not self._lead and not self._placement.is_open and not _PAGE_TAG.search(body):
                return body
            self.only_place()
        self._waiting = [body]
        return self.finish()

    def only_place(self) -> None:
        """Hold nothing from here on: find the places of insertion and lead, and copy the rest."""
        self._only_placing = True
        self.enough = self._is_placed()

    def _is_clean(self, body: bytes) -> bool:
        self._buf = body
        return self.places() == []

    def _is_placed(self) -> bool:
        return self._placement.settled and not self._lead

    # ── what the walk asks ──

    def places(self) -> list[int] | None:
        if self._only_placing:
            return []
        if self._suspects is None or self._is_anywhere:
            return None
        if self._looked_at is not self._buf:
            self._looked_at, self._places = self._buf, self._suspects(self._buf)
        return self._places

    def wants(self, name: bytes, start: int, after: int) -> bool:
        if self._only_placing:
            return name in _PAGE_TAGS or name == b"base" or (name == b"script" and bool(self._lead))
        if name in _ALWAYS or (name == b"style" and (self.is_drawn() or self.is_twofold())):
            return True
        return self._is_suspect(start, after)

    def start_tag(self, tag: Tag) -> bool:
        held = None
        if tag.name == b"script":
            label = "" if self._only_placing else self._script_label(tag)
            if label is None:
                return False
            self._write_lead(tag)
            held = hold_script(tag, label) if label else None
        elif tag.name == b"style" and not self._only_placing:
            if not tag.is_html:
                return self._tree_sheet(tag)
            if self.is_twofold():
                return self._twofold_sheet(tag)
        if held is None and not self._only_placing and self._is_suspect(tag.start, tag.after):
            held = self._tags.hold(tag._replace(is_html=tag.is_html and not self._foreign.doubtful))
        self._write(held)
        return True

    def long_tag(self, tag: Tag) -> None:
        if tag.name == b"script":
            self._write_lead(tag)
        if not self._only_placing:
            self._long = LongTag(tag, self._tags.label_of)
            self._write(self._long.held)
            if may_reach(tag.name):
                self._note(_LONG_TAG)

    def late_attribute(self, attr: Attribute) -> None:
        if self._long is None:
            return
        was_held = self._long.held is not None
        self.put(attr.at, self._long.late(attr))
        if self._long.held and not was_held:
            self.held[self._long.held.label] += 1

    def style_text(self, start: int, stop: int, last: bool) -> int:
        is_whole = last and self._sheet is None
        if self._only_placing or (is_whole and not self._is_suspect(start, stop)):
            return stop
        text, sheet = self._buf[start:stop], self._sheet or Sheet()
        found, read = sheet.addresses(text, last)
        self._write_inside(start, self._tags.sheet(text, found))
        self._sheet = None if last else sheet
        return start + read

    def instruction(self, start: int, stop: int) -> None:
        sheet = _SHEET_INSTRUCTION.match(self._buf, start, stop)
        if sheet and not self._only_placing:
            label = self._tags.label_of(b"link", b"href", sheet[2])
            if label is not None:
                self.held[label] += 1
                self.put(start + len(b"<?"), PREFIX)

    def opened(self, name: bytes, attrs: list[Attribute], after: int) -> None:
        if name == b"base" and not self._has_base and self.in_page():
            href = first_of(attrs).get(b"href")
            self._has_base = href is not None
            # With a suspect base a relative address may be anybody's.
            self._is_anywhere = not attrs[0].at < after or self._is_suspect(attrs[0].at, after) if attrs else False
            self._tags.base = "" if href is None else absolute(href)
        if name == b"html" and self.in_page():
            self._listen(attrs)
        if name in _PAGE_TAGS and self.in_page() and self._placement.after_start(name):
            self.put(after, self.ours(written(self._insert)))
        self.enough = self._only_placing and self._is_placed()

    def end_tag(self, name: bytes, start: int) -> None:
        if self.in_page() and self._placement.before_end(name):
            self.put(start, self.ours(written(self._insert)))

    def end_tag_ahead(self, start: int) -> None:
        if not self._only_placing:
            self.put_later(start + 1, INERT)

    def doctype(self) -> None:
        self._placement.doctype()

    def _is_suspect(self, start: int, stop: int) -> bool:
        """Is there a place in [start, stop)?"""
        places = self.places()
        if places is None:
            return True
        at = bisect_left(places, start)
        return at < len(places) and places[at] < stop

    # ── writing ──

    def _write(self, held: Held | None) -> None:
        """Write what holds a tag into it."""
        if held is not None:
            self.held[held.label] += 1
            for at, piece in held.puts:
                self.put(at, piece)

    def _write_inside(self, start: int, inside: Inside) -> None:
        labels, puts = inside
        self.held.update(labels)
        for at, piece in puts:
            self.put(start + at, piece)

    def _write_lead(self, tag: Tag) -> None:
        """Write the lead before the first script that would run. In a picture only a `desc` holds what is HTML."""
        if not self._lead or not self.is_live() or not runs(first_of(tag.attrs)):
            return
        lead = self.ours(self._lead)
        self.put(tag.start, lead if tag.is_html else b"<desc>" + lead + b"</desc>")
        self._lead = b""
        self.enough = self._only_placing and self._is_placed()

    @property
    def is_elsewhere(self) -> bool:
        """Does the page's base lead relative addresses to a host that it names?"""
        return bool(self._tags.base)

    def ours(self, piece: bytes) -> bytes:
        """What we put in, under addresses that the page's base does not lead elsewhere."""
        return self._home(piece) if self._home and self.is_elsewhere else piece

    def _embed(self, label: str, attributes: dict[bytes, bytes]) -> bytes:
        return self.ours(self._embed_with(label, attributes)) if self._embed_with else b""

    def _listen(self, attrs: list[Attribute]) -> None:
        """Pass on the page's language, as its first html tag says it: before anything of ours goes in."""
        if self._hear and (language := first_of(attrs).get(b"lang")):
            self._hear(attribute_text(language))
            self._hear = None

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    # ── what stands between tags ──

    def _read_document(self, document: bytes, xml: bool) -> Inside:
        """A document written into an attribute. Beyond a few, one in another, it is in doubt and held."""
        if self._depth >= _DEEPEST:
            return [UNSEEN], []
        inner = _Inner(self._judge, self._judge_inline, b"", hold_limit=self._limit, xml=xml)
        inner.nest(self._depth + 1, self._tags.base)
        inner.finish_with(document)
        return list(inner.held) or [UNSEEN] * bool(inner.puts), inner.puts

    def _tree_sheet(self, tag: Tag) -> bool:
        """A sheet in svg or XML, whose text has references and CDATA sections: judged when all of it is there."""
        stop = CHARACTER_DATA.match(self._buf, tag.after, self._end).end()  # type: ignore[union-attr]
        if not self._ends_text(stop) or self._is_unfinished(stop):
            if not self._final and not tag.is_closed and self._end - tag.start < self._limit:
                return False
            stop = self._end
        stop = tag.after if tag.is_closed else min(stop, tag.start + self._limit)
        self._write(self._tags.hold(tag))
        text = character_data(self._buf[tag.after : stop])
        labels, puts = self._tags.sheet(text, addresses(text.data))
        self._write_inside(tag.after, (labels, [put for put in puts if tag.after + put[0] < stop - _MARGIN]))
        return True

    def _twofold_sheet(self, tag: Tag) -> bool:
        """A sheet that is markup for some: judged when all of it is there. Behind its first "<" nothing is written into
        it, since what is an address for the one may stand in a tag for the other: there it is held by its type."""
        end = RAW[b"style"].search(self._buf, tag.after, self._end)
        if end is None and not self._final and self._end - tag.start < self._limit:
            return False
        stop = min(end.start() if end else self._end, tag.start + self._limit)
        if self._is_suspect(tag.after, stop):
            text = self._buf[tag.after : stop]
            found, markup = addresses(text), text.find(b"<") % (len(text) + 1)
            inside = self._tags.sheet(text, [each for each in found if each.start < markup])
            sheet = character_data(text).data
            labels = self._tags.sheet(sheet, addresses(sheet))[0]
            is_whole = len(labels) > len(inside[0])
            self._write(hold_script(tag, labels[0]) if is_whole else None)
            self._write_inside(tag.after, inside)
        return True

    def _is_unfinished(self, pos: int) -> bool:
        """Does what stands here begin a comment or a CDATA section that does not end yet?"""
        ahead = self._buf[pos : pos + 9]
        return b"<![CDATA[".startswith(ahead) or ahead.startswith((b"<![CDATA[", b"<!--")) or b"<!--".startswith(ahead)

    def _script_label(self, tag: Tag) -> str | None:
        """The label that holds this script, "" to let it be, None when its end is not there yet."""
        values, ahead = first_of(tag.attrs), ahead_of(tag.attrs)
        table = is_table(values)
        if not table and not runs(values) and not runs(ahead):
            return ""
        if not table and self._is_suspect(tag.start, tag.after):
            labels = (self._tags.label_of(b"script", b"src", at) for at in script_addresses(tag, values, ahead))
            if label := next(filter(None, labels), None):
                return label
        is_elsewhere = not table and script_source(tag, values) is not None
        if is_elsewhere or not (table or runs(values)) or (tag.is_closed and not tag.is_html):
            return ""
        text = self._script_text_of(tag)
        if not text:
            return text
        if table:
            return self._tags.label_of_table(text) or ""
        drawn = reference_text(text) if self._foreign.doubtful else text
        return self._judge_inline(text) or (drawn != text and self._judge_inline(drawn)) or ""

    def _script_text_of(self, tag: Tag) -> str | None:
        if tag.is_html:
            scan = self._scan or ScriptScan(tag.after)
            found = scan.find(self._buf, self._end)
            self._scan = scan
        else:
            stop = SCRIPT_DATA.match(self._buf, tag.after, self._end).end()  # type: ignore[union-attr]
            found = stop if self._buf[stop : stop + 2] == b"</" and self._ends_text(stop) else -1
        if found < 0 and not self._final and self._end - tag.start < self._limit:
            return None
        stop = found if found >= 0 else self._end
        if stop - tag.start > self._limit:
            stop = tag.start + self._limit
            self._note(_LONG_SCRIPT)
        if not self._is_suspect(tag.after, stop):
            return ""
        raw = self._buf[tag.after : stop]
        return (raw if tag.is_html else character_data(raw).data).decode("utf-8", "replace")


class _Inner(HtmlRewriter):
    """A document inside of another: whole from the start, so that every place in it is known."""

    def nest(self, depth: int, base: str) -> None:
        self._depth, self._tags.base = depth, base
        self._tags.nested = True
        self.puts: list[Put] = []

    def write(self, at: int, piece: bytes) -> None:
        self.puts.append((at, piece))
        super().write(at, piece)

    def finish_with(self, document: bytes) -> None:
        self._waiting = [document]
        self.finish()


def rewrite_whole(
    body: bytes,
    judge: Judge,
    judge_inline: Callable[[str], str | None],
    insert: bytes,
    *,
    suspects: Suspects | None = None,
    hold_limit: int = HOLD_LIMIT,
) -> bytes:
    """One body, rewritten. Who wants the labels keeps an `HtmlRewriter` and calls `whole`."""
    return HtmlRewriter(judge, judge_inline, insert, suspects=suspects, hold_limit=hold_limit).whole(body)
