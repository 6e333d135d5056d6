"""Prebid.js, which most advertising on the web goes through, reads both APIs in Chromium and acts on what they say."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from consentkit.asgi import ConsentMiddleware
from consentkit.signals.gpp import parse_gpp
from consentkit.signals.tcf import parse_tc
from consentkit.testing import scratch
from tests.serving import served
from tests.signals.listed import tcf
from tests.signals.test_judges import missing

pytestmark = pytest.mark.skipif(
    not os.environ.get("CONSENTKIT_TEST_MATRIX"),
    reason="Prebid.js is 12 MB: `make test-long` has it, or CONSENTKIT_TEST_MATRIX=1",
)
ORACLE = Path(__file__).parents[1] / "oracles/prebid"
# An auction with one bidder, vendor 2 of the list, who notes what it is told; `over` says that the auction is.
AUCTION = """
window.pbjs = { que: [] }
pbjs.que.push(() => {
  const asked = (bids, { gdprConsent, gppConsent }) => {
    window.told = { gdpr: gdprConsent, gpp: gppConsent }
    return []
  }
  const spec = { code: "banners", gvlid: 2, supportedMediaTypes: ["banner"], isBidRequestValid: () => true,
    buildRequests: asked, interpretResponse: () => [] }
  pbjs.registerBidAdapter(null, "banners", spec)
  const waits = { cmpApi: "iab", timeout: 60000 }
  pbjs.setConfig({ consentManagement: { gdpr: waits, gpp: waits } })
  const bids = [{ bidder: "banners", params: {} }]
  pbjs.addAdUnits([{ code: "one", mediaTypes: { banner: { sizes: [[300, 250]] } }, bids }])
  pbjs.requestBids({ timeout: 60000, bidsBackHandler: () => (window.over = true) })
})
"""


async def page(_: Request) -> HTMLResponse:
    head = f"<title>Shop</title><script>{AUCTION}</script><script defer src=/prebid.js></script>"
    return HTMLResponse(f"<!doctype html><html lang=en><head>{head}</head><body><h1>Shop</h1></body></html>")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    npm = shutil.which("npm") or missing("no npm found: Prebid.js cannot be had")
    folder = tmp_path_factory.mktemp("prebid")
    shutil.copytree(ORACLE, folder, dirs_exist_ok=True)
    command = [npm, "install", "--no-package-lock", "--prefer-offline", "--ignore-scripts", "--no-audit", "--silent"]
    installed = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if installed.returncode:
        missing(f"Prebid.js cannot be installed: {installed.stderr[-200:]}")
    script = folder / "node_modules/prebid.js/dist/not-for-prod/prebid.js"

    async def prebid(_: Request) -> Response:
        return FileResponse(script, media_type="text/javascript")

    policy = {
        "controller": {"name": "Shop", "contact": "privacy@shop.test"},
        "signals": {"gpp": "national", "tcf": tcf(tmp_path_factory.mktemp("list"))},
        "jurisdiction": {"country_header": "cf-ipcountry"},
        "trusted_proxies": ["127.0.0.0/8"],
    }
    routes = [Route("/", page), Route("/prebid.js", prebid)]
    with served(ConsentMiddleware(Starlette(routes=routes), policy=policy, **scratch())) as address:
        yield address


@pytest.fixture
def tab(chromium: Browser, shop: str) -> Iterator[Page]:
    with chromium.new_context() as context:
        context.route(lambda url: not url.startswith(shop), lambda route: route.abort())
        yield context.new_page()


def told(tab: Page) -> Any:
    """What the bidder was told; None if it was not asked for a bid at all."""
    tab.wait_for_function("() => window.over", timeout=90_000)
    return tab.evaluate("window.told ?? null")


def test_accepted(tab: Page, shop: str) -> None:
    """An auction waits for the choice, and the bidder of a vendor who was allowed gets the visitor's own string."""
    tab.goto(shop)
    tab.wait_for_function("() => window.pbjs?.requestBids && document.querySelector('section.ck-first')")
    assert not tab.evaluate("!!window.over")
    tab.get_by_role("button", name="Accept all").click()
    gdpr = told(tab)["gdpr"]
    assert (gdpr["gdprApplies"], gdpr["vendorData"]["vendor"]["consents"]["2"]) == (True, True)
    assert parse_tc(gdpr["consentString"]).vendors == {2, 5, 12}


def test_refused(tab: Page, shop: str) -> None:
    """Whoever refused is not put up for auction: Prebid.js itself asks no bidder whose vendor has no consent."""
    tab.goto(shop)
    tab.get_by_role("button", name="Refuse all").click()
    assert told(tab) is None
    tab.goto(shop)
    assert told(tab) is None


def test_opted_out(tab: Page, shop: str) -> None:
    """In the United States the bidder is told of the opt-out, in the section that applies."""
    tab.set_extra_http_headers({"cf-ipcountry": "US", "sec-gpc": "1"})
    tab.goto(shop)
    gpp = told(tab)["gpp"]
    assert gpp["applicableSections"] == [7]
    (core, more) = parse_gpp(gpp["gppString"])["usnat"]
    assert (core["SaleOptOut"], more["Gpc"]) == (1, True)
