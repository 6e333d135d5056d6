"""The cookies that an app's own framework is set up to keep logins and tokens in, under whatever name.

Knows apps, their middleware and their settings by attribute, and runs none of them; not requests, nor what is done with
a name. Nobody may lose a login because it was given a name of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

# Settings of Flask, Quart and their extensions: SESSION_COOKIE_NAME, REMEMBER_COOKIE_NAME, JWT_ACCESS_COOKIE_NAME …
_SETTING = re.compile(r"(?:SESSION|REMEMBER|CSRF|XSRF|AUTH|JWT)_(?:[A-Z]+_)*COOKIE_NAME")
# Middleware is called after what it does, and says in one of these where it keeps it.
_MIDDLEWARE = re.compile(r"session|csrf|xsrf|auth", re.I)
_ATTRIBUTES = ("session_cookie", "cookie_name")
_DEEPEST = 100


def app_cookies(app: Any) -> Iterator[str]:
    """The names, from an app's settings and from the middleware between us and it."""
    for _ in range(_DEEPEST):
        app = getattr(app, "__self__", app)  # `flask_app.wsgi_app` is a method of the app
        yield from _of_settings(getattr(app, "config", None))
        yield from _of_middleware(type(app), getattr(app, "__dict__", {}))
        for each in getattr(app, "user_middleware", ()):  # Starlette builds these with its first request
            yield from _of_middleware(each.cls, each.kwargs)
        if (app := getattr(app, "app", None)) is None:
            return


def _of_settings(config: Any) -> Iterator[str]:
    if isinstance(config, Mapping):
        yield from (
            value
            for name, value in config.items()
            if isinstance(name, str) and isinstance(value, str) and value and _SETTING.fullmatch(name)
        )


def _of_middleware(kind: Any, said: Mapping[str, Any]) -> Iterator[str]:
    if _MIDDLEWARE.search(getattr(kind, "__name__", "")):
        yield from (value for name in _ATTRIBUTES if isinstance(value := said.get(name), str) and value)
