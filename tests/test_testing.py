"""What a site's own suite uses: visitors, a clock, settings that leave no trace, and the walk before consent."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import fastapi
import flask
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from consentkit.asgi import ConsentMiddleware
from consentkit.demo.site import HERE, build_site
from consentkit.flask import Consent
from consentkit.testing import Clock, assert_clean, routes_of, scratch, visitor
from tests.exchanges import POLICY

GA = '<script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>'


async def leaky(request: Request) -> Response:
    response = HTMLResponse(f"<!doctype html><body>{GA}<script>fetch('https://www.google-analytics.com/g')</script>")
    response.set_cookie("_ga", "GA1.1", max_age=99)
    response.set_cookie("sessionid", "1", httponly=True)
    response.set_cookie("who_knows", "1", max_age=99)
    return response


async def clean(request: Request) -> Response:
    return HTMLResponse("<!doctype html><body>hello")


async def away(request: Request) -> Response:
    response = RedirectResponse("https://elsewhere.test/")
    response.set_cookie("_gid", "1", max_age=99)
    return response


async def granted(request: Request) -> Response:
    return JSONResponse(sorted(request.state.consent.granted))


def starlette_site(**settings: Any) -> Starlette:
    inner = [Route("/leaky", leaky), Route("/post", clean, methods=["POST"])]
    routes = [Route("/", clean), Route("/away", away), Route("/c/{slug}", leaky), Mount("/in", routes=inner)]
    app = Starlette(routes=[*routes, Route("/granted", granted)] if settings else routes)
    if settings:
        app.add_middleware(ConsentMiddleware, **settings)
    return app


def flask_site(**settings: Any) -> flask.Flask:
    app = flask.Flask(__name__)

    @app.get("/granted")
    def granted() -> Any:
        return sorted(flask.g.get("consent").granted) if settings else []

    @app.get("/leaky")
    def leaky() -> flask.Response:
        response = flask.Response(f"<body>{GA}")
        response.set_cookie("_ga", "1", max_age=99)
        return response

    if settings:
        Consent(app, **settings)
    return app


@pytest.mark.parametrize("build", [starlette_site, flask_site])
@pytest.mark.parametrize(
    ("consent", "allowed"),
    [
        (None, ["essential"]),
        ((), ["essential"]),
        (("analytics",), ["analytics", "essential"]),
        (["functional", "marketing"], ["essential", "functional", "marketing"]),
        ("all", ["analytics", "essential", "functional", "marketing"]),
    ],
)
def test_visitor(tmp_path: Path, build: Any, consent: Any, allowed: list[str]) -> None:
    """A visitor of a test has chosen through the app's own form, and the app sees what they granted."""
    client = visitor(build(policy=POLICY, **scratch(tmp_path)), consent)
    assert client.get("/granted").json() == allowed
    assert ("ck" in client.cookies) is (consent is not None)


def test_one_vendor(tmp_path: Path) -> None:
    """A name that is no category is a vendor's; one that the site does not declare is refused in so many words."""
    app = starlette_site(policy=POLICY, **scratch(tmp_path))
    with visitor(app, ("counter",)) as client:
        assert client.cookies["ck_s"].endswith("v")
    with pytest.raises(AssertionError, match="the choice was not taken: 400"):
        visitor(app, ("nobody",))


def test_visitor_without_us() -> None:
    """A visitor cannot have chosen where nobody asked: the middleware is missing, and the error says so."""
    with pytest.raises(AssertionError, match=r"GET /_privacy/preferences \(404\).*is the middleware on"):
        visitor(starlette_site(), "all")


def test_clock(tmp_path: Path) -> None:
    """Time passes when a test says so: after half a year the choice has lapsed, and the visitor is asked again."""
    clock = Clock()
    app = starlette_site(policy=POLICY, clock=clock, **scratch(tmp_path))
    client = visitor(app, "all")
    assert "accept_all" not in client.get("/").text
    clock.advance(days=179)
    assert "marketing" in client.get("/granted").json()
    clock.advance(days=2)
    assert client.get("/granted").json() == ["essential"]
    assert "accept_all" in client.get("/").text


def test_scratch(tmp_path: Path) -> None:
    """A suite's ledger is in memory and leaves nothing behind, unless a folder is named to look at it."""
    first, second = scratch(), scratch(tmp_path)
    assert first["data"] != second["data"]
    for settings in (first, second):
        receipts = visitor(starlette_site(policy=POLICY, **settings), "all").get("/_privacy/receipt?download").json()
        assert len(receipts["receipts"]) == 1
    assert not list(first["data"].iterdir())
    assert (tmp_path / "ledger.db").exists()


def test_what_would_leak() -> None:
    """On a site without consentkit every cookie and tracker that needs consent is listed, with its path and kind."""
    with pytest.raises(AssertionError) as found:
        assert_clean(starlette_site())
    said = str(found.value)
    assert said.startswith("before any consent this app lets out:\n")
    assert re.search(r"GET /in/leaky  sets the cookie _ga: analytics", said)
    assert re.search(r"GET /in/leaky  sets the cookie who_knows: unknown$", said, re.MULTILINE)
    assert "GET /in/leaky  loads https://www.googletagmanager.com/gtag/js: analytics" in said
    assert "GET /in/leaky  runs a script of analytics" in said
    assert "GET /away  sets the cookie _gid: analytics" in said
    assert "sessionid" not in said
    assert "/c/" not in said


def test_what_would_leak_from_flask() -> None:
    """The same walk knows Flask's routes."""
    with pytest.raises(AssertionError, match="GET /leaky  sets the cookie _ga: analytics"):
        assert_clean(flask_site())


def test_clean(tmp_path: Path) -> None:
    """Under consentkit nothing is left to find, on either kind of app."""
    assert_clean(starlette_site(policy=POLICY, **scratch(tmp_path / "a")), policy=POLICY)
    assert_clean(flask_site(policy=POLICY, **scratch(tmp_path / "b")))


def test_the_school(tmp_path: Path) -> None:
    """The demo leaks on every page without us; as its policy declares it, nothing is left with us."""
    paths = ["/", "/courses/night-sky", "/newsletter", "/contact"]
    with pytest.raises(AssertionError, match=r"GET /courses/night-sky  loads https://www\.youtube\.com/embed"):
        assert_clean(build_site(), paths)
    app = build_site()
    app.add_middleware(ConsentMiddleware, policy=HERE / "consent.toml", **scratch(tmp_path))
    assert_clean(app, paths, policy=HERE / "consent.toml")


def test_routes() -> None:
    """Only what can be opened as it stands is walked; where nothing is known the error says what to pass."""
    router = fastapi.APIRouter(prefix="/part")
    router.add_api_route("/leaky", leaky)
    app = fastapi.FastAPI(openapi_url=None)
    app.include_router(router, prefix="/api")
    assert routes_of(app) == ["/api/part/leaky"]
    assert routes_of(starlette_site()) == ["/", "/away", "/in/leaky"]
    assert routes_of(flask_site()) == ["/granted", "/leaky"]
    with pytest.raises(TypeError, match="name them in `routes`"):
        routes_of(lambda environ, start_response: [])
    with pytest.raises(AssertionError, match="no route was found"):
        assert_clean(Starlette())
