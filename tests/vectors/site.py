"""The site that serves the vectors: one app, bare and behind the middleware, told apart by the host it is asked for.

Knows vectors and the middleware; not browsers. `bare-site.localhost` is the app without us, `personal-off.localhost`
and the like are cells; with `-alone` behind, the guard script cannot be had. Without scripts a page comes in small
pieces, so that both ways of sending are met.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from consentkit.asgi import ConsentMiddleware
from consentkit.settings import new_secret
from consentkit.tlog import Signer
from tests.serving import served

from .index import HERE, MODES, RENDERINGS, Answer, Vector, answer_of

TRACKERS = {
    "google": ("analytics", ["www.google-analytics.com"]),
    "meta": ("marketing", ["connect.facebook.net"]),
    "double": ("marketing", ["doubleclick.net"]),
}
COUNT = {
    "id": "count",
    "name": "Count",
    "category": "analytics",
    "purpose": "Counts visits.",
    "hosts": ["count.test", "xn--zhler-gra.test"],
    "cookies": [{"name": "_ct_*", "purpose": "Tells visitors apart.", "retention": "1 year"}],
}
PIECE = 11
# Long enough for what a page began before it to be under way; a page has loaded when its own pictures have.
_PATIENCE = 0.04
_OWN = {
    "script": "text/javascript",
    "worker": "text/javascript",
    "audioworklet": "text/javascript",
    "style": "text/css",
    "image": "image/svg+xml",
    "iframe": "text/html",
    "frame": "text/html",
}

Message = MutableMapping[str, Any]


def policy(mode: str) -> dict[str, Any]:
    """Enforced by a Content-Security-Policy, a host that is not declared is nobody's to allow: there all are."""
    vendors = [
        {"id": ident, "name": ident.title(), "category": category, "purpose": "Purpose.", "hosts": hosts}
        for ident, (category, hosts) in TRACKERS.items()
    ]
    return {
        "version": "1",
        "controller": {"name": "Shop", "contact": "privacy@shop.test"},
        "vendors": [COUNT, *(vendors if mode == "enforce" else [])],
        "csp": {"mode": mode},
    }


class Site:
    """The app. `own` is what was asked of it under /own/, by name."""

    def __init__(self, vectors: list[Vector], pages: Mapping[str, Answer] | None = None) -> None:
        self.answers = {f"/{vector.id}": answer_of(vector) for vector in vectors} | dict(pages or {})
        self.scripts = {f"/{vector.id}.js": vector.source for vector in vectors if vector.is_dynamic}
        self.scripts["/reach.js"] = (HERE / "reach.js").read_bytes()
        self.own: list[str] = []
        self.address = ""

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        path, headers = scope["path"], dict(scope["headers"])
        if path.startswith("/own/"):
            await self._answer_own(path.removeprefix("/own/"), headers, send)
            return
        shared, piece = headers[b"host"].startswith(b"shared"), PIECE if b"nojs" in headers[b"host"] else 0
        given: list[tuple[bytes, bytes]] = [(b"cache-control", b"public, max-age=0" if shared else b"no-store")]
        if path in self.scripts:
            await _send(send, 200, [(b"content-type", b"text/javascript"), *given], self.scripts[path])
        elif answer := self.answers.get(path):
            hints = [value for name, value in answer.headers if name == b"early-hint"]
            if hints and "http.response.early_hint" in scope.get("extensions", {}):
                await send({"type": "http.response.early_hint", "links": hints})
            kept = [header for header in answer.headers if header[0] != b"early-hint"]
            await _send(send, answer.status, [*kept, *given], answer.body, piece)
        else:
            await _send(send, 404, [(b"content-type", b"text/plain"), *given], b"")

    async def _answer_own(self, name: str, headers: dict[bytes, bytes], send: Any) -> None:
        self.own.append(name)
        await asyncio.sleep(_PATIENCE)
        kind = _OWN.get(headers.get(b"sec-fetch-dest", b"").decode(), "application/octet-stream")
        body = b'<svg xmlns="http://www.w3.org/2000/svg"/>' if kind.startswith("image") else b""
        await _send(send, 200, [(b"content-type", kind.encode()), (b"cache-control", b"no-store")], body)


async def _send(send: Any, status: int, headers: list[tuple[bytes, bytes]], body: bytes, piece: int = 0) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    for start in range(0, len(body) if piece else 0, piece or 1):
        await send({"type": "http.response.body", "body": body[start : start + piece], "more_body": True})
    await send({"type": "http.response.body", "body": b"" if piece else body})


class Hosts:
    """Each host's app, by the beginning of its name."""

    def __init__(self, site: Site, folder: Path, stack: ExitStack) -> None:
        self.site = site
        self.kits = {}
        self._apps: dict[str, Any] = {"bare-site": site}
        for mode in MODES:
            key = Signer.generate("shop.test/log").to_text()
            made = ConsentMiddleware(
                site, policy=policy(mode), data=folder / mode, secret=new_secret(), signing_key=key
            )
            stack.callback(made._kit.close)
            self._apps |= {f"{rendering}-{mode}": made for rendering in RENDERINGS}
            self.kits[mode] = made._kit

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            host = dict(scope["headers"])[b"host"].partition(b".")[0].decode()
            if host.endswith("-alone") and scope["path"].endswith(".guard.js"):
                await _send(send, 404, [(b"content-type", b"text/plain")], b"")
            else:
                await self._apps["-".join(host.split("-")[:2])](scope, receive, send)

    def url(self, host: str, path: str) -> str:
        return f"http://{host}.localhost:{self.site.address.rpartition(':')[2]}{path}"


@contextmanager
def hosting(vectors: list[Vector], folder: Path, pages: Mapping[str, Answer] | None = None) -> Iterator[Hosts]:
    """The site on loopback, until the block ends; `pages` are more of it, by path."""
    with ExitStack() as stack:
        site = Site(vectors, pages)
        hosts = Hosts(site, folder, stack)
        site.address = stack.enter_context(served(hosts))
        yield hosts
