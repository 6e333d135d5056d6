"""What `manage.py check` says about consent: the settings, and our place among the middleware.

Knows Django's settings; each problem of ours has a stable id and a way out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from consentkit.django.conf import site_settings
from consentkit.errors import ConfigError

_OURS = "consentkit.django.ConsentMiddleware"
_DJANGO = "django.middleware"
# What belongs behind us, and what goes wrong otherwise.
_BEHIND = {
    f"{_DJANGO}.cache.UpdateCacheMiddleware": ("W002", "pages that were rendered for a visitor come to be cached"),
    f"{_DJANGO}.cache.FetchFromCacheMiddleware": ("W002", "pages out of the cache are guarded twice"),
    f"{_DJANGO}.http.ConditionalGetMiddleware": ("W003", "browsers' conditions are compared with the wrong ETag"),
    f"{_DJANGO}.csrf.CsrfViewMiddleware": ("W004", "its cookie leaves unguarded"),
    "django.contrib.sessions.middleware.SessionMiddleware": ("W004", "its cookie leaves unguarded"),
    "django.contrib.messages.middleware.MessageMiddleware": ("W004", "its cookie leaves unguarded"),
}
_GZIP = f"{_DJANGO}.gzip.GZipMiddleware"


def check_settings(app_configs: Any, **_: Any) -> Sequence[CheckMessage]:
    """Everything that is wrong with CONSENTKIT and the policy."""
    try:
        site_settings()
    except ConfigError as error:
        return [
            Error(f"{problem.place}: {problem.message}", problem.remedy, problem.value or None, problem.ident)
            for problem in error.problems
        ]
    return []


def check_order(app_configs: Any, **_: Any) -> Sequence[CheckMessage]:
    """Whether we are in MIDDLEWARE, outside what we guard."""
    if _OURS not in settings.MIDDLEWARE:
        return [Warning(f"{_OURS} is not in MIDDLEWARE: nothing is held.", "Put it first.", id="consentkit.W001")]
    place = settings.MIDDLEWARE.index(_OURS)
    found: list[CheckMessage] = [
        _misplaced(name, *_BEHIND[name], "after") for name in settings.MIDDLEWARE[:place] if name in _BEHIND
    ]
    if _GZIP in settings.MIDDLEWARE[place:]:
        found.append(_misplaced(_GZIP, "W005", "each page is packed, unpacked and packed again", "before"))
    return found


def _misplaced(name: str, number: str, consequence: str, side: str) -> CheckMessage:
    return Warning(f"As MIDDLEWARE stands, {consequence}.", f"Put {name} {side} {_OURS}.", id=f"consentkit.{number}")
