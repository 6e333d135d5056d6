"""Early hints, notes to the owner, and markup that is no page: what a response does beside its body."""

from __future__ import annotations

import asyncio
import tomllib
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest

from tests.exchanges import POLICY, Response

from .browser import NAVIGATION, Browser, scope_of
from .conftest import Serve, answering

GUIDE = Path(__file__).parents[2] / "docs/guard.md"
AD = b"<https://ads.test/a.js>; rel=preload"
OWN = b"</a.css>; rel=preload; as=style"


async def hinted(app: Any, headers: dict[str, str]) -> list[Any]:
    """The early hints that reach the server."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope_of("GET", "/", NAVIGATION | headers), receive, send)
    return [message["links"] for message in sent if message["type"] == "http.response.early_hint"]


async def hinting(scope: Any, receive: Any, send: Any) -> None:
    for links in ([AD], [OWN, AD + b", " + OWN]):
        await send({"type": "http.response.early_hint", "links": links})
    await answering(Response(200, (("content-type", "text/html"),), (b"<body>",)))(scope, receive, send)


def test_early_hints(serve: Serve) -> None:
    """A hint ahead of the page sends nobody to a tracker before they said yes, and is whole afterwards."""
    app = serve(hinting)
    assert asyncio.run(hinted(app, {})) == [[OWN, OWN]]
    browser = Browser(app)
    browser.choose("accept_all")
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    assert asyncio.run(hinted(app, {"cookie": cookie})) == [[AD], [OWN, AD + b", " + OWN]]
    assert asyncio.run(hinted(serve(hinting, mode="report"), {})) == [[AD], [OWN, AD + b", " + OWN]]


@pytest.mark.parametrize(("mode", "verb"), [("enforce", "is held"), ("report", "would be held")])
def test_named_once(mode: str, verb: str, serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """A held header is named in the log once, with whom it was for; in report mode it goes out."""
    headers = (("content-type", "text/plain"), ("link", AD.decode()), ("refresh", "3;url=//ads.test"))
    browser = Browser(serve(answering(Response(500, headers)), mode=mode))
    answers = [browser.get() for _ in range(3)]
    assert {answer.header("refresh") is None for answer in answers} == {mode == "enforce"}
    said = [record.getMessage() for record in caplog.records if "G003" in record.getMessage()]
    assert [verb in line and "ads (marketing)" in line for line in said] == [True, True]


def test_unread_is_named_once(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """A page that cannot be read is named in the log, once and not with every request."""
    app = answering(Response(200, (("content-type", "text/html"), ("content-encoding", "br")), (b"\x0b",)))
    browser = Browser(serve(app))
    for _ in range(3):
        browser.get()
    assert caplog.text.count("consentkit.G002") == 1


def test_an_undeclared_tracker_is_named_with_what_declares_it(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """The owner of a page with a tracker that only the catalogue knows finds the lines to paste in the log, once for
    each host; and with these lines, nothing is said."""
    page = b"<body><script src=https://www.google-analytics.com/analytics.js></script><img src=//ads.test/x>"
    html = answering(Response(200, (("content-type", "text/html"),), (page,)))
    browser = Browser(serve(html))
    for _ in range(2):
        browser.get()
    [said] = [record.getMessage() for record in caplog.records if "G013" in record.getMessage()]
    [declared] = tomllib.loads(said.partition("\n")[2])["vendors"]
    assert declared["hosts"] == ["google-analytics.com"]
    assert indent(said, "    ") in GUIDE.read_text(encoding="utf-8")
    caplog.clear()
    Browser(serve(html, vendors=[*POLICY["vendors"], declared])).get()
    Browser(serve(html, exclude=["/free"])).get("/free")
    assert "G013" not in caplog.text


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="https://ads.test/a.gif"/></svg>'


@pytest.mark.parametrize("kind", ["image/svg+xml", "application/xhtml+xml", "application/xml"])
def test_xml_shown_by_itself(kind: str, serve: Serve) -> None:
    """A picture or page in XML that is opened by itself is guarded, and nothing is put into it."""
    answer = Browser(serve(answering(Response(200, (("content-type", kind),), (SVG,))))).get()
    assert answer.body.replace(b' data-ck="marketing ads"', b"").replace(b"data-ck-", b"") == SVG
    assert b"data-ck-href" in answer.body
    assert answer.header("cache-control") == "private"


def test_a_picture_stays_a_picture(serve: Serve) -> None:
    """An svg in a page fetches nothing, and any cache may keep it."""
    app = serve(answering(Response(200, (("content-type", "image/svg+xml"),), (SVG,))))
    answer = Browser(app).get(sec_fetch_dest="image", accept="image/*")
    assert (answer.body, answer.header("cache-control")) == (SVG, None)


def test_a_page_without_a_type(serve: Serve) -> None:
    """A page whose app forgot its type is guarded like any other; other bytes without a type arrive as they are."""
    page = b"<html><body><img src=//ads.test/a.gif>"
    assert b"data-ck-src" in Browser(serve(answering(Response(200, (), (page,))))).get().body
    assert Browser(serve(answering(Response(200, (), (b"GIF89a" + page,))))).get().body == b"GIF89a" + page
    safe = answering(Response(200, (("x-content-type-options", "nosniff"),), (page,)))
    assert Browser(serve(safe)).get().body == page


@pytest.mark.parametrize("purpose", ["", "prefetch"])
def test_fetched_by_a_script(purpose: str, serve: Serve) -> None:
    """A fragment that a script fetches is held, and nothing else is put into it."""
    app = serve(answering(Response(200, (("content-type", "text/html"),), (b"<li><img src=//ads.test/a.gif>",))))
    answer = Browser(app).get(sec_fetch_dest="empty", accept="*/*", sec_purpose=purpose)
    assert answer.body == b'<li><img data-ck="marketing ads" data-ck-src=//ads.test/a.gif>'


@pytest.mark.parametrize("pieces", [(b"<h1>Shop</h1>",), (b"<h1>Sh", b"op</h1>")])
def test_a_page_without_its_tags(pieces: tuple[bytes, ...], serve: Serve) -> None:
    """Who goes to a page is asked, though it has neither html, head nor body; who fetches the same gets a fragment."""
    app = serve(answering(Response(200, (("content-type", "text/html"),), pieces)))
    page = Browser(app).get(sec_fetch_dest="document").body
    assert page.startswith(b"<h1>Shop</h1>")
    assert b"ck-first" in page
    for destination in ("empty", ""):
        assert Browser(app).get(sec_fetch_dest=destination).body == b"<h1>Shop</h1>"


def test_a_page_for_everybody_without_its_tags(serve: Serve) -> None:
    """What caches share is the same whoever asks for it and however: without its tags it stays a fragment."""
    headers = (("content-type", "text/html"), ("cache-control", "public"))
    app = serve(answering(Response(200, headers, (b"<h1>Shop</h1>",))))
    for destination in ("document", "empty"):
        assert Browser(app).get(sec_fetch_dest=destination).body == b"<h1>Shop</h1>"


def test_parts_that_replace_one_another(serve: Serve) -> None:
    """A stream of parts that replace one another is pictures to today's browsers, and passes as it is."""
    body = b"--a\r\nContent-Type: text/html\r\n\r\n<img src=//ads.test/a.gif>\r\n--a--"
    app = serve(answering(Response(200, (("content-type", "multipart/x-mixed-replace; boundary=a"),), (body,))))
    assert Browser(app).get().body == body
