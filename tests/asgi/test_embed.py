"""Allowing one vendor from a placeholder: what it adds, what it leaves, and who may offer it where."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from tests.exchanges import POLICY, Response

from .browser import Answer, Browser
from .conftest import PROBE, Serve, answering, entries, later, may_set

FRAME = '<iframe src="https://{host}/embed"{more}></iframe>'


def page(*hosts: str, more: str = "", headers: tuple[tuple[str, str], ...] = ()) -> Any:
    """An app whose every page embeds something of these hosts."""
    body = "<!doctype html><body>" + "".join(FRAME.format(host=host, more=more) for host in hosts)
    return answering(Response(200, (("content-type", "text/html"), *headers), (body.encode(),)))


def placeholders(answer: Answer) -> list[str]:
    return [html.unescape(found) for found in re.findall(r'srcdoc="([^"]*)"', answer.body.decode())]


def fields(placeholder: str) -> dict[str, str]:
    """What the form of a placeholder sends."""
    found = re.findall(r"name=(\w+) value='?([^'>]+)", placeholder)
    return {name: html.unescape(value) for name, value in found}


def test_one_click(serve: Serve) -> None:
    """One click on "always" brings the visitor back to a page with the author's own frame; the other stays held."""
    browser = Browser(serve(page("counter.test", "ads.test")))
    counter, ads = placeholders(browser.get("/page?a=1&b=2"))
    taken = browser.post(fields(counter))
    assert (taken.status, taken.header("location")) == (303, "/page?a=1&b=2")
    after = browser.get("/page")
    assert FRAME.format(host="counter.test", more="").encode() in after.body
    assert fields(placeholders(after)[0])["vendor"] == fields(ads)["vendor"] == "ads"
    assert b'class="ck-first"' not in after.body


def test_record(serve: Serve) -> None:
    """The record names the placeholder's words, and says that it was one."""
    app = serve(page("counter.test"))
    browser = Browser(app)
    browser.post(fields(placeholders(browser.get())[0]))
    [record] = entries(browser)
    assert (record["choice"], record["categories"], record["vendors"]) == ("custom", [], ["counter"])
    assert record["method"] == "embed form"
    shown = app._kit.shelf.shown(record["notice"])
    assert shown is not None
    assert (shown["layer"], shown["vendor"], shown["body"][0]) == ("embed", "counter", "Counts visits.")


def test_what_was_allowed_stays(serve: Serve) -> None:
    """Allowing one more takes nothing away: neither categories, nor other vendors, nor who the visitor is."""
    browser = Browser(serve(page("counter.test")))
    browser.choose("custom", category="functional", vendor="ads")
    browser.post(fields(placeholders(browser.get())[0]))
    new, old = entries(browser)
    assert (new["categories"], new["vendors"]) == (["functional"], ["ads", "counter"])
    assert new["visitor"] == old["visitor"]
    assert browser.cookies["ck_s"].startswith("f.")


def test_an_old_page_brings_nothing_back(serve: Serve) -> None:
    """A placeholder in a tab from before a withdrawal allows its own vendor, and not what was withdrawn since."""
    browser = Browser(serve(page("counter.test")))
    browser.choose("custom", category="marketing")
    [before] = placeholders(browser.get())
    browser.choose("withdraw")
    browser.post(fields(before))
    assert (entries(browser)[0]["categories"], entries(browser)[0]["vendors"]) == ([], ["counter"])


@pytest.mark.parametrize(
    "change",
    [
        {"vendor": "ads"},
        {"vendor": ["counter", "ads"]},
        {"category": "marketing"},
        {"choice": "accept_all"},
        {"choice": "custom"},
        {"token": "x"},
    ],
)
def test_its_words_are_evidence_for_its_vendor_only(serve: Serve, change: dict[str, Any]) -> None:
    """A form that was changed to allow more than its placeholder spoke of is answered with a fresh one."""
    browser = Browser(serve(page("counter.test")))
    sent = fields(placeholders(browser.get())[0]) | change
    taken = browser.post(sent)
    assert taken.status == 403
    assert b"Please choose again" in taken.body
    assert entries(browser) == []


