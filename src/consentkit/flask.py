"""consentkit for Flask. Translation only: decisions are the core's.

    Consent(app)                          # or consent = Consent(), and consent.init_app(app) in the app's factory

A view finds the visitor's Decision in `g.consent`; a template has `consent`, `consent_banner()` and `consent_link()`.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, g, request

from consentkit.decision import Decision
from consentkit.placing import template_names
from consentkit.settings import KEYWORDS
from consentkit.wsgi import ConsentMiddleware


class Consent:
    """The extension. Arguments are those of `consentkit.wsgi.ConsentMiddleware`, and go before the app's config."""

    def __init__(self, app: Flask | None = None, **settings: Any) -> None:
        self._settings = settings
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Put an app under consent. Raises ConfigError with every problem, or LedgerRollback."""
        # Each may be given as an argument, or in the app's config as CONSENTKIT_POLICY, CONSENTKIT_DATABASE …
        configured = {name: app.config.get(f"CONSENTKIT_{name.upper()}") for name in KEYWORDS}
        given = {name: value for name, value in configured.items() if value is not None} | self._settings
        app.wsgi_app = ConsentMiddleware(app.wsgi_app, **given)  # type: ignore[method-assign]
        app.before_request(_open)
        app.context_processor(_names)


def _open() -> None:
    """Hand the decision to the app, and the route's pattern to the record."""
    g.consent = request.environ.get("consentkit.consent") or Decision()
    request.environ["consentkit.route"] = _route()


def _names() -> dict[str, Any]:
    return template_names(request.environ.get("consentkit.exchange") if request else None, _route() if request else "")


def _route() -> str:
    return request.url_rule.rule if request.url_rule else ""
