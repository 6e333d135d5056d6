"""What only a real browser can say of a placeholder: that it fits, is read and reached, and moves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Frame, Page

from .sample import PAGES
from .test_browser import LOOKS, contrast, serve, tab
from .test_embed import DOOR, notice

SIZES = [(560, 315), (320, 180), (300, 150), (200, 100), (450, 80), (160, 64), (320, 568), (1200, 600)]
LOW = {(160, 64)}  # too small for two buttons beside the words: all of it scrolls
STRICT = {"Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-src 'none'"}
BARE = {"Content-Security-Policy": "default-src 'none'"}


def held(width: int, height: int, srcdoc: str) -> str:
    return f"<iframe title=Video width={width} height={height} style=border:0{srcdoc}></iframe>"


def asking(language: str = "en", *, gpc: bool = False) -> str:
    found = notice("ads", language, gpc=gpc)
    return PAGES.embeds.asking(found, DOOR, token="TOKEN", return_to="/a").decode()


def pointing(language: str = "en") -> str:
    name = "player.video.test"
    return PAGES.embeds.pointing(name, ("marketing",), language, DOOR, target="_top").decode()


@contextmanager
def framed(
    chromium: Browser, *placeholders: str, size: tuple[int, int] = (560, 315), csp: Any = None, **options: Any
) -> Iterator[tuple[Page, list[Frame]]]:
    """A page with these placeholders in frames of a size, and the frames."""
    with tab(chromium, (max(size[0], 320), 900), **options) as page:
        frames = "".join(held(*size, placeholder) for placeholder in placeholders)
        serve(
            page,
            f"<!doctype html><html lang=en><title>x</title><body style=margin:0><main><h1>x</h1>{frames}</main>",
            csp,
        )
        yield page, page.frames[1:]


def boxes(frame: Frame) -> list[dict[str, float]]:
    found: list[dict[str, float]] = frame.locator("div a, button").evaluate_all(
        "els => els.map(el => el.getBoundingClientRect().toJSON())"
    )
    return found


def resize(page: Page, size: tuple[int, int]) -> None:
    """Give every frame another size, and wait until it has it."""
    page.locator("iframe").evaluate_all("(els, [w, h]) => els.forEach(el => (el.width = w, el.height = h))", size)
    page.wait_for_function(
        "([w, h]) => Array.from(frames).every(f => f.innerWidth === w && f.innerHeight === h)", arg=size
    )


def test_it_fits_its_frame(chromium: Browser) -> None:
    """In frames of any size, in any language, nothing runs out sideways and both ways are in sight, 44 pixels high."""
    every = [write(language) for language in PAGES.languages for write in (asking, pointing)]
    with framed(chromium, *every, size=(1200, 600)) as (page, frames):
        assert len(frames) == len(every)
        for size in SIZES:
            resize(page, size)
            for frame in frames:
                assert frame.evaluate("document.documentElement.scrollWidth") <= size[0]
                once, always = boxes(frame)
                assert min(once["height"], always["height"]) >= 44, size
                assert abs(once["width"] - always["width"]) <= 1
                assert once["right"] < always["left"]
                assert size in LOW or max(once["bottom"], always["bottom"]) <= size[1]
                # No word of a button is cut off.
                assert frame.locator("div a, button").evaluate_all(
                    "els => els.every(el => el.scrollWidth <= el.clientWidth && el.scrollHeight <= el.clientHeight)"
                )


def test_all_of_it_can_be_read(chromium: Browser) -> None:
    """Whoever scrolls in the smallest frame reads the last word, and further scrolling goes on in the page."""
    with framed(chromium, asking("fr", gpc=True), size=(1200, 600)) as (page, [frame]):
        assert frame.evaluate("getComputedStyle(document.documentElement).overscrollBehaviorY") == "auto"
        for size in SIZES:
            resize(page, size)
            frame.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
            last = frame.locator("section a").evaluate("el => el.getBoundingClientRect().toJSON()")
            assert last["height"] >= 18, size
            beside = size == (450, 80)
            # A browser scrolls by whole pixels, and lays out in parts of them.
            assert int(last["bottom"]) <= (size[1] if beside else min(box["top"] for box in boxes(frame))), size


@pytest.mark.parametrize("size", [(560, 315), (200, 100), (450, 80)], ids=["wide", "small", "low"])
def test_the_keyboard_goes_through_it(chromium: Browser, size: tuple[int, int]) -> None:
    """The tab key meets details, once, always, in this order, each in sight with a focus ring, and then leaves."""
    with framed(chromium, asking(), size=size) as (page, [frame]):
        page.locator("main").evaluate("el => el.insertAdjacentHTML('beforeend', '<a href=/end>end</a>')")
        seen = []
        for _ in range(3):
            page.keyboard.press("Tab")
            seen.append(frame.evaluate("document.activeElement.textContent"))
            style = frame.evaluate(
                "(({outlineWidth: w, outlineStyle: s}) => [w, s])(getComputedStyle(document.activeElement))"
            )
            assert style == ["3px", "solid"]
            box = frame.evaluate("document.activeElement.getBoundingClientRect().toJSON()")
            assert box["top"] >= 0
            assert box["bottom"] <= size[1] + 1
        assert seen == ["Details", "Load this once", "Always allow Ads & Co"]
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "end"


def test_a_screen_reader_hears_it(chromium: Browser) -> None:
    """The frame's document has a name and a language, its words, two links and a button with names of their own."""
    with framed(chromium, asking("de")) as (_, [frame]):
        assert frame.title() == "Inhalt von Ads & Co"
        tree = frame.locator("html").aria_snapshot()
        for line in (
            '- link "Einzelheiten":',
            '- link "Einmal laden":',
            '- button "Ads & Co immer erlauben"',
        ):
            assert line in tree, tree
        assert frame.evaluate("document.documentElement.lang") == "de"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(560, 315), (200, 100)], ids=["wide", "small"])
