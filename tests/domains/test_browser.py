"""One choice over several domains, in a real browser: three hosts that are strangers to each other, and one that keeps.

No cookie of a third party, no script that anything hangs on, and nothing left in an address.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from .sites import Sites
from .test_journeys import sent_to
from .travel import Traveller


@pytest.fixture
def context(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(java_script_enabled=getattr(request, "param", True))
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, sites: Sites) -> Page:
    return context.new_page()


def choose(page: Page, url: str, choice: str) -> None:
    """Press a button, in the banner or on the preferences page, and wait for the page that comes of it."""
    page.goto(url)
    with page.expect_event("load", lambda seen: "/_privacy" not in seen.url):
        page.locator(f"button[value={choice}]").first.click()


def granted(context: BrowserContext, sites: Sites, name: str) -> str:
    values = {cookie["name"]: cookie["value"] for cookie in context.cookies(sites.url(name))}
    return values.get("ck_s", "").partition(".")[0]


def planted(sites: Sites) -> str:
    """A link with the answer that an attacker got for themselves."""
    attacker = Traveller(sites)
    attacker.choose("one", "accept_all")
    return sent_to(attacker, sites.url("two"), 3)


def asks(page: Page) -> bool:
    return page.locator(".ck-first").count() > 0


@pytest.mark.parametrize("context", [True, False], ids=["scripts", "no scripts"], indirect=True)
def test_chosen_once_and_withdrawn_anywhere(page: Page, context: BrowserContext, sites: Sites) -> None:
    """Chosen in the banner of one site, it holds on the next; withdrawn there, it is withdrawn on the first."""
    choose(page, sites.url("one", "/a?b=1"), "accept_all")
    assert page.url == sites.url("one", "/a?b=1")
    page.goto(sites.url("two", "/shoes#red"))
    assert page.url == sites.url("two", "/shoes#red")
    assert not asks(page)
    assert granted(context, sites, "two") == "fam"
    sites.clock.advance(minutes=5)
    choose(page, sites.url("two", "/_privacy/preferences?return_to=/shoes"), "withdraw")
    assert page.url == sites.url("two", "/shoes")
    page.goto(sites.url("one"))
    assert granted(context, sites, "one") == "0"
    ids = {cookie["value"] for cookie in context.cookies() if cookie["name"] == "ck"}
    assert len(ids) == 3
    assert all(cookie["sameSite"] == "Lax" for cookie in context.cookies())
    assert not [asked for asked in sites.asked if asked.startswith("keeper") and "shoes" in asked]


def test_planted_and_replayed(page: Page, context: BrowserContext, sites: Sites) -> None:
    """Somebody else's answer in a link, or one's own for the second time, changes nothing."""
    with ThreadPoolExecutor(1) as elsewhere:  # Playwright has this thread's event loop
        page.goto(elsewhere.submit(planted, sites).result())
    page.wait_for_selector(".ck-first")
    assert page.url == sites.url("two")
    choose(page, sites.url("one"), "accept_all")
    page.goto(sites.url("two"))
    answers = [asked for asked in sites.asked if asked.startswith("two/_privacy/arrive?by=")]
    assert len(answers) == 2  # one planted, one ours
    context.clear_cookies(domain="two.localhost")
    page.goto(sites.url("two", answers[-1].removeprefix("two")))
    page.wait_for_selector(".ck-first")
    assert granted(context, sites, "two") == ""


def test_nothing_is_in_the_way(page: Page, context: BrowserContext, sites: Sites) -> None:
    """With the keeper down, or where no cookie is kept, the page comes with its banner, at its own address."""
    sites.down.add("keeper")
    try:
        page.goto(sites.url("two", "/a?b=1"))
        assert asks(page)
        assert page.url == sites.url("two", "/a?b=1")
    finally:
        sites.down.clear()
    sites.clock.advance(minutes=5)
    sites.forgetting.add("third")
    try:
        sites.asked.clear()
        page.goto(sites.url("third", "/a?b=1"))
        page.wait_for_selector(".ck-first")
        assert page.url == sites.url("third", "/a?b=1")
        pages = [asked for asked in sites.asked if asked == "third/a?b=1"]
        assert len(pages) == 2
    finally:
        sites.forgetting.clear()


def test_another_cookie_domain(page: Page, context: BrowserContext, sites: Sites) -> None:
    """When our cookies move to another domain, a choice made anew leaves none behind, and counts."""
    host = sites.url("two").replace("two.", "www.two.")
    for domain in ("two.localhost", None, "two.localhost"):
        sites.build("two", domains=None, cookie_domain=domain)
        page.goto(f"{host}_privacy/preferences")
        page.locator("button[value=accept_all]").first.click()
        page.wait_for_url(host)
        ours = [cookie["domain"] for cookie in context.cookies(host) if cookie["name"] == "ck"]
        assert ours == ["." + domain if domain else "www.two.localhost"]
        assert not asks(page)
    context.add_cookies([{"name": "ck", "value": "planted", "domain": "www.two.localhost", "path": "/"}])
    page.goto(host)
    assert asks(page)
    page.goto(host)
    assert not asks(page)
    sites.build("two")
