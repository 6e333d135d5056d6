"""The five sites in a real browser, each under the law of its visitors, with a stand-in for every vendor."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

from consentkit.demo.serve import build_guise
from consentkit.demo.standin import Together, on_loopback
from tests.serving import served
from tests.sites.promise import enforced

GTAG, META = "www.googletagmanager.com", "connect.facebook.net"
# Site and host, the page that carries most, whether the law has it wait for a yes, and who is asked after one.
CASES = [
    ("bigeno", "bigeno.example", "/courses", True, {GTAG, META, "www.youtube.com"}),
    ("belimon", "belimon.example", "/live", True, {GTAG, "zoom.us"}),
    ("bigstep", "bigstep-uk.example", "/", True, {GTAG, "snap.licdn.com"}),
    ("bigstep", "bigstep-us.example", "/", False, {GTAG, "snap.licdn.com"}),
    ("bigstep", "bigstep-ro.example", "/", True, {GTAG, "snap.licdn.com"}),
    ("learn-and-go", "learn-and-go.example", "/contact", True, {"chimpstatic.com", "webforms.pipedrive.com"}),
    ("selligent", "selligent.example", "/stories", True, {GTAG, "www.facebook.com", "beacons.selligent.example"}),
]


class Site:
    """A site that is built once it is known where it answers."""

    together: Together

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.together(scope, receive, send)


class Stay:
    """One person's stay on a site: what vendors were asked meanwhile, and what would have left the machine."""

    def __init__(self, page: Page, site: str, together: Together) -> None:
        self.page, self._site, self._asked = page, site, together.stand_in.asked
        self.abroad: list[str] = []
        page.context.route(lambda url: not (urlsplit(url).hostname or "").endswith(".localhost"), self._catch)

    def open(self, path: str, host: str = "") -> set[str]:
        """Go to a page, until all that it begins with is there; which vendors it asked."""
        self._asked.clear()
        self.page.goto(self._at(host) + path)
        return {each.host for each in self._asked}

    def choose(self, choice: str, host: str = "") -> None:
        """Press a button of the preferences."""
        self.page.goto(f"{self._at(host)}/_privacy/preferences")
        if choice == "accept_all" and self.page.locator("input[name=age]").count():
            self.page.locator("input[name=age]").fill("30")
        self.page.locator(f"button[value={choice}]").click()
        self.page.wait_for_url(f"{self._at(host)}/")

    def _at(self, host: str) -> str:
        return f"http://{on_loopback(host)}:{urlsplit(self._site).port}" if host else self._site

    def cookies(self) -> set[str]:
        names = {str(cookie.get("name")) for cookie in self.page.context.cookies()}
        return {name for name in names if not name.startswith("ck")}

    def _catch(self, route: Route) -> None:
        self.abroad.append(route.request.url)
        route.abort()


@contextmanager
def staying(chromium: Browser, name: str, host: str, folder: Path) -> Iterator[Stay]:
    site = Site()
    with served(site) as address:
        port = urlsplit(address).port
        assert port
        site.together = build_guise(name, folder, port)
        context = chromium.new_context()
        try:
            yield Stay(context.new_page(), f"http://{on_loopback(host)}:{port}", site.together)
        finally:
            context.close()


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize(("name", "host", "path", "waits", "reached"), CASES, ids=[host for _, host, *_ in CASES])
def test_each_site_under_its_law(
    chromium: Browser, tmp_path: Path, name: str, host: str, path: str, waits: bool, reached: set[str]
) -> None:
    """No vendor hears of a visitor before the law of the place allows it, nor after a no; a yes reaches them all."""
    essential = {"cdnjs.cloudflare.com"} if name == "belimon" else set()
    with staying(chromium, name, host, tmp_path) as stay:
        before = stay.open(path)
        assert (before == essential) is waits
        if waits:
            assert stay.cookies() <= {"csrftoken", "cart"}
            stay.choose("accept_all")
            assert stay.open(path) >= reached
            assert stay.cookies() > {"csrftoken"}
            stay.choose("withdraw")
        else:
            assert before >= reached
            stay.choose("refuse_all")
        assert stay.open(path) == essential
        assert stay.cookies() <= {"csrftoken", "cart"}
        assert stay.abroad == []


@pytest.mark.usefixtures("keys")
def test_pupils_pages_ask_nobody(chromium: Browser, tmp_path: Path) -> None:
    """A pupil who follows a link from a page where everything was allowed is asked nothing, and followed by nobody."""
    with staying(chromium, "learn-and-go", "learn-and-go.example", tmp_path) as stay:
        stay.choose("accept_all")
        assert stay.open("/") == {"chimpstatic.com"}
        for path in ("/eleves", "/eleves/affiche"):
            assert stay.open(path) == set()
            assert stay.page.locator("script:not([type='text/plain'])").count() <= 1  # the guard


@pytest.mark.usefixtures("keys")
@enforced("bigstep-9")
def test_one_choice_for_three_domains(chromium: Browser, tmp_path: Path) -> None:
    """What is chosen on one of the three domains holds on the others, and so does taking it back, on any of them."""
    uk, us, ro = (f"bigstep-{place}.example" for place in ("uk", "us", "ro"))
    reached = {GTAG, "snap.licdn.com"}
    with staying(chromium, "bigstep", uk, tmp_path) as stay:
        assert stay.open("/", ro) == set()
        stay.choose("accept_all", uk)
        assert stay.open("/", ro) >= reached
        assert stay.page.locator(".ck-first").count() == 0
        stay.choose("withdraw", ro)
        assert stay.open("/", uk) == set()
        assert stay.open("/", us) == set()
        assert stay.page.locator(".ck-first").count() == 0
