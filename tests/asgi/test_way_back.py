"""Where a visitor is led after choosing: back to the page, and nowhere else."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from consentkit.starlette import consent_context
from tests.exchanges import Response

from .browser import HOST, App, Browser
from .conftest import PAGE, Serve, answering

ELSEWHERE = [
    *("//evil.test", "///evil.test", "////evil.test", "/\\evil.test", "\\\\evil.test", "\\/evil.test", "/\\/evil.test"),
    *(
        "http://evil.test",
        "https://evil.test",
        "HTTPS:evil.test",
        "https:/evil.test",
        "http:evil.test",
        "ftp://evil.test",
    ),
    *("javascript:alert(1)", "data:text/html,x", "mailto:a@evil.test", "blob:x", "evil.test", "evil.test/page"),
    *("?next=//evil.test", "#x", ".", "..", "../", "//evil.test@shop.test", "//shop.test@evil.test"),
    *("http://shop.test@evil.test", "http://shop.test/page", "/\t/evil.test", "/\n/evil.test", "/\r/evil.test"),
    *(
        "\t//evil.test",
        " //evil.test",
        "\x00//evil.test",
        "/\x00/x",
        "/a\r\nSet-Cookie: x=1",
        "/a\nLocation: //evil.test",
    ),
    *("/\x7f", "", " ", "/" + "a" * 3000, "/\u2028\\x"),
]


@pytest.mark.parametrize("place", ELSEWHERE, ids=repr)
def test_open_redirects(place: str, serve: Serve) -> None:
    """Nobody can be led to another site by way of a choice, nor by the link back on our pages."""
    browser = Browser(serve())
    asked = browser.get(f"/_privacy/preferences?{urlencode({'return_to': place})}")
    assert b'name="return_to" value="/"' in asked.body
    taken = browser.post({"choice": "refuse_all", "return_to": place})
    assert (taken.status, taken.header("location")) == (303, "/")


@pytest.mark.parametrize(
    ("place", "back"),
    [("/caf\u00e9?x=\u00e9#y", "/caf%C3%A9?x=%C3%A9#y"), ("/a b", "/a%20b"), ("/a%2Fb", "/a%2Fb"), ("/;//x", "/;//x"),
     ("/a?u=http://b.test/\u20ac", "/a?u=http://b.test/%E2%82%AC"), ('/"><script>', "/%22%3E%3Cscript%3E")],
)  # fmt: skip
def test_ways_back(place: str, back: str, serve: Serve) -> None:
    """Any page of the site can be returned to."""
    browser = Browser(serve())
    assert browser.post({"choice": "refuse_all", "return_to": place}).header("location") == back


WITHDRAW = b"<button name=choice value=withdraw>Withdraw consent</button>"
WAITING = b'<form hidden method="post" action="/_privacy/choice">' + WITHDRAW + b"</form>"


def test_withdrawing_takes_no_more_presses_than_granting(serve: Serve) -> None:
    """One press on any page withdraws what one press allowed, leads back to that page, and is recorded as such; who has
    allowed nothing is offered none."""
    app = serve()
    browser = Browser(app)
    assert browser.get("/cart").body.count(WITHDRAW) == browser.get("/cart").body.count(WAITING) == 1
    browser.choose("refuse_all")
    assert WITHDRAW not in browser.get("/cart").body
    browser.choose("accept_all")
    page = browser.get("/cart?a=1").body
    [form] = re.findall(rb"<form.*?</form>", page)
    assert form == b'<form method="post" action="/_privacy/choice">' + WITHDRAW + b"</form>"
    taken = browser.post({"choice": "withdraw"}, referer=f"http://{HOST}/cart?a=1")
    assert (taken.status, taken.header("location")) == (303, "/cart?a=1")
    assert WITHDRAW not in browser.get("/cart").body
    held = browser.get("/_privacy/receipt?download=1").json["receipts"][0]["record"]
    assert (held["choice"], held["method"]) == ("withdraw", "link form")
    assert browser.post({"choice": "withdraw"}, referer="http://evil.test/x").header("location") == "/"


PLACED = Starlette(
    routes=[Route("/{path:path}", lambda request: HTMLResponse(
        f"<body>{consent_context(request)['consent_link']()}", headers=dict(request.query_params)
    ))]
)  # fmt: skip


@pytest.mark.parametrize("app", [PAGE, PLACED], ids=["ours", "placed"])
def test_a_page_for_everybody_offers_it_unseen(app: App, serve: Serve) -> None:
    """A page that caches share has the button for everybody, unseen: the widget shows it to whom it is for."""
    pages = set()
    guarded = serve(app, render="shared")
    for choice in (None, "refuse_all", "accept_all"):
        browser = Browser(guarded)
        if choice:
            browser.choose(choice)
        pages.add(browser.get("/").body)
    [page] = pages
    assert page.count(WAITING) == 1


def test_a_placed_link_that_says_what_was_allowed_is_for_one_visitor(serve: Serve) -> None:
    """Whoever has allowed something sees the button beside a link that a template has placed, and no cache keeps it."""
    browser = Browser(serve(PLACED))
    assert WAITING in browser.get("/").body
    kept = browser.get("/?cache-control=public")
    assert kept.header("cache-control") == "public"
    assert WAITING in kept.body
    browser.choose("accept_all")
    own = browser.get("/?cache-control=public")
    assert b'<form method="post" action="/_privacy/choice">' + WITHDRAW + b"</form>" in own.body
    assert "public" not in (own.header("cache-control") or "")


def test_who_only_stayed_silent_has_nothing_to_withdraw(serve: Serve) -> None:
    """Where all is allowed until somebody refuses, the page offers choices, and no withdrawal of what nobody gave."""
    page = Browser(serve(jurisdiction={"default": "US"})).get("/").body
    assert b"<aside" in page
    assert WITHDRAW not in page


@pytest.mark.parametrize(
    ("csp", "looks"),
    [
        (None, b"<style>.ck-reopen{"),
        ("style-src 'self' 'nonce-abc'", b'<style nonce="abc">.ck-reopen{'),
        ("style-src 'self'", b"<link rel=stylesheet"),
    ],
    ids=["none", "nonce", "self"],
)
def test_who_has_decided_loads_no_sheet_where_the_page_lets_them(csp: str | None, looks: bytes, serve: Serve) -> None:
    """The way back has its looks in the page, in no attribute, as far as the page's policy lets these count."""
    headers = (("content-type", "text/html"), *([("content-security-policy", csp)] if csp else []))
    browser = Browser(serve(answering(Response(200, headers, (b"<!doctype html><body>x",)))))
    browser.choose("accept_all")
    page = browser.get("/").body
    assert b"<aside class=ck-reopen lang=en dir=ltr>" + looks in page
    assert b"style=" not in page


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        (f"http://{HOST}/cart?a=1", "/cart?a=1"),
        ("http://evil.test/cart", "/"),
        (f"http://{HOST}//evil.test", "/"),
        ("x", "/"),
    ],
)
def test_way_back_from_preferences(referer: str, back: str, serve: Serve) -> None:
    """Preferences opened from a page of the site lead back to it; opened from elsewhere, to the front page."""
    asked = Browser(serve()).get("/_privacy/preferences", referer=referer)
    assert f'name="return_to" value="{back}"'.encode() in asked.body
