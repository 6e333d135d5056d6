"""Starlette's and FastAPI's own ways: the context processor for templates, the dependency, the route's pattern."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import fastapi
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from consentkit.asgi import ConsentMiddleware
from consentkit.fastapi import ConsentDecision
from consentkit.starlette import consent_context
from consentkit.testing import visitor

from .test_flask import SOURCE

HTML = {"Accept": "text/html"}


@pytest.fixture
def page(tmp_path: Path) -> Any:
    (tmp_path / "page.html").write_text(SOURCE, encoding="utf-8")
    templates = Jinja2Templates(directory=tmp_path, context_processors=[consent_context])

    async def page(request: Request) -> Response:
        return templates.TemplateResponse(request, "page.html")

    return page


def test_templates(page: Any, settings: dict[str, Any]) -> None:
    """A template puts the banner and the link where its author wants them, and can ask for the decision."""
    app = Starlette(routes=[Route("/courses/{slug}", page)])
    app.add_middleware(ConsentMiddleware, **settings)
    with visitor(app) as client:
        text = client.get("/courses/a", headers=HTML).text
        assert "<main>not counted</main>" in text
        assert text.index("</main>") < text.index("/_privacy/choice") < text.index("<footer><aside")
        assert text.count('<form id="ck-f"') == text.count("<aside") - 1 == 1
        assert "<main>counted</main><footer><aside" in visitor(app, "all").get("/courses/a").text


def test_templates_without_us(page: Any) -> None:
    """On a page that our middleware does not see nothing is granted and nothing is placed."""
    text = visitor(Starlette(routes=[Route("/", page)])).get("/").text
    assert text == "<body><main>not counted</main><footer></footer>"


def build(**settings: Any) -> fastapi.FastAPI:
    app = fastapi.FastAPI()

    @app.get("/decision")
    async def decision(consent: ConsentDecision) -> list[str]:
        return sorted(consent.granted)

    @app.websocket("/live")
    async def live(socket: fastapi.WebSocket, consent: ConsentDecision) -> None:
        await socket.accept()
        await socket.send_json(sorted(consent.granted))
        await socket.close()

    if settings:
        app.add_middleware(ConsentMiddleware, **settings)
    return app


def test_dependency(settings: dict[str, Any]) -> None:
    """A FastAPI endpoint asks for the decision as for any dependency; a websocket too."""
    app = build(**settings)
    client = visitor(app, ("analytics",))
    assert client.get("/decision").json() == ["analytics", "essential"]
    with client.websocket_connect("/live") as socket:
        assert socket.receive_json() == ["analytics", "essential"]
    assert visitor(app).get("/decision").json() == ["essential"]


def test_dependency_without_us() -> None:
    """Where our middleware is missing nothing is granted."""
    assert visitor(build()).get("/decision").json() == ["essential"]
