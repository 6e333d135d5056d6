"""consentkit for Flask, Pyramid, Bottle and any other WSGI app. Translation only: decisions are the core's.

    app.wsgi_app = ConsentMiddleware(app.wsgi_app, policy="consent.toml", database="sqlite:///consent.db")

The app finds the visitor's Decision in `environ["consentkit.consent"]`.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from consentkit.app_cookies import app_cookies
from consentkit.choice import LONGEST_BODY
from consentkit.exchange import Exchange
from consentkit.http import Reply, RequestHead, ResponseHead
from consentkit.kit import ConsentKit
from consentkit.policy import Policy
from consentkit.settings import load_settings, only_settings
from consentkit.visitor.minors import Minor

Environ = dict[str, Any]
StartResponse = Callable[..., Callable[[bytes], object]]
App = Callable[[Environ, StartResponse], Iterable[bytes]]


class ConsentMiddleware:
    """Enforces consent around a WSGI app. Long-lived; each request has an Exchange of its own.

    Arguments are those of `consentkit.settings.load_settings`, all with defaults; `clock` gives Unix seconds,
    `minor` whether a request comes from a minor. Raises ConfigError with every problem, or LedgerRollback.
    """

    @only_settings
    def __init__(
        self,
        app: App,
        policy: Policy | Mapping[str, Any] | str | Path | None = None,
        database: str | None = None,
        data: str | Path | None = None,
        secret: str | None = None,
        signing_key: str | None = None,
        clock: Callable[[], float] = time.time,
        minor: Minor | None = None,
    ) -> None:
        self._app = app
        settings = load_settings(policy, database, data, secret, signing_key)
        self._kit = ConsentKit(settings, clock, minor, needed=partial(app_cookies, app))

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        exchange = self._kit.exchange(read_head(environ))
        if exchange.is_ours:
            return _send_reply(exchange.reply(_read_body(environ)), exchange, start_response)
        inner = guarded_environ(environ, exchange)
        return _Responder(exchange, environ, inner, start_response).respond(self._app)


class _Responder:
    """One response on its way out: its head waits for the first piece of a body that will change."""

    def __init__(self, exchange: Exchange, outer: Environ, environ: Environ, start_response: StartResponse) -> None:
        self._exchange = exchange
        self._outer = outer
        self._environ = environ
        self._start_response = start_response
        self._waiting: tuple[str, list[tuple[str, str]]] | None = None
        self._promised: int | None = None
        self._server_write: Callable[[bytes], object] | None = None
        self._result: Iterable[bytes] = ()

    def respond(self, app: App) -> Iterable[bytes]:
        try:
            self._result = app(self._environ, self.start)
        finally:
            hand_back(self._environ, self._outer)
        if self._server_write is not None and not self._exchange.rewrites:
            return self._result  # as it is: a file stays the server's to send
        return self

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
        """The app's start_response; with `exc_info` it may come again (PEP 3333)."""
        hand_back(self._environ, self._outer)
        if self._server_write is not None:
            return self._start_response(status, headers, exc_info)  # too late: the server raises what happened
        app_head = ResponseHead(int(status.split(" ", 1)[0]), read_headers(headers))
        head = self._exchange.start(app_head, self._environ.get("consentkit.route", ""))
        length = app_head.header(b"content-length") or b""
        self._promised = int(length) if length.isdigit() else None
        self._waiting = status, write_headers(head.headers)
        if not self._exchange.rewrites:
            self._send_start()
        return self._write

    def __iter__(self) -> Iterator[bytes]:
        if isinstance(self._result, list | tuple):
            self._result, whole = (), self._result
            yield from self._finish(b"".join(whole))
            return
        pieces = iter(self._result)
        for chunk in pieces:
            if self._waiting and len(chunk) == self._promised:  # all that was promised, in one piece
                yield from self._finish(chunk)
                deque(pieces, maxlen=0)  # what the app does behind its last piece is done
                return
            if piece := self._exchange.feed(chunk):
                self._send_start()
                yield piece
        yield from self._finish(b"")

    def close(self) -> None:
        """What the app wants to be told when the response is over."""
        if close := getattr(self._result, "close", None):
            close()

    def _finish(self, last: bytes) -> Iterator[bytes]:
        body = self._exchange.finish(last)
        if self._waiting and self._exchange.rewrites:
            self._waiting[1].append(("content-length", str(len(body))))
        self._send_start()
        if body:
            yield body

    def _send_start(self) -> None:
        if self._waiting:
            self._server_write = self._start_response(*self._waiting)
            self._waiting = None

    def _write(self, chunk: bytes) -> None:
        """The legacy `write` of an app that does not return its body (PEP 3333)."""
        piece = self._exchange.feed(chunk)
        self._send_start()
        assert self._server_write is not None
        self._server_write(piece)


