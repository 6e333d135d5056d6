"""A browser goes to every vector, and what it asked of whom is noted.

Knows Chromium, the site and everywhere else; not what was expected. Every name but localhost leads to `abroad`. A
profile on disk: windows without one open no connections ahead (seen in Chromium 156).
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence, Set
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from playwright.async_api import BrowserContext, Error, Page, async_playwright

from tests.conftest import FLAGS
from tests.waiting import PATIENCE

from .abroad import HINTED, Abroad, Asked
from .index import Vector
from .site import Hosts

TABS = 4
_STEP = 0.02
_LINGER = 0.06
# How long is waited for the tracker where the site is asked by another way, and has answered.
_APART = 0.5
_ATTEMPTS = 3
# Whom Chromium asks for itself.
_BROWSERS_OWN = ("accounts.google.com", "update.googleapis.com", "clients2.google.com")
# How long is waited for others, who may not be asked, once the site was; and how late somebody may be after the last
# page. Who is to be asked is, sooner or later.
_LONGEST = 2
_LATE = 0.3


class Seen(NamedTuple):
    """What one vector brought about: requests abroad, requests to the site under /own/, names stored."""

    asked: frozenset[Asked]
    own: frozenset[str]
    stored: frozenset[str]

    @property
    def requests(self) -> frozenset[Asked]:
        """What was asked for; connections are a browser's own affair."""
        return frozenset(each for each in self.asked if each.method)


Sightings = dict[str, Seen]


class Awaited(NamedTuple):
    """What a page gets time for: what it is `known` to do, whether it `asks` others, and whether the `same`."""

    known: Seen | None
    asks: bool
    same: bool

    def is_there(self, own: frozenset[str]) -> bool:
        return self.known.own <= own if self.known else bool(own)

    def is_met(self, asked: frozenset[Asked]) -> bool:
        return self.known.requests <= asked if self.known and self.same else bool(asked) or not self.asks


class Browsing:
    """One browser, with scripts or without, that visits hosts of the site one after the other."""

    def __init__(self, context: BrowserContext, hosts: Hosts, abroad: Abroad, scripting: str) -> None:
        self._context, self._hosts, self._abroad = context, hosts, abroad
        self.scripting = scripting
        self._tabs: list[Page] = []
        self.spans: dict[str, tuple[float, float]] = {}

    async def open(self) -> None:
        self._tabs = [await self._context.new_page() for _ in range(TABS)]

    async def accept(self, host: str) -> None:
        """Allow everything, on the page that works for everybody."""
        page = self._tabs[0]
        await page.goto(self._hosts.url(host, "/_privacy/preferences"))
        await page.locator("button[value=accept_all]").click()
        await page.wait_for_load_state()

    async def visit(
        self,
        host: str,
        vectors: Sequence[Vector],
        before: Sightings | None = None,
        *,
        asking: Set[str] = frozenset(),
        same: bool = False,
    ) -> Sightings:
        """What each vector brings about on a host.

        Each page is given time to ask of the site what it did `before`; those in `asking`, to ask others something, or
        the `same`.
        """
        begun = time.time()
        self._abroad.asked.clear()
        self._hosts.site.own.clear()
        ids = {vector.id for vector in vectors}
        # A site drops cookies from before a choice as soon as it meets them, and only one tab can be in front.
        alone = [vector for vector in vectors if vector.stores or vector.needs_sight]
        waiting = [vector for vector in reversed(vectors) if vector not in alone]
        stored: dict[str, frozenset[str]] = {}

        def awaited(vector: Vector) -> Awaited:
            asks = vector.id in asking if before else vector.is_live(self.scripting)
            # A name that is stored or looked up is seen elsewhere.
            return Awaited(
                before[vector.id] if before else None, asks and not vector.stores and not vector.is_lookup, same
            )

        async def work(page: Page) -> None:
            while waiting:
                vector = waiting.pop()
                await self._look(page, host, vector, awaited(vector))
            # The last page may just be on its way elsewhere.
            with suppress(Error):
                await page.goto("about:blank")

        await asyncio.gather(*map(work, self._tabs))
        await self._tabs[0].bring_to_front()
        for vector in alone:
            await self._look(self._tabs[0], host, vector, awaited(vector))
            if vector.stores:
                stored[vector.id] = await self._stored(self._tabs[0], vector)
        await asyncio.sleep(_LATE)
        self.spans[host] = begun, time.time()
        return {name: Seen(self._asked(name), self._own(name), stored.get(name, frozenset())) for name in ids}

    async def read(self, host: str, path: str) -> list[Asked]:
        """Whom one page asks that names no vector."""
        page = self._tabs[0]
        self._abroad.asked.clear()
        with suppress(Error):
            await page.goto(self._hosts.url(host, path))
        await asyncio.sleep(_LATE)
        await page.goto("about:blank")
        return [each for each in self._abroad.asked if each.host not in _BROWSERS_OWN]

    async def _look(self, page: Page, host: str, vector: Vector, awaited: Awaited) -> None:
        for _ in range(_ATTEMPTS):
            # A page that goes elsewhere by itself may do so before it has loaded, or when the next is on its way.
            with suppress(Error):
                await page.goto(self._hosts.url(host, f"/{vector.id}"))
            if self._own(vector.id):
                break
        if b"id=go" in vector.source:
            await page.locator("#go").press("Enter")
        # Whatever is held, the site's own comes.
        await _until(lambda: awaited.is_there(self._own(vector.id)), PATIENCE)
        await _until(lambda: awaited.is_met(self._asked(vector.id)), PATIENCE if awaited.asks else _LONGEST)
        await asyncio.sleep(_APART if vector.is_apart else _LINGER)

    async def _stored(self, page: Page, vector: Vector) -> frozenset[str]:
        cookies = {cookie["name"] for cookie in await self._context.cookies(page.url)}
        keys: list[str] = await page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
        return frozenset(name for name in cookies | set(keys) if name.endswith(f"_{vector.id}"))

    def _asked(self, name: str) -> frozenset[Asked]:
        return frozenset(each for each in self._abroad.asked if name in each.names)

    def _own(self, name: str) -> frozenset[str]:
        return frozenset(own for own in self._hosts.site.own if own.startswith(name) and _is_of(own, name))


