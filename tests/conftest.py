"""What every test may ask for: a real browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from scripts.browser import find

# How long an example takes says how busy the machine is.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

# Begun first: one of these alone at the end would keep the other worker waiting.
_LONGEST = (
    "vectors/test_vectors.py",
    "test_package.py",
    "demo/test_browser.py",
    "ledger/test_postgres.py",
    "ledger/test_kill.py",
    "a11y/test_axe.py",
    "ledger/test_shards.py",
    "ledger/test_concurrency.py",
    "guard/test_html.py",
    "faces/test_servers.py",
    "robots/test_autoconsent.py",
    "csp/test_browser.py",
    "page/test_browser.py",
    "sites/test_browser.py",
)

_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files in the order in which they are best begun; within one, tests stay as they are written."""
    ranks = {name: rank for rank, name in enumerate(_LONGEST)}
    tests = Path(__file__).parent
    items.sort(key=lambda item: ranks.get(item.path.relative_to(tests).as_posix(), len(ranks)))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A Chromium for a file of tests: its event loop must not run beside those of other files.

    Without one the test is skipped, and fails where CI promises one.
    """
    path = find()
    if path is None:
        reason = "no Chromium found: install one, or name it in CONSENTKIT_CHROMIUM"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        browser.close()
