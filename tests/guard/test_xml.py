"""XHTML and svg documents: held by XML's rules, well-formed before and after, with Chromium's XML parser as judge."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from consentkit.guard.html import HtmlRewriter

from .cases import INSERT, judge, judge_inline, source, written_out
from .test_browser import live_trackers
from .test_html import bytewise, split

_SITE = "https://site.example/"

# What stands in the body of a page, in the notation of the other table.
XHTML = {
    "script": b'<script! src="//t.test/a.js"/><p>x</p>',
    "script, type": b'<script! ~type="module" src="//t.test/a.js"></script>',
    "script, inline": b'<script!>new Image().src = "https://t.test/a"</script>',
    "script, references": b"<script!>new Image().src = &quot;https://t.test/a&quot;</script>",
    "script, section": b'<script!><![CDATA[if (1 < 2) new Image().src = "https://t.test/</script>"]]></script>',
    "script, own": b'<script>1</script><script type="application/json">"//t.test/"</script>',
    "prefixed": b'<h:script! xmlns:h="http://www.w3.org/1999/xhtml" src="//t.test/a.js"/>',
    "image": b'<p><img& ~src="//t.test/a" alt=""/><img& alt="a &gt; b" ~src=\'//t.test/a\' /></p>',
    "upper case": b'<p><img& SRC="/own" ~src="//t.test/a"/></p>',
    "textarea": b'<textarea><img& ~src="//t.test/a"/></textarea><title><img& ~src="//t.test/a"/></title>',
    "noscript": b'<noscript><img& ~src="//t.test/a"/></noscript>',
    "section": b'<p><![CDATA[<img src="//t.test/a"/>]]></p><img& ~src="//t.test/a"/>',
    "comment": b'<!-- <img src="//t.test/a"/> --><!----><img& ~src="//t.test/a"/>',
    "instruction": b'<?php <img src="//t.test/a"/> ?><img& ~src="//t.test/a"/>',
    "style": b'<style>p { background: url(^//t.test/a) } <![CDATA[ b { background: url("^//t.test/b") } ]]></style>',
    "style attribute": b'<p& style="background: url(^//t.test/a)">x</p>',
    "srcdoc": b"<iframe& srcdoc=\"&lt;img{D} ~src='//t.test/'&gt;\"></iframe>",
    "frame, self-closing": b'<iframe& ~src="//t.test/a"/><iframe& ~src="//t.test/b"/>',
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><image& x:~href="//t.test/a"/><script! x:~href="//t.test"/></svg>',
    "form": b'<form{M} ~action="//t.test/" ~method="post"><p><input name="a"/></p></form>',
    "entities": b'<img& ~src="&#47;/t.test&#x2f;a" alt=""/>',
    "plain link": b'<a href="https://t.test/">x</a>',
}


_ROOTS = {
    "application/xhtml+xml": (
        b'<?xml version="1.0"?><!DOCTYPE html [<!-- > --><!ELEMENT x EMPTY>]>\n<html '
        b'xmlns="http://www.w3.org/1999/xhtml" xmlns:x="http://www.w3.org/1999/xlink"><head><title>t</title></head><body>',
        b"</body></html>",
    ),
    "image/svg+xml": (
        b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink"><foreignObject width="99" '
        b'height="99"><div xmlns="http://www.w3.org/1999/xhtml">',
        b"</div></foreignObject></svg>",
    ),
}
_DRAWN = written_out(
    b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:l="http://www.w3.org/1999/xlink">'
    b"<style>rect{fill:url(^//t.test/#a)}</style>"
    b'<use& l:~href="//t.test/#a"/><rect& ~fill="url(//t.test/#b)"/><a l:href="//t.test/"><text>x</text></a></svg>'
)


def rewriter(limit: int = 65536) -> HtmlRewriter:
    return HtmlRewriter(judge, judge_inline, INSERT, lead=b"<script>1</script>", xml=True, hold_limit=limit)


def fed(chunks: list[bytes], limit: int = 65536) -> bytes:
    one = rewriter(limit)
    return b"".join([one.feed(chunk) for chunk in chunks]) + one.finish()


@pytest.mark.parametrize("root", _ROOTS.values(), ids=_ROOTS)
@pytest.mark.parametrize("name", XHTML)
def test_xml_is_held_by_its_own_rules(name: str, root: tuple[bytes, bytes]) -> None:
    """A tracker in an XML document is held, and nothing of ours is put between its elements, however it is cut."""
    expected = root[0] + written_out(XHTML[name]) + root[1]
    body = source(expected)
    assert rewriter().whole(body) == expected
    assert fed(bytewise(body)) == expected
    assert fed(split(body, 150, 170, 200)) == expected
    for limit in (40, 90):
        assert fed(bytewise(body), limit) == fed([body], limit)


def test_drawings_are_held_too() -> None:
    """In an svg document whatever paints or is used from elsewhere is held, and links are left."""
    assert rewriter().whole(source(_DRAWN)) == _DRAWN


def test_a_page_held_before_stays_well_formed() -> None:
    """A tag that already carries marks is held without an attribute standing there twice."""
    out = rewriter().whole(b'<img data-ck="x" data-ck-src="a" src="//t.test/a"/>')
    assert out == b'<img data-ck="x" data-ck-src="a" data-ck-data-ck-src="//t.test/a"/>'


def test_style_sheets_of_the_prolog_are_held() -> None:
    """A style sheet that an XML document names before its first element is held when it is a tracker's."""
    body = b'<?xml version="1.0"?><?xml-stylesheet type="text/css" href="https://t.test/a.css"?>'
    body += b'<?xml-stylesheet href="/a"?><x/>'
    assert rewriter().whole(body) == body.replace(b"<?xml-stylesheet type", b"<?data-ck-xml-stylesheet type")
    assert fed(bytewise(body)) == rewriter().whole(body)


@pytest.fixture(scope="module")
def visit(chromium: Browser) -> Iterator[tuple[Page, list[str], dict[str, tuple[str, bytes]]]]:
    """A page, what it asked others for, and what the site answers."""
    page, asked, answers = chromium.new_page(), list[str](), dict[str, tuple[str, bytes]]()

    def answer(route: Route) -> None:
        if route.request.url == _SITE and route.request.is_navigation_request():
            kind, body = answers["/"]
            route.fulfill(status=200, content_type=kind, body=body)
        else:
            asked.append(route.request.url)
            route.abort()

    page.route("**/*", answer)
    answers["/"] = ("text/html", b"")
    page.goto(_SITE)
    yield page, asked, answers
    page.close()


@pytest.mark.parametrize("kind", _ROOTS)
def test_a_browser_reads_them_and_asks_nobody(kind: str, visit: tuple[Page, list[str], dict]) -> None:
    """Chromium finds every such document well-formed as held as it was written, and asks no tracker for anything."""
    page, asked, answers = visit
    for name, short in XHTML.items():
        body = source(_ROOTS[kind][0] + written_out(short) + _ROOTS[kind][1])
        text = rewriter().whole(body)
        idle = name in ("plain link", "script, own") or "script, " in name
        assert idle or live_trackers(page, text=body.decode(), kind=kind), name
        answers["/"] = (kind, text)
        asked.clear()
        page.goto(_SITE)
        assert page.locator("parsererror").count() == 0, name
        assert live_trackers(page) == [], name
        assert [url for url in asked if judge(url)] == [], name
