"""One page for everybody: the same bytes, and the widget finds out who reads it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from consentkit.asgi import ConsentMiddleware
from consentkit.kit import ConsentKit
from consentkit.settings import new_secret
from consentkit.tlog import Signer
from tests.serving import served

from .conftest import POLICY, Stage, Visitor
from .test_waking import external, inline

SHARED = {"Cache-Control": "public, max-age=60"}


@pytest.fixture(autouse=True)
def shared(stage: Stage) -> None:
    stage.headers.update(SHARED)
    stage.write("<h1>Shop</h1>" + external("a") + inline("b") + external("c", vendor="ads"))


def bytes_for(visitor: Visitor) -> bytes:
    """What this visitor's browser is sent, cookies and all."""
    cookies = {cookie["name"]: cookie["value"] for cookie in visitor.page.context.cookies()}
    answer = httpx.get(visitor.stage.address + "/", cookies=cookies, headers={"accept": "text/html"})
    assert answer.headers["cache-control"] == SHARED["Cache-Control"]
    assert "set-cookie" not in answer.headers
    return answer.content


def test_two_visitors_one_page(visiting: Callable[..., Visitor]) -> None:
    """Whoever accepted and whoever refused get the same bytes; one wakes the trackers, the other none."""
    willing, unwilling = visiting(), visiting()
    for visitor, label in ((willing, "Accept all"), (unwilling, "Refuse all")):
        visitor.open()
        visitor.press(label)
    for visitor in (willing, unwilling):
        visitor.ours.clear()
        visitor.open()
    assert willing.wait_for(3) == ["a", "b", "c"]
    unwilling.page.wait_for_timeout(100)
    assert unwilling.ran() == []
    assert bytes_for(willing) == bytes_for(unwilling) == httpx.get(willing.stage.address + "/").content
    for visitor in (willing, unwilling):
        assert "/_privacy/notice" not in [path for _, path in visitor.ours]
        assert visitor.page.locator(".ck-first").count() == 0
        expect(visitor.page.get_by_role("link", name="Your privacy choices")).to_be_visible()


def test_the_page_costs_little_more(stage: Stage) -> None:
    """What a page for everybody carries for us beside the link is at most 200 bytes, and asks no token of a cache."""
    page = httpx.get(stage.address + "/").text
    ours = page[page.index("<body>") + 6 : page.index("<h1>")]
    script = ours[ours.index("<script") :]
    assert ours.endswith("</script>")
    assert len(script.encode()) <= 200
    assert "token" not in ours


def test_whoever_has_not_chosen_is_asked(visitor: Visitor) -> None:
    """The banner comes with a token of the visitor's own, and choosing wakes what was allowed without a reload."""
    page = visitor.open()
    page.evaluate("window.kept = true")
    expect(page.locator(".ck-first")).to_be_visible()
    visitor.press("Accept all")
    assert visitor.wait_for(3) == ["a", "b", "c"]
    assert page.evaluate("window.kept")
    assert page.locator("aside").count() == 1
    assert page.evaluate("document.activeElement.textContent") == "Your privacy choices"


def test_the_banner_is_in_the_language_of_its_page(stage: Stage, visiting: Callable[..., Visitor]) -> None:
    """Whatever the browser would rather read, a French page asks in French, as the link on it says."""
    stage.pages["/"] = "<!doctype html><html lang=fr><head></head><body><h1>Boutique</h1></body></html>"
    page = visiting(locale="de-DE").open()
    expect(page.locator(".ck-first")).to_have_attribute("lang", "fr")
    expect(page.get_by_role("button", name="Tout refuser")).to_be_visible()
    assert page.locator("aside").get_attribute("lang") == "fr"


def test_silence_has_nothing_to_withdraw(chromium: Browser, tmp_path: Path) -> None:
    """Where all is allowed until somebody refuses, a page for everybody offers no withdrawal of what nobody gave, and
    says that the browser's signal was honoured to who sends it; who has allowed all may withdraw it."""
    stage = Stage()
    stage.write("<h1>Shop</h1>" + external("a"))
    stage.headers.update(SHARED)
    key = Signer.generate("shop.test/log").to_text()
    law = {"jurisdiction": {"default": "US"}}
    app = ConsentMiddleware(stage.app, policy=POLICY | law, data=tmp_path, secret=new_secret(), signing_key=key)
    with served(app) as stage.address, chromium.new_context() as context:
        visitor = Visitor(context.new_page(), stage)
        page = visitor.open()
        assert visitor.wait_for(1) == ["a"]
        link, withdraw = page.locator("aside a"), page.get_by_role("button", name="Withdraw consent")
        expect(link).to_have_text("Your privacy choices")
        expect(withdraw).to_be_hidden()
        context.set_extra_http_headers({"Sec-GPC": "1"})
        visitor.open()
        expect(link).to_have_text("Opt-Out Request Honored. Your privacy choices")
        expect(withdraw).to_be_hidden()
        visitor.open("/_privacy/preferences?return_to=/")
        page.get_by_role("button", name="Accept all").click()
        expect(withdraw).to_be_visible()
        expect(link).to_have_text("Your privacy choices")