def test_a_refusal_holds_whatever_its_token(serve: Serve) -> None:
    """A refusal sent from a placeholder's form is honoured all the same."""
    browser = Browser(serve(page("counter.test")))
    browser.choose("accept_all")
    browser.cookies, kept = {}, browser.cookies
    sent = fields(placeholders(browser.get())[0])
    browser.cookies = kept
    assert browser.post(sent | {"choice": "refuse_all"}).status == 303
    assert entries(browser)[0]["choice"] == "refuse_all"


@pytest.mark.parametrize("sent", [{}, {"vendor": "nobody"}, {"category": "essential"}])
def test_adding_nothing(serve: Serve, sent: dict[str, str]) -> None:
    """A choice that adds nothing, or what the site does not declare, is malformed."""
    browser = Browser(serve(page("counter.test")))
    assert browser.post({"choice": "add", "token": browser.get().token, **sent}).status == 400


def test_fetch(serve: Serve) -> None:
    """A script may add under the preferences' token, which spoke of everything."""
    browser = Browser(serve(page("counter.test")))
    token = browser.get("/_privacy/preferences").token
    taken = browser.fetch({"choice": "add", "vendor": "counter", "category": ["functional"], "token": token})
    assert taken.json["decision"] == {"granted": ["essential", "functional"], "vendors": ["counter"]}


def test_widened(serve: Serve) -> None:
    """What the vendor declares since the page was shown was not allowed by it, also in the midst of a release."""
    more = [POLICY["vendors"][0] | {"purpose": "Counts visits, and sells them."}, POLICY["vendors"][1]]
    old, new = serve(page("counter.test")), serve(page("counter.test"), vendors=more)
    browser = Browser(old)
    [asked] = placeholders(browser.get())
    old._kit.close()
    browser.app = new
    assert browser.post(fields(asked)).status == 409
    assert entries(browser) == []


def test_the_signal(serve: Serve) -> None:
    """Under Global Privacy Control a marketing vendor is allowed by who was told of it; others leave the signal be."""
    browser = Browser(serve(page("ads.test", "counter.test")), sec_gpc="1")
    ads, counter = placeholders(browser.get())
    assert "Opt-Out Request Honored" in ads
    assert "Opt-Out Request Honored" not in counter
    browser.post(fields(ads))
    [counter] = placeholders(browser.get())
    browser.post(fields(counter))
    assert placeholders(browser.get()) == []
    browser.app = serve(PROBE)
    assert may_set(browser) == {"_ct", "_ad"}


def test_a_grant_from_before_the_signal_is_not_revived(serve: Serve) -> None:
    """Allowing a vendor of another category does not outweigh a signal that came after marketing was allowed."""
    browser = Browser(serve(page("counter.test")))
    browser.choose("custom", category="marketing")
    browser.headers["sec-gpc"] = "1"
    browser.post(fields(placeholders(browser.get())[0]))
    assert (entries(browser)[0]["categories"], entries(browser)[0]["vendors"]) == ([], ["counter"])


@pytest.mark.parametrize("destination", ["iframe", "frame", "object", "embed", "fencedframe", "empty", "x"])
def test_framed(serve: Serve, destination: str) -> None:
    """A page that stands in another, or that a script fetched, asks for nothing: nobody is led to click unawares."""
    browser = Browser(serve(page("counter.test")))
    [shown] = placeholders(browser.get(sec_fetch_dest=destination))
    assert "<form" not in shown
    assert "token" not in shown
    assert ("target=_blank>Your" in shown) == ("frame" in destination or destination in ("object", "embed"))


