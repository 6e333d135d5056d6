"""Pages that come back, and pages whose visitor has nothing to be asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Route, expect

from scripts.browser import find
from tests.conftest import FLAGS

from .conftest import Stage, Visitor
from .test_waking import external, inline


def choose(visitor: Visitor, label: str, category: str = "") -> None:
    """In the preferences, in this tab, as in any other."""
    page = visitor.open("/_privacy/preferences?return_to=/next")
    if category:
        page.locator(f"[name=category][value={category}]").check()
    with page.expect_navigation():
        page.get_by_role("button", name=label).click()


def restored(visitor: Visitor) -> None:
    """What the browser fires for a page out of the back/forward cache."""
    visitor.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")


def test_a_restored_page_wakes_what_was_granted_since(stage: Stage, visitor: Visitor) -> None:
    """Asked on this page, answered on another: coming back, the banner is gone and what was allowed runs."""
    stage.write(external("a") + external("b", vendor="ads"))
    page = visitor.open()
    page.evaluate("window.kept = true")
    tab = Visitor(page.context.new_page(), stage)
    choose(tab, "Save my choice", "analytics")
    restored(visitor)
    assert visitor.wait_for(1) == ["a"]
    assert page.evaluate("window.kept")
    assert page.locator(".ck-first").count() == 0
    assert page.get_by_role("status").inner_text() == ""


def test_a_second_grant_keeps_the_order_of_the_first(stage: Stage, visitor: Visitor) -> None:
    """While scripts still wait for a slow one before them, allowing more makes none of them jump the queue."""
    stage.write(external("a") + inline("b") + external("c", "async", vendor="ads"))
    page = visitor.open()
    tab = Visitor(page.context.new_page(), stage)  # the newer one answers for all tabs
    tab.later = {"a"}
    choose(tab, "Save my choice", "analytics")
    restored(visitor)
    choose(tab, "Accept all")
    restored(visitor)
    assert visitor.wait_for(1) == ["c"]
    tab.answer("a")
    assert visitor.wait_for(3) == ["c", "a", "b"]


def test_a_restored_page_is_loaded_again_after_a_withdrawal(stage: Stage, visitor: Visitor) -> None:
    """Trackers that were woken here and withdrawn elsewhere are gone when the visitor comes back: the page is new."""
    stage.write("<h1>Shop</h1>" + external("a"))
    page = visitor.open()
    visitor.press("Accept all")
    visitor.wait_for(1)
    page.evaluate("window.kept = true")
    tab = Visitor(page.context.new_page(), stage)
    choose(tab, "Withdraw consent")
    with page.expect_navigation():
        restored(visitor)
    assert page.evaluate("window.kept") is None
    assert visitor.ran() == []


def test_a_restored_page_with_nothing_new_is_left_alone(stage: Stage, visitor: Visitor) -> None:
    """Going back and forth without a new choice asks the server nothing and changes nothing."""
    page = visitor.open()
    visitor.ours.clear()
    restored(visitor)
    page.wait_for_timeout(50)
    expect(page.locator(".ck-first")).to_be_visible()
    assert visitor.ours == []
    visitor.press("Refuse all")
    visitor.ours.clear()
    restored(visitor)
    page.wait_for_timeout(50)
    assert visitor.ours == []


@pytest.fixture
def with_cache(chromium: Browser, stage: Stage) -> Iterator[Visitor]:
    """A visitor whose browser keeps pages for the back button, which Playwright's default flags forbid."""
    kept = chromium.browser_type.launch(
        executable_path=find(), args=FLAGS, ignore_default_args=["--disable-back-forward-cache"]
    )
    page = kept.new_page()
    yield Visitor(page, stage)
    kept.close()


@pytest.mark.parametrize("answer", ["Accept all", "Refuse all"])
def test_the_real_back_button(stage: Stage, with_cache: Visitor, answer: str) -> None:
    """Back, through Chromium's own cache, to the page where one was asked: the banner is gone, the answer holds."""
    visitor = with_cache
    stage.write("<h1>Shop</h1>" + external("a") + "<script>window.kept = 0; onpageshow = () => window.kept++</script>")
    page = visitor.open()
    choose(visitor, answer)
    page.evaluate("history.go(-2)")
    page.wait_for_function("location.pathname === '/' && window.kept === 2")
    page.locator(".ck-first").wait_for(state="detached")
    if answer == "Accept all":
        assert visitor.wait_for(1) == ["a"]
    else:
        assert visitor.ran() == []


def test_a_grant_taken_back_on_the_page_loads_it_again(stage: Stage, visitor: Visitor) -> None:
    """Asked again while an older grant for one vendor still holds, and refusing: what ran is gone with the page."""
    page = visitor.page

    def still_granted(route: Route) -> None:
        answer = route.fetch()
        body = answer.text().replace('data-ck-vendors=""', 'data-ck-vendors="count"')
        route.fulfill(response=answer, body=body)

    page.route(stage.address + "/", still_granted, times=1)
    visitor.open()
    page.wait_for_function("window.consentkit")
    assert page.evaluate("consentkit.decision().vendors") == ["count"]
    page.evaluate("window.kept = true")
    with page.expect_navigation():
        page.get_by_role("button", name="Refuse all").click()
    assert page.evaluate("window.kept") is None
    assert page.locator(".ck-first").count() == 0


def test_whoever_has_decided_gets_no_script(stage: Stage, visitor: Visitor) -> None:
    """Who has decided meets no widget; on a page without scripts, or with all allowed, no script of ours at all."""
    stage.write("<h1>Shop</h1>" + external("a"))
    visitor.open()
    visitor.press("Refuse all")
    visitor.ours.clear()
    page = visitor.open()
    assert page.locator("script[data-ck-state]").count() == 0
    assert [path.rpartition(".guard.")[2] for _, path in visitor.ours] == ["/", "js"]
    visitor.ours.clear()
    visitor.open("/next")
    assert [path for _, path in visitor.ours] == ["/next"]
    page.context.clear_cookies()
    visitor.open()
    visitor.press("Accept all")
    visitor.ours.clear()
    visitor.open()
    assert [path for _, path in visitor.ours] == ["/"]
