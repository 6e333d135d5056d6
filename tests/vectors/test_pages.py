"""Saved pages of real sites, named by CONSENTKIT_TEST_PAGES: whom a browser asks before a choice, and every byte."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from consentkit.asgi import ConsentMiddleware
from consentkit.classification.classifier import Classifier
from consentkit.decision import Decision
from consentkit.guard.guard import Terms
from consentkit.policy import parse_policy
from consentkit.testing import scratch, visitor
from scripts.browser import find
from tests.guard.test_html import saved_pages

from .abroad import Asked, listening
from .index import SCRIPTING, Answer
from .journey import browsing
from .marks import author, without_inserts
from .site import Site, hosting, policy

PAGES = {
    f"/page-{path.stem}": Answer(200, [(b"content-type", b"text/html; charset=utf-8")], path.read_bytes())
    for path in saved_pages()
}
HOSTS = ("bare-site", "personal-off", "shared-off", "personal-enforce")
TERMS = Terms(Classifier(parse_policy(policy("off"), "test")), Decision(), "personal-off.localhost")

# A loader that names nobody, and takes its address from what another script says: the enforced policy's to stop.
ELSEWHERE = "https://js-agent.newrelic.com/"

pytestmark = pytest.mark.skipif(not PAGES, reason="CONSENTKIT_TEST_PAGES is not set")


@pytest.fixture(scope="module")
def app() -> ConsentMiddleware:
    return ConsentMiddleware(Site([], PAGES), policy=policy("off"), **scratch())


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str, str], list[str]]:
    """The trackers that each page asks, by scripting, host and page."""
    if (chromium := find()) is None:
        pytest.skip("no Chromium found: install one, or name it in CONSENTKIT_CHROMIUM")
    return asyncio.run(_ask(chromium, tmp_path_factory.mktemp("pages")))


async def _ask(chromium: str, folder: Path) -> dict[tuple[str, str, str], list[str]]:
    found = {}
    async with listening(folder) as abroad:
        with hosting([], folder, PAGES) as hosts:
            for scripting in SCRIPTING:
                async with browsing(chromium, folder / scripting, hosts, abroad, scripting, []) as browser:
                    for host in HOSTS:
                        for path in PAGES:
                            requests = await browser.read(host + "-nojs" * (scripting == "nojs"), path)
                            found[scripting, host, path] = trackers(requests)
    return found


def trackers(requests: list[Asked]) -> list[str]:
    urls = {f"https://{each.host}{each.path or '/'}" for each in requests}
    return sorted(url for url in urls if TERMS.judge(url))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("host", HOSTS[1:])
def test_no_tracker_is_asked(host: str, path: str, asked: dict[tuple[str, str, str], list[str]]) -> None:
    """Before a choice a visitor's browser asks no tracker because of a real page, with scripts or without."""
    found = [url for scripting in SCRIPTING for url in asked[scripting, host, path]]
    assert [url for url in found if "enforce" in host or not url.startswith(ELSEWHERE)] == []


def test_without_us_they_are_asked(asked: dict[tuple[str, str, str], list[str]]) -> None:
    """The same pages, served without us, ask trackers: most of them do."""
    live = [path for path in PAGES if asked["js", "bare-site", path]]
    assert len(live) > len(PAGES) / 2


@pytest.mark.parametrize("path", PAGES)
def test_every_byte_is_kept(path: str, app: ConsentMiddleware) -> None:
    """A real page comes out as its author wrote it: but for our marks before a choice, and whole after accepting."""
    body = PAGES[path].body

    def get(client: Any, host: str) -> bytes:
        served: bytes = client.get(path, headers={"host": host, "sec-fetch-dest": "document"}).content
        return served

    for host in ("personal.localhost", "shared.localhost", "shared-nojs.localhost"):
        assert author(get(visitor(app), host)) == body
    assert without_inserts(get(visitor(app, "all"), "personal.localhost")) == body
