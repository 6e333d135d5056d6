"""In a real browser: what vendors' software hears, in the order that its makers ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.csp.stage import Site, staged

from .vendors import EVERY_TAG, GOOGLE_TAG, META, META_TAG_AGAIN, TAG, answer

GRANTED, DENIED = "granted", "denied"


def vendor(ident: str, category: str, *hosts: str) -> dict[str, Any]:
    return {"id": ident, "name": ident, "category": category, "purpose": "Purpose.", "hosts": list(hosts)}


POLICY: dict[str, Any] = {
    "controller": {"name": "Shop", "contact": "privacy@shop.test"},
    "languages": ["en"],
    "trusted_proxies": ["127.0.0.1"],
    "jurisdiction": {"country_header": "x-country"},
    "vendors": [
        vendor("google-analytics", "analytics", "www.googletagmanager.com", "google-analytics.com"),
        vendor("recordings", "analytics", "www.clarity.ms"),
        vendor("bing", "marketing", "bat.bing.com"),
        vendor("pixel", "marketing", "connect.facebook.net"),
        vendor("tiktok", "marketing", "analytics.tiktok.com"),
    ],
    "signals": {"uet": True, "clarity": True, "meta": True, "tiktok": True, "data_layer": True, "event": True},
}
BASIC = POLICY | {"signals": POLICY["signals"] | {"google": "basic"}}
ADVANCED = POLICY | {"signals": {"google": "advanced"}, "csp": {"mode": "enforce"}}


class Visitor:
    """A browser. `abroad` are its requests to other hosts, which the stand-ins answer."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.abroad: list[str] = []
        self.ours: list[str] = []
        self._site = site
        context.route(lambda url: not url.startswith(site.address), self._abroad)
        context.on("request", lambda request: self._note(request.url))
        self.page: Page = context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, path: str = "/") -> None:
        self.abroad.clear()
        self.ours.clear()
        self.page.goto(self._site.address + path, wait_until="load")

    def press(self, label: str) -> None:
        self.page.wait_for_function("window.consentkit?.decision()")
        self.page.get_by_role("button", name=label).click()
        self.page.locator(".ck-first").wait_for(state="detached")

    def heard(self, *names: str) -> dict[str, list[Any]]:
        """What reached these, once each of them has been told something."""
        self.page.wait_for_function("names => names.every(name => window.heard?.[name])", arg=list(names))
        found: dict[str, list[Any]] = self.page.evaluate("JSON.parse(JSON.stringify(heard))")
        return {name: found[name] for name in names}

    def queued(self, name: str) -> list[Any]:
        """What waits in a queue of the page, `arguments` as lists."""
        lists = "window[name].map(one => one.length === undefined || typeof one === 'string' ? one : [...one])"
        found: list[Any] = self.page.evaluate(f"name => JSON.parse(JSON.stringify({lists}))", name)
        return found

    def _abroad(self, route: Route) -> None:
        self.abroad.append(route.request.url)
        headers = {"content-type": "text/javascript", "access-control-allow-origin": "*"}
        route.fulfill(status=200, headers=headers, body=answer(route.request.url))

    def _note(self, url: str) -> None:
        if url.startswith(self._site.address):
            self.ours.append(url.removeprefix(self._site.address))


@pytest.fixture(scope="module")
def basic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with staged(BASIC, tmp_path_factory.mktemp("basic")) as (site, _):
        yield site


@pytest.fixture(scope="module")
def advanced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with staged(ADVANCED, tmp_path_factory.mktemp("advanced")) as (site, _):
        yield site


@pytest.fixture
def visiting(chromium: Browser) -> Iterator[Callable[..., Visitor]]:
    contexts = []

    def visit(site: Site, **options: Any) -> Visitor:
        contexts.append(chromium.new_context(**options))
        return Visitor(contexts[-1], site)

    yield visit
    for context in contexts:
        context.close()


def google(ads: str, analytics: str, functional: str) -> dict[str, str]:
    return {
        **dict.fromkeys(("ad_storage", "ad_user_data", "ad_personalization"), ads),
        "analytics_storage": analytics,
        **dict.fromkeys(("functionality_storage", "personalization_storage"), functional),
        "security_storage": GRANTED,
    }


NONE, ALL = google(DENIED, DENIED, DENIED), google(GRANTED, GRANTED, GRANTED)
BEFORE, YES = ["consent", "default", NONE], ["consent", "update", ALL]
TAGS = [["js", "1970-01-01T00:00:00.000Z"], ["config", "G-1"]]
EVERYBODY = ("google", "uet", "clarity", "meta", "tiktok")


