"""Bodies on their way: pieces stay pieces, odd bytes stay bytes, and what the app does around them still happens."""

from __future__ import annotations

import asyncio
import gzip
import random
import zlib
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, StreamingResponse
from starlette.routing import Route

from tests.exchanges import BUSY, Response, normal, written

from .browser import NAVIGATION, Answer, Browser, exchange, scope_of
from .conftest import Serve, answering

HTML = (("content-type", "text/html"),)
SOURCE = written(BUSY)


def body_of(answer: Answer) -> bytes:
    return normal(Response(chunks=(answer.body,))).body


async def _step_by_step(app: Any, steps: list[dict[str, Any]]) -> list[list[str]]:
    """The types that had reached the server after each message of the app's."""
    reached: list[str] = []
    after: list[list[str]] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        for message in steps:
            await send(message)
            after.append(list(reached))

    async def send(message: Any) -> None:
        reached.append(message["type"].rpartition(".")[2])

    async def receive() -> Any:
        return {"type": "http.request"}

    await app(inner)(scope_of("GET", "/", NAVIGATION), receive, send)
    return after


def start(kind: bytes) -> dict[str, Any]:
    return {"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]}


def piece(body: bytes, more: bool = True) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": more}


def test_page_streams(serve: Serve) -> None:
    """The first piece of a streamed page is out before the app makes the second."""
    steps = [start(b"text/html"), piece(b"<!doctype html><body><p>one</p>"), piece(b"<p>two</p>"), piece(b"", False)]
    after = asyncio.run(_step_by_step(serve, steps))
    assert after == [[], ["start", "body"], ["start", "body", "body"], ["start", "body", "body", "body"]]


def test_event_stream_begins_at_once(serve: Serve) -> None:
    """A stream of events is open before its first event."""
    steps = [start(b"text/event-stream"), piece(b"data: 1\n\n")]
    assert asyncio.run(_step_by_step(serve, steps)) == [["start"], ["start", "body"]]


def test_compressed_page_streams(serve: Serve) -> None:
    """A compressed page can be read piece by piece as well, as it comes."""
    pack = zlib.compressobj(wbits=31)
    parts = [
        pack.compress(part) + pack.flush(zlib.Z_SYNC_FLUSH) for part in (b"<!doctype html><body><p>one</p>", b"<p>two")
    ]
    headers = (*HTML, ("content-encoding", "gzip"))
    answer = Browser(serve(answering(Response(200, headers, (*parts, pack.flush()))))).get()
    unpack = zlib.decompressobj(31)
    first = unpack.decompress(answer.messages[1]["body"])
    assert first.endswith(b"<p>one</p>")
    rest = b"".join(unpack.decompress(message["body"]) for message in answer.messages[2:])
    assert rest == b"<p>two"
    assert unpack.eof


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An app that serves whatever `shop.chunks` says, for many examples under one kit."""
    from consentkit.asgi import ConsentMiddleware
    from tests.exchanges import POLICY

    from .conftest import KEY, SECRET

    class Shop:
        chunks: tuple[bytes, ...] = ()

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await answering(Response(200, HTML, self.chunks))(scope, receive, send)

    app = Shop()
    data = tmp_path_factory.mktemp("shop")
    middleware = ConsentMiddleware(app, POLICY, data=data, secret=SECRET, signing_key=KEY)
    yield app, Browser(middleware)
    middleware._kit.close()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.integers(0, len(SOURCE)), max_size=12))
def test_any_chunking(shop: Any, cuts: list[int]) -> None:
    """However a page is cut into pieces, a visitor gets the same bytes."""
    app, browser = shop
    edges = [0, *sorted(cuts), len(SOURCE)]
    app.chunks = tuple(SOURCE[a:b] for a, b in pairwise(edges))
    assert body_of(browser.get()) == BUSY


ODD = {
    "invalid UTF-8": b"<body>\xff\xfe\x80caf\xe9 \xc3</body>",
    "cut off in a tag": b"<!doctype html><body><p class='x",
    "cut off in a script": b"<body><script>if (a < b) {",
    "NUL and control characters": b"<body>\x00\x01<p\x00>\x1f</p>",
    "nothing": b"",
    "no markup": b"just words",
    "deep": b"<body>" + b"<div>" * 5000,
    "many attributes": b"<body><p" + b" a=1" * 20000 + b">",
}


@pytest.mark.parametrize("page", ODD.values(), ids=ODD)
@pytest.mark.parametrize("size", [1 << 20, 3])
def test_odd_pages(page: bytes, size: int, serve: Serve) -> None:
    """A page that is not quite HTML is served with every byte it had."""
    if size == 3:
        page = page[:3000]
    chunks = tuple(page[at : at + size] for at in range(0, len(page), size))
    seen = body_of(Browser(serve(answering(Response(200, HTML, chunks)))).get())
    assert seen.replace(b"{banner}", b"").replace(b"{reopen}", b"") == page


def test_noise(serve: Serve) -> None:
    """Five megabytes that are no page at all arrive as they were sent."""
    noise = random.Random(7).randbytes(5_000_000)
    answer = Browser(serve(answering(Response(200, HTML, (noise[:2_000_000], noise[2_000_000:]))))).get()
    assert body_of(answer).replace(b"{banner}", b"") == noise


def test_utf16_without_a_word(serve: Serve) -> None:
    """A page whose first bytes say UTF-16 is guarded as such whatever its header says."""
    page = "<body><script src=//ads.test></script>".encode("utf-16")
    body = Browser(serve(answering(Response(200, HTML, (page,))))).get().body.decode("utf-16")
    assert 'data-ck="marketing ads"' in body


@pytest.mark.parametrize("body", [b"not gzip", b"", b"\x1f", b"\x1f\x8b\x08 not gzip"])
def test_not_gzip_after_all(body: bytes, serve: Serve) -> None:
    """A body that is not the gzip it says it is breaks nothing here: no browser can read it either."""
    headers = (*HTML, ("content-encoding", "gzip"))
    answer = Browser(serve(answering(Response(200, headers, (body,))))).get()
    assert (answer.status, answer.messages[-1]["more_body"]) == (200, False)


@pytest.mark.parametrize(
    "rest",
    [b"\n", b"\x00" * 9, b"\x1f\x8b junk", gzip.compress(b"")[:10] + b"\xff" * 40, gzip.compress(b"<p>more")],
    ids=["line end", "padding", "magic alone", "broken member", "another member"],
)
@pytest.mark.parametrize("size", [1 << 20, 50])
def test_more_after_gzip(rest: bytes, size: int, serve: Serve) -> None:
    """Bytes after a compressed page, which browsers overlook, do not let its trackers past us."""
    body = gzip.compress(SOURCE) + rest
    chunks = tuple(body[at : at + size] for at in range(0, len(body), size))
    answer = Browser(serve(answering(Response(200, (*HTML, ("content-encoding", "gzip")), chunks)))).get()
    seen = normal(Response(chunks=(gzip.decompress(answer.body),))).body
    assert seen.startswith(BUSY)


def test_gzip_damaged_on_the_way(serve: Serve) -> None:
    """Of a compressed page that is damaged further on, a visitor sees what came before, guarded."""
    pack = zlib.compressobj(wbits=31)
    chunks = (pack.compress(SOURCE) + pack.flush(zlib.Z_FULL_FLUSH), b"\xff" * 50, b"\xff" * 50)
    answer = Browser(serve(answering(Response(200, (*HTML, ("content-encoding", "gzip")), chunks)))).get()
    assert normal(Response(chunks=(gzip.decompress(answer.body),))).body == BUSY


def test_gzip_cut_off(serve: Serve) -> None:
    """Of a compressed page that was cut off, a visitor sees what there is, guarded."""
    page = SOURCE + random.Random(3).randbytes(4000).hex().encode()
    body = gzip.compress(page)[:-1000]
    answer = Browser(serve(answering(Response(200, (*HTML, ("content-encoding", "gzip")), (body,))))).get()
    assert normal(Response(chunks=(gzip.decompress(answer.body),))).body.startswith(BUSY[:300])


def test_brotli_is_logged(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """A page that cannot be read is named in the log, so that the owner knows it goes out unguarded."""
    Browser(serve(answering(Response(200, (*HTML, ("content-encoding", "br")), (b"\x0b",))))).get()
    assert "consentkit.G002" in caplog.text
    assert "content-encoding" in caplog.text


def test_compression_inside(serve: Serve) -> None:
    """An app that compresses its own pages is guarded, and its pages stay compressed."""
    page = SOURCE + b"<p>" * 500

    async def show(request: Request) -> HTMLResponse:
        return HTMLResponse(page)

    app = Starlette(routes=[Route("/", show)])
    app.add_middleware(GZipMiddleware)
    answer = Browser(serve(app)).get(accept_encoding="gzip, br, zstd")
    assert answer.header("content-encoding") == "gzip"
    assert normal(Response(chunks=(gzip.decompress(answer.body),))).body == BUSY + b"<p>" * 500


def test_app_is_asked_for_what_can_be_read(serve: Serve) -> None:
    """An app that could compress in a way we cannot read is not invited to, for a page."""
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(dict(scope["headers"]).get(b"accept-encoding"))
        await answering(Response(200, HTML, (b"<body>",)))(scope, receive, send)

    browser = Browser(serve(app))
    browser.get(accept_encoding="br, gzip;q=0.5")
    browser.get(accept_encoding="br")
    browser.get(accept_encoding="br, deflate", sec_fetch_dest="empty")
    browser.get(accept_encoding="br", sec_fetch_dest="image")
    assert seen == [b"gzip;q=0.5", b"identity", b"deflate", b"br"]


def test_background_task(serve: Serve) -> None:
    """What an app does after its response still happens."""
    done: list[str] = []

    async def show(request: Request) -> HTMLResponse:
        return HTMLResponse("<body>", background=BackgroundTask(done.append, "sent"))

    Browser(serve(Starlette(routes=[Route("/", show)]))).get()
    assert done == ["sent"]


@pytest.mark.parametrize("chunks", [[], [b"<body><p>one"]])
def test_app_fails(chunks: list[bytes], serve: Serve) -> None:
    """An app that breaks, before or within its response, breaks for the server as it would without us."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if chunks:
            await send(start(b"text/html"))
        for chunk in chunks:
            await send(piece(chunk))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(exchange(serve(app), scope_of("GET", "/", NAVIGATION)))


def test_error_page_of_the_framework(serve: Serve) -> None:
    """The page a framework shows when the app broke is guarded like any other."""

    async def broken(request: Request) -> HTMLResponse:
        raise ZeroDivisionError

    async def sorry(request: Request, error: Exception) -> HTMLResponse:
        return HTMLResponse("<body><script src=//ads.test></script>", 500, {"set-cookie": "_ct=1"})

    app = Starlette(routes=[Route("/", broken)], exception_handlers={ZeroDivisionError: sorry})
    answer = Browser(serve(app)).get()
    assert (answer.status, answer.cookies) == (500, {})
    assert b'data-ck="marketing ads"' in answer.body


def test_head(serve: Serve) -> None:
    """HEAD says what GET would, as far as it can be known, and has no body."""

    async def show(request: Request) -> HTMLResponse:
        body = b"" if request.method == "HEAD" else b"<body><p>x"
        return HTMLResponse(body, headers={"content-length": "10", "etag": '"v1"', "set-cookie": "_ct=1"})

    browser = Browser(serve(Starlette(routes=[Route("/", show)])))
    head, page = browser.get(method="HEAD"), browser.get()
    assert (head.status, head.body, head.header("content-length")) == (200, b"", None)
    assert {h for h in page.headers if h[0] != b"content-length"} == set(head.headers)


@pytest.mark.parametrize("path", ["notice", "preferences", "declaration", "receipt", "log/checkpoint", "nothing"])
def test_head_of_our_pages(path: str, serve: Serve) -> None:
    """HEAD on a page of ours has its length and no body."""
    browser = Browser(serve())
    head, page = browser.get(f"/_privacy/{path}", method="HEAD"), browser.get(f"/_privacy/{path}")
    assert head.body == b""
    assert (head.status, head.header("content-length")) == (page.status, str(len(page.body)))


def test_disconnected_visitor(serve: Serve) -> None:
    """A choice cut off by a closed tab is no choice, and no failure."""

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
    asyncio.run(serve()(scope_of("POST", "/_privacy/choice", headers), receive, send))
    assert sent[0]["status"] == 400


def test_file(serve: Serve, tmp_path: Any) -> None:
    """A file of the site's is sent whole, in part and as a download, byte for byte."""
    data = random.Random(1).randbytes(200_000)
    (tmp_path / "film.mp4").write_bytes(data)

    async def film(request: Request) -> FileResponse:
        return FileResponse(tmp_path / "film.mp4")

    browser = Browser(serve(Starlette(routes=[Route("/", film)])))
    whole = browser.get(sec_fetch_dest="video")
    assert (whole.body, whole.header("content-length")) == (data, "200000")
    part = browser.get(range="bytes=100-199", sec_fetch_dest="video")
    assert (part.status, part.body) == (206, data[100:200])


def test_streaming_response(serve: Serve) -> None:
    """A streamed page of a framework is guarded and still streamed."""

    async def show(request: Request) -> StreamingResponse:
        return StreamingResponse(iter([SOURCE[:100], SOURCE[100:200], SOURCE[200:]]), media_type="text/html")

    answer = Browser(serve(Starlette(routes=[Route("/", show)]))).get()
    assert body_of(answer) == BUSY
    assert len(answer.messages) > 3
    assert answer.header("content-length") is None
