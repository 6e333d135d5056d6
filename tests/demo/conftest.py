"""A visitor's browser, as far as HTTP goes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import anyio
import httpx
import pytest
from starlette.applications import Starlette

from consentkit.demo import site
from consentkit.demo.serve import build_app
from consentkit.demo.site import build_site
from consentkit.settings import new_secret
from consentkit.tlog import Signer


class InProcess(httpx.BaseTransport):
    """Hands each request to the app itself: no socket, no server."""

    def __init__(self, app: Starlette) -> None:
        self._app = httpx.ASGITransport(app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return anyio.run(self._answer, request)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self._app.handle_async_request(request)
        return httpx.Response(answer.status_code, headers=answer.headers.raw, content=await answer.aread())


def visit(app: Starlette) -> httpx.Client:
    return httpx.Client(transport=InProcess(app), base_url="http://linden.test")


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """On the bare website."""
    monkeypatch.setattr(site, "PAUSE", 0)
    with visit(build_site()) as client:
        yield client


@pytest.fixture
def guarded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[httpx.Client]:
    """On the website under consentkit, with a ledger of its own."""
    monkeypatch.setattr(site, "PAUSE", 0)
    monkeypatch.setenv("CONSENTKIT_SECRET", new_secret())
    monkeypatch.setenv("CONSENTKIT_SIGNING_KEY", Signer.generate("linden.test/log").to_text())
    with visit(build_app(tmp_path)) as client:
        yield client
