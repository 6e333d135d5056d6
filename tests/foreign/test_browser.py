"""Visitors who had chosen under another tool, with the cookies that those tools really write, in a real browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from consentkit.asgi import ConsentMiddleware
from consentkit.testing import scratch
from tests.serving import served

from .tools import PAGES, install

POLICY: dict[str, Any] = {
    "site": {"id": "shop"},
    "controller": {"name": "Shop", "contact": "privacy@shop.test"},
    "exclude": ["/tools"],
    "vendors": [
        {"id": "counter", "name": "Counter", "category": "analytics", "purpose": "Counts.", "hosts": ["counter.test"]},
        {"id": "big", "name": "Big", "category": "marketing", "purpose": "Sells.", "hosts": ["big.test"]},
    ],
    "imports": [
        {"tool": "vanilla-cookieconsent", "map": {"analytics": "analytics", "ads.big": "big"}, "vendors": ["counter"]},
        {"tool": "klaro", "map": {"counter": "analytics", "ads": "big"}, "vendors": ["counter"]},
        {"tool": "tarteaucitron", "map": {"counter": "analytics", "ads": "big"}, "vendors": ["counter"]},
    ],
}
COOKIES = {"vanilla": "cc_cookie", "klaro": "klaro", "tarteaucitron": "tarteaucitron"}
# What is allowed, by all names that the tools have for it; and what comes of it.
ANSWERS = {
    "vanilla": (["analytics", "ads"], "av"),
    "klaro": (["counter"], "a"),
    "tarteaucitron": (["counter"], "a"),
}
KINDS = {"js": "text/javascript", "css": "text/css"}


class Shop:
    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = {f"/tools/{name}": body for name, body in files.items()}
        self.files |= {f"/tools/{name}": page for name, page in PAGES.items()}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        path = scope["path"]
        body = self.files.get(path, b"<!doctype html><body>Shop.")
        kind = KINDS.get(path.rpartition(".")[2], "text/html").encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        await send({"type": "http.response.body", "body": body})


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ConsentMiddleware, str]]:
    try:
        files = install(tmp_path_factory.mktemp("tools"))
    except OSError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"the tools cannot be had: {error}")
        pytest.skip(f"the tools cannot be had: {error}")
    app = ConsentMiddleware(Shop(files), policy=POLICY, **scratch())
    with served(app) as address:
        yield app, address
    app._kit.close()


@pytest.mark.parametrize("tool", PAGES)
def test_taken_over(tool: str, shop: tuple[ConsentMiddleware, str], chromium: Browser) -> None:
    """What a visitor had answered another tool holds here from their first page, and that tool's cookie is gone."""
    context = chromium.new_context()
    page = context.new_page()
    for answer, granted in (([], "0"), ANSWERS[tool]):
        context.clear_cookies()
        page.goto(f"{shop[1]}/tools/{tool}")
        page.wait_for_function("window.answer && (!window.tarteaucitron || document.getElementById('adsDenied'))")
        page.evaluate("yes => { window.answer(yes) }", answer)
        page.wait_for_function("name => document.cookie.includes(name + '=')", arg=COOKIES[tool])
        page.goto(f"{shop[1]}/products?page=2")
        cookies = {cookie["name"]: cookie["value"] for cookie in context.cookies()}
        assert cookies.keys() == {"ck", "ck_s"}, cookies
        shown, _, rest = cookies["ck_s"].partition(".")
        assert shown + ("v" if rest.endswith("v") else "") == granted
        assert page.url == f"{shop[1]}/products?page=2"
        assert not page.locator(".ck-first").count()
    context.close()
