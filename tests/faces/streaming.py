"""Apps whose responses are in no hurry: each waits for a visitor's word before its second half."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import flask
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from consentkit.asgi import ConsentMiddleware
from consentkit.flask import Consent

HALVES = {
    "page": ("text/html", b"<!doctype html><body><script src=//ads.test/x.js></script><p>one", b"<p>two"),
    "events": ("text/event-stream", b"data: one\n\n", b"data: two\n\n"),
}
GO = threading.Event()
AD = "<https://ads.test/a.js>; rel=preload"
OWN = "</a.css>; rel=preload; as=style"


def create_asgi() -> Any:
    async def stream(request: Request) -> StreamingResponse:
        kind, one, two = HALVES[request.path_params["name"]]

        async def halves() -> AsyncIterator[bytes]:
            GO.clear()
            yield one
            while not GO.is_set():
                await asyncio.sleep(0.01)
            yield two

        return StreamingResponse(halves(), media_type=kind)

    async def go(request: Request) -> Response:
        GO.set()
        return JSONResponse({})

    async def file(request: Request) -> FileResponse:
        return FileResponse(os.path.join(os.environ["CONSENTKIT_DATA"], request.path_params["name"]))

    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("<script src=//ads.test>" + await socket.receive_text())
        await socket.close()

    routes = [Route("/go", go), Route("/file/{name}", file), Route("/{name}", stream), WebSocketRoute("/talk", talk)]
    app = Starlette(routes=routes)
    app.add_middleware(ConsentMiddleware, policy={"vendors": [ADS], "controller": CONTROLLER})
    return app


def create_wsgi() -> Any:
    app = flask.Flask(__name__, static_folder=None)
    Consent(app, policy={"vendors": [ADS], "controller": CONTROLLER})

    @app.get("/<name>")
    def stream(name: str) -> Any:
        kind, one, two = HALVES[name]

        def halves() -> Iterator[bytes]:
            GO.clear()
            yield one
            GO.wait(60)
            yield two

        return flask.Response(halves(), content_type=kind)

    @app.get("/go")
    def go() -> Any:
        GO.set()
        return {}

    @app.get("/hinted")
    def hinted() -> Any:
        flask.request.environ["wsgi.early_hints"]([("Link", AD), (b"Link", OWN.encode())])
        return "<p>done"

    return app


CONTROLLER = {"name": "Shop", "contact": "privacy@shop.test"}
ADS = {"id": "ads", "name": "Ads", "category": "marketing", "purpose": "Ads.", "hosts": ["ads.test"]}
