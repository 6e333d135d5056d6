"""Held embeds in a browser: once, always, and after consent; with the widget and without any script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Page

from consentkit.asgi import ConsentMiddleware
from consentkit.kit import ConsentKit
from consentkit.settings import new_secret
from consentkit.tlog import Signer
from tests.serving import served

from .conftest import POLICY, Stage, Visitor

Visit = Callable[..., Visitor]
VIDEO = '<iframe title=Video width=400 height=225 src="https://map.test/video?a=1&amp;b=2" allow=fullscreen></iframe>'
BELOW = "<p id=below>Below.</p>"
# How far what is in the page moved of itself.
SHIFTS = """() => { window.shifted = 0; new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.shifted += entry.value
}).observe({ type: "layout-shift", buffered: true }) }"""


def frame_of(page: Page) -> Frame:
    """What stands in the page's first frame, once it is there."""
    page.wait_for_function("frames.length > 0 && document.querySelector('iframe')")
    return page.frames[1]


def place(page: Page) -> Any:
    return page.evaluate(
        "['iframe', '#below'].map(s => { const {x, y, width, height} = document.querySelector(s)"
        ".getBoundingClientRect(); return [x, y + scrollY, width, height] })"
    )


def loaded(page: Page) -> Frame:
    """The frame once it shows what comes from abroad."""
    page.frame_locator("iframe").first.get_by_text("From abroad.").wait_for()
    return page.frames[1]


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def anybody(request: pytest.FixtureRequest, visiting: Visit) -> Visitor:
    """A visitor with the widget, and one without any script."""
    return visiting(java_script_enabled=request.param)


def test_once(stage: Stage, anybody: Visitor) -> None:
    """Loading once asks the video's host for this video only, in its frame; nothing is granted or recorded."""
    stage.write(VIDEO + VIDEO + BELOW)
    page = anybody.open()
    assert anybody.asked == []
    frame_of(page).get_by_role("link", name="Load this once").click()
    loaded(page)
    assert anybody.asked == ["video?a=1&b=2"]
    assert page.frames[2].get_by_role("link", name="Load this once").is_visible()
    assert page.context.cookies() == []
    assert page.url == stage.address + "/"
    page.reload()
    assert frame_of(page).get_by_role("link", name="Load this once").is_visible()
    assert len(anybody.asked) == 1


def test_always(stage: Stage, kit: ConsentKit, anybody: Visitor) -> None:
    """One click on "always" leads back to the page, where this and every other video of the vendor plays."""
    other = '<iframe width=400 height=225 src="https://ads.test/frame"></iframe>'
    stage.write(VIDEO + VIDEO + other + BELOW, "/films")
    page = anybody.open("/films?list=1")
    frame_of(page).get_by_role("button", name="Always allow map").click()
    loaded(page)
    page.wait_for_load_state()
    assert page.url == stage.address + "/films?list=1"
    assert anybody.asked == ["video?a=1&b=2"] * 2
    assert page.frames[3].get_by_role("button", name="Always allow ads").is_visible()
    assert {cookie["name"] for cookie in page.context.cookies()} == {"ck", "ck_s"}
    assert ("POST", "/_privacy/choice") in anybody.ours
    assert kit.ledger.checkpoint()


def test_nothing_moves(stage: Stage, visitor: Visitor) -> None:
    """Held, loaded once or allowed, the frame and what is below it stand where they stood: no layout shift."""
    stage.write(VIDEO + BELOW)
    page = visitor.open()
    page.evaluate(SHIFTS)
    held = place(page)
    frame_of(page).get_by_role("link", name="Load this once").click()
    loaded(page)
    assert place(page) == held
    visitor.press("Accept all")
    loaded(page)
    assert place(page) == held
    assert page.evaluate("shifted") == 0
    visitor.open()
    loaded(page)
    assert place(page) == held


