"""consentkit for Django, sync and async. Translation only: decisions are the core's.

    MIDDLEWARE = ["consentkit.django.ConsentMiddleware", ...]
    CONSENTKIT = {"policy": BASE_DIR / "consent.toml", "database": "default"}

A view finds the visitor's Decision in `request.consent`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from consentkit.choice import LONGEST_BODY
from consentkit.django.conf import site_kit
from consentkit.django.cookies import read_cookies, write_cookies
from consentkit.exchange import Exchange
from consentkit.http import RequestHead, ResponseHead
from consentkit.wsgi import guarded_environ, read_headers, request_headers, write_headers

GetResponse = Callable[[HttpRequest], Any]


class ConsentMiddleware:
    """Enforces consent in a Django site. Long-lived; each request has an Exchange of its own.

    Settings are in CONSENTKIT, a dict of what `consentkit.settings.load_settings` takes; all have defaults. Raises
    ConfigError with every problem, or LedgerRollback, when Django builds its handler.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response
        self._kit = site_kit()
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self._is_async:
            return self.__acall__(request)
        exchange = self._kit.exchange(read_head(request))
        if exchange.is_ours:
            return _reply(exchange, request)
        return _guard(exchange, request, self._get_response(_guarded(request, exchange)))

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        exchange = self._kit.exchange(read_head(request))
        if exchange.is_ours:
            return await sync_to_async(_reply, thread_sensitive=False)(exchange, request)
        return _guard(exchange, request, await self._get_response(_guarded(request, exchange)))


def read_head(request: HttpRequest) -> RequestHead:
    """The request as plain values, as Django reads it: SECURE_PROXY_SSL_HEADER and FORCE_SCRIPT_NAME count."""
    return RequestHead(
        method=request.META["REQUEST_METHOD"],
        path=request.path_info,
        headers=tuple(request_headers(request.META)),
        query=request.META.get("QUERY_STRING", ""),
        scheme=request.scheme or "http",
        root_path=request.META.get("SCRIPT_NAME", ""),
        client=request.META.get("REMOTE_ADDR", ""),
    )


def _guarded(request: HttpRequest, exchange: Exchange) -> HttpRequest:
    """The request the site sees: with the decision, and without the headers it should not."""
    sent = request.META.get("HTTP_COOKIE")
    request.META = guarded_environ(request.META, exchange)
    request.__dict__.pop("headers", None)  # Django keeps a copy
    if request.META.get("HTTP_COOKIE") != sent:
        request.__dict__.pop("COOKIES", None)
        request.environ = request.META  # under WSGI cookies are read from there
    request.consent = exchange.decision
    return request


def _guard(exchange: Exchange, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The response as it may go out."""
    cookies = [("set-cookie", line.decode("latin-1")) for line in read_cookies(response)]
    before = ResponseHead(response.status_code, read_headers([*response.items(), *cookies]))
    after = exchange.start(before, route_of(request))
    if after is not before:
        _write_head(response, after)
    if exchange.rewrites and response.streaming:
        rewritten = _arewritten if response.is_async else _rewritten
        response.streaming_content = rewritten(exchange, response.streaming_content)
    elif exchange.rewrites:
        response.content = exchange.finish(response.content)
        response.headers["Content-Length"] = str(len(response.content))
    return response


def route_of(request: HttpRequest) -> str:
    """The URL pattern of the view; empty before, and where there is none."""
    return f"/{request.resolver_match.route}" if request.resolver_match else ""


def _write_head(response: HttpResponseBase, head: ResponseHead) -> None:
    write_cookies(response, [value for name, value in head.headers if name == b"set-cookie"])
    wanted = {name: value for name, value in write_headers(head.headers) if name != "set-cookie"}
    for name, value in list(response.items()):
        if wanted.get(name.lower()) == value:
            del wanted[name.lower()]
        else:
            del response.headers[name]
    for name, value in wanted.items():
        response.headers[name.title()] = value


def _rewritten(exchange: Exchange, pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        if ready := exchange.feed(piece):
            yield ready
    if rest := exchange.finish():
        yield rest


async def _arewritten(exchange: Exchange, pieces: Any) -> AsyncIterator[bytes]:
    async for piece in pieces:
        if ready := exchange.feed(piece):
            yield ready
    if rest := exchange.finish():
        yield rest


def _reply(exchange: Exchange, request: HttpRequest) -> HttpResponse:
    """Our own answer, given before Django looks for a view: no CSRF token of Django's is asked for."""
    reply = exchange.reply(request.read(LONGEST_BODY + 1))
    response = HttpResponse(b"" if exchange.head.method == "HEAD" else reply.body, status=reply.status)
    _write_head(response, ResponseHead(reply.status, reply.headers))
    return response
