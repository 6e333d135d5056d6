"""Content that two readers of one page read differently, up to an end on which they agree.

Knows how much of a walk must be as before when it ends; not what either reads. Such content is `noscript`, which is
text where scripts run; and in svg and math what a browser that looks ahead takes for HTML: it fetches before there is a
tree, and knows of no sections, nor that a `title` or `style` there is markup (seen in Chromium 156).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from consentkit.guard.foreign import Open
from consentkit.guard.tokens import end_tag

RAW = {name: end_tag(name) for name in (b"style", b"textarea", b"title", b"xmp", b"iframe", b"noembed", b"noframes")}
# What is raw text for who looks ahead, also in svg and math.
RAW_AHEAD = {**RAW, b"script": end_tag(b"script")}
NOSCRIPT_END = end_tag(b"noscript")
LONGEST_END = len(b"</noscript") + 1
SECTION_END = re.compile(rb"\]\]>")


@dataclass(slots=True)
class Region:
    """One such content, and what was open around it. `is_page`: of the readers, the page's own is followed in it.

    `passed`: before it stands no end on which they agree.
    """

    ends: re.Pattern[bytes]
    is_page: bool
    foreign: list[Open]
    templates: int
    inert_from: int
    in_select: bool
    sought: int
    found: int = -1
    passed: int = 0

    def seek(self, buf: bytes, pos: int) -> None:
        """Look for the end, from where it was not looked for yet."""
        if self.found < 0 and self.sought < len(buf):
            m = self.ends.search(buf, max(self.sought, self.passed, pos))
            self.found, self.sought = m.start() if m else -1, len(buf)

    def pass_by(self) -> None:
        """What was found is no end on which they agree: look for the next."""
        self.passed, self.found, self.sought = self.found + 1, -1, 0

    def rebase(self, pos: int) -> None:
        """The buffer now begins `pos` bytes later."""
        self.sought = max(0, self.sought - LONGEST_END - pos)
        self.passed = max(0, self.passed - pos)
        self.found = -1
