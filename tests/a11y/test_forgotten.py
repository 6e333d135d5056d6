"""A visitor without JavaScript finds what is held of them, and has it erased, by links and one button."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.serving import Visitor


def cookies(page: Page) -> dict[str, str]:
    return {str(each["name"]): str(each["value"]) for each in page.context.cookies()}


def test_forgotten(visit: Callable[..., Visitor]) -> None:
    """From the preferences to the records, the question and its answer; going back and pressing again does nothing."""
    visitor = visit(javascript=False)
    page = visitor.open("/")
    visitor.press("accept_all")
    before = cookies(page)
    visitor.open("/_privacy/preferences")
    page.get_by_role("link", name="Your receipts").click()
    expect(page.get_by_role("heading", name="You accepted all.")).to_be_visible()
    page.get_by_role("link", name="Erase these records").click()
    page.get_by_role("button", name="Erase these records").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your records are erased")
    after = cookies(page)
    assert after["ck"] != before["ck"]
    assert after["ck_s"].startswith("0.")
    visitor.open("/_privacy/receipt")
    expect(page.get_by_text("There is no record")).to_be_visible()
    page.go_back()
    page.go_back()
    if page.get_by_role("button", name="Erase these records").count():
        page.get_by_role("button", name="Erase these records").click()
    assert cookies(page) == after
    visitor.open("/")
    assert page.locator(".ck-first").count() == 0