def test_shared(serve: Serve) -> None:
    """A page for everybody has the same placeholder for everybody, in the page's language, and no token."""
    app = serve(page("counter.test", headers=(("cache-control", "public"),)))
    one, other = Browser(app), Browser(app, accept_language="fr")
    other.choose("custom", category="functional")
    bodies = [one.get("/a").body, other.get("/a").body, one.get("/a", sec_fetch_dest="iframe").body]
    assert len(set(bodies)) == 1
    [shown] = placeholders(one.get("/a"))
    assert "Content from Counter" in shown
    assert "token" not in shown
    assert "<a href='/_privacy/preferences' target=_top>Your privacy choices</a>" in shown


@pytest.mark.parametrize(
    ("sandbox", "form", "link"),
    [
        ("allow-forms allow-same-origin allow-top-navigation-by-user-activation", True, ""),
        ("allow-scripts allow-same-origin allow-forms allow-popups", False, ""),
        ("allow-forms allow-top-navigation", False, "_top"),
        ("allow-popups allow-popups-to-escape-sandbox", False, "_blank"),
        ("", False, ""),
    ],
)
def test_sandbox(serve: Serve, sandbox: str, form: bool, link: str) -> None:
    """In a frame that its author shut in, only what works there is offered: loading it once always does."""
    [shown] = placeholders(Browser(serve(page("counter.test", more=f' sandbox="{sandbox}"'))).get())
    assert ("<form" in shown) == form
    assert (f"/preferences' target={link}>Your" in shown) == bool(link)
    assert "<a href='https://counter.test/embed'>Load this once</a>" in shown


def test_where_silence_allows(serve: Serve) -> None:
    """Under an opt-out law, who has not chosen is not made to consent to all by allowing one."""
    app = serve(page("ads.test"), jurisdiction={"default": "US-CA"})
    browser = Browser(app, sec_gpc="1")
    assert "<form" not in placeholders(browser.get())[0]
    browser.choose("refuse_all")
    assert "<form" in placeholders(browser.get())[0]


def test_unseen_frames_stay_empty(serve: Serve) -> None:
    """A pixel in a frame, or a tag manager's hidden one, gets no placeholder."""
    browser = Browser(serve(page("counter.test", more=' height="0" width="0" style="display:none"')))
    assert placeholders(browser.get()) == []
    assert b'data-ck-src="https://counter.test/embed"' in browser.get().body


def test_a_host_nobody_declared(serve: Serve) -> None:
    """An embed known from the catalogue only is named by its host, and allowed in the preferences by its category."""
    [shown] = placeholders(Browser(serve(page("platform.twitter.com"))).get())
    assert "Content from platform.twitter.com" in shown
    assert "once you allow “Marketing”" in shown
    assert "<form" not in shown


def test_no_odd_address_is_offered(serve: Serve) -> None:
    """Where an author's address is not plain, nothing leads there, and an undeclared one is not named at all."""
    odd = "user@counter.test"
    [shown] = placeholders(Browser(serve(page(odd))).get())
    assert "Load this once" not in shown
    assert "<form" in shown
    assert placeholders(Browser(serve(page("user@platform.twitter.com"))).get()) == []


def test_a_kept_copy_does_not_outlive_its_token(serve: Serve) -> None:
    """A browser that asks whether its copy still fits gets a fresh one before the token is too old."""
    app = serve(page("counter.test", headers=(("etag", '"1"'),)))
    browser = Browser(app)
    browser.choose("refuse_all")
    tags = {browser.get().header("etag")}
    later(app, 12 * 3600)
    tags.add(browser.get().header("etag"))
    assert len(tags) == 2


def test_mounted(serve: Serve) -> None:
    """Where the app is mounted at /shop, the way leads below it and back to it."""
    browser = Browser(serve(page("counter.test")))
    [shown] = placeholders(browser.get("/shop/page", scope={"root_path": "/shop"}))
    assert set(re.findall(r"(?:href|action)='([^']*_privacy/\w+)", shown)) == {
        "/shop/_privacy/static",
        "/shop/_privacy/preferences",
        "/shop/_privacy/choice",
    }
    assert fields(shown)["return_to"] == "/shop/page"
