"""What Django's templates may use. Knows requests and template names; not how a banner looks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from consentkit.django.middleware import route_of
from consentkit.placing import template_names


def consent_context(request: HttpRequest) -> dict[str, Any]:
    """A context processor: `consent`, `consent_banner` and `consent_link` in every template."""
    names = template_names(request.META.get("consentkit.exchange"), route_of(request))

    def banner(nonce: str = "") -> Any:
        # It carries this visitor's token: the cache middleware's own flag keeps the page out of the cache.
        request._cache_update_cache = False
        return names["consent_banner"](nonce)

    return {**names, "consent_banner": banner}
