"""Starlette's and FastAPI's own ways: the context processor for templates, the dependency, the route's pattern."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import fastapi
import pytest
from starlette.applications import Starlette
from starlette.middleware.sessions import SessionMiddleware
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


class Around:
    """Middleware around us, as what counts and logs requests is: it notes what the app left in its scope."""

    def __init__(self, app: Any, noted: list[Any]) -> None:
        self._app, self._noted = app, noted

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def note(message: Any) -> None:
            self._note(scope)
            await send(message)

        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        Request(scope).state.began = True
        await self._app(scope, receive, note)
        self._note(scope)

    def _note(self, scope: Any) -> None:
        names = {name.decode() for name, _ in scope["headers"]}
        told = (getattr(scope.get("route"), "path", None), dict(scope["state"]), "range" in names)
        if told not in self._noted:
            self._noted.append(told)


def test_middleware_around_us(settings: dict[str, Any]) -> None:
    """What stands around us, counting routes or logging users, learns from the scope what it would without us."""

    async def page(request: Request) -> Response:
        assert request.state.consent.granted == {"essential"}
        request.state.user, request.state.draft = ("Ada", 1)
        del request.state.draft
        return Response(str(request.state.began))

    app, noted = Starlette(routes=[Route("/courses/{slug}", page)]), list[Any]()
    app.add_middleware(ConsentMiddleware, **settings)
    app.add_middleware(Around, noted=noted)
    with visitor(app) as client:
        assert client.get("/courses/a", headers={**HTML, "range": "bytes=0-9"}).text == "True"
    assert noted == [("/courses/{slug}", {"began": True, "user": "Ada"}, True)]


@pytest.mark.parametrize("inside", [True, False])
def test_sessions_of_their_own_name(settings: dict[str, Any], inside: bool) -> None:
    """Nobody loses a login over us: Starlette's session keeps the name that the site gave it, wherever we stand."""

    async def login(request: Request) -> Response:
        request.session["name"] = "Ada"
        return Response("in")

    app = Starlette(routes=[Route("/", login)])
    app.add_middleware(SessionMiddleware, secret_key="for tests only", session_cookie="shop")
    if inside:
        app.add_middleware(ConsentMiddleware, **settings)
    client = visitor(app if inside else ConsentMiddleware(app, **settings))
    assert "shop" in client.get("/").cookies


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
