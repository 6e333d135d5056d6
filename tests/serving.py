"""A real server on loopback, and a visitor with a real browser whose every request abroad is caught."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Route


@contextmanager
def served(app: Any, certificate: Path | None = None) -> Iterator[str]:
    """The address at which an ASGI app answers, until the block ends; over TLS with a file of key and certificate."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none", ssl_certfile=certificate))
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


# Stands in for a tracker's script: it runs, says so, and does what trackers do first.
TRACKER = """
(window.ran = window.ran || []).push(document.currentScript && document.currentScript.src);
document.cookie = "_ga=GA1.1.1.1; max-age=3600; path=/";
"""


class Visitor:
    """One person's browser. `abroad` are the requests that would have left the machine, in order."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.abroad: list[str] = []
        self.errors: list[str] = []
        self.site = site
        self._context = context
        context.route(lambda url: not url.startswith(site), self._catch)
        self.page: Page = context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, path: str) -> Page:
        """Go to a page of the site, and wait until it has nothing more to fetch."""
        self.page.goto(self.site + path, wait_until="networkidle")
        return self.page

    def press(self, choice: str) -> None:
        """Press the button of a choice, and wait for the answer and what follows."""
        with self.page.expect_response("**/choice"):
            self.page.locator(f"button[value={choice}]").first.click()
        self.page.wait_for_load_state("networkidle")

    def cookies(self) -> dict[str, Any]:
        return {cookie["name"]: cookie for cookie in self._context.cookies()}

    def _catch(self, route: Route) -> None:
        self.abroad.append(route.request.url)
        if route.request.resource_type == "script":
            route.fulfill(status=200, content_type="text/javascript", body=TRACKER)
        else:
            route.fulfill(status=200, content_type="text/html", body="<p>From abroad.</p>")


@contextmanager
def visiting(chromium: Browser, site: str, *, javascript: bool, **options: Any) -> Iterator[Visitor]:
    """A new visitor, with JavaScript on or off; they leave when the block ends."""
    context = chromium.new_context(java_script_enabled=javascript, **options)
    try:
        yield Visitor(context, site)
    finally:
        context.close()
