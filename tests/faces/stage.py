"""Every face with the same site behind it: a request goes in as its protocol carries it, a Response comes out.

Knows protocols and frameworks; not what consentkit should answer.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack
from itertools import count
from types import SimpleNamespace
from typing import Any
from wsgiref.validate import validator

import flask
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings
from werkzeug.datastructures import Headers as FlaskHeaders

from consentkit import asgi, wsgi
from consentkit.flask import Consent
from consentkit.testing import Clock
from tests.exchanges import Headers, Response
from tests.faces.django_site import urls  # by the name that Django knows it under

HOST = "shop.test"
ROUTE = "/<path:path>"
Send = Callable[..., Response]


class Site:
    """One site behind one face. `told` is what its app answers next, `heard` the Cookie header it got last; its dice
    fall like those of every other."""

    playing: Site

    def __init__(self, face: str, settings: Mapping[str, Any], clock: Clock) -> None:
        self.told = Response()
        self.heard: str | None = None
        self.clock = clock
        self.dice = count(1)
        self.validates = True
        self._open = ExitStack()
        self._send: Send = getattr(self, f"_{face}")({**settings, "clock": clock})

    def close(self) -> None:
        self._open.close()

    def send(self, method: str, target: str, headers: Headers = (), body: bytes = b"", root: str = "") -> Response:
        """One request; header names of the response are lower-case, and sorted."""
        Site.playing, urls.told = self, self.told
        urls.heard = None
        answer = self._send(method, target, (("host", HOST), *headers), body, root)
        self.heard = urls.heard
        sorted_headers = sorted((name.lower(), value.strip()) for name, value in answer.headers)
        return Response(answer.status, tuple(sorted_headers), (answer.body,))

    def _asgi(self, settings: dict[str, Any]) -> Send:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            scope["route"] = SimpleNamespace(path=ROUTE)
            urls.heard = dict(scope["headers"]).get(b"cookie", b"").decode("latin-1") or None
            headers = [(name.encode(), value.encode("latin-1")) for name, value in self.told.headers]
            await send({"type": "http.response.start", "status": self.told.status, "headers": headers})
            for chunk in self.told.chunks[:-1]:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": (self.told.chunks or (b"",))[-1]})

        guarded = asgi.ConsentMiddleware(app, **settings)
        self._open.callback(guarded._kit.close)
        return lambda *request: asyncio.run(send_asgi(guarded, *request))

    def _wsgi(self, settings: dict[str, Any]) -> Send:
        def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            environ["consentkit.route"] = ROUTE
            urls.heard = environ.get("HTTP_COOKIE")
            start_response(f"{self.told.status} Told", list(self.told.headers))
            return list(self.told.chunks) if len(self.told.chunks) < 2 else iter(self.told.chunks)

        def strict(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            return (validator(app) if self.validates else app)(environ, start_response)

        guarded = wsgi.ConsentMiddleware(strict, **settings)
        self._open.callback(guarded._kit.close)
        return lambda *request: send_wsgi(validator(guarded) if self.validates else guarded, *request)

    def _flask(self, settings: dict[str, Any]) -> Send:
        app = flask.Flask(__name__, static_folder=None)
        Consent(app, **settings)

        @app.route(ROUTE, methods=["GET", "HEAD", "POST", "PUT", "OPTIONS"])
        def answer(path: str) -> flask.Response:
            urls.heard = flask.request.environ.get("HTTP_COOKIE")
            one = len(self.told.chunks) < 2
            response = flask.Response(self.told.body if one else iter(self.told.chunks), self.told.status)
            response.headers = FlaskHeaders(list(self.told.headers))
            return response

        self._open.callback(app.wsgi_app._kit.close)  # type: ignore[attr-defined]
        return lambda *request: send_wsgi(app, *request)

    def _django_sync(self, settings: dict[str, Any]) -> Send:
        self._open.enter_context(django_settings(**settings))
        handler = WSGIHandler()
        return lambda *request: send_wsgi(handler, *request)

    def _django_async(self, settings: dict[str, Any]) -> Send:
        self._open.enter_context(django_settings(**settings))
        handler = ASGIHandler()
        return lambda *request: asyncio.run(send_asgi(handler, *request))


FACES = ("asgi", "wsgi", "flask", "django_sync", "django_async")


def django_settings(**settings: Any) -> AbstractContextManager[None]:
    """Django with these for CONSENTKIT."""
    context: AbstractContextManager[None] = override_settings(CONSENTKIT=settings)
    return context


async def send_asgi(app: Any, method: str, target: str, headers: Headers, body: bytes, root: str) -> Response:
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": root + path,
        "raw_path": (root + path).encode(),
        "query_string": query.encode(),
        "root_path": root,
        "headers": [(n.encode(), v.encode("latin-1")) for n, v in _with_length(headers, body)],
        "client": ("192.0.2.7", 40000),
        "server": (HOST, 80),
    }
    arriving = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[Any] = []

    async def receive() -> Any:
        if not arriving:
            await asyncio.Event().wait()  # the visitor stays on the line
        return arriving.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start, *rest = sent
    said = tuple((name.decode(), value.decode("latin-1")) for name, value in start["headers"])
    return Response(start["status"], said, tuple(message.get("body", b"") for message in rest))


def send_wsgi(app: Any, method: str, target: str, headers: Headers, body: bytes, root: str) -> Response:
    path, _, query = target.partition("?")
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": root,
        "PATH_INFO": path.encode().decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": HOST,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.7",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in _with_length(headers, body):
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    started: list[Any] = []
    written: list[bytes] = []

    def start_response(status: str, said: Any, exc_info: Any = None) -> Any:
        started[:] = [int(status.partition(" ")[0]), tuple(said)]
        return written.append

    result = app(environ, start_response)
    try:
        written.extend(result)
    finally:
        if hasattr(result, "close"):
            result.close()
    return Response(started[0], started[1], tuple(written))


def _with_length(headers: Headers, body: bytes) -> Headers:
    return (*headers, ("content-length", str(len(body)))) if body else headers
