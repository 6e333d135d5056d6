"""Could any tracker be named in these bytes? A cheap look, so that a clean page costs next to nothing.

Knows bytes and a set of host names. Says yes too often rather than too seldom: a yes only means that the page is read
tag by tag. What hides a name from such a look (escapes, odd slashes) is `early`'s to find.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_AFTER_SLASHES = re.compile(rb"//([a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+)")
_SCRIPT = re.compile(rb"<script\b", re.IGNORECASE)
# In a script the scheme may stand in another string: 'https://' + 'cdn.example.com', or 'www' + '.example.com'.
_QUOTED = re.compile(rb"""["'`]\.?([a-zA-Z0-9-]++\.[a-zA-Z0-9.-]++)""")
_MEMO = 10_000


class Candidates:
    """Looks for hosts for which `listed(name)` is true, or of which a parent is listed."""

    def __init__(self, listed: Callable[[str], bool]) -> None:
        self._listed = listed
        self._memo: dict[bytes, bool] = {}

    def __call__(self, page: bytes) -> bool:
        return any(map(self._known, set(_AFTER_SLASHES.findall(page)))) or self._in_scripts(page)

    def _in_scripts(self, page: bytes) -> bool:
        for opening in _SCRIPT.finditer(page):
            start = page.find(b">", opening.end()) + 1
            end = page.find(b"</", start)
            names = _QUOTED.findall(page, start, end if end >= 0 else len(page)) if start else ()
            if any(map(self._known, set(names))):
                return True
        return False

    def _known(self, name: bytes) -> bool:
        known = self._memo.get(name)
        if known is None:
            known = self._look(name.decode("ascii").lower().strip("."))
            if len(self._memo) >= _MEMO:
                self._memo.clear()
            self._memo[name] = known
        return known

    def _look(self, host: str) -> bool:
        while host:
            if self._listed(host):
                return True
            host = host.partition(".")[2]
        return False
