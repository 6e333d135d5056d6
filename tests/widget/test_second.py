"""The preferences in place: a dialog above the page where scripts run, and the page of preferences where not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from consentkit.kit import ConsentKit

from .conftest import Stage, Visitor

FOCUS = "document.activeElement.textContent"
HOSTILE = """
* { letter-spacing: .5em; text-transform: uppercase }
button { all: unset } h1, h2, p { color: #fff; font-size: 6px } dialog { opacity: .1; width: 90px }
input { appearance: none; position: absolute } label, section { background: red; float: right }
"""


@pytest.fixture
def page(visitor: Visitor) -> Page:
    """A page at which the visitor has pressed "Choose"."""
    page = visitor.open()
    press_choose(page)
    return page


def press_choose(page: Page) -> None:
    page.get_by_role("button", name="Choose").press("Enter")
    page.locator("dialog").wait_for()


def test_it_opens_over_the_page_and_closes_without_a_trace(page: Page, kit: ConsentKit) -> None:
    """The focus goes to the heading and stays within; Escape closes without saving, and it goes back to "Choose"."""
    before = kit.ledger.store.head().size
    assert page.evaluate(FOCUS) == "Your privacy choices"
    assert page.locator("dialog").evaluate("el => el.matches(':modal')")
    for _ in range(12):
        page.keyboard.press("Tab")
        # The browser's own bars are the only way out.
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.get_by_label("Allow all of Analytics").check()
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached")
    assert page.evaluate(FOCUS) == "Choose"
    expect(page.locator(".ck-first")).to_be_visible()
    assert (page.context.cookies(), kit.ledger.store.head().size) == ([], before)
    press_choose(page)
    expect(page.get_by_label("Allow all of Analytics")).not_to_be_checked()
    page.get_by_role("button", name="Back to the site").click()
    page.locator("dialog").wait_for(state="detached")
    assert page.evaluate(FOCUS) == "Choose"


def test_what_is_ticked_is_what_is_allowed(page: Page) -> None:
    """A whole category and one vendor: saved without leaving the page, said aloud, and just that is granted."""
    page.get_by_label("Allow all of Analytics").check()
    page.locator("summary").last.click()
    page.get_by_label("Allow ads").check()
    page.get_by_role("button", name="Save my choice").click()
    page.locator(".ck-first").wait_for(state="detached")
    expect(page.get_by_role("status")).to_have_text("You made your own choice.")
    assert page.locator("dialog").count() == 0
    assert page.evaluate(FOCUS) == "Your privacy choices"
    assert page.evaluate("consentkit.decision()") == {"granted": ["analytics", "essential"], "vendors": ["ads"]}


@pytest.mark.parametrize(("label", "granted"), [("Refuse all", ["essential"]), ("Save my choice", ["essential"])])
def test_nothing_is_ticked_beforehand(page: Page, label: str, granted: list[str]) -> None:
    """Who ticks nothing allows nothing, whether they save or refuse."""
    page.locator("dialog").get_by_role("button", name=label).click()
    page.locator(".ck-first").wait_for(state="detached")
    assert page.evaluate("consentkit.decision().granted") == granted


@pytest.mark.parametrize("lost", ["**/*.second.js", "**/*.second.css", "**/preferences?*"])
def test_whatever_is_lost_the_page_is_there(visitor: Visitor, lost: str) -> None:
    """When a part of the dialog does not arrive, "Choose" leads to the page of preferences, as without a script."""
    page = visitor.open()
    page.route(lost, lambda route: route.abort() if route.request.resource_type != "document" else route.continue_())
    page.get_by_role("button", name="Choose").click()
    page.wait_for_url("**/preferences?*")
    page.get_by_role("link", name="Back to the site").click()
    expect(page.locator("h1")).to_have_text("Shop")


def test_an_answer_that_is_not_yes_is_read(page: Page) -> None:
    """A form that is too old is answered by the server's own page, from the dialog as from anywhere."""
    page.locator("dialog [name=token]").evaluate("el => el.value = 'old'")
    with page.expect_navigation():
        page.locator("dialog").get_by_role("button", name="Accept all").click()
    expect(page.get_by_role("alert")).to_contain_text("Please choose again")


def test_pressing_twice_opens_one(visitor: Visitor) -> None:
    """An impatient visitor gets one dialog."""
    page = visitor.open()
    page.get_by_role("button", name="Choose").dblclick()
    page.locator("dialog").wait_for()
    page.wait_for_load_state("networkidle")
    assert page.locator("dialog").count() == 1


def test_the_sites_own_style_does_little_harm(stage: Stage, visitor: Visitor) -> None:
    """Under a hostile stylesheet the dialog's buttons, boxes and words look as they do anywhere else."""
    measured = []
    for head in ("", f"<style>{HOSTILE}</style>"):
        stage.write("<h1>Shop</h1>", head=head)
        page = visitor.open()
        press_choose(page)
        measured.append(
            page.locator("dialog *").evaluate_all(
                """els => els.map(el => [el.tagName, el.getBoundingClientRect().toJSON(), getComputedStyle(el)])
                .map(([tag, {x, y, width, height}, s]) => [tag, x, y, width, height, s.color, s.backgroundColor,
                  s.fontSize, s.fontWeight, s.letterSpacing, s.textTransform])"""
            )
        )
    assert len(measured[0]) > 50
    assert measured[0] == measured[1]


@pytest.mark.parametrize(
    "policy",
    [
        "default-src 'self'; style-src 'self' 'unsafe-inline'; require-trusted-types-for 'script'",
        "script-src 'nonce-abc'; style-src 'self' 'unsafe-inline'",
        "script-src 'nonce-abc' 'strict-dynamic'; style-src 'self' 'unsafe-inline'",
    ],
)
def test_it_opens_under_a_strict_policy(stage: Stage, visiting: Callable[..., Visitor], policy: str) -> None:
    """A site's Content-Security-Policy, with trusted types or with nonces, does not keep the dialog away."""
    stage.headers["Content-Security-Policy"] = policy
    page = visiting().open()
    press_choose(page)
    assert page.evaluate(FOCUS) == "Your privacy choices"
