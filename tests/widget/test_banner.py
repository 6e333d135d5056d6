"""Choosing without leaving the page; and, whenever anything is in the way, choosing as if there were no script."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from consentkit.errors import LedgerUnavailable
from consentkit.kit import ConsentKit

from .conftest import Stage, Visitor

FOCUS = "document.activeElement.textContent"


def choices(kit: ConsentKit) -> int:
    return kit.ledger.store.head().size


def test_the_outcome_is_heard_and_the_way_back_is_there(visitor: Visitor) -> None:
    """A screen reader hears the choice, in a region that was there before; the link takes the banner's place."""
    page = visitor.open()
    region = page.get_by_role("status")
    expect(region).to_have_text("")
    region.evaluate("el => window.region = el")
    visitor.press("Refuse all")
    expect(region).to_have_text("You refused all.")
    assert region.evaluate("el => el === window.region && el.lang") == "en"
    assert region.evaluate("el => getComputedStyle(el).clipPath") == "inset(50%)"
    link = page.get_by_role("link", name="Your privacy choices")
    expect(link).to_be_visible()
    link.click()
    expect(page.get_by_text("At present, only what is essential is allowed.")).to_be_visible()


def test_a_link_the_site_placed_is_enough(stage: Stage, visitor: Visitor) -> None:
    """Where a template has placed the link to the preferences by hand, no second one appears after the choice."""
    form = (
        "<form hidden method=post action=/_privacy/choice><button name=choice value=withdraw>Withdraw</button></form>"
    )
    link = "<a href=/_privacy/preferences>Your privacy choices</a>"
    stage.write(f"<h1>Shop</h1><footer><aside>{link}{form}</aside></footer>")
    page = visitor.open()
    visitor.press("Refuse all")
    assert page.locator("aside").count() == 1
    assert page.evaluate(FOCUS) == "Your privacy choices"
    expect(page.get_by_role("button", name="Withdraw")).to_be_hidden()
    page.context.clear_cookies()
    visitor.open()
    visitor.press("Accept all")
    expect(page.get_by_role("button", name="Withdraw")).to_be_visible()


@pytest.mark.parametrize(("language", "outcome"), [("de", "Sie haben alles abgelehnt."), ("en", "You refused all.")])
def test_no_word_is_the_widgets_own(
    visiting: Callable[..., Visitor], stage: Stage, kit: ConsentKit, language: str, outcome: str
) -> None:
    """What is heard stands in the stored notice that the record names, in the page's language."""
    stage.pages["/"] = f"<!doctype html><html lang={language}><head></head><body><h1>Shop</h1></body></html>"
    visitor = visiting()
    visitor.open()
    visitor.page.locator("[value=refuse_all]").click()
    expect(visitor.page.get_by_role("status")).to_have_text(outcome)
    record = _last_record(kit)
    notice = kit.shelf.shown(record["notice"])
    assert notice is not None
    assert notice["outcomes"]["refuse_all"] == outcome
    assert notice["reopen"] == visitor.page.locator("aside a").inner_text()
    assert record["method"] == "banner fetch"


def _last_record(kit: ConsentKit) -> dict[str, Any]:
    *_, entry = kit.ledger.store.entries()
    record: dict[str, Any] = json.loads(entry.record or b"")
    return record


def test_the_keyboard_alone_is_enough(visitor: Visitor) -> None:
    """Tab to a button, press Enter: the focus goes on from the top of the page, where the banner was."""
    page = visitor.open()
    while page.evaluate(FOCUS) != "Refuse all":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".ck-first").wait_for(state="detached")
    assert page.evaluate(FOCUS) == "Your privacy choices"
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS) == "next"


