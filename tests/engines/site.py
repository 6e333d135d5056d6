"""A shop, and beside it the hosts of the trackers it embeds: all on loopback, told apart by their names."""

from __future__ import annotations

from typing import Any

from starlette.types import Receive, Scope, Send

# RFC 6761 §6.3: every name that ends in .localhost is this machine.
SHOP, COUNTER, FILMS = "shop.localhost", "count.localhost", "tube.localhost"

POLICY: dict[str, Any] = {
    "version": "1",
    "site": {"id": "shop", "name": "Shop"},
    "controller": {"name": "Shop Ltd", "contact": "privacy@shop.test"},
    "vendors": [
        {"id": "count", "name": "Counter", "category": "analytics", "purpose": "Counts visits.", "hosts": [COUNTER]}
        | {"cookies": [{"name": "_ct", "purpose": "Tells visitors apart.", "retention": "13 months"}]},
        {"id": "tube", "name": "Tube", "category": "functional", "purpose": "Shows films.", "hosts": [FILMS]},
    ],
}

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Shop</title>
<script src="//{counter}/count.js"></script>
<h1>Shop</h1>
<iframe src="//{films}/film" title="Film" width="500" height="260"></iframe>
<a href="/next">Next</a>
"""
SCRIPT = 'window.ran = true; document.cookie = "_ct=1; max-age=3600; path=/"'


class Street:
    """The ASGI app for all hosts. `asked` are the paths that trackers were asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.shop: Any = None  # what answers at the shop, once it is under consent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _host(scope).startswith(SHOP):
            await self.shop(scope, receive, send)
            return
        self.asked.append(scope["path"])
        script = scope["path"].endswith(".js")
        await _answer(send, SCRIPT if script else "<p>A film.</p>", "text/javascript" if script else "text/html")


async def page(scope: Scope, receive: Receive, send: Send) -> None:
    """Every page of the shop."""
    port = _host(scope).partition(":")[2]
    await _answer(send, PAGE.format(counter=f"{COUNTER}:{port}", films=f"{FILMS}:{port}"), "text/html; charset=utf-8")


def _host(scope: Scope) -> str:
    return dict(scope["headers"])[b"host"].decode("ascii")


async def _answer(send: Send, text: str, content_type: str) -> None:
    body = text.encode()
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
