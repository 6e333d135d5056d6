"""One complete journey each in Firefox and in WebKit: what Chromium is tested for in detail holds there too."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from consentkit.asgi import ConsentMiddleware
from consentkit.settings import new_secret
from consentkit.tlog import Signer
from scripts.engines import find_firefox, find_webkit
from tests.serving import served

from .remote import Remote, firefox, until, webkit
from .site import POLICY, SHOP, Street, page

BANNER = "document.querySelector('.ck-first')"
FOCUS = "document.activeElement.textContent"


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Street, str]]:
    street, data = Street(), tmp_path_factory.mktemp("engines")
    key = Signer.generate("shop.test/log").to_text()
    street.shop = ConsentMiddleware(page, policy=POLICY, data=data, secret=new_secret(), signing_key=key)
    with served(street) as address:
        yield street, address.replace("127.0.0.1", SHOP)


@pytest.fixture(params=["firefox", "webkit"])
def browser(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Remote]:
    found = find_firefox() if request.param == "firefox" else find_webkit()
    if found is None:
        reason = f"no {request.param} found: scripts/engines.py installs it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with firefox(found, tmp_path) if isinstance(found, str) else webkit(found, tmp_path) as remote:
        yield remote


def test_journey(browser: Remote, street: tuple[Street, str]) -> None:
    """See the banner; refuse; load one film; accept; withdraw; choose by keyboard: each does what it says, no more."""
    trackers, shop = street
    trackers.asked.clear()
    seen_and_refused(browser, trackers, shop)
    one_film(browser, trackers)
    accepted(browser, trackers, shop)
    withdrawn(browser, trackers, shop)
    chosen_by_keyboard(browser, trackers, shop)


def seen_and_refused(browser: Remote, trackers: Street, shop: str) -> None:
    browser.open(shop)
    browser.wait(f"window.consentkit && {BANNER}.getBoundingClientRect().height > 100")
    assert browser.run("return document.activeElement === document.body")
    assert browser.run(f"return {BANNER}.getBoundingClientRect().bottom <= innerHeight + 1")
    assert browser.cookies() == set()
    browser.click("[value=refuse_all]")
    browser.wait(f"!{BANNER}")
    assert browser.run("return document.querySelector('[role=status]').textContent") == "You refused all."
    assert browser.cookies() == {"ck", "ck_s"}
    browser.open(shop)
    assert browser.run(f"return !{BANNER} && !window.consentkit && !window.ran")
    assert trackers.asked == []


def one_film(browser: Remote, trackers: Street) -> None:
    with browser.inside("iframe"):
        browser.wait("document.querySelector('button')")
        browser.click("div a")
    until(lambda: trackers.asked == ["/film"], "the film alone")


def accepted(browser: Remote, trackers: Street, shop: str) -> None:
    browser.forget()
    browser.open(shop)
    browser.wait(f"window.consentkit && {BANNER}")
    browser.click("[value=accept_all]")
    browser.wait(f"window.ran && !{BANNER}")
    assert browser.cookies() == {"ck", "ck_s", "_ct"}
    until(lambda: sorted(trackers.asked) == ["/count.js", "/film", "/film"], "script and film")


def withdrawn(browser: Remote, trackers: Street, shop: str) -> None:
    browser.open(shop)
    browser.wait("window.ran")
    trackers.asked.clear()
    assert browser.run("return document.querySelector('aside').getBoundingClientRect().bottom === innerHeight")
    browser.click("aside [value=withdraw]")
    browser.wait("document.querySelector('aside') && !window.ran")
    assert browser.cookies() == {"ck", "ck_s"}
    assert trackers.asked == []


def chosen_by_keyboard(browser: Remote, trackers: Street, shop: str) -> None:
    browser.forget()
    browser.open(shop)
    browser.wait(f"window.consentkit && {BANNER}")
    tab_to(browser, "Choose")
    browser.press("Enter")
    browser.wait(f"document.querySelector('dialog') && {FOCUS} === 'Your privacy choices'")
    browser.press("Escape")
    browser.wait(f"!document.querySelector('dialog') && {FOCUS} === 'Choose'")
    assert browser.cookies() == set()
    browser.press("Enter")
    browser.wait(f"document.querySelector('dialog') && {FOCUS} === 'Your privacy choices'")
    tab_to(browser, "Allow all of Analytics", "document.activeElement.parentElement.textContent")
    browser.press("Space")
    tab_to(browser, "Save my choice")
    browser.press("Enter")
    browser.wait(f"window.ran && !{BANNER}")
    assert browser.run("return document.querySelector('[role=status]').textContent") == "You made your own choice."
    assert browser.run("return document.activeElement.localName") == "a"  # where it came from, or the link back
    assert browser.cookies() == {"ck", "ck_s", "_ct"}
    assert trackers.asked == ["/count.js"]


def tab_to(browser: Remote, words: str, what: str = FOCUS) -> None:
    """Press the tab key until the focus is there."""
    for _ in range(20):
        browser.press("Tab")
        if browser.run(f"return {what}").strip() == words:
            return
    raise AssertionError(f"the tab key never comes to {words}")
