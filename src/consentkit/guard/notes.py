"""What the site's owner must hear of once: each thing that was met, in the log, with its id.

Knows texts, not what they speak of. Bounded, so that whoever can make up new texts fills neither log nor memory.
"""

from __future__ import annotations

import json
import logging
import re

from consentkit.classification.answer import Classification
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

    def shortened(self, found: Classification) -> None:
        """Name a declared cookie that was to last longer than visitors are told."""
        self.say(
            "consentkit.G014",
            f"{found.rule} was set for longer than its declared retention, which it {self._verb} cut to: "
            "shorten it where it is set, or declare how long it lasts",
        )

    def undeclared(self, found: Classification) -> None:
        """Name a tracker that the policy does not, with the lines that would declare it."""
        if ("consentkit.G013", found.rule) not in self._said and len(self._said) < _MOST:
            self._said.add(("consentkit.G013", found.rule))
            _LOG.warning(
                "consentkit.G013 a page asks for %s (%s), which the policy does not declare: no visitor is told of it, "
                "and whoever accepts everything lets it through. To declare it:\n%s",
                found.vendor or found.rule,
                found.category,
                _declaring(found),
            )


def _declaring(found: Classification) -> str:
    """The TOML that would declare a tracker, to be pasted from the log. Its id is of its host: vendors have several."""
    ident = re.sub("[^a-z0-9]+", "-", found.rule).strip("-")[:64].strip("-")
    said = {
        "id": ident,
        "name": found.vendor or found.rule,
        "category": found.category,
        "purpose": "…",
        "hosts": [found.rule],
    }
    # A JSON string is one of TOML's.
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in said.items()]
    return "\n".join(["[[vendors]]", *lines])