@pytest.mark.parametrize("headers", [{}, {"cache-control": "public, max-age=60"}], ids=["own", "shared"])
def test_one_press_takes_back_what_one_press_gave(
    headers: dict[str, str], stage: Stage, visitor: Visitor, kit: ConsentKit
) -> None:
    """On the page where somebody has just allowed all, and on one that caches share, one press withdraws it, before and
    after the page is loaded again; who refuses is offered nothing to withdraw."""
    stage.headers |= headers
    page = visitor.open()
    withdraw = page.get_by_role("button", name="Withdraw consent")
    for again in (False, True):
        visitor.press("Accept all")
        if again:
            visitor.open()
        withdraw.click()
        expect(withdraw).to_be_hidden()
        assert visitor.page.url == stage.address + "/"
        record = _last_record(kit)
        assert (record["choice"], record["method"]) == ("withdraw", "link form")
        visitor.page.context.clear_cookies()
        visitor.open()
        expect(page.get_by_role("button", name="Accept all")).to_be_visible()
        expect(withdraw).to_be_hidden()
    visitor.press("Refuse all")
    expect(page.get_by_role("link", name="Your privacy choices")).to_be_visible()
    expect(withdraw).to_be_hidden()


def test_the_focus_goes_back_to_where_it_was(stage: Stage, visitor: Visitor) -> None:
    """Who was writing in a field when they turned to the banner writes on in that field."""
    stage.write("<input id=name>")
    page = visitor.open()
    page.locator("#name").focus()
    page.get_by_role("button", name="Refuse all").focus()
    page.keyboard.press("Space")
    page.locator(".ck-first").wait_for(state="detached")
    assert page.evaluate("document.activeElement.id") == "name"


def test_who_looks_elsewhere_is_not_moved(stage: Stage, visitor: Visitor) -> None:
    """The focus is left alone where the banner does not have it."""
    stage.write("<input id=name>")
    page = visitor.open()
    page.evaluate(
        "document.querySelector('[value=accept_all]').addEventListener('click', () => setTimeout(() => "
        "document.querySelector('#name').focus()))"
    )
    visitor.press("Accept all")
    assert page.evaluate("document.activeElement.id") == "name"


def test_a_double_click_is_one_choice(visitor: Visitor, kit: ConsentKit) -> None:
    """However often a button is pressed while the answer is on its way, one choice is sent and one is recorded."""
    page = visitor.open()
    before = choices(kit)
    with page.expect_response("**/choice"):
        page.get_by_role("button", name="Accept all").dblclick()
    page.locator(".ck-first").wait_for(state="detached")
    assert [path for method, path in visitor.ours if method == "POST"] == ["/_privacy/choice"]
    assert choices(kit) == before + 1


def test_without_javascript_everything_is_as_before(visiting: Callable[..., Visitor]) -> None:
    """With JavaScript off the form is sent, the page is loaded again, and no part of the widget shows."""
    visitor = visiting(java_script_enabled=False)
    page = visitor.open()
    assert page.get_by_role("link", name="Your privacy choices").count() == 0
    with page.expect_navigation():
        page.get_by_role("button", name="Refuse all").click()
    expect(page.locator("h1")).to_have_text("Shop")
    assert page.locator(".ck-first").count() == 0
    assert page.locator("script").count() == 0


