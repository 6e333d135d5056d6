"""The pages in a real browser: entered by a button, judged by axe, printed, and with nothing run or sent abroad."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from consentkit.audit.words import LANGUAGES
from consentkit.ledger.days import add_times
from consentkit.ledger.verify import verify_bundle
from tests.serving import Visitor, served, visiting

from .conftest import MOMENT, Site

AXE = Axe()
TAGS = list(LANGUAGES) if "CONSENTKIT_TEST_MATRIX" in os.environ else ["de"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("site") / "data")
    for number in range(40):
        choice = ("accept_all", "refuse_all", "custom")[number % 3]
        made.choose(choice, language=("fr", "nl")[number % 2], at=MOMENT - number % 4 * 86_400_000)
    add_times(made.ledger.store, {("2026-11-20", "shown"): 400, ("2026-11-20", "chosen"): 120})
    yield made
    made.ledger.close()


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    with served(site.app) as address:
        yield address


def entered(visitor: Visitor, site: Site, role: str = "viewer") -> Page:
    """Follow an invitation, and press its button."""
    grant, secret = site.invite(role)  # type: ignore[arg-type]
    page = visitor.open(f"/enter/{grant}/{secret}")
    page.locator("main button").click()
    page.locator("#f-funnel").wait_for()
    return page


@pytest.mark.parametrize("language", TAGS)
def test_axe_finds_nothing(chromium: Browser, site: Site, address: str, language: str) -> None:
    """Every page, on a telephone and in the dark too, is without complaint; nothing runs, nothing goes abroad."""
    paths = ("/", "/search", "/entry/3", "/policies", "/integrity", "/export", "/nothing")
    dark = {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}
    for look in ({}, dark):
        with visiting(chromium, address, javascript=True, locale=language, **look) as visitor:
            # axe is put in by the browser's own tools, which the pages' policy would else forbid as well.
            page = entered(visitor, site, "exporter")
            said: list[str] = []
            page.on("console", lambda message, said=said: said.append(message.text))
            for path in paths:
                visitor.open(path)
                page.locator("details").evaluate_all("els => els.forEach(el => el.open = true)")
                found = AXE.run(page, options={"iframes": False})
                assert not found.violations_count, f"{path}: {found.generate_report()}"
                room, taken = page.evaluate("[innerWidth, document.documentElement.scrollWidth]")
                assert taken <= room, f"{path} is {taken} wide"
                if folder := os.environ.get("CONSENTKIT_TEST_PICTURES"):
                    name = f"{language}-{len(look)}-{path.strip('/').replace('/', '-') or 'overview'}.png"
                    page.screenshot(path=Path(folder) / name, full_page=True)
            refused = [line for line in said if "Content Security Policy" in line]
            assert not refused
            assert visitor.abroad == []
            assert visitor.errors == []


def test_without_a_script(chromium: Browser, site: Site, address: str) -> None:
    """Entering, reading a notice in its frame, searching and checking everything work without JavaScript."""
    with visiting(chromium, address, javascript=False, locale="en") as visitor:
        page = entered(visitor, site)
        assert page.locator("svg[role=img]").count() >= 7
        visitor.open("/search")
        page.locator("select[name=choice]").select_option("refuse_all")
        page.locator("main form button").first.click()
        page.locator("tbody a").first.click()
        frame = page.frame_locator("iframe")
        heading = frame.locator("h2").first
        heading.wait_for()
        assert heading.evaluate("el => getComputedStyle(el).fontFamily") != "serif"
        before = site.ledger.store.head().size
        frame.locator("button[value=accept_all]").click()
        assert site.ledger.store.head().size == before
        visitor.open("/integrity")
        page.locator("main form button").click()
        page.locator(".good").wait_for()


def test_exporter(chromium: Browser, site: Site, address: str, tmp_path: Path) -> None:
    """An exporter takes a part away as a bundle that proves itself; erasing is not offered, and not to be had."""
    with visiting(chromium, address, javascript=False, locale="en", accept_downloads=True) as visitor:
        page = entered(visitor, site, "exporter")
        visitor.open("/export")
        page.get_by_label("Form").select_option("bundle")
        page.get_by_label("Category").select_option("analytics")
        with page.expect_download() as taken:
            page.locator("main form button").click()
        file = tmp_path / "part.bundle"
        taken.value.save_as(file)
        with file.open("rb") as stream:
            report = verify_bundle(stream, site.ledger.verifier)
        assert report.proven
        assert report.withheld == 26
        visitor.open("/entry/9")
        assert page.locator("a[href$='/erase']").count() == 0
        visitor.open("/entry/9/erase")
        assert page.locator("h1").inner_text() == "Not allowed"


def test_eraser(chromium: Browser, site: Site, address: str) -> None:
    """An eraser erases one visitor's records, after a question; downloads are not offered, and not to be had."""
    entry = site.choose(visitor="fe" * 16)
    with visiting(chromium, address, javascript=False, locale="en") as visitor:
        page = entered(visitor, site, "eraser")
        assert page.locator("a[href$='/export']").count() == 0
        visitor.open("/export")
        assert page.locator("h1").inner_text() == "Not allowed"
        visitor.open(f"/entry/{entry.number}")
        page.locator("a[href$='/erase']").click()
        page.locator("main input[type=checkbox]").check()
        page.locator("main form button").click()
        page.get_by_text("Records erased: 1").wait_for()
    assert site.ledger.store.numbers_of("fe" * 16) == []


def test_stranger(chromium: Browser, site: Site, address: str) -> None:
    """Without a grant every page is the same closed door, also with the address of somebody who is in."""
    with visiting(chromium, address, javascript=True, locale="en") as visitor:
        for path in ("/", "/entry/3", "/export", "/entry/3/erase", f"/enter/{'0' * 32}/{'A' * 43}"):
            page = visitor.open(path)
            if path.startswith("/enter/"):
                page.locator("main button").click()
                page.get_by_text("This link does not open").first.wait_for()
            else:
                assert page.locator("h1").inner_text() == "No way in"


def test_printed(chromium: Browser, site: Site, address: str) -> None:
    """On paper there are the figures and tables, and no menus or buttons."""
    with visiting(chromium, address, javascript=True, locale="en") as visitor:
        page = entered(visitor, site)
        page.emulate_media(media="print")
        expect(page.locator("nav").first).to_be_hidden()
        expect(page.locator("button").first).to_be_hidden()
        expect(page.locator("tbody").first).to_be_visible()
        expect(page.locator("svg[role=img]").first).to_be_visible()
        assert len(page.pdf()) > 10_000
