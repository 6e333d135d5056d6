"""The cookie names an app was seen to set, and where: for saying each thing once, and for expiring what has to go.

In memory, bounded, names and paths only: never a value.
"""

from __future__ import annotations

import logging
import re

from consentkit.classifier import Classification
from consentkit.guard.guard import Cookies
from consentkit.guard.set_cookie import declaring

_LOG = logging.getLogger("consentkit")
_MOST_NAMES = 1000
_MOST_PATHS = 4
# Paths other than "/" that can be written back into a header.
_PATH = re.compile(r"/[!-:<-~]{1,1000}")


class Inventory:
    """Remembers for one process. Losing a race between threads loses a log line, nothing else."""

    def __init__(self, *, enforces: bool) -> None:
        self._verb = "held" if enforces else "would be held"
        self._paths: dict[str, set[str]] = {}
        self._said: set[str] = set()

    def notice(self, cookies: Cookies) -> None:
        """Take in one response's Set-Cookie lines; each cookie held is named once in the log."""
        for cookie in cookies.seen:
            known = cookie.name in self._paths or len(self._paths) < _MOST_NAMES
            if known and cookie.path and _PATH.fullmatch(cookie.path):
                paths = self._paths.setdefault(cookie.name, set())
                if len(paths) < _MOST_PATHS:
                    paths.add(cookie.path)
        for cookie, found in cookies.held:
            if cookie.name not in self._said and len(self._said) < _MOST_NAMES:
                self._said.add(cookie.name)
                self._say(cookie.name, found)

    def paths(self, name: str) -> frozenset[str]:
        """The paths, other than "/", under which the app set this cookie."""
        return frozenset(self._paths.get(name, ()))

    def _say(self, name: str, found: Classification) -> None:
        lines = declaring(name, found.category)
        if found.reason == "declared":
            _LOG.info("consentkit.G010 %s until there is consent, as declared:\n%s", self._verb, lines)
        else:
            what = f"{found.category}, says the catalogue" if found.category else "nobody knows it"
            _LOG.warning("consentkit.G011 %s a cookie (%s). To declare it:\n%s", self._verb, what, lines)