@pytest.fixture
def broken_ledger(kit: ConsentKit, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise LedgerUnavailable("nothing can be written")

    monkeypatch.setattr(kit.ledger, "append", refuse)


@pytest.mark.usefixtures("broken_ledger")
def test_a_grant_that_cannot_be_recorded_is_told_by_the_server(visitor: Visitor) -> None:
    """Where the ledger takes nothing (503), the visitor reads the server's own page, and is asked again afterwards."""
    page = visitor.open()
    with page.expect_navigation():
        page.get_by_role("button", name="Accept all").click()
    expect(page.get_by_role("alert")).to_contain_text("nothing new was allowed")
    visitor.open()
    expect(page.locator(".ck-first")).to_be_visible()


@pytest.mark.usefixtures("broken_ledger")
def test_a_refusal_that_cannot_be_recorded_holds(visitor: Visitor) -> None:
    """Refusing while the ledger is down is honoured, and the server's page says so."""
    page = visitor.open()
    with page.expect_navigation():
        page.get_by_role("button", name="Refuse all").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your refusal is honoured")
    visitor.open()
    assert page.locator(".ck-first").count() == 0


def test_a_stale_form_is_answered_with_a_fresh_one(visitor: Visitor) -> None:
    """Whoever answers with an outdated form (403) gets the preferences, with the reason, to choose again."""
    page = visitor.open()
    page.locator("[name=token]").evaluate("el => el.value = 'old'")
    with page.expect_navigation():
        page.get_by_role("button", name="Accept all").click()
    expect(page.get_by_role("alert")).to_contain_text("Please choose again")
    with page.expect_navigation():
        page.get_by_role("button", name="Accept all").click()
    expect(page.locator("h1")).to_have_text("Shop")
    assert page.locator(".ck-first").count() == 0


@pytest.mark.parametrize("failure", ["network", 429, 409])
def test_whatever_fails_the_form_goes_by_itself(visitor: Visitor, failure: Any) -> None:
    """When the widget gets no answer it can use, the choice goes the way it would without a script."""

    def answer(route: Route) -> None:
        if route.request.headers["content-type"] != "application/json":
            route.continue_()
        elif failure == "network":
            route.abort()
        else:
            route.fulfill(status=failure, content_type="application/json", body="{}")

    visitor.page.route("**/choice", answer)
    page = visitor.open()
    with page.expect_navigation():
        page.get_by_role("button", name="Accept all").click()
    assert page.locator(".ck-first").count() == 0
    assert [cookie["name"] for cookie in page.context.cookies()] == ["ck", "ck_s"]


def test_it_works_under_a_strict_policy(stage: Stage, visitor: Visitor) -> None:
    """Under `default-src 'self'` the widget runs, breaks no rule, and wakes what the site itself serves."""
    stage.headers["Content-Security-Policy"] = "default-src 'self'; style-src 'self' 'unsafe-inline'"
    stage.write("<h1>Shop</h1><script src=/late.js></script>")
    page = visitor.page
    violations: list[str] = []
    page.on("console", lambda message: violations.append(message.text))
    visitor.open()
    violations.clear()
    visitor.press("Accept all")
    expect(page.get_by_role("status")).to_have_text("You accepted all.")
    assert violations == []


def test_a_site_can_ask_in_its_own_way(stage: Stage, visitor: Visitor) -> None:
    """A cancelled `show` leaves no banner, a cancelled `choice` sends nothing; subscribers hear each decision."""
    stop = "document.addEventListener('consentkit:{0}', e => {{ window.{0} = e.detail; e.preventDefault() }})"
    stage.write(f"<h1>Shop</h1><script>{stop.format('show')}</script>")
    page = visitor.open()
    page.wait_for_function("window.consentkit")
    assert page.locator(".ck-first").count() == 0
    stage.write(f"<h1>Shop</h1><script>{stop.format('choice')}</script>")
    visitor.open()
    page.wait_for_function("window.consentkit")
    page.get_by_role("button", name="Accept all").click()
    assert page.evaluate("window.choice") == {"choice": "accept_all"}
    assert [method for method, _ in visitor.ours if method == "POST"] == []
    expect(page.locator(".ck-first")).to_be_visible()


def test_a_site_can_follow_the_decision(visitor: Visitor) -> None:
    """`subscribe` tells what holds and what changes, until it is ended; `open` leads to the preferences."""
    page = visitor.open()
    page.wait_for_function("window.consentkit")
    page.evaluate("window.calls = 0; consentkit.subscribe(() => { if (calls++) throw new Error('a mistake') }); 0")
    page.evaluate("window.told = []; window.end = consentkit.subscribe(decision => told.push(decision.granted)); 0")
    visitor.press("Accept all")
    assert page.evaluate("told") == [["essential"], ["analytics", "essential", "functional", "marketing"]]
    assert page.evaluate("consentkit.decision().granted") == page.evaluate("told[1]")
    page.evaluate("end()")
    page.evaluate("consentkit.open()")
    page.get_by_role("link", name="Back to the site").click()
    expect(page.locator("h1")).to_have_text("Shop")
