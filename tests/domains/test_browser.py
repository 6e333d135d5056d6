"""One choice over several domains, in a real browser: three hosts that are strangers to each other, and one that keeps.

No cookie of a third party, no script that anything hangs on, and nothing left in an address.
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from scripts.engines import find_firefox
from tests.engines.remote import firefox, until

from .certificate import certificate
from .sites import Sites, sharing
from .test_journeys import query, sent_to
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


def visitor_in(sites: Sites, cookie: Mapping[str, Any]) -> str:
    """The id under which a site knows the browser that keeps this cookie."""
    return sites.kit(cookie["domain"].partition(".")[0]).standing_cookie.parse(cookie["value"]).visitor


def sealed_in(address: str) -> str:
    """What an answer in an address says, in hex."""
    return urlsafe_b64decode(query(address).get("answer", "").partition(".")[0] + "===").hex()


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
    ids = {visitor_in(sites, cookie) for cookie in context.cookies() if cookie["name"] == "ck"}
    assert len(ids) == 3
    assert not [ident for ident in ids for asked in sites.asked if ident in asked or ident in sealed_in(asked)]
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


EVIL = "https%3A%2F%2Fevil.test"


def test_sent_nowhere_else(page: Page, sites: Sites) -> None:
    """No link has a visitor led to a site that the policy does not list, or tells such a site anything."""
    went: list[str] = []
    page.on("request", lambda request: went.append(request.url))
    for name in ("two", "keeper"):
        for where in (f"site={EVIL}&nonce={'0' * 32}", f"from={EVIL}", f"by={EVIL}&answer=x"):
            answer = page.goto(sites.url(name, f"/_privacy/arrive?{where}"))
            assert answer is not None
            assert answer.status == 404
    for where in ("back=//evil.test", f"start={EVIL}"):
        page.goto(sites.url("two", f"/_privacy/arrive?{where}"))
        page.wait_for_selector(".ck-first")
        assert page.url.startswith(sites.url("two"))
    assert {urlsplit(url).hostname for url in went} == {"two.localhost", "keeper.localhost"}


def test_lost_on_the_way(page: Page, context: BrowserContext, sites: Sites) -> None:
    """Who was sent to a site that then failed sees the page when they ask for it again, and may choose there."""
    choose(page, sites.url("one"), "accept_all")
    page.goto(sites.url("two"))  # the servers know by now that the keeper answers
    context.clear_cookies(domain="two.localhost")
    sites.down.add("keeper")
    try:
        lost = page.goto(sites.url("two", "/a"))
        assert lost is not None
        assert (lost.status, urlsplit(page.url).hostname) == (502, "keeper.localhost")
        page.goto(sites.url("two", "/a"))
        assert (page.url, asks(page), granted(context, sites, "two")) == (sites.url("two", "/a"), True, "")
    finally:
        sites.down.clear()


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


@pytest.fixture
def secured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sites]:
    """The same sites as they are in production: over TLS, which their servers trust, too."""
    signed = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(signed))
    monkeypatch.setenv("CONSENTKIT_ENV", "production")
    with sharing(tmp_path, signed) as sites:
        yield sites


def test_over_tls(chromium: Browser, secured: Sites) -> None:
    """In production every cookie is one host's alone and goes over TLS alone; and the choice reaches the other site."""
    with chromium.new_context(ignore_https_errors=True) as context:
        page = context.new_page()
        choose(page, secured.url("one", "/a"), "accept_all")
        page.goto(secured.url("two"))
        assert not asks(page)
        kept = {(c["domain"].partition(".")[0], c["name"], c["sameSite"], c["secure"]) for c in context.cookies()}
        names = ("__Host-ck", "__Host-ck_s")
        assert kept == {(site, name, "Lax", True) for site in ("one", "two", "keeper") for name in names}


@pytest.mark.skipif(
    not os.environ.get("CONSENTKIT_TEST_MATRIX"), reason="`make test-long` has Firefox, or CONSENTKIT_TEST_MATRIX=1"
)
def test_over_tls_in_firefox(tmp_path_factory: pytest.TempPathFactory, secured: Sites) -> None:
    """It does in Firefox as well."""
    path = find_firefox()
    if path is None:
        pytest.skip("no Firefox found: scripts/engines.py installs it")
    with firefox(path, tmp_path_factory.mktemp("firefox")) as browser:
        browser.open(secured.url("one", "/a"))
        browser.click("[value=accept_all]")
        browser.wait("location.pathname === '/a' && !document.querySelector('.ck-first')")
        assert browser.cookies() == {"__Host-ck", "__Host-ck_s"}
        until(lambda: secured.records("keeper"), "the keeper's record")
        browser.open(secured.url("two"))
        browser.wait("document.cookie.startsWith('__Host-ck_s=fam.')")
        secured.clock.advance(minutes=5)
        browser.open(secured.url("two", "/_privacy/preferences?return_to=/shoes"))
        browser.click("[value=withdraw]")
        browser.wait("location.pathname === '/shoes'")
        browser.open(secured.url("one"))
        browser.wait("document.cookie.startsWith('__Host-ck_s=0.')")