def test_a_choice_reaches_everybody_in_their_order(basic: Site, visiting: Callable[..., Visitor]) -> None:
    """Before a choice nobody is loaded; after it each is told first what held, then what holds, then does its work.

    On later pages, without any widget, each hears it again from the start.
    """
    basic.page(EVERY_TAG)
    visitor = visiting(basic)
    visitor.open()
    assert visitor.queued("dataLayer")[0] == BEFORE
    assert visitor.queued("uetq") == ["consent", "default", {"ad_storage": DENIED}]
    assert visitor.queued("ttq") == [["holdConsent"]]
    assert visitor.abroad == []
    visitor.press("Accept all")
    heard = visitor.heard(*EVERYBODY)
    assert heard["google"] == [BEFORE, *TAGS, YES]
    assert heard["uet"] == [
        ["consent", "default", {"ad_storage": DENIED}],
        ["consent", "update", {"ad_storage": GRANTED}],
        ["pageLoad"],
    ]
    states = ({"ad_Storage": state, "analytics_Storage": state} for state in (DENIED, GRANTED))
    assert heard["clarity"] == [["consentv2", state] for state in states]
    assert heard["meta"] == [["consent", "revoke"], ["consent", "grant"], ["init", "1"], ["track", "PageView"]]
    assert heard["tiktok"] == [["holdConsent"], ["grantConsent"], ["page"]]
    visitor.open()
    later = visitor.heard(*EVERYBODY)
    assert later == heard | {"google": [BEFORE, YES, *TAGS]}
    assert not [address for address in visitor.ours if ".js" in address], "no script of ours is fetched"
    assert visitor.errors == []


def test_a_choice_in_part(basic: Site, visiting: Callable[..., Visitor]) -> None:
    """Who allows statistics only is said to allow statistics only, at once and on the next page."""
    basic.page(EVERY_TAG)
    visitor = visiting(basic)
    visitor.open("/_privacy/preferences?return_to=/")
    visitor.page.locator("input[name=category][value=analytics]").check()
    visitor.page.locator("button[value=custom]").click()
    visitor.page.wait_for_url(basic.address + "/")
    heard = visitor.heard("google", "clarity")
    part = google(DENIED, GRANTED, DENIED)
    assert heard["google"] == [BEFORE, ["consent", "update", part], *TAGS]
    assert heard["clarity"][-1] == ["consentv2", {"ad_Storage": DENIED, "analytics_Storage": GRANTED}]
    assert visitor.queued("uetq")[3:] == ["consent", "update", {"ad_storage": DENIED}]
    assert visitor.queued("ttq") == [["holdConsent"], ["revokeConsent"]]
    assert visitor.page.evaluate("window.fbq") is None, "nobody calls what has not been loaded"


def test_a_refusal_is_told_though_nothing_changes(basic: Site, visiting: Callable[..., Visitor]) -> None:
    """Who refuses is not like one who has not answered: an update says so, once, and nobody is loaded."""
    basic.page(EVERY_TAG)
    visitor = visiting(basic)
    visitor.open()
    visitor.press("Refuse all")
    assert [entry for entry in visitor.queued("dataLayer") if "consent" in entry] == [
        BEFORE,
        ["consent", "update", NONE],
    ]
    assert visitor.queued("ttq") == [["holdConsent"], ["revokeConsent"]]
    assert visitor.abroad == []


def test_a_withdrawal_is_told_before_the_page_goes(basic: Site, visiting: Callable[..., Visitor]) -> None:
    """What was allowed and no longer is is told to what runs in the page before that is loaded again."""
    last = "sessionStorage.last = JSON.stringify([[...dataLayer.at(-2)], ttq.at(-1), uetq.slice(-3)])"
    basic.page(f"<script>addEventListener('pagehide', () => {last})</script>")
    visitor = visiting(basic)

    def still_granted(route: Route) -> None:
        body = route.fetch().text().replace('data-ck-granted="essential"', 'data-ck-granted="essential marketing"')
        route.fulfill(status=200, content_type="text/html", body=body)

    visitor.page.route(basic.address + "/", still_granted, times=1)
    visitor.open()
    visitor.page.wait_for_function("window.consentkit?.decision()?.granted.includes('marketing')")
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name="Refuse all").click()
    assert visitor.page.evaluate("JSON.parse(sessionStorage.last)") == [
        ["consent", "update", NONE],
        ["revokeConsent"],
        ["consent", "update", {"ad_storage": DENIED}],
    ]


def test_a_page_for_everybody(basic: Site, visiting: Callable[..., Visitor]) -> None:
    """On a page from a cache the state comes from the visitor's own cookie, before the first tag, unasked."""
    basic.page(GOOGLE_TAG, path="/shared", cache_control="public")
    visitor = visiting(basic)
    visitor.open("/shared")
    visitor.page.locator(".ck-first").wait_for()
    assert visitor.abroad == []
    visitor.press("Accept all")
    assert visitor.heard("google")["google"] == [BEFORE, *TAGS, YES]
    visitor.open("/shared")
    assert visitor.heard("google")["google"] == [BEFORE, YES, *TAGS]
    assert "/_privacy/notice" not in str(visitor.ours)


