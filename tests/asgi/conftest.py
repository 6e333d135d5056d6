"""A guarded shop for each test, with a ledger of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from consentkit.asgi import ConsentMiddleware
from consentkit.tlog import Signer
from tests.exchanges import POLICY, Response

from .browser import App, Browser

SECRET = "a-secret-for-the-tests"
KEY = Signer.generate("shop.test/consent-log").to_text()
Serve = Callable[..., ConsentMiddleware]


def answering(response: Response) -> App:
    """An app with one answer."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(name.encode(), value.encode("latin-1")) for name, value in response.headers]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        for chunk in response.chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    return app


PAGE = answering(Response(200, (("content-type", "text/html"),), (b"<!doctype html><body>x",)))


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """serve(app, policy changes): the app under consentkit; again on the same data for a restart."""
    made: list[ConsentMiddleware] = []

    def build(
        app: App = PAGE, *, data: Path = tmp_path, database: str | None = None, secret: str = SECRET, **policy: Any
    ) -> ConsentMiddleware:
        declared = {**POLICY, **policy}
        made.append(ConsentMiddleware(app, declared, database=database, data=data, secret=secret, signing_key=KEY))
        return made[-1]

    yield build
    for middleware in made:
        middleware._kit.close()


def later(app: Any, seconds: float) -> None:
    """Let time pass for this app."""
    real = app._kit._clock
    app._kit._clock = lambda: real() + seconds


def entries(browser: Browser) -> list[dict[str, Any]]:
    """The visitor's own records, newest first."""
    return [receipt["record"] for receipt in browser.get("/_privacy/receipt?download").json["receipts"]]


def granted(browser: Browser) -> str:
    """What the cookie that scripts may read says."""
    return browser.cookies.get("ck_s", "").partition(".")[0]


PROBE = answering(
    Response(204, (("set-cookie", "_ct=1"), ("set-cookie", "_ad=1"), ("set-cookie", "_new=1; Max-Age=9")))
)


def may_set(browser: Browser) -> set[str]:
    """The cookies that PROBE's app may set now: of analytics, of marketing, of a vendor that comes later."""
    return set(browser.get(sec_fetch_dest="empty").cookies) - {"ck", "ck_s"}
