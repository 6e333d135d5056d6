"""A small site whose pages a test writes, and a visitor whose requests to trackers it answers when it likes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route as Path

from consentkit.asgi import ConsentMiddleware
from consentkit.kit import ConsentKit
from consentkit.settings import new_secret
from consentkit.tlog import Signer
from tests.serving import served
from tests.waiting import until

POLICY: dict[str, Any] = {
    "version": "1",
    "controller": {"name": "Shop", "contact": "privacy@shop.test"},
    "vendors": [
        {"id": name, "name": name, "category": category, "purpose": "Purpose.", "hosts": [f"{name}.test"]}
        for name, category in (
            ("count", "analytics"),
            ("test", "analytics"),
            ("ads", "marketing"),
            ("map", "functional"),
        )
    ],
}


class Stage:
    """The site. `pages` are by path; `headers` go out with every page."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.headers: dict[str, str] = {}
        self.address = ""
        self.app = Starlette(routes=[Path("/{path:path}", self._page)])

    def write(self, body: str, path: str = "/", head: str = "") -> None:
        self.pages[path] = (
            f"<!doctype html><html lang=en><head><title>Shop</title>{head}</head><body>{body}</body></html>"
        )

    def clear(self) -> None:
        self.pages.clear()
        self.headers.clear()
        self.write("<h1>Shop</h1><a href=/next>next</a>")
        self.write("<h1>Next</h1>", "/next")

    async def _page(self, request: Request) -> HTMLResponse:
        page = self.pages.get(request.url.path)
        return HTMLResponse(page or "", 200 if page else 404, self.headers)


class Visitor:
    """A browser. `asked` are its requests to other hosts; those under `later` are answered by `answer` only."""

    def __init__(self, page: Page, stage: Stage) -> None:
        self.page = page
        self.stage = stage
        self.asked: list[str] = []
        self.later: set[str] = set()
        self._waiting: dict[str, Route] = {}
        self.ours: list[tuple[str, str]] = []
        page.context.route(lambda url: not url.startswith(stage.address), self._abroad)
        page.on("request", self._note)

    def open(self, path: str = "/") -> Page:
        self.page.goto(self.stage.address + path, wait_until="load")
        return self.page

    def press(self, label: str) -> None:
        """Choose, and wait for the server's answer to be acted on."""
        with self.page.expect_response("**/choice"):
            self.page.get_by_role("button", name=label).click()
        self.page.locator(".ck-first").wait_for(state="detached")

    def answer(self, name: str) -> None:
        """Answer a request that waits, as soon as it is there."""
        until(lambda: name in self._waiting, self.page)
        self._fulfil(self._waiting.pop(name))

    def ran(self) -> list[str]:
        found: list[str] = self.page.evaluate("window.ran ?? []")
        return found

    def wait_for(self, count: int) -> list[str]:
        """What ran, once so many did."""
        self.page.wait_for_function("count => (window.ran ?? []).length >= count", arg=count)
        return self.ran()

    def _note(self, request: Any) -> None:
        if request.url.startswith(self.stage.address):
            self.ours.append((request.method, request.url.removeprefix(self.stage.address).partition("?")[0]))

    def _abroad(self, route: Route) -> None:
        name = route.request.url.partition(".test/")[2]
        self.asked.append(name)
        if name in self.later:
            self._waiting[name] = route
        else:
            self._fulfil(route)

    def _fulfil(self, route: Route) -> None:
        name, kind = route.request.url.partition(".test/")[2], route.request.resource_type
        if name.startswith("broken"):
            route.abort()
        elif kind == "script":
            says = f"(window.ran ||= []).push({name!r})"
            headers = {"access-control-allow-origin": "*"}
            route.fulfill(status=200, content_type="text/javascript", body=says, headers=headers)
        elif kind == "stylesheet":
            route.fulfill(status=200, content_type="text/css", body="h1 { color: rgb(1, 2, 3) }")
        elif kind == "image":
            route.fulfill(status=200, content_type="image/svg+xml", body="<svg xmlns='http://www.w3.org/2000/svg'/>")
        else:
            route.fulfill(status=200, content_type="text/html", body="<p>From abroad.</p>")


@pytest.fixture(scope="package")
def kit_and_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ConsentKit, Stage]]:
    stage = Stage()
    data, key = tmp_path_factory.mktemp("widget"), Signer.generate("shop.test/log").to_text()
    middleware = ConsentMiddleware(stage.app, policy=POLICY, data=data, secret=new_secret(), signing_key=key)
    kit: ConsentKit = middleware._kit
    with served(middleware) as stage.address:
        yield kit, stage


@pytest.fixture
def kit(kit_and_stage: tuple[ConsentKit, Stage]) -> ConsentKit:
    return kit_and_stage[0]


@pytest.fixture
def stage(kit_and_stage: tuple[ConsentKit, Stage]) -> Stage:
    kit_and_stage[1].clear()
    return kit_and_stage[1]


@pytest.fixture
def visiting(chromium: Browser, stage: Stage) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors, each with a browser profile of their own."""
    contexts = []

    def visit(**options: Any) -> Visitor:
        contexts.append(chromium.new_context(**options))
        return Visitor(contexts[-1].new_page(), stage)

    yield visit
    for context in contexts:
        context.close()


@pytest.fixture
def visitor(visiting: Callable[..., Visitor]) -> Visitor:
    return visiting()
