"""Content that two readers of one page read differently, up to an end on which they agree.

Knows how much of a walk must be as before when it ends; not what either reads. Such content is `noscript`, which is
text where scripts run; and in svg and math what a browser that looks ahead takes for HTML: it fetches before there is a
tree, and knows of no sections, nor that a `title` or `style` there is markup (seen in Chromium 156).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from consentkit.guard.foreign import Open

SECTION_END = re.compile(rb"\]\]>")


@dataclass(slots=True)
class Region:
    """One such content, and what was open around it. `is_page`: of the readers, the page's own is followed in it."""

    ends: re.Pattern[bytes]
    is_page: bool
    foreign: list[Open]
    templates: int
    inert_from: int
    in_select: bool
    sought: int
    found: int = -1
