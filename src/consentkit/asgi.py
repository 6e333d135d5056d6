"""consentkit for Starlette, FastAPI and any other ASGI app. Translation only: decisions are the core's.

    app.add_middleware(ConsentMiddleware, policy="consent.toml", database="sqlite:///consent.db")

The app finds the visitor's Decision in `request.state.consent`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import partial, wraps
from pathlib import Path
from typing import Any, cast

from starlette.concurrency import run_in_threadpool

from consentkit.app_cookies import app_cookies
from consentkit.choice import LONGEST_BODY
from consentkit.errors import ConsentkitError
from consentkit.exchange import Exchange
from consentkit.http import Reply, RequestHead, ResponseHead
from consentkit.kit import ConsentKit
from consentkit.policy import Policy
from consentkit.settings import Init, load_settings, only_settings
from consentkit.visitor.minors import Minor

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# A file handed over by path or descriptor goes past us: a page must come as bytes.
_BY_REFERENCE = ("http.response.pathsend", "http.response.zerocopysend")
# A websocket's handshake carries headers too, and one that is refused may carry a page.
_STARTS = ("http.response.start", "websocket.http.response.start", "websocket.accept")
_BODIES = ("http.response.body", "websocket.http.response.body")
# What of the app's scope is for the app alone.
_GUARDED = frozenset(("headers", "extensions", "state", "consentkit.exchange"))


def _failing_the_start(init: Init) -> Init:
    """What stops us stops the server: Starlette builds its middleware inside the lifespan, where servers take an
    exception for "no lifespan here" and go on. The protocol has a word for it.
    """

    @wraps(init)
    def told(self: ConsentMiddleware, *args: Any, **given: Any) -> None:
        try:
            init(self, *args, **given)
        except ConsentkitError as error:
            if not _serving():
                raise
            self._broken = error

    return cast(Init, told)


class ConsentMiddleware:
    """Enforces consent around an ASGI app. Long-lived; each request has an Exchange of its own.

    Arguments are those of `consentkit.settings.load_settings`, all with defaults; `clock` gives Unix seconds,
    `minor` whether a request comes from a minor. Raises ConfigError with every problem, or LedgerRollback; within a
    running server it fails the server's start-up instead, with the same words.
    """

    _broken: ConsentkitError | None = None

    @_failing_the_start
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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._broken is not None:
            await _refuse(self._broken, scope, send)
        elif scope["type"] == "lifespan":
            await self._app(scope, receive, _closing(self._kit, send))
        elif scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        else:
            exchange = self._kit.exchange(read_head(scope))
            if scope["type"] == "http" and exchange.is_ours:
                body = await _read_body(receive)
                await _send_reply(await run_in_threadpool(exchange.reply, body), exchange, send)
            else:
                inner = guarded_scope(scope, exchange)
                try:
                    await self._app(inner, receive, _Responder(exchange, scope, inner, send).send)
                finally:
                    hand_back(inner, scope)


class _Responder:
    """One response on its way out: its head waits for the first piece of a body that will change."""

    def __init__(self, exchange: Exchange, outer: Scope, scope: Scope, send: Send) -> None:
        self._exchange = exchange
        self._outer = outer
        self._scope = scope
        self._send = send
        self._start: Message | None = None

    async def send(self, message: Message) -> None:
        if message["type"] in _STARTS:
            hand_back(self._scope, self._outer)
            route = getattr(self._scope.get("route"), "path", "")
            given = ResponseHead(message.get("status", 101), read_headers(message))
            head = self._exchange.start(given, route)
            if head is not given:
                message = {**message, "headers": list(head.headers)}
            if self._exchange.rewrites:
                self._start = message
            else:
                await self._send(message)
        elif message["type"] in _BODIES and self._exchange.rewrites:
            await self._send_body(message)
        elif message["type"] == "http.response.early_hint":
            await self._send_hints(message)
        else:
            await self._send(message)

    async def _send_hints(self, message: Message) -> None:
        given = tuple((b"link", bytes(link)) for link in message["links"])
        if links := [link for _, link in self._exchange.hint(given)]:
            await self._send({**message, "links": links})

    async def _send_body(self, message: Message) -> None:
        chunk, more = message.get("body", b""), message.get("more_body", False)
        body = self._exchange.feed(chunk) if more else self._exchange.finish(chunk)
        if self._start is not None:
            start, self._start = self._start, None
            if not more:
                start["headers"].append((b"content-length", str(len(body)).encode()))
            await self._send(start)
        if body or not more:
            await self._send({**message, "body": body})


def read_head(scope: Scope) -> RequestHead:
    """The request as plain values. Servers differ in whether `path` repeats `root_path`; the core's does not."""
    root, path, client = scope.get("root_path", ""), scope["path"], scope.get("client")
    if root and f"{path}/".startswith(f"{root}/"):
        path = path[len(root) :]
    return RequestHead(
        scope.get("method", "GET"),
        path,
        tuple(scope["headers"]),  # servers send names in lower case (ASGI, "HTTP Connection Scope")
        scope.get("query_string", b"").decode("latin-1"),
        scope.get("scheme", "http"),
        root,
        client[0] if client else "",
    )