@pytest.mark.parametrize(
    ("policy", "own", "files"),
    [
        ("script-src 'self' https://www.googletagmanager.com", "", 1),
        ("script-src 'nonce-aB3' 'strict-dynamic'", " nonce=aB3", 0),
    ],
)
def test_strict_policies(basic: Site, visiting: Callable[..., Visitor], policy: str, own: str, files: int) -> None:
    """Under a strict policy of the page's own the default is still there before the page's first script runs."""
    basic.put("/own.js", "window.first = JSON.parse(JSON.stringify([...dataLayer[0]])); window.dataLayer ||= []")
    tags = f"<script src=/own.js{own}></script><script async src='https://{TAG}'{own}></script>"
    basic.page(tags, path="/strict", content_security_policy=policy)
    visitor = visiting(basic)
    visitor.open("/strict")
    assert visitor.page.evaluate("window.first") == BEFORE
    assert len([address for address in visitor.ours if address.endswith(".signals.js")]) == files
    visitor.press("Accept all")
    assert visitor.heard("google")["google"] == [BEFORE, YES]


def test_where_silence_allows(basic: Site, visiting: Callable[..., Visitor]) -> None:
    """Where the law lets tags run until somebody objects, that is the default; the browser's signal takes ads out."""
    basic.page(EVERY_TAG)
    visitor = visiting(basic, extra_http_headers={"x-country": "US"})
    visitor.open()
    heard = visitor.heard(*EVERYBODY)
    assert heard["google"] == [["consent", "default", ALL], *TAGS]
    assert heard["meta"][:3] == [["consent", "revoke"], ["consent", "grant"], ["init", "1"]]
    assert heard["tiktok"] == [["holdConsent"], ["grantConsent"], ["page"]]
    objecting = visiting(basic, extra_http_headers={"x-country": "US", "sec-gpc": "1"})
    objecting.open()
    default = ["consent", "default", google(DENIED, GRANTED, GRANTED)]
    assert objecting.heard("google")["google"] == [default, *TAGS]
    assert META not in str(objecting.abroad)


def test_the_sites_own_software_hears_it(basic: Site, visiting: Callable[..., Visitor]) -> None:
    """A site's tag manager and scripts hear each decision, on pages with the widget and on those without."""
    listen = (
        "<script>document.addEventListener('consentkit:decision', e => (window.decided ||= []).push(e.detail))</script>"
    )
    basic.page(listen)
    visitor = visiting(basic)
    visitor.open()
    visitor.press("Accept all")
    everything = ["analytics", "essential", "functional", "marketing"]
    assert [one["granted"] for one in visitor.page.evaluate("decided")] == [["essential"], everything]
    visitor.open()
    assert [one["granted"] for one in visitor.page.evaluate("decided")] == [everything]
    events = [entry for entry in visitor.queued("dataLayer") if "event" in entry]
    states = (dict.fromkeys(("functional", "analytics", "marketing"), state) for state in (DENIED, GRANTED))
    assert [tuple(event.values()) for event in events] == list(
        zip(("consentkit_default", "consentkit_update"), states, strict=True)
    )


def test_a_snippet_that_reads_itself(basic: Site, visiting: Callable[..., Visitor]) -> None:
    """However a site writes Meta's snippet, it works, and consent goes before the first event."""
    basic.page(META_TAG_AGAIN)
    visitor = visiting(basic)
    visitor.open()
    visitor.press("Accept all")
    calls = [["consent", "revoke"], ["consent", "grant"], ["init", "1"], ["track", "PageView"]]
    assert visitor.heard("meta")["meta"] == calls
    assert visitor.errors == []


def test_advanced_on_request(advanced: Site, visiting: Callable[..., Visitor]) -> None:
    """Where a site asks for it Google's tag loads before a choice, told that all is denied; cookies are held still.

    Others are held as ever, and so is what stands there for browsers without scripts.
    """
    ping = "fetch('https://region1.google-analytics.com/g/collect').then(() => window.pinged = true)"
    other = "fetch('https://connect.facebook.net/x').catch(() => window.stopped = true)"
    advanced.put("/own.js", f"{ping}; {other}")
    frame = "<noscript><iframe src='https://www.googletagmanager.com/ns.html?id=GTM-1'></iframe></noscript>"
    advanced.page(GOOGLE_TAG + "<script src=/own.js></script>" + frame)
    visitor = visiting(advanced)
    visitor.open()
    assert visitor.heard("google")["google"] == [BEFORE, *TAGS]
    visitor.page.wait_for_function("window.pinged && window.stopped")
    assert {url.partition("?")[0] for url in visitor.abroad} == {
        f"https://{TAG}",
        "https://region1.google-analytics.com/g/collect",
    }
    assert visitor.page.evaluate("document.cookie") == ""
    without = visiting(advanced, java_script_enabled=False)
    without.open()
    assert without.abroad == []
    visitor.page.get_by_role("button", name="Accept all").click()
    visitor.page.wait_for_function("window.heard?.google?.length === 4")
    assert visitor.heard("google")["google"] == [BEFORE, YES, *TAGS]
