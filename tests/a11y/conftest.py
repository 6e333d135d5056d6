"""The shop served under consent in every layout, and visitors to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from consentkit.asgi import ConsentMiddleware
from consentkit.settings import new_secret
from consentkit.tlog import Signer
from tests.serving import Visitor, served, visiting

from .site import APP, POLICY


class Street:
    """The same shop in as many layouts as are asked for: each opens when it is first visited."""

    def __init__(self, folder: Path, open_: ExitStack) -> None:
        self._folder = folder
        self._open = open_
        self._addresses: dict[tuple[str, str], str] = {}

    def address(self, layout: str, position: str) -> str:
        if (layout, position) not in self._addresses:
            key = Signer.generate("shop.test/log").to_text()
            policy = POLICY | {"theme": {"layout": layout, "position": position}}
            data = self._folder / f"{layout}-{position}"
            shop = ConsentMiddleware(APP, policy=policy, data=data, secret=new_secret(), signing_key=key)
            self._addresses[layout, position] = self._open.enter_context(served(shop))
        return self._addresses[layout, position]


@pytest.fixture(scope="package")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    with ExitStack() as open_:
        yield Street(tmp_path_factory.mktemp("a11y"), open_)


@pytest.fixture
def visit(chromium: Browser, street: Street) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors, each with a browser profile of their own."""
    with ExitStack() as here:

        def come(*, layout: tuple[str, str] = ("bar", "bottom"), javascript: bool = True, **options: Any) -> Visitor:
            context = visiting(chromium, street.address(*layout), javascript=javascript, **options)
            return here.enter_context(context)

        yield come
