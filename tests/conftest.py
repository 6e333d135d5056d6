"""What every test may ask for: a real browser."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, expect, sync_playwright

from scripts.browser import find
from tests.waiting import PATIENCE

# How long an example takes says how busy the machine is; and what CI tries twice is the same twice.
settings.register_profile(
    "suite",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=os.environ.get("CI") == "true",
)
settings.load_profile("suite")
expect.set_options(timeout=PATIENCE * 1000)

# Begun first: one of these alone at the end would keep the other worker waiting.
_LONGEST = (
    "vectors/test_vectors.py",
    "demo/test_browser.py",
    "ledger/test_postgres.py",
    "test_package.py",
    "ledger/test_kill.py",
    "page/test_browser.py",
    "widget/test_embed.py",
    "a11y/test_axe.py",
    "a11y/test_room.py",
    "widget/test_guard.py",
    "ledger/test_shards.py",
    "guard/test_browser.py",
    "csp/test_browser.py",
    "ledger/test_concurrency.py",
    "audit/test_browser.py",
    "sites/test_browser.py",
    "robots/test_autoconsent.py",
    "faces/test_servers.py",
    "guard/test_html.py",
    "a11y/test_walk.py",
)

# What Playwright turns off, and a later list replaces: it has to be said again.
_PLAYWRIGHTS = (
    "AvoidUnnecessaryBeforeUnloadCheckSync DestroyProfileOnBrowserClose HttpsUpgrades HttpsFirstBalancedModeAutoEnable "
    "LensOverlay MediaRouter PaintHolding ThirdPartyStoragePartitioning AvoidCorsURLLoaderRestartOnRedirect "
    "OptimizationHints NetworkTimeServiceQuerying AimEnabled PreconnectToSearch"
)
# Pages of the browser's own, for suggestions under an address bar that nobody sees: two more for each window, and half
# of all the computing (seen in Chromium 156).
_ADDRESS_BAR = "WebUIOmniboxPopup WebUIOmniboxAimPopup"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(f'{_PLAYWRIGHTS} {_ADDRESS_BAR}'.split())}",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files in the order in which they are best begun; within one, tests stay as they are written."""
    ranks = {name: rank for rank, name in enumerate(_LONGEST)}
    tests = Path(__file__).parent
    items.sort(key=lambda item: ranks.get(item.path.relative_to(tests).as_posix(), len(ranks)))


@pytest.fixture(scope="session")
def _browser() -> Iterator[tuple[Browser, asyncio.AbstractEventLoop]]:
    """One Chromium for all files of a worker.

    Without one the test is skipped, and fails where CI promises one.
    """
    path = find()
    if path is None:
        reason = "no Chromium found: install one, or name it in CONSENTKIT_CHROMIUM"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        # Between its calls Playwright marks its event loop as running; other files' tests run loops of their own.
        loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)
        yield browser, loop
        asyncio._set_running_loop(loop)
        browser.close()


@pytest.fixture(scope="module")
def chromium(_browser: tuple[Browser, asyncio.AbstractEventLoop]) -> Iterator[Browser]:
    """A Chromium for a file of tests, which leaves nothing of its own to the next."""
    browser, loop = _browser
    asyncio._set_running_loop(loop)
    yield browser
    for context in browser.contexts:
        context.close()
    asyncio._set_running_loop(None)
