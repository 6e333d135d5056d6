"""The apps that real servers are started with. Settings come from CONSENTKIT_… variables."""

from __future__ import annotations

import os
import threading
from typing import Any

import flask
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from consentkit.asgi import ConsentMiddleware
from consentkit.flask import Consent


def state() -> dict[str, int]:
    """Which process this is, how many threads of it write a ledger, and what process loaded the app."""
    writers = [thread for thread in threading.enumerate() if thread.name == "consentkit-ledger"]
    return {"process": os.getpid(), "writers": len(writers), "loaded_in": LOADED_IN}


LOADED_IN = os.getpid()


def create_asgi() -> Starlette:
    async def answer(request: Request) -> Response:
        return JSONResponse(state())

    app = Starlette(routes=[Route("/state", answer)])
    app.add_middleware(ConsentMiddleware)
    return app


def create_wsgi() -> flask.Flask:
    app = flask.Flask(__name__)
    Consent(app)

    @app.get("/state")
    def answer() -> Any:
        return state()

    return app
