"""Who may keep a page, and when a copy still fits."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.middleware.gzip import GZipMiddleware

from tests.exchanges import BUSY, LINES, Response, written

from .browser import Browser
from .conftest import Serve, answering

DATE = "Thu, 01 Jan 2026 00:00:00 GMT"
HTML = (("content-type", "text/html"), ("etag", '"v1"'))


async def conditional(scope: Any, receive: Any, send: Any) -> None:
    """An app that answers 304 to whoever names its copy."""
    asked = dict(scope["headers"]).get(b"if-none-match", b"")
    same = b'"v1"' in asked
    answer = Response(304, (("etag", '"v1"'),)) if same else Response(200, HTML, (written(BUSY),))
    await answering(answer)(scope, receive, send)


def tag(browser: Browser) -> str:
    found = browser.get().header("etag")
    assert found
    return found


@pytest.mark.parametrize("choice", ["", "accept_all", "refuse_all"])
def test_unchanged(choice: str, serve: Serve) -> None:
    """A copy rendered under the same decision is confirmed, under its own tag and without a body."""
    browser = Browser(serve(conditional))
    if choice:
        browser.choose(choice)
    kept = tag(browser)
    again = browser.get(if_none_match=kept)
    assert (again.status, again.header("etag"), again.body) == (304, kept, b"")


@pytest.mark.parametrize(
    ("before", "after"), [("", "accept_all"), ("accept_all", "withdraw"), ("refuse_all", "accept_all")]
)
def test_fresh_after_a_change(before: str, after: str, serve: Serve) -> None:
    """After a change of mind no old copy is confirmed: the page comes as it is now."""
    browser = Browser(serve(conditional))
    if before:
        browser.choose(before)
    kept = tag(browser)
    browser.choose(after)
    answer = browser.get(if_none_match=kept)
    assert answer.status == 200
    assert (b"data-ck-src" in answer.body) == (after == "withdraw")


@pytest.mark.parametrize("changed", [{"version": "2"}, {"prefix": "/_mine"}])
def test_fresh_after_a_new_policy(changed: dict[str, Any], serve: Serve) -> None:
    """A copy from under another policy is not confirmed."""
    kept = tag(Browser(serve(conditional)))
    assert Browser(serve(conditional, **changed)).get(if_none_match=kept).status == 200


def test_fresh_for_another_language_and_signal(serve: Serve) -> None:
    """A copy with a banner in another language, or from before the signal, is not confirmed."""
    browser = Browser(serve(conditional))
    kept = tag(browser)
    assert browser.get(if_none_match=kept, accept_language="fr").status == 200
    assert browser.get(if_none_match=kept, sec_gpc="1").status == 200


@pytest.mark.parametrize("condition", ['"v1"', 'W/"v1"', '"v1", "v0"'])
def test_copy_from_before_us(condition: str, serve: Serve) -> None:
    """A copy from before the site used consentkit, with its trackers awake, is not confirmed."""
    browser = Browser(serve(conditional))
    assert browser.get(if_none_match=condition, if_modified_since="Thu, 01 Jan 2026 00:00:00 GMT").status == 200


@pytest.mark.parametrize("said", [(), (("cache-control", "public, max-age=60"),)])
@pytest.mark.parametrize("words", [(), (("cache-control", "public, max-age=60"),)])
def test_a_304_speaks_of_the_copy_it_confirms(said: Any, words: Any, serve: Serve) -> None:
    """Whatever a 304 says of caches, a copy keeps the tag under which it was rendered, and a personal one its owner."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        same = b'"v1"' in dict(scope["headers"]).get(b"if-none-match", b"")
        answer = Response(304, (HTML[1], *words, *LINES)) if same else Response(200, (*HTML, *said), (b"<body>",))
        await answering(answer)(scope, receive, send)

    browser = Browser(serve(app))
    browser.cookies["_ct"] = "from before"
    browser.choose("refuse_all")
    kept = tag(browser)
    again = browser.get(if_none_match=kept)
    assert (again.status, again.header("etag")) == (304, kept)
    if said:
        assert set(again.cookies) == {"login"}
    else:
        assert again.header("cache-control") == ("private, max-age=60" if words else "private")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("said", [(), (("cache-control", "public"),)])
