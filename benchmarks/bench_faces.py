"""What each face adds to its framework, for a visitor who has refused: the bare app beside it in the same run. By hand.

python benchmarks/bench_faces.py

In process and without sockets, and the bare app answers with bytes that lie ready: what is added reads true, while the
ratios are the worst there can be.
"""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import Callable
from tempfile import TemporaryDirectory
from typing import Any

import django
import flask
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path
from interleaved import medians, report
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consentkit import asgi, wsgi
from consentkit.demo.site import HERE
from consentkit.flask import Consent
from consentkit.testing import scratch, visitor

PARAGRAPH = "<p class='text'>A paragraph as pages have them, with <a href='/next'>a link</a> and <em>a word</em>.</p>\n"
HEAD = "<!doctype html><html><head><title>Page</title></head><body>\n"
TRACKERS = (
    '<script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>'
    "<script>window.dataLayer=[];function gtag(){dataLayer.push(arguments)}</script>"
    '<img src="https://www.facebook.com/tr?id=1&amp;noscript=1"><iframe src="https://www.youtube.com/embed/x"></iframe>'
)
BODIES = {
    "json": (b'{"courses": ["linden", "bread"]}', "application/json"),
    "clean": ((HEAD + PARAGRAPH * 480 + "</body></html>").encode(), "text/html; charset=utf-8"),
    "trackers": ((HEAD + TRACKERS + PARAGRAPH * 480 + "</body></html>").encode(), "text/html; charset=utf-8"),
}
HEADERS = {"host": "testserver", "accept-language": "en", "sec-fetch-site": "same-origin"}
PAGE = {**HEADERS, "accept": "text/html,*/*;q=0.8", "sec-fetch-dest": "document"}
FETCH = {**HEADERS, "accept": "application/json", "sec-fetch-dest": "empty"}


def starlette_app() -> Starlette:
    async def page(request: Request) -> Response:
        body, kind = BODIES[request.path_params["name"]]
        return Response(body, media_type=kind)

    return Starlette(routes=[Route("/{name}", page)])


def wsgi_app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    body, kind = BODIES[environ["PATH_INFO"][1:]]
    start_response("200 OK", [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]


def flask_app() -> flask.Flask:
    app = flask.Flask(__name__)
    app.add_url_rule("/<name>", "page", lambda name: flask.Response(BODIES[name][0], content_type=BODIES[name][1]))
    return app


def django_page(request: Any, name: str) -> HttpResponse:
    return HttpResponse(BODIES[name][0], content_type=BODIES[name][1])


urlpatterns = [path("<str:name>", django_page)]


def sent(name: str) -> dict[str, str]:
    return FETCH if name == "json" else PAGE


def call_wsgi(app: Any, name: str, cookie: str) -> Callable[[], None]:
    environ = {"REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": f"/{name}", "QUERY_STRING": ""}
    environ |= {"SERVER_NAME": "testserver", "SERVER_PORT": "80", "wsgi.url_scheme": "http", "HTTP_COOKIE": cookie}
    environ |= {f"HTTP_{key.upper().replace('-', '_')}": value for key, value in sent(name).items()}

    def job() -> None:
        result = app({**environ, "wsgi.input": io.BytesIO()}, lambda *_: None)
        b"".join(result)
        if close := getattr(result, "close", None):
            close()

    return job


def call_asgi(app: Any, name: str, cookie: str, loop: asyncio.AbstractEventLoop) -> Callable[[], None]:
    headers = [(key.encode(), value.encode()) for key, value in {**sent(name), "cookie": cookie}.items()]
    scope = {
        "type": "http",
        "method": "GET",
        "path": f"/{name}",
        "root_path": "",
        "query_string": b"",
        "scheme": "http",
    }

    async def request() -> None:
        arriving = [{"type": "http.request", "body": b""}]

        async def receive() -> Any:
            return arriving.pop() if arriving else await loop.create_future()

        async def send(message: Any) -> None:
            pass

        await app({**scope, "headers": headers, "client": ("192.0.2.7", 1)}, receive, send)

    return lambda: loop.run_until_complete(request())


def main() -> None:
    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], INSTALLED_APPS=[], LOGGING_CONFIG=None)
    django.setup()
    loop = asyncio.new_event_loop()
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        given = {"policy": HERE / "consent.toml", **scratch()}
        guarded_flask = flask_app()
        Consent(guarded_flask, **given)
        guarded_starlette = asgi.ConsentMiddleware(starlette_app(), **given)
        ours = ["consentkit.django.ConsentMiddleware"]
        with override_settings(MIDDLEWARE=[]):
            bare_sync, bare_async = WSGIHandler(), ASGIHandler()
        with override_settings(MIDDLEWARE=ours, CONSENTKIT=given):
            django_sync, django_async = WSGIHandler(), ASGIHandler()
        cookie = "; ".join(f"{name}={value}" for name, value in visitor(guarded_starlette, ()).cookies.items())
        faces = {
            "starlette": (starlette_app(), guarded_starlette, True),
            "wsgi": (wsgi_app, wsgi.ConsentMiddleware(wsgi_app, **given), False),
            "flask": (flask_app(), guarded_flask, False),
            "django, sync": (bare_sync, django_sync, False),
            "django, async": (bare_async, django_async, True),
        }
        for face, (bare, guarded, is_async) in faces.items():
            for name, (body, _) in BODIES.items():
                call = (lambda app, name=name: call_asgi(app, name, cookie, loop)) if is_async else (
                    lambda app, name=name: call_wsgi(app, name, cookie)
                )  # fmt: skip
                jobs = {"bare": call(bare), "guarded": call(guarded)}
                report(f"{face}, {name}, {len(body):,} bytes", medians(jobs, times=100), "bare")
    loop.close()


if __name__ == "__main__":
    main()
