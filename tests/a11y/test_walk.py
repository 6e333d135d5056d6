"""Every way through, by keyboard alone, with and without JavaScript: refuse, accept, choose, withdraw."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.serving import Visitor

REOPEN = "Your privacy choices"


def tab_to(page: Page, words: str) -> None:
    """Press the tab key until the focus is on what has these words; every stop on the way has a ring around it."""
    # Without JavaScript a page can still be looked at from outside.
    for _ in range(80):
        page.keyboard.press("Tab")
        focus = page.locator(":focus")
        if not focus.count():
            continue
        said, outline = focus.evaluate(
            "el => [(el.closest('label') ?? el).textContent, getComputedStyle(el).outlineStyle]"
        )
        assert outline != "none"
        if said.strip() == words:
            return
    raise AssertionError(f"the tab key never comes to {words}")


def enter(visitor: Visitor, words: str, key: str = "Enter") -> None:
    tab_to(visitor.page, words)
    visitor.page.keyboard.press(key)
    visitor.page.wait_for_load_state("networkidle")


def granted(visitor: Visitor) -> str:
    """The letters of what is allowed, as the readable cookie has them."""
    cookie = visitor.cookies().get("ck_s")
    return cookie["value"].partition(".")[0] if cookie else "undecided"


def settled(visitor: Visitor, letters: str) -> None:
    """The banner is gone, and what is allowed is this."""
    visitor.page.locator(".ck-first, dialog").first.wait_for(state="detached")
    assert granted(visitor) == letters


@pytest.mark.parametrize("javascript", [True, False], ids=["with", "without"])
def test_by_keyboard_alone(visit: Callable[..., Visitor], javascript: bool) -> None:
    """Refuse, allow one thing after all, withdraw with one press where one is: no pointer is needed."""
    visitor = visit(javascript=javascript)
    page = visitor.open("/")
    assert granted(visitor) == "undecided"
    enter(visitor, "Refuse all")
    settled(visitor, "0")
    assert visitor.abroad == []

    enter(visitor, REOPEN)
    enter(visitor, "Allow all of Analytics", "Space")
    enter(visitor, "Save my choice")
    settled(visitor, "a")
    assert page.url == visitor.site + "/"
    assert visitor.abroad == (["https://count.test/count.js"] if javascript else [])
    visitor.abroad.clear()

    enter(visitor, "Withdraw consent")
    settled(visitor, "0")
    assert page.url == visitor.site + "/"
    assert visitor.abroad == []


@pytest.mark.parametrize("javascript", [True, False], ids=["with", "without"])
def test_accept_and_choose_by_keyboard_alone(visit: Callable[..., Visitor], javascript: bool) -> None:
    """One press accepts; whoever chooses in detail instead ends at just that, by dialog or by page."""
    visitor = visit(javascript=javascript)
    visitor.open("/")
    enter(visitor, "Accept all")
    settled(visitor, "fam")

    visitor = visit(javascript=javascript)
    page = visitor.open("/")
    enter(visitor, "Choose")
    expect(page.locator("dialog")).to_have_count(int(javascript))
    enter(visitor, "Allow all of Functional", "Space")
    enter(visitor, "Save my choice")
    settled(visitor, "f")
    assert visitor.abroad == ["https://tube.test/film"]