def test_after_consent_the_frame_is_its_authors(stage: Stage, visitor: Visitor) -> None:
    """Allowed in the page, the frame has its author's attributes and no others, and stands where it stood."""
    stage.write("<div id=box><b></b>" + VIDEO + "<i></i></div>" + BELOW)
    page = visitor.open()
    before = page.evaluate("[history.length, window.one = document.querySelector('iframe')][0]")
    visitor.press("Accept all")
    loaded(page)
    written = "el => Object.fromEntries([...el.attributes].map(a => [a.name, a.value]))"
    assert page.locator("iframe").evaluate(written) == {
        "title": "Video",
        "width": "400",
        "height": "225",
        "src": "https://map.test/video?a=1&b=2",
        "allow": "fullscreen",
    }
    assert page.evaluate("document.querySelector('iframe') === window.one")
    assert page.evaluate("[...document.querySelector('#box').children].map(el => el.localName)") == ["b", "iframe", "i"]
    # One step back leaves the page, as it would have.
    assert page.evaluate("history.length") == before
    assert visitor.asked == ["video?a=1&b=2"]


def test_an_authors_own_document_comes_back(stage: Stage, visitor: Visitor) -> None:
    """A frame for which its author wrote both an address and a document shows that document on the next page."""
    stage.write(VIDEO.replace(" allow", " srcdoc='<p>Mine.' allow"))
    page = visitor.open()
    assert frame_of(page).get_by_role("link", name="Load this once").is_visible()
    visitor.press("Accept all")
    page.reload()
    page.frame_locator("iframe").get_by_text("Mine.").wait_for()
    assert page.locator("iframe").get_attribute("srcdoc") == "<p>Mine."
    assert visitor.asked == []


def test_refusing_leaves_the_ways_open(stage: Stage, visitor: Visitor) -> None:
    """After a refusal the placeholder is still there, and one click on it allows this vendor and no other."""
    stage.write(VIDEO + BELOW)
    page = visitor.open()
    visitor.press("Refuse all")
    visitor.open()
    frame_of(page).get_by_role("button", name="Always allow map").click()
    loaded(page)
    assert page.evaluate("document.cookie").startswith("ck_s=0.")


@pytest.mark.parametrize("policy", ["no-referrer", "same-origin", "unsafe-url", "origin"])
def test_any_referrer_policy(stage: Stage, anybody: Visitor, policy: str) -> None:
    """Whatever the site tells of where its visitors come from, the one click counts."""
    stage.headers["Referrer-Policy"] = policy
    stage.write(VIDEO)
    page = anybody.open()
    frame_of(page).get_by_role("button", name="Always allow map").click()
    loaded(page)


def test_under_a_strict_policy_of_the_site(stage: Stage, anybody: Visitor) -> None:
    """Under a Content-Security-Policy that names the video's host, both ways work as they do without."""
    stage.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src https://map.test; "
        "form-action 'self'; base-uri 'none'"
    )
    stage.write(VIDEO)
    page = anybody.open()
    frame = frame_of(page)
    assert frame.locator("button").evaluate("el => getComputedStyle(el).minHeight") == "44px"
    frame.get_by_role("link", name="Load this once").click()
    loaded(page)
    anybody.open()
    frame_of(page).get_by_role("button", name="Always allow map").click()
    loaded(page)


def test_a_page_for_everybody(stage: Stage, visiting: Visit) -> None:
    """On a shared page the way leads through the preferences and back; who allows there finds the frame woken."""
    stage.headers["Cache-Control"] = "public"
    stage.write(VIDEO)
    for scripts in (True, False):
        visitor = visiting(java_script_enabled=scripts)
        page = visitor.open()
        assert frame_of(page).get_by_role("button").count() == 0
        frame_of(page).get_by_role("link", name="Your privacy choices").click()
        page.get_by_label("Allow all of Functional").check()
        page.get_by_role("button", name="Save my choice").click()
        page.wait_for_url(stage.address + "/")
        if scripts:
            loaded(page)
            assert visitor.asked == ["video?a=1&b=2"]
        else:  # what is enforced after the first byte is the browser's
            frame_of(page).get_by_role("link", name="Load this once").click()
            loaded(page)


