"""A small site whose pages do what trackers' loaders do, and a visitor whose every request abroad is caught."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Route
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as Path_

from consentkit.asgi import ConsentMiddleware
from consentkit.kit import ConsentKit
from consentkit.settings import new_secret
from consentkit.tlog import Signer
from tests.serving import served

Answer = tuple[str, str, dict[str, str]]


class Site:
    """Answers by path: (content type, body, headers). What is asked for in other places is 404."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.address = ""
        self.app = Starlette(routes=[Path_("/{path:path}", self._answer, methods=["GET", "POST"])])

    def page(self, body: str, path: str = "/", kind: str = "text/html", **headers: str) -> None:
        text = f"<!doctype html><html lang=en><head><title>Shop</title></head><body>{body}</body></html>"
        self.put(path, text if kind == "text/html" else body, kind, **headers)

    def put(self, path: str, body: str, kind: str = "text/javascript", **headers: str) -> None:
        self.answers[path] = (kind, body, {name.replace("_", "-"): value for name, value in headers.items()})

    async def _answer(self, request: Request) -> Response:
        kind, body, headers = self.answers.get(request.url.path, ("text/plain", "", {}))
        status = 200 if request.url.path in self.answers else 404
        return Response(body, status, headers, media_type=kind)


class Visitor:
    """A browser. `abroad` are the requests that left, WebSockets included; `refused` what its policies stopped.

    Our script that watches over others comes through to it only where it is `guarded`: elsewhere it is the policy
    that stops what is stopped.
    """

    def __init__(self, context: BrowserContext, site: Site, *, guarded: bool) -> None:
        self.abroad: list[str] = []
        self.ours: list[str] = []
        self.errors: list[str] = []
        self.site = site
        context.route(lambda url: not url.startswith(site.address), self._catch)
        if not guarded:
            context.route("**/*.guard.js", lambda route: route.abort())
        context.on("request", lambda request: self._note(request.url, request.method))
        self.page: Page = context.new_page()
        # What Playwright puts in a socket's place is not under the page's policy; one to ".test" ends at its name.
        self.page.on("websocket", lambda socket: self.abroad.append(socket.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.add_init_script(
            "window.refused = []; addEventListener('securitypolicyviolation', e =>"
            " refused.push(e.effectiveDirective + ' ' + e.blockedURI + ' ' + e.disposition))"
        )

    def open(self, path: str = "/") -> Page:
        self.page.goto(self.site.address + path, wait_until="networkidle")
        return self.page

    def names(self) -> set[str]:
        """What was asked of other hosts, by the last part of its path."""
        return {url.rpartition("/")[2] for url in self.abroad}

    def refused(self) -> list[str]:
        found: list[str] = self.page.evaluate("refused")
        return found

    def _note(self, url: str, method: str) -> None:
        if url.startswith(self.site.address):
            self.ours.append(f"{method} {url.removeprefix(self.site.address)}")

    def _catch(self, route: Route) -> None:
        self.abroad.append(route.request.url)
        kind = {"script": "text/javascript", "image": "image/svg+xml"}.get(route.request.resource_type, "text/html")
        headers = {"access-control-allow-origin": "*"}
        route.fulfill(status=200, content_type=kind, body="/* abroad */", headers=headers)


@contextmanager
def staged(policy: dict[str, Any], data: Path) -> Iterator[tuple[Site, ConsentKit]]:
    """A site under a policy, on loopback, until the block ends."""
    site, key = Site(), Signer.generate("shop.test/log").to_text()
    middleware = ConsentMiddleware(site.app, policy=policy, data=data, secret=new_secret(), signing_key=key)
    with served(middleware) as site.address:
        yield site, middleware._kit
    middleware._kit.close()


@contextmanager
def visiting(chromium: Browser, site: Site, *, guarded: bool = False, **options: Any) -> Iterator[Visitor]:
    context = chromium.new_context(**options)
    try:
        yield Visitor(context, site, guarded=guarded)
    finally:
        context.close()