def test_axe_finds_nothing(chromium: Browser, size: tuple[int, int], scheme: Any) -> None:
    """An automatic judge of accessibility has no complaint, best practices included."""
    with framed(chromium, asking(gpc=True), pointing(), size=size, color_scheme=scheme) as (page, frames):
        axe = Axe()
        for frame in frames:
            frame.evaluate(axe.axe_script)  # the judge in the page asks its like in each frame
        found = axe.run(page, options={})
        assert found.violations_count == 0, found.generate_report()
        seen = [node["target"] for rule in found.response["passes"] for node in rule["nodes"]]
        assert sum(len(target) == 2 for target in seen) > 30


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}], ids=str)
def test_both_ways_look_alike(chromium: Browser, options: dict[str, Any]) -> None:
    """Once and always have the same size, weight and edges; neither is pressed on anybody, in any colours."""
    with framed(chromium, asking(), **options) as (_, [frame]):
        once, always = frame.locator("div a, button").evaluate_all(LOOKS)
        if "forced_colors" not in options:
            assert once == always
        for colour, ground, *_, border, _, _ in (once, always):
            assert contrast(colour, ground) >= 4.5
            assert "forced_colors" not in options or contrast(border, ground) >= 3


def test_it_reads_from_the_right_too(chromium: Browser) -> None:
    """Written from right to left, it is its own mirror image and fits as well."""
    with framed(chromium, asking(), size=(320, 180)) as (_, [frame]):
        frame.evaluate("document.documentElement.dir = 'rtl'")
        once, always = boxes(frame)
        assert always["right"] < once["left"]
        assert frame.evaluate("document.documentElement.scrollWidth") <= 320
        assert frame.locator("section b").evaluate("el => getComputedStyle(el).textAlign") == "start"


@pytest.mark.parametrize("csp", [None, STRICT, BARE], ids=["none", "strict", "bare"])
def test_a_policy_of_the_page_takes_at_most_its_looks(chromium: Browser, csp: dict[str, str] | None) -> None:
    """Under any Content-Security-Policy of the site the words and both ways are there, styled where styles may come."""
    errors: list[str] = []
    with framed(chromium, asking(), csp=csp, java_script_enabled=True) as (page, [frame]):
        page.on("pageerror", lambda error: errors.append(str(error)))
        assert frame.get_by_role("link", name="Load this once").is_visible()
        assert frame.get_by_role("button").is_visible()
        styled = frame.locator("button").evaluate("el => getComputedStyle(el).minHeight") == "44px"
        assert styled == (csp is not BARE)
    assert errors == []


def test_large_letters_fit(chromium: Browser) -> None:
    """At 200 % text size the buttons keep their words, and the page below does not move."""
    with framed(chromium, asking("de"), size=(560, 315)) as (page, [frame]):
        before = page.locator("iframe").bounding_box()
        frame.evaluate("document.documentElement.style.fontSize = '200%'")
        assert frame.evaluate("document.documentElement.scrollWidth") <= 560
        assert all(box["bottom"] <= 315 for box in boxes(frame))
        assert page.locator("iframe").bounding_box() == before
