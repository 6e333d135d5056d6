"""`__tcfapi` and `__gpp` in Chromium, as advertisers' scripts meet them: first of all, from frames, on a change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from consentkit.asgi import ConsentMiddleware
from consentkit.signals.gpp import parse_gpp
from consentkit.signals.tcf import parse_tc
from consentkit.testing import scratch
from tests.serving import served
from tests.signals.listed import tcf, vendor_list

# The first script of every page is an advertiser's.
LISTENS = """
window.heard = { gpp: [], tcf: [] }
__gpp("addEventListener", (event, success) => heard.gpp.push([event.eventName, event.data, event.pingData.gppString]))
__tcfapi("addEventListener", 2, (data, success) => success && heard.tcf.push(data))
__tcfapi("ping", 2, (ping) => (window.first = ping))
"""
# And this one's runs in a frame from elsewhere: it looks for the locator, and asks by messages.
FRAMED = """<script>
window.answers = []
addEventListener("message", ({ data }) => answers.push(data))
if (parent.frames.__gppLocator && parent.frames.__tcfapiLocator) {
  parent.postMessage({ __tcfapiCall: { command: "ping", version: 2, callId: "a" } }, "*")
  parent.postMessage(JSON.stringify({ __gppCall: { command: "ping", version: "1.1", callId: 7 } }), "*")
  for (const odd of ["{", "null", null, 5, { __gppCall: null }, { __tcfapiCall: { command: 3 } }])
    parent.postMessage(odd, "*")
}
</script>"""
RESTRICTIONS = [{"purpose": 3, "allow": "nothing"}, {"purpose": 7, "allow": "consent"}]
LISTED = "new Promise((done) => __tcfapi('getVendorList', 2, (...all) => done(all), version))"
STRICT = "default-src 'none'; script-src 'self' 'nonce-abc'; connect-src 'self'; style-src 'self'; frame-src *"


async def page(request: Request) -> HTMLResponse:
    name = request.path_params["name"]
    frame = "<iframe src=https://vendor.test/frame></iframe>" if name == "framed" else ""
    html = (
        f"<html lang=en><head><title>Shop</title><script nonce=abc>{LISTENS}</script></head><body><h1>Shop</h1>{frame}"
    )
    headers = {"content-security-policy": STRICT}
    if name == "shared":
        headers["cache-control"] = "public, max-age=60"
    return HTMLResponse(f"<!doctype html>{html}</body></html>", headers=headers)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    policy = {
        "controller": {"name": "Shop", "contact": "privacy@shop.test"},
        "vendors": [{"id": "ads", "name": "Ads", "category": "marketing", "purpose": "Ads.", "hosts": ["ads.test"]}],
        "signals": {"gpp": "states", "tcf": tcf(tmp_path_factory.mktemp("list"), restrictions=RESTRICTIONS)},
        "jurisdiction": {"country_header": "cf-ipcountry", "region_header": "cf-region-code"},
        "trusted_proxies": ["127.0.0.0/8"],
    }
    app = ConsentMiddleware(Starlette(routes=[Route("/{name}", page)]), policy=policy, **scratch())
    with served(app) as address:
        yield address


Visit = Callable[..., Page]


@pytest.fixture
def visit(chromium: Browser, shop: str) -> Iterator[Visit]:
    """Opens a page as a visitor from a place; each test is one visitor, with one browser profile."""
    contexts: list[BrowserContext] = []

    def visit(name: str = "page", place: str = "DE", *, gpc: bool = False, **options: Any) -> Page:
        country, _, region = place.partition("-")
        headers = {"cf-ipcountry": country, "cf-region-code": region} | ({"sec-gpc": "1"} if gpc else {})
        if not contexts:
            contexts.append(chromium.new_context(extra_http_headers=headers, **options))
            contexts[0].route(
                "https://vendor.test/**", lambda route: route.fulfill(content_type="text/html", body=FRAMED)
            )
        tab = contexts[0].new_page()
        tab.goto(f"{shop}/{name}")
        return tab

    yield visit
    for context in contexts:
        context.close()


def heard(tab: Page, status: str) -> dict[str, Any]:
    """What a listener of the framework is told once it is told that."""
    tab.wait_for_function("status => heard.tcf.some((data) => data.eventStatus === status)", arg=status)
    found: dict[str, Any] = tab.evaluate("heard.tcf.at(-1)")
    assert found["eventStatus"] == status
    return found


def gpp(tab: Page, command: str = "ping", parameter: str | None = None) -> Any:
    tab.wait_for_function(
        "() => { let said; __gpp('ping', (ping) => { said = ping }); return said.signalStatus === 'ready' }"
    )
    ask = "([command, parameter]) => new Promise((done) => __gpp(command, (data) => done(data), parameter))"
    return tab.evaluate(ask, [command, parameter])


def statuses(tab: Page) -> list[str]:
    found: list[str] = tab.evaluate("heard.tcf.map((data) => data.eventStatus)")
    return found


def test_first_visit(visit: Visit) -> None:
    """Before a visitor has chosen advertisers read a string that allows nothing; after it, what was chosen."""
    tab = visit()
    shown = heard(tab, "cmpuishown")
    assert parse_tc(shown["tcString"]).vendors == frozenset()
    assert not any(shown["vendor"]["legitimateInterests"].values())
    assert tab.evaluate("first") == {
        "gdprApplies": True,
        "cmpLoaded": True,
        "cmpStatus": "loaded",
        "displayStatus": "hidden",
        "apiVersion": "2.3",
        "cmpVersion": 1,
        "cmpId": 880,
        "gvlVersion": 7,
        "tcfPolicyVersion": 4,
    }
    tab.get_by_role("button", name="Accept all").click()
    done = heard(tab, "useractioncomplete")
    said = parse_tc(done["tcString"])
    assert {int(number) for number, given in done["vendor"]["consents"].items() if given} == said.vendors == {2, 5, 12}
    assert {int(number) for number, told in done["vendor"]["disclosedVendors"].items() if told} == {2, 5, 12}
    assert [number for number, given in done["purpose"]["consents"].items() if given] == ["1", "2", "4", "7"]
    assert [number for number, given in done["purpose"]["legitimateInterests"].items() if given] == ["2", "9"]
    assert done["publisher"]["restrictions"] == {"3": {"12": 0}, "7": {"5": 1}}
    assert (done["specialFeatureOptins"]["1"], done["specialFeatureOptins"]["2"]) == (True, False)
    assert (done["gdprApplies"], done["isServiceSpecific"], done["publisherCC"]) == (True, True, "DE")
    assert statuses(tab) == ["cmpuishown", "useractioncomplete"]
    again = visit()
    assert heard(again, "tcloaded")["tcString"] == done["tcString"]
    assert statuses(again) == ["tcloaded"]


def test_second_layer_in_place(visit: Visit) -> None:
    """What is ticked in the dialog is what advertisers read a moment later, without the page being loaded again."""
    tab = visit()
    tab.get_by_role("button", name="Choose").click()
    dialog = tab.get_by_role("dialog")
    for name in ("Allow: purposes 1", "Allow: purposes 4", "Object to a legitimate interest: purposes 9"):
        dialog.get_by_label(name, exact=True).check()
    dialog.get_by_role("button", name="Save my choice").click()
    done = heard(tab, "useractioncomplete")
    assert [number for number, given in done["purpose"]["consents"].items() if given] == ["1", "4"]
    assert [number for number, given in done["purpose"]["legitimateInterests"].items() if given] == ["2"]
    assert not any(done["vendor"]["consents"].values())


def test_without_javascript(visit: Visit, shop: str) -> None:
    """A visitor without scripts consents and objects with a plain form."""
    tab = visit("_privacy/preferences", java_script_enabled=False)
    tab.get_by_label("Allow: purposes 1", exact=True).check()
    tab.locator("summary", has_text="All vendors").last.click()
    tab.get_by_label("Object to a legitimate interest: Counting", exact=True).check()
    tab.get_by_role("button", name="Save my choice").click()
    cookies = {cookie["name"]: cookie["value"] for cookie in tab.context.cookies(shop)}
    said = parse_tc(cookies["ck_tc"].partition("~")[0])
    assert (said.purposes, said.vendors, said.legitimate_vendors) == ({1}, frozenset(), {12})


def test_commands(visit: Visit) -> None:
    """Old, odd and hostile calls get the answer that the specification has for them, and break nothing."""
    tab = visit()
    heard(tab, "cmpuishown")
    ask = "([command, version]) => new Promise((done) => __tcfapi(command, version, (...all) => done(all)))"
    for version in (0, None, 2):
        data, success = tab.evaluate(ask, ["getTCData", version])
        assert success
        assert data["eventStatus"] == "cmpuishown"
    for call in (["getTCData", 1], ["getTCData", 3], ["getTCData", "2"], ["constructor", 2], ["nothing", 2]):
        assert tab.evaluate(ask, call) == [None, False]
    for version in ("7", 7, "LATEST", None):
        assert tab.evaluate(f"(version) => {LISTED}", version) == [vendor_list(), True]
    for version in (1, 8, "x", "", {}):
        assert tab.evaluate(f"(version) => {LISTED}", version) == [None, False]
    ended = "new Promise((done) => __tcfapi('removeEventListener', 2, done, heard.tcf[0].listenerId))"
    assert [tab.evaluate(ended), tab.evaluate(ended)] == [True, False]
    assert tab.evaluate(
        "[__tcfapi(), __tcfapi(1), __tcfapi('ping', 2), __gpp(), __gpp('ping', 5)].every((one) => !one)"
    )


def test_frames(visit: Visit) -> None:
    """A frame from elsewhere finds the APIs by their locators, and is answered in the shape it asked in."""
    tab = visit("framed")
    frame = tab.frame(url="https://vendor.test/frame")
    assert frame is not None
    if not frame.evaluate("!!parent.frames.__gppLocator"):  # it may have been there first
        tab.wait_for_function("() => !!frames.__gppLocator")
        frame.goto("https://vendor.test/frame?again")
    frame.wait_for_function("() => answers.length === 2")
    one, other = frame.evaluate("[answers[0].__tcfapiReturn, JSON.parse(answers[1]).__gppReturn]")
    assert (one["callId"], one["success"], one["returnValue"]["cmpId"]) == ("a", True, 880)
    assert (other["callId"], other["success"], other["returnValue"]["cmpId"]) == (7, True, 1)


def test_opted_out(visit: Visit) -> None:
    """Whose browser sends the signal in California is told of as opted out, with the signal itself."""
    tab = visit(place="US-CA", gpc=True)
    ping = gpp(tab)
    assert (ping["applicableSections"], ping["sectionList"], ping["cmpId"]) == ([8], [8], 1)
    assert (ping["gppVersion"], ping["cmpStatus"], ping["signalStatus"]) == ("1.1", "loaded", "ready")
    assert "7:usnat" in ping["supportedAPIs"]
    core, more = ping["parsedSections"]["usca"]
    written = parse_gpp(ping["gppString"])["usca"]
    assert [core, more] == [{k: list(v) if isinstance(v, tuple) else v for k, v in one.items()} for one in written]
    assert (core["SaleOptOut"], core["SharingOptOut"], more["Gpc"]) == (1, 1, True)
    assert gpp(tab, "getField", "usca.SaleOptOut") == 1
    assert gpp(tab, "getField", "usca.toString") is None
    assert gpp(tab, "getSection", "usca") == [core, more]
    assert [gpp(tab, "hasSection", prefix) for prefix in ("usca", "usnat", "constructor")] == [True, False, False]
    data = heard(tab, "tcloaded")
    assert (data["gdprApplies"], data.get("tcString")) == (False, None)


def test_changes(visit: Visit) -> None:
    """Silence is no opt-out in Virginia; an opt-out on the preferences page is told of from the next page on."""
    tab = visit(place="US-VA")
    assert gpp(tab)["parsedSections"]["usva"][0]["SaleOptOut"] == 2
    # Nobody has to wait: whoever asks first in the page is told with the first answer.
    assert [event[:2] for event in tab.evaluate("heard.gpp")] == [["listenerRegistered", True]]
    tab = visit("_privacy/preferences", place="US-VA")
    tab.get_by_role("button", name="Refuse all").click()
    assert gpp(visit(place="US-VA"))["parsedSections"]["usva"][0]["SaleOptOut"] == 1


def test_pressed(visit: Visit) -> None:
    """A choice on a page for everybody is told of from "not ready" to "ready", section in between."""
    tab = visit("shared", place="US-CA")
    assert gpp(tab)["parsedSections"]["usca"][0]["SaleOptOut"] == 2
    tab.evaluate(
        "document.dispatchEvent(new CustomEvent('consentkit:decision', { detail: { granted: ['essential'] } }))"
    )
    assert gpp(tab)["parsedSections"]["usca"][0]["SaleOptOut"] == 1
    assert [event[:2] for event in tab.evaluate("heard.gpp")][-3:] == [
        ["signalStatus", "not ready"],
        ["sectionChange", "usca"],
        ["signalStatus", "ready"],
    ]


def test_for_everybody(visit: Visit) -> None:
    """On a page that any cache may keep, the reader's own place and choice are found out."""
    tab = visit("shared")
    heard(tab, "cmpuishown")
    assert gpp(tab)["applicableSections"] == [-1]
    assert gpp(tab)["gppString"] == "DBAA"
    tab.get_by_role("button", name="Refuse all").click()
    done = heard(tab, "useractioncomplete")
    assert heard(visit("shared"), "tcloaded")["tcString"] == done["tcString"]


def test_signal_in_europe(visit: Visit) -> None:
    """Whoever accepted all and then turns the browser's signal on is told of to advertisers as allowing nothing."""
    tab = visit()
    tab.get_by_role("button", name="Accept all").click()
    heard(tab, "useractioncomplete")
    tab.context.set_extra_http_headers({"cf-ipcountry": "DE", "sec-gpc": "1"})
    said = parse_tc(heard(visit(), "tcloaded")["tcString"])
    assert not said.vendors | said.purposes | said.legitimate_vendors
