"""A site to be killed: an ASGI app under consentkit, with its database and data where CONSENTKIT_… variables say."""

from __future__ import annotations

from typing import Any

from consentkit.asgi import ConsentMiddleware


async def page(scope: Any, receive: Any, send: Any) -> None:
    """A page with a tracker in it."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
    await send({"type": "http.response.body", "body": b"<!doctype html><body><p>A page."})


app = ConsentMiddleware(page, {"site": {"id": "shop"}, "trusted_proxies": ["127.0.0.1/32"]})
