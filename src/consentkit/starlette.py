"""consentkit for Starlette's templates. Translation only: decisions are the core's.

    templates = Jinja2Templates(directory="templates", context_processors=[consent_context])

The middleware itself is `consentkit.asgi`'s.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from consentkit.placing import template_names


def consent_context(request: Request) -> dict[str, Any]:
    """A context processor: `consent`, `consent_banner()` and `consent_link()` in every template."""
    route = getattr(request.scope.get("route"), "path", "")
    return template_names(request.scope.get("consentkit.exchange"), route)
