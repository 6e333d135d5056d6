"""One line with no settings: on Starlette, on FastAPI, on a raw app; and what the app gets for it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request as StarletteRequest
from starlette.responses import HTMLResponse as Page
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket

from consentkit.asgi import ConsentMiddleware
from consentkit.errors import ConfigError
from tests.exchanges import POLICY, Response

from .browser import App, Browser, exchange, scope_of
from .conftest import KEY, PAGE, SECRET, Serve, answering

HTML = "<!doctype html><body><p>{}</p>"


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with nothing in it, and an environment that says nothing."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("CONSENTKIT_")]:
        monkeypatch.delenv(name)
    return tmp_path


def starlette() -> App:
    async def page(request: StarletteRequest) -> Page:
        return Page(HTML.format(request.state.consent.allows("analytics")))

    app = Starlette(routes=[Route("/page", page)])
    app.add_middleware(ConsentMiddleware)
    return app


def fastapi() -> App:
    app = FastAPI()
    app.add_middleware(ConsentMiddleware)

    @app.get("/page", response_class=HTMLResponse)
    def page(request: Request) -> str:
        return HTML.format(request.state.consent.allows("analytics"))

    return app


def raw() -> App:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = HTML.format(scope["state"]["consent"].allows("analytics")).encode()
        headers = [(b"Content-Type", b"text/html")]  # a framework that does not write names as ASGI asks
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return ConsentMiddleware(app)


@pytest.mark.parametrize("build", [starlette, fastapi, raw])
@pytest.mark.filterwarnings("ignore:consentkit made its keys")
def test_no_settings(build: Any, bare: Path) -> None:
    """With one line and no settings a visitor is asked, can accept, and the app sees the decision."""
    browser = Browser(build())
    asked = browser.get("/page")
    assert b"<p>False</p>" in asked.body
    assert (
        browser.post({"choice": "accept_all", "token": asked.token, "return_to": "/page"}).header("location") == "/page"
    )
    assert b"<p>True</p>" in browser.get("/page").body
    assert {path.name for path in (bare / ".consentkit").iterdir()} >= {"ledger.db", "secret", "signing.key"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in (bare / ".consentkit").glob("s*"))


def test_development_keys_are_announced(bare: Path) -> None:
    """A site owner who set nothing is told which settings production needs."""
    with pytest.warns(UserWarning, match="CONSENTKIT_SECRET and CONSENTKIT_SIGNING_KEY"):
        ConsentMiddleware(PAGE)


def test_production_needs_its_settings(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In production a start without secret and key fails, and names both settings."""
    monkeypatch.setenv("CONSENTKIT_ENV", "production")
    with pytest.raises(ConfigError) as failed:
        ConsentMiddleware(PAGE)
    assert [problem.place for problem in failed.value.problems] == ["CONSENTKIT_SECRET", "CONSENTKIT_SIGNING_KEY"]
    assert not (bare / ".consentkit").exists()


BROKEN = 'colour = "red"\n[[vendors]]\nid = "a"\nname = "A"\ncategory = "fun"\npurpose = "x"\nhosts = ["https://a"]\n'


def test_broken_policy_raises(bare: Path) -> None:
    """A policy that cannot be used fails where the app is built, with every problem."""
    (bare / "consent.toml").write_text(BROKEN, encoding="utf-8")
    with pytest.raises(ConfigError) as failed:
        ConsentMiddleware(PAGE)
    assert {problem.place for problem in failed.value.problems} == {
        "vendors[0].category",
        "vendors[0].hosts[0]",
        "colour",
    }


APPS = {
    "starlette": "import starlette.applications as s\napp = s.Starlette()\napp.add_middleware(ConsentMiddleware)\n",
    "fastapi": "import fastapi\napp = fastapi.FastAPI()\napp.add_middleware(ConsentMiddleware)\n",
    "raw": "async def inner(scope, receive, send): pass\napp = ConsentMiddleware(inner)\n",
}


