"""What Chromium reads as a page, and in which encoding: whatever it fetches for is held.

Each case is served twice: bare, where the tracker must be asked for (or not, where the browser reads nothing), and
under consentkit, where it never is.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Error

from consentkit.asgi import ConsentMiddleware
from consentkit.testing import scratch
from tests.exchanges import POLICY, Headers
from tests.serving import Visitor, served, visiting

IMG = "<img src=https://ads.test/a.gif>"
PAGE = f"<!doctype html><body>{IMG}"
XHTML = (
    f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{IMG.replace("src=", "src=" + chr(34))[:-1]}"/></body></html>'
)
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><image href="https://ads.test/a.gif" width="9" height="9"/></svg>'
JAPANESE = f"<p>次{IMG}".encode("iso-2022-jp")


def raw_deflate(body: bytes) -> bytes:
    pack = zlib.compressobj(wbits=-15)
    return pack.compress(body) + pack.flush()


def html(*more: str) -> Headers:
    kind, *rest = more or ("text/html",)
    pairs = [each.partition("=")[::2] for each in rest]
    return (("content-type", kind), *pairs)


CASES: dict[str, tuple[int, Headers, bytes]] = {
    "plain": (200, html(), PAGE.encode()),
    "utf-16 by its type": (200, html("text/html; charset=utf-16"), PAGE.encode("utf-16-le")),
    "utf-16be by its type": (200, html("text/html; charset=UTF-16BE"), PAGE.encode("utf-16-be")),
    "utf-16 by its mark": (200, html("text/html; charset=utf-8"), PAGE.encode("utf-16")),
    "utf-16 by its declaration": (200, html(), ("<?xml?>" + PAGE).encode("utf-16-le")),
    "iso-2022-jp by its type": (200, html("text/html; charset=iso-2022-jp"), JAPANESE),
    "iso-2022-jp by its meta": (200, html(), b"<meta charset=iso-2022-jp>" + JAPANESE),
    "iso-2022-jp hiding a comment": (
        200,
        html("text/html; charset=iso-2022-jp"),
        b"<p>\x1b$B<!--\x3c\x21\x2d\x2d\x1b(B" + IMG.encode(),
    ),
    "utf-7, which is none": (200, html("text/html; charset=utf-7"), PAGE.encode()),
    "shift_jis": (200, html("text/html; charset=shift_jis"), f"<p>ソ{IMG}".encode("shift_jis")),
    "no type": (200, (), PAGE.encode()),
    "no type, odd beginning": (200, (), f"\n\n <b>{IMG}".encode()),
    "two types": (200, (("content-type", "text/plain"), ("content-type", "text/html")), PAGE.encode()),
    "xhtml": (200, html("application/xhtml+xml"), XHTML.encode()),
    "xml": (200, html("text/xml"), XHTML.encode()),
    "svg": (200, html("image/svg+xml"), SVG.encode()),
    "svg in utf-16": (200, html("image/svg+xml"), SVG.encode("utf-16")),
    "a part": (206, html("text/html", "content-range=bytes 0-9/99"), PAGE.encode()),
    "an error": (500, html(), PAGE.encode()),
    "gzip": (200, html("text/html", "content-encoding=gzip"), gzip.compress(PAGE.encode())),
    "deflate": (200, html("text/html", "content-encoding=deflate"), zlib.compress(PAGE.encode())),
    "bare deflate": (200, html("text/html", "content-encoding=deflate"), raw_deflate(PAGE.encode())),
    "link": (404, html("text/html", "link=<https://ads.test/a>; rel=preload; as=image"), b"<p>x"),
    "link among others": (200, html("text/html", "link=</b>; rel=x, <//ads.test/a>;rel=preload;as=style"), b"<p>x"),
    "link of sources": (
        200,
        html("text/html", "link=</a>; rel=preload; as=image; imagesrcset=\"https://ads.test/a 1x\""),
        b"<p>x",
    ),
    "refresh": (200, html("text/html", "refresh=0; url='https://ads.test/'"), b"<p>x"),
    "refresh without url": (200, html("text/html", "refresh=0,https://ads.test/"), b"<p>x"),
}  # fmt: skip
# What Chromium does not read: here a bare page fetches nothing either.
BLANK: dict[str, tuple[int, Headers, bytes]] = {
    "an encoding it refuses": (200, html("text/html; charset=iso-2022-kr"), PAGE.encode()),
    "no type and nosniff": (200, (("x-content-type-options", "nosniff"),), PAGE.encode()),
    "text": (200, html("text/plain"), PAGE.encode()),
    "not the gzip it says": (200, html("text/html", "content-encoding=gzip"), PAGE.encode()),
    "not the deflate it says": (200, html("text/html", "content-encoding=deflate"), PAGE.encode()),
    "an unknown encoding of iso-2022-jp": (200, html("text/html; charset=iso-2022-cn"), JAPANESE),
}


async def app(scope: Any, receive: Any, send: Any) -> None:
    query = parse_qs(scope["query_string"].decode())
    status, headers, body = {**CASES, **BLANK}.get(query.get("case", [""])[0], (404, (), b""))
    pairs = [(name.encode(), value.encode()) for name, value in headers]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture(scope="module")
def visitors(chromium: Browser) -> Iterator[tuple[Visitor, Visitor]]:
    """One and the same visitor, to a site without us and to one with us."""
    guarded = ConsentMiddleware(app, POLICY, **scratch())
    with (
        served(app) as bare,
        served(guarded) as ours,
        visiting(chromium, bare, javascript=False) as first,
        visiting(chromium, ours, javascript=False) as second,
    ):
        yield first, second
    guarded._kit.close()


def fetches(visitor: Visitor, case: str, patiently: int = 250) -> bool:
    """Whether the tracker is asked for, by what follows once the page is there within so many milliseconds."""
    visitor.abroad.clear()
    patience = 1_000 if case.startswith("not the") else 30_000  # such a navigation never ends, nor begins
    try:
        visitor.page.goto(f"{visitor.site}/?case={case}", wait_until="load", timeout=patience)
        for _ in range(patiently // 50 if "refresh" in case or "link" in case else 0):
            if not visitor.abroad:
                visitor.page.wait_for_timeout(50)
    except Error:  # a download, or a body that cannot be decoded
        pass
    return any("ads.test" in url for url in visitor.abroad)


@pytest.mark.parametrize("case", CASES)
def test_what_a_browser_reads_is_held(case: str, visitors: tuple[Visitor, Visitor]) -> None:
    """Whatever makes the browser fetch a tracker without us fetches nothing with us."""
    bare, ours = visitors
    assert fetches(bare, case, patiently=10_000)
    assert not fetches(ours, case)


@pytest.mark.parametrize("case", BLANK)
def test_what_no_browser_reads(case: str, visitors: tuple[Visitor, Visitor]) -> None:
    """What we leave alone as unreadable fetches nothing in a browser."""
    bare, ours = visitors
    assert not fetches(bare, case)
    assert not fetches(ours, case)
