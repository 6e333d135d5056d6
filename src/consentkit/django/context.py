"""What Django's templates may use. Knows requests and template names; not how a banner looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from consentkit.django.middleware import route_of
from consentkit.exchange import Exchange
from consentkit.placing import template_names


def consent_context(request: HttpRequest) -> dict[str, Any]:
    """A context processor: `consent`, `consent_banner` and `consent_link` in every template."""
    exchange: Exchange | None = request.META.get("consentkit.exchange")
    names = template_names(exchange, route_of(request))

    def placing(name: str) -> Callable[..., Any]:
        def place(*said: str) -> Any:
            markup = names[name](*said)
            if exchange and exchange.showing.is_personal:
                # The cache middleware's own flag keeps a page out of the cache that has this visitor's token or choice.
                request._cache_update_cache = False  # type: ignore[attr-defined]
            return markup

        return place

    return {**names, **{name: placing(name) for name in ("consent_banner", "consent_link")}}
