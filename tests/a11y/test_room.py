"""Room for everybody: zoomed to 400 %, with letters far apart, with a finger, with the tab key, without movement."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from consentkit.policy.theme import PLACES
from tests.serving import Visitor

LAYOUTS = [(layout, place) for layout, places in PLACES.items() for place in places]
OWN_PAGES = ("preferences", "declaration", "receipt", "erase")
# 1280 × 1024 at 400 %.
ZOOMED = {"width": 320, "height": 256}
SIZES = [{"width": 1280, "height": 720}, {"width": 320, "height": 640}, ZOOMED]
# What WCAG 1.4.12 lets people set, as strong as they can set it.
APART = """root => root.querySelectorAll('*').forEach(el => {
  for (const [name, value] of [['line-height', '1.5'], ['letter-spacing', '.12em'], ['word-spacing', '.16em']])
    el.style.setProperty(name, value, 'important')
  if (el.matches('p')) el.style.setProperty('margin-block-end', '2em', 'important') })"""
# Elements whose words run out of them sideways, or are cut off.
CLIPPED = """root => [...root.querySelectorAll('*')].filter(el => {
  const s = getComputedStyle(el), hides = s.overflowX !== 'visible', said = el.closest('caption, thead')
  return !said && s.display !== 'inline' && el.getClientRects().length &&
    (el.scrollWidth > el.clientWidth + 1 || (hides && s.overflowY === 'hidden' && el.scrollHeight > el.clientHeight))
}).map(el => el.outerHTML.slice(0, 100))"""
MATRIX = "CONSENTKIT_TEST_MATRIX" in os.environ


def second_layer(page: Page) -> None:
    """Open the dialog, and everything in it."""
    page.locator(".ck-first form:not([method]) button").click()
    page.locator("dialog").wait_for()
    page.locator("details").evaluate_all("els => els.forEach(el => el.open = true)")


def everything(visitor: Visitor) -> Iterator[tuple[str, Page]]:
    """What there is of ours, one after the other, each with where it is in the page."""
    page = visitor.open("/")
    yield ".ck-first", page
    second_layer(page)
    yield ".ck-second", page
    page.keyboard.press("Escape")
    visitor.press("accept_all")  # so that there is a receipt
    for name in OWN_PAGES:
        visitor.open(f"/_privacy/{name}")
        page.locator("details").evaluate_all("els => els.forEach(el => el.open = true)")
        yield "body", page


@pytest.mark.parametrize("spaced", [False, True], ids=["as it is", "spaced"])
def test_zoomed_nothing_scrolls_two_ways(visit: Callable[..., Visitor], spaced: bool) -> None:
    """At 400 % nothing has to be scrolled sideways, and no word is cut off; nor with words and letters far apart."""
    for place, page in everything(visit(viewport=ZOOMED)):
        root = page.locator(place)
        if spaced:
            root.evaluate(APART)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, (place, page.url)
        assert root.evaluate(CLIPPED) == [], (place, page.url)


@pytest.mark.parametrize("layout", LAYOUTS if MATRIX else [("centre", "middle")], ids="-".join)
def test_letters_apart_leave_the_buttons_whole(visit: Callable[..., Visitor], layout: tuple[str, str]) -> None:
    """With words and letters far apart, at any size, all of the first layer can be reached, and buttons are whole."""
    for size in SIZES:
        page = visit(layout=layout, viewport=size).open("/")
        page.locator(".ck-first").evaluate(APART)
        assert page.locator(".ck-first").evaluate(CLIPPED) == []
        page.locator(".ck-links a").last.scroll_into_view_if_needed()
        for part in (".ck-links a >> nth=-1", ".ck-button >> nth=0", ".ck-button >> nth=2"):
            box = page.locator(part).bounding_box()
            assert box is not None
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= size["height"] + 1


def stops(page: Page) -> Iterator[dict[str, Any]]:
    """Every element that the tab key comes to in turn, with what of it is in sight and what lies over it."""
    seen = None
    for _ in range(120):
        page.keyboard.press("Tab")
        stop = page.evaluate("""() => {
          const el = document.activeElement, inner = el.contentDocument?.activeElement
          const out = inner ? el.getBoundingClientRect() : { x: 0, y: 0 }, on = (inner ?? el).getBoundingClientRect()
          const r = new DOMRect(on.x + out.x, on.y + out.y, on.width, on.height)
          const banner = document.querySelector('.ck-first'), b = banner.getBoundingClientRect()
          return { name: (inner ?? el).textContent || el.id, within: banner.contains(el), body: el === document.body,
            clear: r.bottom <= b.top || r.top >= b.bottom || r.right <= b.left || r.left >= b.right,
            whole: r.top >= -1 && r.bottom <= innerHeight + 1 } }""")
        if stop["body"] or stop["name"] == seen:
            return
        seen = seen or stop["name"]
        yield stop


@pytest.mark.parametrize("size", SIZES if MATRIX else SIZES[:2], ids=lambda size: str(size["width"]))
@pytest.mark.parametrize("layout", LAYOUTS if MATRIX else [("bar", "bottom"), ("centre", "middle")], ids="-".join)
def test_the_focus_is_never_under_the_banner(
    visit: Callable[..., Visitor], layout: tuple[str, str], size: dict[str, int]
) -> None:
    """Whoever tabs through the page with the banner open sees whole whatever has the focus (WCAG 2.4.11, 2.4.12)."""
    page = visit(layout=layout, viewport=size).open("/")
    met = list(stops(page))
    assert [stop["name"] for stop in met if not stop["within"] and not stop["clear"]] == []
    assert [stop["name"] for stop in met if not stop["whole"]] == []
    assert [stop["within"] for stop in met[:5]] == [True] * 5
    assert len(met) > 45
    assert page.locator(".ck-first").is_visible()


TARGETS = """root => [...root.querySelectorAll('a, button, summary, input:not([type=hidden])')]
  .filter(el => el.getClientRects().length).map(el => {
    const r = (el.closest('label') ?? el).getBoundingClientRect()
    return [el.outerHTML.slice(0, 90), r.width, r.height] })"""


@pytest.mark.parametrize("width", [1280, 320])
def test_a_finger_hits_what_it_means(visit: Callable[..., Visitor], width: int) -> None:
    """Every link, button and switch of ours is at least 44 pixels high and wide (WCAG 2.5.5, stricter than 2.5.8)."""
    for place, page in everything(visit(viewport={"width": width, "height": 720})):
        found = page.locator(place).evaluate(TARGETS)
        assert len(found) >= 3
        assert [target for target in found if min(target[1:]) < 43.9] == [], (place, page.url)


def test_nothing_moves(visit: Callable[..., Visitor]) -> None:
    """Nothing of ours slides or fades, so nobody has to ask for less of it."""
    for place, page in everything(visit(reduced_motion="no-preference")):
        moving = page.locator(place).evaluate(
            """root => [root, ...root.querySelectorAll('*')].map(el => getComputedStyle(el)).filter(
              s => s.transitionDuration !== '0s' || s.animationName !== 'none' || s.scrollBehavior !== 'auto').length"""
        )
        assert moving == 0
        assert page.evaluate("document.getAnimations().length") == 0
