"""The corners of WSGI that apps still stand in: write(), late heads, errors after a head, files, close()."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from wsgiref.util import FileWrapper

import pytest

from consentkit.wsgi import ConsentMiddleware

from .stage import HOST, send_wsgi

HTML = [("Content-Type", "text/html")]
PAGE = b'<!doctype html><body><script src="https://ads.test/x.js"></script>'
HELD = b'<script type="text/plain" data-ck="marketing ads" src="https://ads.test/x.js">'
ACCEPT = (("host", HOST), ("accept", "text/html"))
Guard = Callable[[Any], ConsentMiddleware]


@pytest.fixture
def guard(settings: dict[str, Any]) -> Iterator[Guard]:
    """guard(app): the app under consentkit."""
    made: list[ConsentMiddleware] = []

    def build(app: Any) -> ConsentMiddleware:
        made.append(ConsentMiddleware(app, **settings))
        return made[-1]

    yield build
    for middleware in made:
        middleware._kit.close()


def get(app: Any) -> Any:
    return send_wsgi(app, "GET", "/page", ACCEPT, b"", "")


def test_legacy_write(guard: Guard) -> None:
    """An app that writes its page with the old write() is guarded, whatever it returns after it."""

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        write = start_response("200 OK", list(HTML))
        write(PAGE[:30])
        write(PAGE[30:])
        return [b"<p>end</p>"]

    body = get(guard(app)).body
    assert HELD in body
    assert b"/_privacy/choice" in body
    assert body.endswith(b"<p>end</p>")


def test_late_head(guard: Guard) -> None:
    """An app that names its status only when its first piece is asked for is guarded."""

    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("404 Gone away", list(HTML))
        yield PAGE

    answer = get(guard(app))
    assert answer.status == 404
    assert HELD in answer.body


def test_error_before_the_head_is_out(guard: Guard) -> None:
    """A page that breaks before its first byte becomes the error page, and that one is guarded."""

    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [*HTML, ("Set-Cookie", "login=1; Path=/; HttpOnly")])
        try:
            raise RuntimeError("broke")
        except RuntimeError:
            start_response("500 Broke", list(HTML), sys.exc_info())
        yield PAGE

    answer = get(guard(app))
    assert answer.status == 500
    assert "set-cookie" not in dict(answer.headers)
    assert HELD in answer.body


def test_error_after_the_head_is_out(guard: Guard) -> None:
    """A page that breaks half-way raises in the server, as it does without us."""
    raised: list[Any] = []

    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", list(HTML))
        yield PAGE
        yield b"<p>more</p>"
        try:
            raise RuntimeError("broke")
        except RuntimeError:
            start_response("500 Broke", list(HTML), sys.exc_info())

    def server(status: str, headers: Any, exc_info: Any = None) -> Callable[[bytes], None]:
        if exc_info:
            raised.append(status)
            raise exc_info[1]
        return lambda data: None

    environ: dict[str, Any] = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_ACCEPT": "text/html"}
    with pytest.raises(RuntimeError, match="broke"):
        list(guard(app)(environ, server))
    assert raised == ["500 Broke"]


def test_close(guard: Guard) -> None:
    """What an app opened for a response is closed once, also when the visitor leaves early."""
    closed: list[str] = []

    class Body:
        def __init__(self, kind: str) -> None:
            self._pieces = iter([PAGE, b"<p>"])
            self._kind = kind

        def __iter__(self) -> Iterator[bytes]:
            return self._pieces

        def close(self) -> None:
            closed.append(self._kind)

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        kind = environ["QUERY_STRING"]
        start_response("200 OK", [("Content-Type", kind)])
        return Body(kind)

    for kind in ("text/html", "image/png"):
        environ: dict[str, Any] = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "QUERY_STRING": kind}
        result = guard(app)(environ, lambda *_: lambda data: None)
        next(iter(result))
        result.close()  # type: ignore[attr-defined]
    assert closed == ["text/html", "image/png"]


def test_file(guard: Guard) -> None:
    """A file that is no page stays the server's to send; a page that comes as a file is guarded."""
    wrapped: list[FileWrapper] = []

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", environ["QUERY_STRING"])])
        wrapped.append(FileWrapper(io.BytesIO(PAGE)))
        return wrapped[-1]

    environ: dict[str, Any] = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "QUERY_STRING": "image/png"}
    assert guard(app)(environ, lambda *_: lambda data: None) is wrapped[0]
    assert HELD in b"".join(guard(app)({**environ, "QUERY_STRING": "text/html"}, lambda *_: lambda data: None))


def test_other_protocols(guard: Guard) -> None:
    """What a server puts into the environ reaches the app, beside the decision."""
    seen: list[dict[str, Any]] = []

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        seen.append(environ)
        start_response("204 No Content", [])
        return []

    get(guard(app))
    assert seen[0]["consentkit.consent"].granted == {"essential"}
    assert (seen[0]["wsgi.multithread"], seen[0]["HTTP_HOST"]) == (True, HOST)


def test_middleware_around_us(guard: Guard) -> None:
    """What stands around us, and the server's log, read in the environ what the app wrote there."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/",
        "HTTP_RANGE": "bytes=0-9",
        "HTTP_ACCEPT": "text/html",
    }
    told: list[Any] = []

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        assert "HTTP_RANGE" not in environ
        environ["REMOTE_USER"] = "ada"
        start_response("200 OK", list(HTML))
        return [PAGE]

    b"".join(guard(app)(environ, lambda *_: told.append(environ.get("REMOTE_USER"))))
    assert told == ["ada"]
    assert environ["HTTP_RANGE"] == "bytes=0-9"


def test_what_follows_the_last_piece(guard: Guard) -> None:
    """An app that counts or commits behind its last piece gets to do so, also where its length was promised."""
    done: list[str] = []

    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [*HTML, ("Content-Length", str(len(PAGE)))])
        yield PAGE
        done.append("committed")

    assert HELD in get(guard(app)).body
    assert done == ["committed"]
