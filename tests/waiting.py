"""Waiting for what is to come, by conditions: how long a machine takes for it says nothing about us.

Knows clocks; not what is waited for. What never comes is told by the assertion that follows.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Page

PATIENCE = 60
_STEP = 0.02


def until(condition: Callable[[], object], page: Page | None = None) -> None:
    """Come back once it is so, or when patience is at an end. A page hears of its browser while one waits on it."""
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        if page:
            page.wait_for_timeout(_STEP * 1000)
        else:
            time.sleep(_STEP)
