"""What the site's owner must hear of once: each thing that was met, in the log, with its id.

Knows texts, not what they speak of. Bounded, so that whoever can make up new texts fills neither log nor memory.
"""

from __future__ import annotations

import logging

from consentkit.guard.headers import HeldHeader

_LOG = logging.getLogger("consentkit")
_MOST = 500


class Notes:
    """Says each thing the first time, in this process. `enforces`: what is said to be held is held."""

    def __init__(self, *, enforces: bool) -> None:
        self._verb = "is" if enforces else "would be"
        self._said: set[tuple[str, str]] = set()

    def say(self, ident: str, text: str) -> None:
        """Log a warning, unless it was said before or too much has been."""
        if (ident, text) not in self._said and len(self._said) < _MOST:
            self._said.add((ident, text))
            _LOG.warning("%s %s", ident, text)

    def held_header(self, held: HeldHeader) -> None:
        """Name a header that asks a tracker, and for whom."""
        category, _, vendor = held.label.partition(" ")
        whom = f"{vendor.removeprefix('.')} ({category})" if vendor else category
        self.say("consentkit.G003", f"a {held.name} header that sends browsers to {whom} {self._verb} held: no consent")
