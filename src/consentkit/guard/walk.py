"""The walk through a document, chunk by chunk: what is a tag, what is text, what is not finished yet.

Knows bytes and as much of the tree as changes the tokens: svg and math, noscript, template, select, frameset, raw
text. Does not know why anyone looks at tags: whoever walks answers for that (`questions`). What is passed on is what
came in, and what `put` adds.

What is longer than the limit is decided by its first `limit` bytes, however the chunks fall, so the outcome never
depends on them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable

from consentkit.guard.ahead import is_end
from consentkit.guard.foreign import Foreign
from consentkit.guard.longwalk import begin_long_tag
from consentkit.guard.questions import Questions
from consentkit.guard.region import LONGEST_END, NOSCRIPT_END, RAW, RAW_AHEAD, SECTION_END, Region
from consentkit.guard.tokens import (
    SCAN,
    SCAN_EACH,
    TAG_NAME,
    ScriptScan,
    Tag,
    attributes,
    awaited,
    is_self_closing,
    is_shadow_root,
)
from consentkit.guard.xmlwalk import xml_content

_TREE = frozenset([*RAW, b"script", b"noscript", b"plaintext", b"template", b"select", b"frameset", b"svg", b"math"])
# Among frames a browser passes these tags over, and reads on ("in frameset"); where a body goes before, it passes over
# the frameset. We read both ways.
_NO_TEXT_IN_FRAMES = frozenset([*RAW_AHEAD, b"noscript"]) - {b"noframes"}

_TAG_END = re.compile(rb">")
_COMMENT_END = re.compile(rb"--!?>")
_LONGEST_KEPT = len(b"--!")
_DECLARATIONS = (b"<!DOCTYPE", b"<![CDATA[", b"<!--->")


class Walk(Questions):
    """Walks one document. Feed it chunks, then finish it once."""

    def __init__(self, limit: int, is_xml: bool = False) -> None:
        super().__init__(limit)
        self._content: Callable[[Walk], bool] = xml_content if is_xml else Walk._data
        self.is_xml = is_xml
        self._foreign = Foreign()
        self._templates = 0
        self._inert_from = 0  # how many templates were open with the first whose content belongs to no page
        self._in_select = False
        self._in_frames = False
        self._region: Region | None = None
        self._state: Callable[[Walk], bool] = self._content
        self._until = _TAG_END
        self._sought = 0  # how far the end of a style sheet was looked for
        self._scan: ScriptScan | None = None
        self._tag: Tag | None = None
        self._cut_short = False

    def in_page(self) -> bool:
        """Are we in the page's own markup: no template, noscript, svg, text, comment or tag is open?"""
        nested = self._templates or self._is_aside() or self._foreign.stack
        return not nested and not self._cut_short and self._state == self._content

    def is_live(self) -> bool:
        """Does what stands here belong to the page for a reader with scripting: no noscript, no inert template?"""
        return not self._is_aside() and not self._inert_from

    def _is_aside(self) -> bool:
        return self._region is not None and not self._region.is_page

    def is_drawn(self) -> bool:
        """Are we in a picture or in XML, where names of elements do not tell what fetches?"""
        return self.is_xml or bool(self._foreign.stack)

    def is_twofold(self) -> bool:
        """Do browsers differ, or may we err, on whether a style sheet here is one, or markup?"""
        return self._in_select or self._in_frames or self._foreign.doubtful

    # ── regions ──

    def _step(self) -> bool:
        return self._state(self)

    def _rebase(self, pos: int) -> None:
        self._sought -= pos
        if self._scan:
            self._scan.pos -= pos
        if self._region:
            self._region.rebase(pos)

    def _bound(self, final: bool) -> bool:
        """Set how far the states may read; True when the open region ends there."""
        self._end, self._final = len(self._buf), final
        region = self._region
        if region is None:
            return False
        region.seek(self._buf, self._pos)
        if region.found >= 0:
            self._end, self._final = region.found, not region.is_page
            return True
        if not final:
            self._end = max(self._pos, self._end - LONGEST_END)
        return False

    def _enter_region(self, ends: re.Pattern[bytes], after: int, *, is_page: bool = False) -> None:
        if self._region is None:
            stack = self._foreign.stack.copy()
            self._region = Region(ends, is_page, stack, self._templates, self._inert_from, self._in_select, after)

    def _leave_region(self) -> None:
        """The region's end ends whatever is open inside it: so it is for who reads it as raw text."""
        region = self._region
        if region is None:
            return
        self._needs = b""
        if region.is_page:
            if is_end(self, region):
                self._region = None
            else:
                self.end_tag_ahead(region.found)
                region.pass_by()
            return
        self._foreign.stack = region.foreign
        self._templates, self._inert_from = region.templates, region.inert_from
        self._in_select = region.in_select
        self._pos, self._state = self._end, self._content
        self._region = self._scan = None
        self._cut_short = False

    def _ends_text(self, pos: int) -> bool:
        """Is what stands at `pos` seen, or known to be an end tag?"""
        return pos < self._end or (self._region is not None and pos == self._region.found)

    # ── markup ──

    def _data(self) -> bool:
        """The "data state": pass over text and dull tags, look at the others one by one."""
        region = self._region
        while True:
            m = self._next_tag()
            if m is None or m[2] is None:
                self._pos = m.end() if m else self._pos
                return self._construct()
            start, after = m.start(1) - 1, m.end()
            self._pos = start
            if after - start > self._limit:
                return self._begin_long_tag()
            name = m[2].lower()
            if m[1]:
                self._end_tag(name, start)
            elif not self._start_tag(name, start, m.end(2), after):
                self._needs = b">"
                return False
            self._pos = after
            if self.enough or self._state is not Walk._data or self._region is not region:
                return True

    def _next_tag(self) -> re.Match[bytes] | None:
        """The next tag that changes what follows it, or has a place in it; or what stands where no whole tag does."""
        buf, end, places = self._buf, self._end, self.places()
        if places is None or self._foreign.stack or self._foreign.doubtful:
            return SCAN_EACH.match(buf, self._pos, end)
        while True:
            at = bisect_left(places, self._pos)
            stop = places[at] if at < len(places) else end
            m = SCAN.match(buf, self._pos, min(stop, end))
            if m is None or m[2] is not None or stop >= end:
                return m
            if m.end() < stop:  # a place in a tag or comment: it is none of the dull ones
                return SCAN_EACH.match(buf, m.end(), end)
            self._pos = stop + 1  # a place in text

    def _construct(self) -> bool:
        """The "tag open state" for what `SCAN` left: something unfinished, or no tag at all."""
        ahead = self._buf[self._pos : min(self._end, self._pos + 9)]
        if ahead[1:2].isalpha() or (ahead[1:2] == b"/" and ahead[2:3].isalpha()):
            return self._unfinished_tag()
        if ahead in (b"", b"<", b"</"):
            return self._pause()
        if ahead[1:2] == b"!":
            return self._declaration(ahead)
        if ahead[1:3] == b"/>":
            self._pos += 3  # "missing-end-tag-name": nothing at all
        elif ahead[1:2] in (b"/", b"?"):
            self._skip_to(_TAG_END, 2)
        else:
            self._pos += 1
        return True

    def _pause(self) -> bool:
        """Wait for more; at the end of the input there is none, and what is left goes out as it is."""
        if self._final:
            self._pos = self._end
        return False

    def _declaration(self, ahead: bytes) -> bool:
        """The "markup declaration open state"."""
        if not self._final and any(len(ahead) < len(w) and w.startswith(ahead.upper()) for w in _DECLARATIONS):
            return False
        if ahead[:4] == b"<!--":
            if ahead[4:5] == b">" or ahead[4:6] == b"->":  # "abrupt-closing-of-empty-comment"
                self._pos += 5 if ahead[4:5] == b">" else 6
            else:
                self._skip_to(_COMMENT_END, 4)
        elif ahead.upper() == b"<!DOCTYPE":
            if self.in_page():
                self.doctype()
            self._skip_to(_TAG_END, 9)
        elif ahead == b"<![CDATA[" and self._foreign.is_foreign():
            self._section()
        else:
            self._skip_to(_TAG_END, 2)
        return True

    def _section(self) -> None:
        """A section's text. For who looks ahead it is a comment up to the first ">", and HTML from there on."""
        if self._region:
            self._skip_to(SECTION_END, 9)
        else:
            self._enter_region(SECTION_END, self._pos + 9)
            self._foreign.stack = []
            self._skip_to(_TAG_END, 9)

    def _skip_to(self, end: re.Pattern[bytes], opening: int) -> None:
        self._pos += opening
        self._until, self._state = end, Walk._skipping

    def _skipping(self) -> bool:
        """Comments, bogus comments, doctypes, CDATA: passed on as they stream."""
        if m := self._until.search(self._buf, self._pos, self._end):
            self._pos, self._state = m.end(), self._content
            return True
        self._pos = self._end if self._final else max(self._pos, self._end - _LONGEST_KEPT)
        return False

    def _unfinished_tag(self) -> bool:
        if self._end - self._pos >= self._limit:
            return self._begin_long_tag()
        if not self._final:
            name = TAG_NAME.match(self._buf, self._pos, self._end)
            self._needs = awaited(self._buf, name.end(), self._end) if name else b">"
            return False
        self._cut_short = True  # "eof-in-tag": browsers drop it
        return self._pause()

    # ── tags ──

    def _start_tag(self, name: bytes, start: int, name_end: int, after: int) -> bool:
        """Show it to the subclass, then follow it. False: the subclass has to see more first."""
        wanted, tree = self.wants(name, start, after), name in _TREE or bool(self._foreign.stack)
        if not tree and not wanted:
            return True
        read = wanted or self._foreign.stack or name == b"template"
        attrs = attributes(self._buf, name_end, after - 1) if read else []
        is_html = self._foreign.takes_as_html(name, attrs)
        tag = Tag(name, attrs, start, name_end, after, is_html, is_self_closing(self._buf, attrs, name_end, after))
        if wanted and not self.start_tag(tag):
            return False
        self._follow(tag)
        return True

    def _follow(self, tag: Tag) -> None:
        """What a start tag changes for the bytes that follow it."""
        name, attrs, after = tag.name, tag.attrs, tag.after
        self._foreign.start(name, attrs, tag.is_closed)
        if not tag.is_html:
            if name in RAW_AHEAD and not tag.is_closed:
                self._enter_region(RAW_AHEAD[name], after, is_page=True)
            return
        self.opened(name, attrs, after)
        doubtful = self._foreign.doubtful
        if self._in_frames and name in _NO_TEXT_IN_FRAMES:
            self._scan = None
            self._enter_region(RAW_AHEAD.get(name, NOSCRIPT_END), after, is_page=True)
        elif name == b"script" and not doubtful:
            self._scan = self._scan or ScriptScan(after)
            self._state = Walk._script_text
        elif name in RAW and not doubtful and not (self._in_select and name != b"textarea"):
            self._until, self._state = RAW[name], Walk._style_text if name == b"style" else Walk._raw_text
            self._sought = after
        elif name in RAW_AHEAD or name == b"noscript":
            # Older parsers drop such tags inside a select, newer ones do not, and in a picture they are no raw text:
            # markup that ends where raw text would.
            self._scan = None
            self._enter_region(RAW_AHEAD.get(name, NOSCRIPT_END), after)
        elif name == b"plaintext" and not self._in_frames:
            self._state = Walk._plain_text
        elif name == b"template":
            self._templates += 1
            if not self._inert_from and not is_shadow_root(attrs):
                self._inert_from = self._templates
        elif name == b"select":
            self._in_select = True
        elif name == b"frameset":
            self._in_frames = True

    def _end_tag(self, name: bytes, start: int) -> None:
        is_drawn = bool(self._foreign.stack)
        self._foreign.end(name)
        if is_drawn:
            return
        if name == b"template":
            if self._templates == self._inert_from:
                self._inert_from = 0
            self._templates = max(0, self._templates - 1)
        elif name == b"select":
            self._in_select = False
        elif start >= 0:
            self.end_tag(name, start)

    # ── raw text ──

    def _script_text(self) -> bool:
        scan = self._scan
        if scan is None or scan.find(self._buf, self._end) >= 0:
            self._pos = scan.pos if scan else self._pos
            self._scan, self._state = None, self._content
            return True
        self._pos = self._end if self._final else scan.pos
        return False

    def _raw_text(self) -> bool:
        if m := self._until.search(self._buf, self._pos, self._end):
            self._pos, self._state = m.start(), self._content
            return True
        self._pos = self._end if self._final else max(self._pos, self._end - LONGEST_END)
        return False

    def _style_text(self) -> bool:
        """A style sheet: a window at a time, of as much as may be held, or of all there is."""
        m = self._until.search(self._buf, max(self._pos, self._sought), self._end)
        stop, window = m.start() if m else self._end, self._pos + self._limit
        if (m or self._final) and stop <= window:
            self.style_text(self._pos, stop, True)
            self._pos, self._state = stop, self._content if m else self._state
            return m is not None
        if stop - (0 if m or self._final else LONGEST_END) >= window:
            self._pos = self.style_text(self._pos, window, False)
            return True
        self._sought, self._needs = max(self._pos, stop - LONGEST_END), b"<"
        return False

    def _plain_text(self) -> bool:
        self._pos = self._end
        return False

    def _begin_long_tag(self) -> bool:
        """A tag too long to be held back (`longwalk`)."""
        return begin_long_tag(self)

    def _end_long_tag(self) -> bool:
        self._pos += 1
        self._state = self._content
        if self._tag and not self.is_xml:
            if self._tag.name.startswith(b"/"):
                self._end_tag(self._tag.name[1:], -1)
            else:
                self._follow(self._tag._replace(after=self._pos))
        return True