def test_dates_confirm_nothing(method: str, said: Any, serve: Serve) -> None:
    """A copy is never confirmed by its date, which does not change with a choice; nor by a condition that fits any."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        asked = dict(scope["headers"])
        same = b"if-modified-since" in asked or asked.get(b"if-none-match") == b"*"
        answer = Response(304) if same else Response(200, (HTML[0], ("last-modified", DATE), *said), (b"<body>",))
        await answering(answer)(scope, receive, send)

    browser = Browser(serve(app))
    browser.choose("accept_all")
    assert browser.get(method=method).header("last-modified") is None
    browser.choose("withdraw")
    assert browser.get(method=method, if_modified_since=DATE).status == 200
    assert browser.get(method=method, if_none_match="*").status == 200


def test_withdrawn_while_compressed(serve: Serve) -> None:
    """A compressed page is confirmed and refreshed like any other."""
    browser = Browser(serve(GZipMiddleware(conditional, minimum_size=10)))
    browser.choose("accept_all")
    answer = browser.get(accept_encoding="gzip")
    kept = answer.header("etag")
    assert (answer.header("content-encoding"), kept is not None) == ("gzip", True)
    assert browser.get(accept_encoding="gzip", if_none_match=kept).status == 304
    browser.choose("withdraw")
    assert browser.get(accept_encoding="gzip", if_none_match=kept).status == 200


def test_personal_past_every_cache(serve: Serve) -> None:
    """What an app says to the caches between does not lead a personal page into them."""
    said = (("cache-control", "private"), ("cdn-cache-control", "max-age=60"), ("x-accel-expires", "60"))
    answer = Browser(serve(answering(Response(200, (*HTML, *said), (b"<body>",))))).get()
    assert b"token" in answer.body
    assert (answer.header("cdn-cache-control"), answer.header("x-accel-expires")) == (None, None)


def test_headers_of_what_anybody_may_be_given(serve: Serve) -> None:
    """A file that a cache may hand to the next visitor sends nobody to a tracker, whoever asked first."""
    link = "<https://ads.test/a.js>; rel=preload"
    style = answering(Response(200, (("content-type", "text/css"), ("link", link)), (b"",)))
    page = answering(Response(200, (HTML[0], ("link", link)), (b"",)))
    for app, seen in ((style, None), (page, link)):
        browser = Browser(serve(app))
        assert browser.get().header("link") is None
        browser.choose("accept_all")
        assert browser.get().header("link") == seen


def test_script_keeps_its_conditions(serve: Serve) -> None:
    """What is not a page is confirmed by the app's own tags."""
    assert Browser(serve(conditional)).get(if_none_match='"v1"', sec_fetch_dest="script").status == 304


def test_forged_key(serve: Serve) -> None:
    """A tag that only looks like ours confirms nothing."""
    browser = Browser(serve(conditional))
    assert browser.get(if_none_match='W/"v1~s000000000000"').status == 200


PUBLIC = [
    ({}, (("cache-control", "public, max-age=60"),)),
    ({}, (("cache-control", "s-maxage=60"),)),
    ({"render": "shared"}, ()),
]


@pytest.mark.parametrize(("policy", "said"), PUBLIC, ids=["public", "s-maxage", "policy"])
def test_shared_pages_are_equal(policy: dict[str, Any], said: Any, serve: Serve) -> None:
    """A page for everybody is the same, head and body, whoever asks: no token, nothing personal, no Vary."""
    app = serve(answering(Response(200, (*HTML, *said, *LINES), (written(BUSY),))), **policy)
    visitors = [Browser(app) for _ in range(7)]
    visitors[0].choose("accept_all")
    visitors[1].choose("refuse_all")
    visitors[1].cookies["_ct"] = "from before"
    asked = [
        *(visitor.get() for visitor in visitors[:3]),
        visitors[3].get(accept_language="fr", sec_gpc="1"),
        visitors[4].get(user_agent="Googlebot/2.1"),
        visitors[5].get(sec_fetch_dest="iframe"),
        visitors[6].get(user_agent="curl/8", accept="*/*"),
    ]
    assert len({(tuple(answer.headers), answer.body) for answer in asked}) == 1
    assert b"token" not in asked[0].body
    assert b'src="https://ads.test' in asked[0].body
    assert asked[0].body.count(b"data-ck=") == 2
    assert asked[0].header("vary") is None


@pytest.mark.parametrize("said", ["public, private", "public, no-store"])
def test_contradictions_are_personal(said: str, serve: Serve) -> None:
    """A page that says both is rendered for its visitor, and keeps its own words."""
    answer = Browser(serve(answering(Response(200, (*HTML, ("cache-control", said)), (b"<body>",))))).get()
    assert b"token" in answer.body
    assert answer.all("cache-control") == [said]
    assert "Cookie" in (answer.header("vary") or "")


def test_our_pages_are_not_kept(serve: Serve) -> None:
    """Pages of ours with a token or a record are kept by nobody, framed by nobody, and grant nothing when framed."""
    browser = Browser(serve())
    browser.choose("accept_all")
    for page in ("notice", "preferences", "receipt", "receipt?download", "declaration"):
        answer = browser.get(f"/_privacy/{page}")
        assert answer.header("cache-control") == "private, no-store"
        if "download" not in page:
            assert "frame-ancestors 'none'" in str(answer.header("content-security-policy"))


def test_stylesheet_is_kept_for_ever(serve: Serve) -> None:
    """Our stylesheet has its content in its name, and is fetched once."""
    browser = Browser(serve())
    name = browser.get().body.partition(b'href="')[2].partition(b'"')[0].decode()
    answer = browser.get(name)
    assert answer.status == 200
    assert answer.header("cache-control") == "public, max-age=31536000, immutable"
    for wrong in ("0000000000000000.css", "first.css", "0000000000000000.../first.css", "0000000000000000."):
        assert browser.get(f"/_privacy/static/{wrong}").status == 404


def test_a_page_from_before_a_release_still_works(serve: Serve) -> None:
    """A page that a cache has kept since the last release gets today's files, not to be kept under that name."""
    answer = Browser(serve()).get("/_privacy/static/0000000000000000.widget.js")
    assert (answer.status, answer.header("cache-control")) == (200, "no-cache")