def read_headers(message: Mapping[str, Any]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple([(bytes(name).lower(), bytes(value)) for name, value in message.get("headers", ())])


def guarded_scope(scope: Scope, exchange: Exchange) -> Scope:
    """The scope the app sees: with the decision, and without what would go past us."""
    state = _State(scope.setdefault("state", {}), exchange)  # as Starlette makes one where the server gives none
    inner = {**scope, "state": state, "consentkit.exchange": exchange}
    if (request := exchange.request) is not exchange.head:
        inner["headers"] = list(request.headers)
    if extensions := scope.get("extensions"):
        inner["extensions"] = {name: value for name, value in extensions.items() if name not in _BY_REFERENCE}
    return inner


def hand_back(inner: Scope, scope: Scope) -> None:
    """What the app wrote into its scope goes out again, to middleware around us: the route that was found, the user."""
    for name, value in inner.items():
        if name not in _GUARDED:
            scope[name] = value


class _State(dict[str, Any]):
    """What `request.state` reads; what is written there, middleware around us reads as well. The decision is made when
    it is asked for: most responses never ask. It stays with its request: some servers keep one state for a connection.
    """

    def __init__(self, known: MutableMapping[str, Any], exchange: Exchange) -> None:
        super().__init__(known)
        self._known = known
        self._exchange = exchange
        self.pop("consent", None)

    def __missing__(self, key: str) -> Any:
        if key != "consent":
            raise KeyError(key)
        super().__setitem__(key, self._exchange.decision)
        return self[key]

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, value)
        if key != "consent":
            self._known[key] = value

    def __delitem__(self, key: str) -> None:
        super().__delitem__(key)
        self._known.pop(key, None)


async def _read_body(receive: Receive) -> bytes:
    """The body, up to one byte more than a choice may have."""
    body, more = b"", True
    while more and len(body) <= LONGEST_BODY:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body[: LONGEST_BODY + 1]


async def _send_reply(reply: Reply, exchange: Exchange, send: Send) -> None:
    body = b"" if exchange.head.method == "HEAD" else reply.body
    await send({"type": "http.response.start", "status": reply.status, "headers": list(reply.headers)})
    await send({"type": "http.response.body", "body": body})


def _serving() -> bool:
    """Whether an event loop runs around us: then a server called, not the site's own code."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _closing(kit: ConsentKit, send: Send) -> Send:
    async def closing(message: Message) -> None:
        if message["type"].startswith("lifespan.shutdown."):
            await run_in_threadpool(kit.close)
        await send(message)

    return closing


async def _refuse(error: ConsentkitError, scope: Scope, send: Send) -> None:
    if scope["type"] != "lifespan":
        raise error
    await send({"type": "lifespan.startup.failed", "message": str(error)})
