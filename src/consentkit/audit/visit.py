"""One look: who asks, for what, in which language; and the desk that all looks share.

Knows settings and a ledger; not HTTP beyond plain values, nor what a page shows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from consentkit.audit.disclosure import THRESHOLD
from consentkit.audit.session import Sessions
from consentkit.audit.words import LANGUAGES, Words
from consentkit.ledger.grants import Grant, Grants
from consentkit.ledger.ledger import Ledger
from consentkit.limit import RateLimit
from consentkit.page import Pages
from consentkit.settings import Settings

# Tries to enter, a minute and network: a person needs one.
_TRIES = 10
RIGHTS: Mapping[str, frozenset[str]] = {
    "viewer": frozenset({"look"}),
    "exporter": frozenset({"look", "export"}),
    "eraser": frozenset({"look", "erase"}),
}
"""What each role may do: no role has more than it needs, so none holds another's."""


class Desk:
    """What lives as long as the process. Safe to share between threads."""

    def __init__(
        self, settings: Settings, ledger: Ledger, clock: Callable[[], float] = time.time, threshold: int = THRESHOLD
    ) -> None:
        self.settings, self.ledger, self.clock, self.threshold = settings, ledger, clock, threshold
        self.grants = Grants(ledger.store)
        self.sessions = Sessions(settings)
        self.limit = RateLimit(_TRIES, what="tries to enter the auditor's pages")
        self.pages = Pages(settings.policy)
        self.templates = Environment(
            loader=PackageLoader("consentkit.audit"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )

    def render(self, name: str, words: Words, root: str, **values: Any) -> str:
        frame = {"t": words, "here": root, "languages": LANGUAGES, "site": self.settings.policy.site.id}
        return self.templates.get_template(name).render({"grant": None, "token": "", **frame, **values})


@dataclass(frozen=True, slots=True)
class Visit:
    """One look by somebody with a grant. `token` goes into every form; `sent` is what a form or query said."""

    desk: Desk
    grant: Grant
    token: str
    words: Words
    root: str
    place: Mapping[str, Any]
    sent: Mapping[str, str] = field(default_factory=dict)

    def may(self, right: str) -> bool:
        return right in RIGHTS.get(self.grant.role, frozenset())

    def text(self, template: str, **values: Any) -> str:
        """A page for this visit."""
        told = {"grant": self.grant, "token": self.token, "may": self.may}
        return self.desk.render(template, self.words, self.root, **told, **values)

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        return HTMLResponse(self.text(template, **values), status)
