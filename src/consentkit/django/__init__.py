"""consentkit for Django: the middleware, and the context processor for its templates."""

from consentkit.django.context import consent_context
from consentkit.django.middleware import ConsentMiddleware

__all__ = ["ConsentMiddleware", "consent_context"]