def test_nobody_is_led_to_click(stage: Stage, visiting: Visit) -> None:
    """A page framed by another site offers no consent in one click; its link opens the preferences in a tab."""
    stage.write(VIDEO)
    stage.write("<h1>Abroad</h1>", "/trap")
    visitor = visiting()
    page = visitor.page
    trap = stage.address.replace("127.0.0.1", "localhost")
    page.context.unroute_all()
    page.goto(trap + "/trap")
    frame = f"<iframe width=600 height=400 src='{stage.address}'></iframe>"
    page.evaluate("frame => { document.body.innerHTML = frame }", frame)
    inner = page.frame_locator("iframe").frame_locator("iframe")
    inner.get_by_role("link", name="Load this once").wait_for()
    assert inner.get_by_role("button").count() == 0
    with page.context.expect_page() as opened:
        inner.get_by_role("link", name="Your privacy choices").click()
    assert opened.value.url == stage.address + "/_privacy/preferences"
    assert page.url == trap + "/trap"


@pytest.mark.parametrize("sandbox", ["", "allow-scripts", "allow-scripts allow-same-origin allow-popups"])
def test_a_frame_that_is_shut_in(stage: Stage, anybody: Visitor, sandbox: str) -> None:
    """In a sandboxed frame nothing is offered that would not work; loading once does, under the author's sandbox."""
    stage.write(VIDEO.replace(" allow", f' sandbox="{sandbox}" allow'))
    page = anybody.open()
    frame = frame_of(page)
    assert frame.get_by_role("button").count() == 0
    assert frame.get_by_role("link").count() == 1
    frame.get_by_role("link", name="Load this once").click()
    loaded(page)


def test_other_elements_show_what_their_author_wrote_for_it(stage: Stage, visitor: Visitor) -> None:
    """A held object shows its fallback, a quotation that a script would replace is read, a player keeps its box."""
    stage.write(
        '<object data="https://map.test/o" width=300 height=150><a href=/way>A way there</a></object>'
        '<blockquote class=post><p>What was said.</p></blockquote><script async src="https://ads.test/w"></script>'
        '<video width=320 height=180 controls src="https://map.test/v"></video>'
        '<embed width=50 height=40 src="https://map.test/e">'
    )
    page = visitor.open()
    assert page.get_by_role("link", name="A way there").is_visible()
    assert page.get_by_text("What was said.").is_visible()
    box = page.locator("video").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (320, 180)
    assert visitor.asked == []
    assert page.locator("[srcdoc]").count() == 0


@pytest.fixture(scope="module")
def enforced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The same site with the Content-Security-Policy of its decisions enforced."""
    stage, policy = Stage(), POLICY | {"csp": {"mode": "enforce"}}
    data, key = tmp_path_factory.mktemp("enforced"), Signer.generate("shop.test/log").to_text()
    with served(ConsentMiddleware(stage.app, policy, data=data, secret=new_secret(), signing_key=key)) as stage.address:
        yield stage


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_enforced(chromium: Browser, enforced: Stage, scripts: bool) -> None:
    """Where the page's policy lets the frame go nowhere, loading once opens a tab and says so; always works."""
    enforced.write(VIDEO)
    context = chromium.new_context(java_script_enabled=scripts)
    visitor = Visitor(context.new_page(), enforced)
    page = visitor.open()
    with context.expect_page() as opened:
        frame_of(page).get_by_role("link", name="Open in a new tab").click()
    opened.value.wait_for_load_state()
    assert opened.value.url == "https://map.test/video?a=1&b=2"
    assert visitor.asked == ["video?a=1&b=2"]
    frame_of(page).get_by_role("button", name="Always allow map").click()
    loaded(page)
    context.close()
