"""A shop that asks in many languages, and the robots that people send ahead."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from playwright.sync_api import Browser

from consentkit.asgi import ConsentMiddleware
from consentkit.kit import ConsentKit
from consentkit.settings import new_secret
from consentkit.texts import languages
from consentkit.tlog import Signer
from tests.a11y.site import APP, POLICY
from tests.serving import Visitor, served, visiting

ORACLES = Path(__file__).parents[1] / "oracles"
RULES = Path(__file__).parents[2] / "widget/rules"


def missing(what: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def autoconsent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """DuckDuckGo's clicker, freshly installed in the version that package.json names."""
    npm = shutil.which("npm") or missing("no npm found: autoconsent cannot be had")
    folder = tmp_path_factory.mktemp("oracles")
    shutil.copy(ORACLES / "package.json", folder)
    # Its browser extensions' own needs are not ours: one file is enough.
    command = [npm, "install", "--no-package-lock", "--prefer-offline", "--ignore-scripts", "--no-audit", "--silent"]
    installed = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if installed.returncode:
        missing(f"autoconsent cannot be installed: {installed.stderr[-200:]}")
    return folder / "node_modules/@duckduckgo/autoconsent"


@pytest.fixture(scope="module")
def kit_and_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ConsentKit, str]]:
    data, key = tmp_path_factory.mktemp("robots"), Signer.generate("shop.test/log").to_text()
    policy = POLICY | {"languages": list(languages())}
    middleware = ConsentMiddleware(APP, policy=policy, data=data, secret=new_secret(), signing_key=key)
    with served(middleware) as address:
        yield middleware._kit, address


@pytest.fixture
def kit(kit_and_shop: tuple[ConsentKit, str]) -> ConsentKit:
    return kit_and_shop[0]


@pytest.fixture
def visit(chromium: Browser, kit_and_shop: tuple[ConsentKit, str]) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors, each with a browser profile of their own."""
    here = []

    def come(**options: Any) -> Visitor:
        context = visiting(chromium, kit_and_shop[1], javascript=True, **options)
        here.append(context)
        return context.__enter__()

    yield come
    for context in here:
        context.__exit__(None, None, None)


def rule(name: str) -> Any:
    """A file of ours for somebody's robot."""
    return json.loads((RULES / f"consentkit.{name}.json").read_text(encoding="utf-8"))