def test_what_appears_moves_nothing(stage: Stage, visiting: Callable[..., Visitor]) -> None:
    """On a narrow page for everybody, in a language of long words, the button that withdraws moves nothing."""
    viewport = "<meta name=viewport content='width=device-width'>"
    stage.pages["/"] = f"<!doctype html><html lang=de><head>{viewport}</head><body><h1>Laden</h1></body></html>"
    visitor = visiting(viewport={"width": 320, "height": 640})
    page = visitor.open()
    visitor.press("Alle akzeptieren")
    expect(page.get_by_role("button", name="Einwilligung widerrufen")).to_be_visible()
    link, form = page.locator("aside a"), page.locator("aside form")
    shown = link.bounding_box()
    form.evaluate("el => el.hidden = true")
    expect(form.locator("button")).to_be_hidden()
    assert link.bounding_box() == shown


def test_the_banner_never_shows_without_its_looks(visitor: Visitor) -> None:
    """A banner that comes after the page pushes nothing about: its stylesheet is there first."""
    page = visitor.page
    page.add_init_script(
        "new MutationObserver((_, o) => { const s = document.querySelector('.ck-first'); if (s) {"
        " window.position = getComputedStyle(s).position; o.disconnect() } })"
        ".observe(document, { childList: true, subtree: true })"
    )
    visitor.open()
    page.wait_for_function("window.position")
    assert page.evaluate("window.position") == "fixed"


def test_one_category_is_told_from_the_letters(visitor: Visitor) -> None:
    """A visitor who allowed only analytics wakes that, and the server is not asked again."""
    page = visitor.open("/_privacy/preferences")
    page.locator("[name=category][value=analytics]").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Save my choice").click()
    visitor.ours.clear()
    visitor.open()
    assert visitor.wait_for(2) == ["a", "b"]
    assert "/_privacy/notice" not in [path for _, path in visitor.ours]
    assert page.evaluate("consentkit.decision()") == {"granted": ["essential", "analytics"], "vendors": []}


def test_vendors_are_told_by_the_server(visitor: Visitor) -> None:
    """Where single vendors were allowed, the letters cannot say which: the server does."""
    page = visitor.open("/_privacy/preferences")
    page.locator("details:has([value=ads]) summary").click()
    page.locator("[value=ads]").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Save my choice").click()
    visitor.open()
    assert visitor.wait_for(1) == ["c"]
    assert ("GET", "/_privacy/notice") in visitor.ours


def test_letters_of_another_policy_are_not_believed(visitor: Visitor) -> None:
    """After a change of policy the server says what still holds, and the letters are set right."""
    visitor.open()
    visitor.press("Refuse all")
    context = visitor.page.context
    right = next(cookie for cookie in context.cookies() if cookie["name"] == "ck_s")
    context.add_cookies([{**right, "value": "fam.00000000"}])  # type: ignore[typeddict-item]
    visitor.open()
    visitor.page.wait_for_function("consentkit.decision()")
    assert visitor.ran() == []
    assert next(cookie for cookie in context.cookies() if cookie["name"] == "ck_s")["value"] == right["value"]
    visitor.ours.clear()
    visitor.open()
    visitor.page.wait_for_function("consentkit.decision()")
    assert "/_privacy/notice" not in [path for _, path in visitor.ours]


def test_a_signal_newer_than_the_letters_wins(visiting: Callable[..., Visitor]) -> None:
    """A browser that now sends GPC wakes no marketing, though the letters allow it."""
    visitor = visiting()
    visitor.open()
    visitor.press("Accept all")
    visitor.page.context.set_extra_http_headers({"Sec-GPC": "1"})
    visitor.page.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })")
    visitor.open()
    assert visitor.wait_for(2) == ["a", "b"]
    visitor.page.wait_for_timeout(100)
    assert visitor.ran() == ["a", "b"]


def test_without_an_answer_nothing_wakes(visitor: Visitor) -> None:
    """Where the server cannot be asked, trackers stay held and the page is there."""
    visitor.page.route("**/_privacy/notice*", lambda route: route.abort())
    page = visitor.open()
    page.wait_for_timeout(100)
    assert visitor.asked == []
    assert page.locator(".ck-first").count() == 0
    expect(page.locator("h1")).to_be_visible()


def test_nobody_is_asked_inside_a_frame(stage: Stage, visitor: Visitor) -> None:
    """A shared page shown in another page's frame shows no banner there, since nobody can tell what lies over it."""
    stage.write("<iframe src=/inner></iframe>")
    stage.write("<h1>Inner</h1>" + external("a"), "/inner")
    page = visitor.open()
    page.locator(".ck-first").wait_for()
    page.wait_for_load_state("networkidle")
    assert page.frames[1].locator(".ck-first").count() == 0
    assert page.frames[1].locator("h1").inner_text() == "Inner"


def test_without_javascript_there_is_the_link(visiting: Callable[..., Visitor]) -> None:
    """With JavaScript off a shared page offers the link to the preferences, and holds everything."""
    visitor = visiting(java_script_enabled=False)
    page = visitor.open()
    assert visitor.asked == []
    page.get_by_role("link", name="Your privacy choices").click()
    expect(page.locator("h1")).to_have_text("Your privacy choices")


def test_the_notice_says_what_holds(stage: Stage, kit: ConsentKit) -> None:
    """`notice` answers with the banner for whoever is to be asked, with the bare decision for anybody else."""
    address = f"{stage.address}/_privacy/notice?return_to=/next"
    asked = httpx.get(address)
    assert asked.headers["cache-control"] == "private, no-store"
    assert 'data-ck-granted="essential" data-ck-vendors=""' in asked.text
    assert 'name="return_to" value="/next"' in asked.text
    assert httpx.get(address, headers={"user-agent": "Googlebot/2.1"}).text == (
        '<i data-ck-granted="essential" data-ck-vendors=""></i>'
    )