def uvicorn(folder: Path, app: str, **environ: str) -> subprocess.CompletedProcess[str]:
    (folder / "shop_app.py").write_text("from consentkit.asgi import ConsentMiddleware\n" + APPS[app], encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CONSENTKIT_")}
    command = [sys.executable, "-m", "uvicorn", "shop_app:app", "--port", "0", "--app-dir", str(folder)]
    return subprocess.run(
        command, cwd=folder, env=kept | environ, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("app", APPS)
def test_server_refuses_to_start(app: str, bare: Path) -> None:
    """A server started with a broken policy stops, and prints every problem."""
    (bare / "consent.toml").write_text(BROKEN, encoding="utf-8")
    ended = uvicorn(bare, app)
    assert ended.returncode != 0
    for place in ("vendors[0].category", "vendors[0].hosts[0]", "colour"):
        assert ended.stderr.count(place) == 1


def test_server_refuses_production_without_secret(bare: Path) -> None:
    """A server started for production without its secret stops, and names the setting."""
    ended = uvicorn(bare, "fastapi", CONSENTKIT_ENV="production")
    assert ended.returncode != 0
    assert "CONSENTKIT_SECRET: is not set" in ended.stderr


def test_broken_site_answers_nothing(bare: Path) -> None:
    """Under a server that ignores the start-up, a site with a broken policy serves no page unguarded."""

    async def build() -> None:
        app = ConsentMiddleware(PAGE, policy={"vendors": [{}]})
        with pytest.raises(ConfigError):
            await exchange(app, scope_of("GET", "/", {}))

    asyncio.run(build())


def test_route_reaches_the_record(serve: Serve) -> None:
    """The record names the pattern of the page on which a visitor chose, not its path."""

    async def page(request: StarletteRequest) -> Page:
        return Page(HTML.format("x"))

    browser = Browser(serve(Starlette(routes=[Route("/orders/{number:int}", page)])))
    token = browser.get("/orders/4711").token
    receipt = browser.fetch({"choice": "accept_all", "token": token}).json["receipt"]
    assert receipt["record"]["route"] == "/orders/{number:int}"
    assert receipt["record"]["method"] == "banner fetch"


@pytest.mark.parametrize(("root", "path"), [("/shop", "/shop/page"), ("/shop", "/page"), ("/shop", "/shop")])
def test_root_path(root: str, path: str, serve: Serve) -> None:
    """Behind a proxy that strips a prefix, whichever way the server says so, every URL of ours carries the prefix."""
    browser = Browser(serve())
    asked = browser.get(path, scope={"root_path": root})
    assert asked.body.count(f'id="ck-f" method="post" action="{root}/_privacy/choice"'.encode()) == 1
    back = f"{root}{path.removeprefix(root)}"
    assert f'name="return_to" value="{back}"'.encode() in asked.body
    preferences = browser.get("/_privacy/preferences", scope={"root_path": root})
    assert preferences.status == 200
    assert f'href="{root}/_privacy/static/'.encode() in preferences.body


def test_root_path_beyond_ascii(serve: Serve) -> None:
    """A choice is taken also where the mount point is not ASCII."""
    browser = Browser(serve())
    token = browser.get("/_privacy/preferences").token
    body = f"choice=accept_all&token={token}".encode()
    headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
    taken = browser.send("POST", "/_privacy/choice", headers, body, root_path="/café")
    assert (taken.status, taken.header("location")) == (303, "/caf%C3%A9/")


@pytest.mark.parametrize(
    ("decoded", "back"),
    [("/a b", "/a%20b"), ("/what?", "/what%3F"), ("/100%", "/100%25"), ("/c#", "/c%23"), ("//evil.test/x", "/")],
)
def test_way_back_is_the_same_page(decoded: str, back: str, serve: Serve) -> None:
    """After choosing, a visitor is back on the page with the banner, however its address is spelled."""
    asked = Browser(serve()).get("/", scope={"path": decoded})
    assert f'name="return_to" value="{back}"'.encode() in asked.body


def test_mounted_app(serve: Serve, tmp_path: Path) -> None:
    """An app guarded on its own below another one has its own URLs there."""

    async def page(request: StarletteRequest) -> Page:
        return Page(HTML.format(request.url.path))

    guarded = Middleware(ConsentMiddleware, policy=POLICY, data=tmp_path, secret=SECRET, signing_key=KEY)
    outer = Starlette(routes=[Mount("/shop", Starlette(routes=[Route("/page", page)], middleware=[guarded]))])
    browser = Browser(outer)
    asked = browser.get("/shop/page")
    assert b"<p>/shop/page</p>" in asked.body
    assert b'action="/shop/_privacy/choice"' in asked.body
    fields = {"choice": "accept_all", "token": asked.token, "return_to": "/shop/page"}
    assert browser.post(fields, prefix="/shop/_privacy").header("location") == "/shop/page"
    assert b"/shop/_privacy/preferences" in browser.get("/shop/page").body


def test_websocket(serve: Serve) -> None:
    """A websocket works, knows the decision, and its handshake sets no held cookie."""

    async def talk(socket: WebSocket) -> None:
        await socket.accept(headers=[(b"set-cookie", b"_ct=1"), (b"set-cookie", b"login=1"), (b"x-own", b"1")])
        await socket.send_text(f"{await socket.receive_text()} {socket.state.consent.allows('analytics')}")
        await socket.close()

    app = serve(Starlette(routes=[WebSocketRoute("/talk", talk)]))
    scope = scope_of("GET", "/talk", {}, type="websocket", subprotocols=[])
    del scope["method"]
    sent: list[Any] = []
    arriving: list[Any] = [{"type": "websocket.receive", "text": "hello"}, {"type": "websocket.connect"}]

    async def receive() -> Any:
        return arriving.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    assert sent[0]["headers"] == [(b"set-cookie", b"login=1"), (b"x-own", b"1")]
    assert sent[1]["text"] == "hello False"


def test_websocket_denied_with_a_page(serve: Serve) -> None:
    """A websocket refused with a response sets no held cookie by it, and a page in it is guarded."""
    page = b"<!doctype html><body><script src=//ads.test></script>"

    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"set-cookie", b"_ct=1"), (b"content-type", b"text/html")]
        await send({"type": "websocket.http.response.start", "status": 403, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": page})

    scope = scope_of("GET", "/talk", {}, type="websocket", subprotocols=[])
    answer = asyncio.run(exchange(serve(app), scope))
    assert [message["type"] for message in answer.messages] == [
        "websocket.http.response.start",
        "websocket.http.response.body",
    ]
    assert answer.status == 403
    assert "_ct" not in answer.cookies
    assert b'data-ck="marketing ads"' in answer.body


def test_lifespan(serve: Serve) -> None:
    """The app's own start-up and shutdown run, and entries are safe when the server stops."""
    events: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        for step in ("startup", "shutdown"):
            events.append((await receive())["type"])
            await send({"type": f"lifespan.{step}.complete"})

    middleware = serve(app)
    sent: list[Any] = []
    arriving: list[Any] = [{"type": "lifespan.shutdown"}, {"type": "lifespan.startup"}]

    async def receive() -> Any:
        return arriving.pop()

    async def send(message: Any) -> None:
        sent.append(message["type"])

    asyncio.run(middleware({"type": "lifespan", "asgi": {}}, receive, send))
    assert events == ["lifespan.startup", "lifespan.shutdown"]
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_requests_do_not_share_state(serve: Serve) -> None:
    """What one request knows of its visitor is not in the state that a server hands to every request."""
    state: dict[str, Any] = {"pool": 1}
    Browser(serve()).get("/", scope={"state": state})
    assert state == {"pool": 1}


def test_file_by_path_cannot_go_past(serve: Serve) -> None:
    """A server's short cut for files is not offered to the app: a page must come as bytes."""
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["extensions"])
        await answering(Response(200, (("content-type", "text/html"),), (b"<body>",)))(scope, receive, send)

    extensions = {"http.response.pathsend": {}, "http.response.zerocopysend": {}, "tls": {"version": 1}}
    Browser(serve(app)).get("/", scope={"extensions": extensions})
    assert seen == [{"tls": {"version": 1}}]


def test_file_sent_by_path_anyway(serve: Serve, tmp_path: Path) -> None:
    """An app that sends a page by its path all the same does not get it past us with its head."""
    page = tmp_path / "page.html"
    page.write_text("<body><script src=//ads.test></script>", encoding="utf-8")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.pathsend", "path": str(page)})

    answer = asyncio.run(exchange(serve(app), scope_of("GET", "/", {})))
    assert [message["type"] for message in answer.messages] == ["http.response.pathsend"]  # no server takes that
