"""An automatic judge of accessibility (axe, with best practices) on all that we show, in any direction and colour."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.serving import Visitor

SIZES = {1280: (1280, 720), 320: (320, 640)}
LANGUAGES = {"ltr": "en", "rtl": "ar"}
COLOURS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
}
# Each direction, width and set of colours, and both directions on a telephone.
CHOSEN = [("ltr", 320, "light"), ("rtl", 1280, "dark"), ("rtl", 320, "forced")]
MATRIX = list(product(("ltr", "rtl"), SIZES, COLOURS)) if "CONSENTKIT_TEST_MATRIX" in os.environ else CHOSEN
AXE = Axe()


def states(visitor: Visitor, language: str) -> Iterator[tuple[str, Page]]:
    """What one visitor meets of ours, in order: from the first page to their receipts."""
    page = visitor.open(f"/?lang={language}")
    yield "banner", page
    page.locator(".ck-first form:not([method]) button").click()
    page.locator("dialog").wait_for()
    page.locator("dialog summary").last.click()
    yield "dialog", page
    page.keyboard.press("Escape")
    visitor.press("refuse_all")
    page.locator(".ck-first").wait_for(state="detached")
    yield "closed", page
    yield "closed", visitor.open(f"/next?lang={language}")
    for name in ("preferences", "declaration", "receipt", "erase", "nothing"):
        visitor.open(f"/_privacy/{name}")
        page.locator("details").evaluate_all("els => els.forEach(el => el.open = true)")
        yield name, page


def complaints(page: Page) -> tuple[int, str]:
    """How much the judge looked at, and what it says of it."""
    for frame in page.frames[1:]:
        frame.evaluate(AXE.axe_script)  # the judge in the page asks its like in each frame
    found = AXE.run(page, options={})
    looked = sum(len(rule["nodes"]) for rule in found.response["passes"])
    return looked, "" if not found.violations_count else found.generate_report()


@pytest.mark.parametrize(("direction", "width", "colours"), MATRIX)
def test_axe_finds_nothing(visit: Callable[..., Visitor], direction: str, width: int, colours: str) -> None:
    """Banner, dialog, placeholder, link and our own pages, open or closed: no complaint."""
    size = dict(zip(("width", "height"), SIZES[width], strict=True))
    language = LANGUAGES[direction]
    visitor = visit(viewport=size, locale=language, **COLOURS[colours])
    for state, page in states(visitor, language):
        ours = page.locator(".ck-first, dialog, aside a, main").first
        assert ours.evaluate("el => getComputedStyle(el).direction") == direction, state
        looked, report = complaints(page)
        assert not report, f"{state}: {report}"
        assert looked > 20, state
    assert visitor.errors == []
