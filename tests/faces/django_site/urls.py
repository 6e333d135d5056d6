"""The one view of a Django site that answers what it is told to, and the few that show what Django itself can do."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Iterator
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse, parse_cookie
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.template import engines
from django.urls import path, re_path

from consentkit.django.cookies import write_cookies
from tests.exchanges import Response

PAGE = b'<!doctype html><body><script src="https://ads.test/x.js"></script><p>' + b"long enough to compress " * 20
told = Response()
heard: str | None = None


def answer(request: HttpRequest, path: str) -> HttpResponseBase:
    """Say what the table says."""
    global heard
    heard = request.META.get("HTTP_COOKIE")
    # Where the two differ Django has kept cookies that were hidden; names beyond ASCII it reads in two ways.
    assert set(filter(str.isascii, request.COOKIES)) == set(filter(str.isascii, parse_cookie(heard or "")))
    one = len(told.chunks) < 2
    response = HttpResponse(told.body) if one else StreamingHttpResponse(_chunks(request))
    response.status_code = told.status
    del response.headers["Content-Type"]
    for name, value in told.headers:
        if name != "set-cookie":
            response.headers[name] = value
    write_cookies(response, [value.encode("latin-1") for name, value in told.headers if name == "set-cookie"])
    return response


def _chunks(request: HttpRequest) -> Any:
    """Under ASGI Django wants an asynchronous iterator, under WSGI a plain one."""

    async def later() -> AsyncIterator[bytes]:
        for chunk in told.chunks:
            yield chunk

    return later() if hasattr(request, "scope") else iter(told.chunks)


async def async_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(PAGE)


def page(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(PAGE)
    response.set_cookie("login", "abc", httponly=True, samesite="Lax")
    response.set_cookie("_ct", "1", max_age=99)
    return response


def drip(request: HttpRequest) -> StreamingHttpResponse:
    def pieces() -> Iterator[bytes]:
        for at in range(0, len(PAGE), 9):
            yield PAGE[at : at + 9]

    return StreamingHttpResponse(pieces())


def adrip(request: HttpRequest) -> StreamingHttpResponse:
    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(PAGE), 9):
            yield PAGE[at : at + 9]

    return StreamingHttpResponse(pieces())


def file(request: HttpRequest, kind: str) -> FileResponse:
    return FileResponse(io.BytesIO(PAGE), content_type=f"{kind}/{'html' if kind == 'text' else 'octet-stream'}")


def placed(request: HttpRequest) -> HttpResponse:
    source = (
        "{% load consentkit %}<body><p>{% if consent.analytics %}counted{% else %}not counted{% endif %}</p>"
        "<main></main>{% consent_banner %}<footer>{% consent_link %}</footer>"
    )
    return HttpResponse(engines["django"].from_string(source).render({}, request))


def named(request: HttpRequest) -> HttpResponse:
    source = "<body><main></main>{{ consent_banner }}<footer>{{ consent_link }}</footer>"
    return HttpResponse(engines["django"].from_string(source).render({}, request))


def linked(request: HttpRequest) -> HttpResponse:
    source = "<body><main></main><footer>{{ consent_link }}</footer>"
    return HttpResponse(engines["django"].from_string(source).render({}, request))


def decision(request: HttpRequest, slug: str = "") -> JsonResponse:
    return JsonResponse({"granted": sorted(request.consent.granted)})


def signin(request: HttpRequest) -> HttpResponse:
    request.session["name"] = "Ada"
    return HttpResponse(get_token(request))


def boom(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("the view broke")


urlpatterns = [
    path("django/page", page),
    path("django/async", async_page),
    path("django/drip", drip),
    path("django/adrip", adrip),
    path("django/file/<str:kind>", file),
    path("django/placed", placed),
    path("django/linked", linked),
    path("django/named", named),
    path("django/decision", decision),
    path("django/courses/<slug:slug>", decision),
    re_path(r"^django/old/\d+$", decision),
    path("django/signin", signin),
    path("django/boom", boom),
    path("<path:path>", answer),
]