def read_head(environ: Environ) -> RequestHead:
    """The request as plain values. WSGI carries bytes as latin-1 text (PEP 3333)."""
    return RequestHead(
        method=environ["REQUEST_METHOD"],
        path=_text(environ.get("PATH_INFO", "")),
        headers=tuple(request_headers(environ)),
        query=environ.get("QUERY_STRING", ""),
        scheme=environ.get("wsgi.url_scheme", "http"),
        root_path=_text(environ.get("SCRIPT_NAME", "")),
        client=environ.get("REMOTE_ADDR", ""),
    )


def read_headers(headers: Iterable[tuple[str, str]]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers)


def write_headers(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def guarded_environ(environ: Environ, exchange: Exchange) -> Environ:
    """The environ the app sees: with the decision, and without the headers it should not."""
    inner = {**environ, "consentkit.consent": exchange.decision, "consentkit.exchange": exchange}
    if exchange.request is not exchange.head:
        for name, _ in exchange.head.headers:
            if (value := exchange.request.header(name)) is None:
                inner.pop(_key(name), None)
            else:
                inner[_key(name)] = value.decode("latin-1")
    if send_hints := environ.get("wsgi.early_hints"):  # gunicorn's
        inner["wsgi.early_hints"] = _guarded_hints(exchange, send_hints)
    return inner


def hand_back(inner: Environ, environ: Environ) -> None:
    """What the app wrote into its environ goes out again, to middleware around us and to the server's log."""
    for name, value in inner.items():
        if not name.startswith(("HTTP_", "wsgi.", "consentkit.")):
            environ[name] = value


def _guarded_hints(exchange: Exchange, send: Callable[[list[tuple[str, str]]], object]) -> Callable[..., None]:
    def guarded(headers: Iterable[tuple[str | bytes, str | bytes]]) -> None:
        if left := exchange.hint(read_headers((_latin(name), _latin(value)) for name, value in headers)):
            send(write_headers(left))

    return guarded


def _latin(text: str | bytes) -> str:
    return text if isinstance(text, str) else text.decode("latin-1")


def request_headers(environ: Environ) -> Iterator[tuple[bytes, bytes]]:
    """The headers in an environ. Test clients send no Host: then the server's name stands for it (PEP 3333)."""
    if "HTTP_HOST" not in environ and (name := environ.get("SERVER_NAME")):
        default = {"http": "80", "https": "443"}.get(environ.get("wsgi.url_scheme", "http"))
        port = environ.get("SERVER_PORT", default)
        yield b"host", (name if port == default else f"{name}:{port}").encode("latin-1")
    for key, value in environ.items():
        if key.startswith("HTTP_") or (key in ("CONTENT_TYPE", "CONTENT_LENGTH") and value):
            name = key.removeprefix("HTTP_").replace("_", "-").lower()
            yield name.encode("latin-1"), value.encode("latin-1")


def _key(name: bytes) -> str:
    key = name.decode("latin-1").replace("-", "_").upper()
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"


def _text(carried: str) -> str:
    return carried.encode("latin-1").decode("utf-8", "replace")


def _read_body(environ: Environ) -> bytes:
    """The body, up to one byte more than a choice may have."""
    length = environ.get("CONTENT_LENGTH") or ""
    promised = int(length) if length.isdigit() else LONGEST_BODY + 1 if environ.get("wsgi.input_terminated") else 0
    body: bytes = environ["wsgi.input"].read(min(promised, LONGEST_BODY + 1))
    return body


def _send_reply(reply: Reply, exchange: Exchange, start_response: StartResponse) -> Iterable[bytes]:
    start_response(f"{reply.status} {HTTPStatus(reply.status).phrase}", write_headers(reply.headers))
    return [] if exchange.head.method == "HEAD" else [reply.body]