async def _until(condition: Callable[[], bool], longest: float) -> None:
    end = time.monotonic() + longest
    while time.monotonic() < end and not condition():
        await asyncio.sleep(_STEP)


def _is_of(own: str, name: str) -> bool:
    rest = own.removeprefix(name)
    return not rest or rest[1:].isdigit() or rest == "-last"


@asynccontextmanager
async def browsing(
    chromium: str, folder: Path, hosts: Hosts, abroad: Abroad, scripting: str, hinted: list[str]
) -> AsyncIterator[Browsing]:
    arguments = [
        *FLAGS,
        "--ignore-certificate-errors",
        f"--host-resolver-rules={abroad.rules(hinted)}",
        f"--log-net-log={folder / 'net.json'}",
    ]
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            folder / "profile", executable_path=chromium, args=arguments, java_script_enabled=scripting == "js"
        )
        try:
            browsing = Browsing(context, hosts, abroad, scripting)
            await browsing.open()
            yield browsing
        finally:
            await context.close()


def looked_up(log: Path) -> list[tuple[float, str]]:
    """When which name was looked up that was only to be looked up, as the browser's own log has it."""
    text = log.read_text("utf-8")
    # A browser that was closed in the middle of a line leaves its list open.
    document = json.loads(text if text.rstrip().endswith("}") else text.rstrip().rstrip(",") + "]}")
    offset = float(document["constants"]["timeTickOffset"])
    hosts = ((float(event["time"]), event.get("params", {}).get("host", "")) for event in document["events"])
    return [((at + offset) / 1000, host.rpartition("://")[2].partition(".")[0]) for at, host in hosts if HINTED in host]


def with_lookups(seen: Sightings, lookups: Iterable[tuple[float, str]], span: tuple[float, float]) -> Sightings:
    """What was seen in a span of time, and the names that were looked up in it."""
    names = {name for at, name in lookups if span[0] <= at <= span[1]}
    return {
        name: each._replace(asked=each.asked | {Asked("", name, "")} if name in names else each.asked)
        for name, each in seen.items()
    }
