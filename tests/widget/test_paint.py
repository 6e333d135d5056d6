"""What the banner costs a page while it loads: nothing moves, nothing waits, nothing is in the way of what is large."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route

from .conftest import Stage, Visitor

ARTICLE = "<h1>Slow bread</h1><p style='font-size:1.25em'>" + "Flour, water, salt and time. " * 120 + "</p>"
DESK, PHONE = {"width": 1280, "height": 720}, {"width": 360, "height": 740}
WATCH = """
window.seen = { shifts: [], largest: [] };
const watch = (type, note) => new PerformanceObserver(list => list.getEntries().forEach(note))
  .observe({ type, buffered: true });
watch('layout-shift', entry => seen.shifts.push(entry.value));
watch('largest-contentful-paint', ({ element: el }) => seen.largest.push(el ? !!el.closest('.ck-first') : false));
"""

# The page once more, piece by piece, each painted before the next is read.
ARRIVE = """async pieces => {
  document.open()
  for (const piece of pieces) {
    document.write(piece)
    await new Promise(done => requestAnimationFrame(() => setTimeout(done)))
  }
  document.close()
}"""


def watched(visiting: Callable[..., Visitor], size: dict[str, int]) -> Page:
    """A newcomer's tab whose browser notes what it paints and moves."""
    page = visiting(viewport=size).page
    page.add_init_script(WATCH)
    return page


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_moves(stage: Stage, visiting: Callable[..., Visitor], size: dict[str, int]) -> None:
    """From the first byte to after the choice no word of the page changes its place, on shared pages as on others."""
    for headers in ({}, {"cache-control": "public, max-age=60"}):
        stage.headers = headers
        stage.write(ARTICLE)
        page = watched(visiting, size)
        page.goto(f"{stage.address}/")
        page.locator(".ck-first").wait_for()
        page.get_by_role("button", name="Refuse all").click()
        page.locator(".ck-first").wait_for(state="detached")
        page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 100)))")
        assert page.evaluate("seen.shifts") == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_moves_while_it_arrives(stage: Stage, visiting: Callable[..., Visitor], size: dict[str, int]) -> None:
    """However slowly a page comes in, and wherever it stops for a while, neither it nor the banner is seen to move."""
    stage.write(ARTICLE)
    page = watched(visiting, size)
    page.goto(f"{stage.address}/")
    html = page.request.get(f"{stage.address}/").text()
    page.evaluate(ARRIVE, [html[at : at + 64] for at in range(0, len(html), 64)])
    assert page.locator(".ck-first").is_visible()
    assert page.evaluate("seen.shifts") == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_page_is_what_is_largest(stage: Stage, visiting: Callable[..., Visitor], size: dict[str, int]) -> None:
    """On a page with something to read, what browsers take for its main content is the page's, never the banner."""
    stage.write(ARTICLE)
    page = watched(visiting, size)
    page.goto(f"{stage.address}/")
    page.locator(".ck-first").wait_for()
    page.wait_for_function("seen.largest.length > 0")
    assert page.evaluate("seen.largest.at(-1)") is False


def test_it_is_there_before_any_script(stage: Stage, visiting: Callable[..., Visitor]) -> None:
    """While the widget is still on its way, the banner is painted with its looks, and its buttons work."""
    stage.write(ARTICLE)
    page = watched(visiting, DESK)
    held: list[Route] = []
    page.route("**/*.widget.js", lambda route: held.append(route))
    page.goto(f"{stage.address}/", wait_until="commit")
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
    banner = page.locator(".ck-first")
    assert banner.evaluate("el => getComputedStyle(el).position") == "fixed"
    assert len(held) == 1
    assert page.evaluate("window.consentkit") is None
    page.get_by_role("button", name="Refuse all").click(no_wait_after=True)
    banner.wait_for(state="detached")
    held[0].abort()


def test_no_task_is_long(stage: Stage, visiting: Callable[..., Visitor]) -> None:
    """On a machine four times slower our code keeps the page busy for less than 50 ms, loading or choosing.

    Counted by the processor's clock: whatever else this machine does at the moment is not the banner's.
    """
    stage.write(ARTICLE)
    page = visiting(viewport=DESK).page
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent(*names: str) -> float:
        found = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
        return sum(found[f"{name}Duration"] for name in names) * 1000

    page.goto(f"{stage.address}/")
    page.wait_for_function("window.consentkit")
    loading = spent("Script")
    before = spent("Script", "Layout", "RecalcStyle")
    page.get_by_role("button", name="Refuse all").dispatch_event("click")
    page.locator(".ck-first").wait_for(state="detached")
    choosing = spent("Script", "Layout", "RecalcStyle") - before
    assert 0 < loading < 50 / 4, f"{loading:.1f} ms"
    assert 0 < choosing < 50 / 4, f"{choosing:.1f} ms"


def test_who_has_decided_pays_nothing(stage: Stage, visiting: Callable[..., Visitor]) -> None:
    """A visitor who has decided, and for whom nothing is held, gets no script and no request of ours."""
    stage.write(ARTICLE)
    visitor = visiting()
    visitor.open()
    visitor.press("Accept all")
    visitor.ours.clear()
    page = visitor.open()
    assert visitor.ours == [("GET", "/")]
    assert page.locator("script").count() == 0
