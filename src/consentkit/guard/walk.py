"""The walk through a document, chunk by chunk: what is a tag, what is text, what is not finished yet.

Knows bytes and as much of the tree as changes the tokens: svg and math, noscript, template, select, raw text. Does
not know why anyone looks at tags: whoever walks answers for that (`questions`). What is passed on is what came in,
and what `put` adds.

What is longer than the limit is decided by its first `limit` bytes, however the chunks fall, so the outcome never
depends on them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from consentkit.guard.foreign import Foreign
from consentkit.guard.questions import Questions
from consentkit.guard.tokens import (
    CUT_ATTRIBUTE,
    SCAN,
    SCAN_EACH,
    SEPARATORS,
    SETTLED_ATTRIBUTE,
    TAG_NAME,
    Attribute,
    ScriptScan,
    attribute,
    attributes,
    awaited,
    complete_until,
    end_tag,
    is_self_closing,
)

_RAW = {name: end_tag(name) for name in (b"style", b"textarea", b"title", b"xmp", b"iframe", b"noembed", b"noframes")}
_NOSCRIPT_END = end_tag(b"noscript")
_LONGEST_END = len(b"</noscript") + 1
_TREE = frozenset([*_RAW, b"script", b"noscript", b"plaintext", b"template", b"select", b"svg", b"math"])

_TAG_END = re.compile(rb">")
_CDATA_END = re.compile(rb"\]\]>")
_COMMENT_END = re.compile(rb"--!?>")
_VALUE_END = {b'"': re.compile(rb'"'), b"'": re.compile(rb"'"), b"": re.compile(rb"(?=[\t\n\f\r >])")}
_LONGEST_KEPT = len(b"--!")
_DECLARATIONS = (b"<!DOCTYPE", b"<![CDATA[", b"<!--->")


@dataclass(slots=True)
class _Region:
    """Content that ends at its end tag for one reader (scripting on) and is markup for another (scripting off)."""

    ends: re.Pattern[bytes]
    foreign_depth: int
    templates: int
    in_select: bool
    sought: int
    found: int = -1


class Walk(Questions):
    """Walks one document. Feed it chunks, then finish it once."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self._foreign = Foreign()
        self._templates = 0
        self._in_select = False
        self._region: _Region | None = None
        self._state: Callable[[Walk], bool] = Walk._data
        self._until = _TAG_END
        self._scan: ScriptScan | None = None
        self._long_name = b""
        self._long_attrs: list[Attribute] = []
        self._cut_short = False

    def in_page(self) -> bool:
        """Are we in the page's own markup: no template, noscript, svg, text, comment or tag is open?"""
        nested = self._templates or self._region or self._foreign.stack
        return not nested and not self._cut_short and self._state is Walk._data

    # ── regions ──

    def _step(self) -> bool:
        return self._state(self)

    def _rebase(self, pos: int) -> None:
        if self._scan:
            self._scan.pos -= pos
        if self._region:
            self._region.sought = max(0, self._region.sought - _LONGEST_END - pos)
            self._region.found = -1

    def _bound(self, final: bool) -> bool:
        """Set how far the states may read; True when the open region ends there."""
        self._end, self._final = len(self._buf), final
        region = self._region
        if region is None:
            return False
        if region.found < 0 and region.sought < self._end:
            m = region.ends.search(self._buf, max(region.sought, self._pos))
            region.found, region.sought = m.start() if m else -1, self._end
        if region.found >= 0:
            self._end, self._final = region.found, True
            return True
        if not final:
            self._end = max(self._pos, self._end - _LONGEST_END)
        return False

    def _enter_region(self, ends: re.Pattern[bytes], depth: int, after: int) -> None:
        if self._region is None:
            self._region = _Region(ends, depth, self._templates, self._in_select, after)

    def _leave_region(self) -> None:
        """The region's end tag ends whatever is open inside it: so it is for who reads it as raw text."""
        region = self._region
        if region is None:
            return
        del self._foreign.stack[region.foreign_depth :]
        self._templates, self._in_select = region.templates, region.in_select
        self._pos, self._state = self._end, Walk._data
        self._region = self._scan = None
        self._cut_short = False
        self._needs = b""

    # ── markup ──

    def _data(self) -> bool:
        """The "data state": pass over text and dull tags, look at the others one by one."""
        buf, end, region = self._buf, self._end, self._region
        while True:
            m = (SCAN_EACH if self._foreign.stack else SCAN).match(buf, self._pos, end)
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
            elif name in self.glanced and not self._foreign.stack and self.glance(name, m.end(2), after):
                pass
            elif not self._start_tag(name, start, m.end(2), after):
                self._needs = b">"
                return False
            self._pos = after
            if self.enough or self._state is not Walk._data or self._region is not region:
                return True

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
            self._skip_to(_CDATA_END, 9)
        else:
            self._skip_to(_TAG_END, 2)
        return True

    def _skip_to(self, end: re.Pattern[bytes], opening: int) -> None:
        self._pos += opening
        self._until, self._state = end, Walk._skipping

    def _skipping(self) -> bool:
        """Comments, bogus comments, doctypes, CDATA: passed on as they stream."""
        if m := self._until.search(self._buf, self._pos, self._end):
            self._pos, self._state = m.end(), Walk._data
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
        wanted, tree = self.wants(name), name in _TREE or bool(self._foreign.stack)
        if not tree and not wanted:
            return True
        attrs = attributes(self._buf, name_end, after - 1) if wanted or self._foreign.stack else []
        is_html = self._foreign.takes_as_html(name, attrs)
        if wanted and not self.start_tag(name, attrs, start, after, is_html):
            return False
        self._follow(name, attrs, after, is_html, is_self_closing(self._buf, attrs, name_end, after))
        return True

    def _follow(self, name: bytes, attrs: list[Attribute], after: int, is_html: bool, self_closing: bool) -> None:
        """What a start tag changes for the bytes that follow it."""
        depth = len(self._foreign.stack)
        self._foreign.start(name, attrs, self_closing)
        if not is_html:
            return
        self.opened(name, attrs, after)
        if name == b"script":
            self._scan = self._scan or ScriptScan(after)
            self._state = Walk._script_text
        elif name in _RAW and not (self._in_select and name != b"textarea"):
            self._until, self._state = _RAW[name], Walk._raw_text
        elif name in _RAW or name == b"noscript":
            # Older parsers drop such tags inside a select, newer ones do not: markup that ends where raw text would.
            self._enter_region(_RAW.get(name, _NOSCRIPT_END), depth, after)
        elif name == b"plaintext":
            self._state = Walk._plain_text
        elif name == b"template":
            self._templates += 1
        elif name == b"select":
            self._in_select = True

    def _end_tag(self, name: bytes, start: int) -> None:
        if self._foreign.stack:
            self._foreign.end(name)
        elif name == b"template":
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
            self._scan, self._state = None, Walk._data
            return True
        self._pos = self._end if self._final else scan.pos
        return False

    def _raw_text(self) -> bool:
        if m := self._until.search(self._buf, self._pos, self._end):
            self._pos, self._state = m.start(), Walk._data
            return True
        self._pos = self._end if self._final else max(self._pos, self._end - _LONGEST_END)
        return False

    def _plain_text(self) -> bool:
        self._pos = self._end
        return False

    # ── tags longer than may be held back ──

    def _begin_long_tag(self) -> bool:
        """Show what the first bytes say; the rest of the tag goes through attribute by attribute."""
        start, window = self._pos, self._pos + self._limit
        m = TAG_NAME.match(self._buf, start, window)
        self._long_name = m[1] + m[2].lower() if m else b"/"
        name_end = m.end() if m else window
        self._pos = complete_until(self._buf, name_end, window)
        self._long_attrs = attributes(self._buf, name_end, self._pos)
        self.long_tag(self._long_name, self._long_attrs, name_end)
        self._state = Walk._long_tag
        return True

    def _long_tag(self) -> bool:
        """Between the attributes of a long tag."""
        while True:
            self._pos = SEPARATORS.match(self._buf, self._pos, self._end).end()  # type: ignore[union-attr]
            if self._buf[self._pos : min(self._pos + 1, self._end)] == b">":
                return self._end_long_tag()
            m = SETTLED_ATTRIBUTE.match(self._buf, self._pos, self._end)
            if not m or m.end() - self._pos > self._limit:
                break
            self.late_attribute(attribute(m))
            self._pos = m.end()
        if self._end - self._pos >= self._limit:
            return self._begin_long_value()
        self._needs = b"" if self._final else awaited(self._buf, self._pos, self._end)
        return self._pause()

    def _begin_long_value(self) -> bool:
        """An attribute that is itself too long: shown by its beginning, then passed on to its end."""
        m = CUT_ATTRIBUTE.match(self._buf, self._pos, self._pos + self._limit)
        if m is None:  # cannot be: an attribute's name is any byte but a separator or ">"
            raise AssertionError(self._pos)
        self.late_attribute(Attribute(m[1].lower(), m[3] or b"", m.start(), m.end()))
        self._until, self._state = _VALUE_END[m[2] or b""], Walk._long_value
        self._pos = m.end()
        return True

    def _long_value(self) -> bool:
        if m := self._until.search(self._buf, self._pos, self._end):
            self._pos, self._state = m.end(), Walk._long_tag
            return True
        self._pos = self._end
        return False

    def _end_long_tag(self) -> bool:
        self._pos += 1
        self._state = Walk._data
        name = self._long_name
        if name.startswith(b"/"):
            self._end_tag(name[1:], -1)
        else:
            is_html = self._foreign.takes_as_html(name, self._long_attrs)
            self._follow(name, self._long_attrs, self._pos, is_html, self_closing=False)
        return True
