"""What a page's own scripts reach for: held where it is a tracker's, and as the platform has it everywhere else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path as FilePath
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route as Path

from consentkit.asgi import ConsentMiddleware
from consentkit.settings import new_secret
from consentkit.tlog import Signer
from tests.serving import served
from tests.waiting import until

POLICY: dict[str, Any] = {
    "version": "1",
    "controller": {"name": "Shop", "contact": "privacy@shop.test"},
    "vendors": [
        {
            "id": "count",
            "name": "Count",
            "category": "analytics",
            "purpose": "Counts.",
            "hosts": ["count.test"],
            "cookies": [{"name": "_ct*", "purpose": "Tells visitors apart.", "retention": "1 year"}],
        }
    ],
}
TRACKER = "https://t.count.test/"
CDN = "https://cdn.test/"
# Where no browser connects to; only here is the request seen before that.
NOWHERE = ("wss://0:1", "wss://0.0.0.0:1/")
VECTORS = (FilePath(__file__).with_name("vectors.js")).read_text("utf-8")
WAKING, LATER = (set(re.findall(rf'^{kind}\("(.+?)"', VECTORS, re.M)) for kind in ("wakes", "later"))
NAMES = WAKING | LATER
STORING = """
document.cookie = "_ct=1; path=/"
document.cookie = " _ct_session = 1"
localStorage.setItem("_ct", "1")
sessionStorage.setItem("_ct", "1")
cookieStore.set("_ct_store", "1")
cookieStore.set({ name: "_ct_other", value: "1" })
document.cookie = "own=1"
localStorage.setItem("own", "1")
"""


class Shop:
    """The site: `app` is the script that its pages run, `head` what they begin with, `asked` its visitors' requests."""

    def __init__(self) -> None:
        self.app, self.head = "", ""
        self.address = ""
        self.headers: dict[str, str] = {}
        self.asgi = Starlette(routes=[Path("/{path:path}", self._answer, methods=["GET", "POST"])])

    async def _answer(self, request: Request) -> Response:
        if request.url.path == "/app.js":
            return Response(self.app, media_type="text/javascript")
        if request.url.path != "/":
            return Response(status_code=204)
        page = f"<!doctype html><title>Shop</title>{self.head}<h1>Shop</h1><script src=/app.js></script>"
        return HTMLResponse(page, headers=self.headers)

    def run(self, base: str) -> None:
        """Let the page reach for everything at once, below this address."""
        self.app = f"const BASE = {json.dumps(base)}\n{VECTORS}"


class Visitor:
    """A browser. `asked` are the names it asked other hosts for."""

    def __init__(self, page: Page, shop: Shop) -> None:
        self.page, self.shop = page, shop
        self.asked: set[str] = set()
        self.own: set[str] = set()
        self.errors: list[str] = []
        page.context.route(lambda url: not url.startswith(shop.address), self._abroad)
        page.on("request", self._note)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self) -> Page:
        self.page.goto(self.shop.address, wait_until="load")
        self.page.wait_for_timeout(300)
        return self.page

    def press(self, label: str) -> None:
        with self.page.expect_response("**/choice"):
            self.page.get_by_role("button", name=label).click()
        self.page.locator(".ck-first").wait_for(state="detached")

    def has_asked(self, names: set[str]) -> bool:
        """Whether other hosts were asked for these and no others, once they were for these."""
        until(lambda: self.asked >= names, self.page)
        return self.asked == names

    def _note(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if request.url.startswith(self.shop.address + "/own/"):
            self.own.add(unquote(parts.path[5:]))

    def _abroad(self, route: Route) -> None:
        if route.request.url in NOWHERE:
            route.abort()
            return
        self.asked.add(unquote(urlsplit(route.request.url).path[1:]))
        kind = {"script": "text/javascript", "stylesheet": "text/css"}.get(route.request.resource_type, "text/plain")
        route.fulfill(status=200, content_type=kind, body="", headers={"access-control-allow-origin": "*"})


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    shop = Shop()
    data, key = tmp_path_factory.mktemp("guard"), Signer.generate("shop.test/log").to_text()
    middleware = ConsentMiddleware(shop.asgi, policy=POLICY, data=data, secret=new_secret(), signing_key=key)
    with served(middleware) as shop.address:
        yield shop


@pytest.fixture
def visit(chromium: Browser, shop: Shop) -> Iterator[Callable[..., Visitor]]:
    contexts = []
    shop.head, shop.headers = "", {}

    def visit(**options: Any) -> Visitor:
        contexts.append(chromium.new_context(**options))
        return Visitor(contexts[-1].new_page(), shop)

    yield visit
    for context in contexts:
        context.close()


@pytest.fixture
def visitor(visit: Callable[..., Visitor]) -> Visitor:
    return visit()


@pytest.mark.parametrize("shared", [False, True], ids=["personal", "shared"])
def test_nothing_leaves_before_a_choice_and_everything_after(shop: Shop, visitor: Visitor, shared: bool) -> None:
    """However a first-party script reaches for a tracker, it is asked nothing before a yes, and all of it after one."""
    shop.run(TRACKER)
    shop.headers = {"cache-control": "public, max-age=0"} if shared else {}
    page = visitor.open()
    assert visitor.asked == set()
    page.wait_for_function("failures.length")
    assert set(page.evaluate("failures")) == {"TypeError"}
    visitor.press("Accept all")
    assert visitor.has_asked(WAKING)
    visitor.open()
    assert visitor.has_asked(NAMES)
    assert visitor.errors == []


def test_the_sites_own_and_others_it_needs_are_left_alone(shop: Shop, visitor: Visitor) -> None:
    """Before any choice each of these works for the site's own host, and for a host that is nobody's tracker."""
    shop.run("/own/")
    page = visitor.open()
    until(lambda: visitor.own >= NAMES, page)
    assert visitor.own >= NAMES
    assert page.evaluate("failures") in ([], ["TypeError"])  # 204 is no event stream
    assert page.locator("[data-ck]").count() == 0
    shop.run(CDN)
    visitor.open()
    assert visitor.has_asked(NAMES)
    assert visitor.errors == []


def test_nothing_is_stored_before_a_choice(shop: Shop, visitor: Visitor) -> None:
    """A script stores a declared name only after a yes; other names, and taking things away, are its own affair."""
    shop.app = STORING

    def stored() -> set[str]:
        page = visitor.open()
        cookies = {cookie["name"] for cookie in page.context.cookies()}
        return (cookies | set(page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]"))) - {
            "ck",
            "ck_s",
        }

    assert stored() == {"own"}
    visitor.press("Accept all")
    assert stored() == {"own", "_ct", "_ct_session", "_ct_store", "_ct_other"}
    visitor.page.evaluate("document.cookie = '_ct=; max-age=0; path=/'")
    assert "_ct" not in {cookie["name"] for cookie in visitor.page.context.cookies()}


def test_a_socket_fails_as_without_a_network(shop: Shop, visitor: Visitor) -> None:
    """A socket to a tracker is never opened; the page hears what it would hear with no network."""
    shop.app = f"""const s = new WebSocket({json.dumps(TRACKER.replace("http", "ws"))})
    window.heard = [s instanceof WebSocket, WebSocket.OPEN]
    s.onerror = () => heard.push("error"); s.onclose = () => heard.push("close")"""
    opened: list[str] = []
    visitor.page.on("websocket", lambda socket: opened.append(socket.url))
    page = visitor.open()
    assert page.evaluate("heard") == [True, 1, "error", "close"]
    assert not [url for url in opened if "count.test" in url]


def test_the_platform_is_as_it_was(shop: Shop, visitor: Visitor) -> None:
    """Scripts that look closely find native functions, with their names, their errors and their statics."""
    shop.app = """window.found = {
      native: [fetch, WebSocket, Element.prototype.setAttribute].every(f => /native code/.test(f)),
      names: [fetch.name, fetch.length, document.write.name, WebSocket.name],
      illegal: [() => Element.prototype.setAttribute.call({}, 'src', 'x'), () => new WebSocket,
        () => document.querySelector('h1').setAttribute(' ', ''),
        () => HTMLImageElement.prototype.src].map(f => { try { f(); return '' } catch (e) { return e.name } }),
      subclass: new (class extends XMLHttpRequest { own() { return 1 } })().own(),
      written: Object.assign(new Image, { src: '/own/x' }).src.endsWith('/own/x'),
    }"""
    page = visitor.open()
    assert page.evaluate("found") == {
        "native": True,
        "names": ["fetch", 1, "write", "WebSocket"],
        "illegal": ["TypeError", "TypeError", "InvalidCharacterError", "TypeError"],
        "subclass": 1,
        "written": True,
    }
    assert visitor.errors == []


def test_others_who_patch_the_same(shop: Shop, visitor: Visitor) -> None:
    """Libraries that wrap what we wrap, and pages that freeze it, run; and what is a tracker's stays held."""
    shop.app = f"""const {{ fetch: native }} = window; window.fetch = (...all) => native(...all)
    const set = Element.prototype.setAttribute
    Element.prototype.setAttribute = function (...all) {{ return set.apply(this, all) }}
    for (const one of [Element, Document, HTMLImageElement, Storage]) Object.freeze(one.prototype)
    fetch({json.dumps(TRACKER)}).catch(() => window.refused = true)
    new Image().setAttribute("src", {json.dumps(TRACKER)})
    customElements.define("own-picture", class extends HTMLElement {{
      connectedCallback() {{ this.innerHTML = "<img src=/own/picture>" }}
    }})
    document.body.append(document.createElement("own-picture"))"""
    page = visitor.open()
    assert page.evaluate("refused")
    assert visitor.asked == set()
    assert visitor.own == {"picture"}
    assert visitor.errors == []


def test_trusted_types(shop: Shop, visitor: Visitor) -> None:
    """A page that asks for trusted types is not broken, and what its policies make is held too."""
    shop.headers = {"content-security-policy": "require-trusted-types-for 'script'"}
    shop.app = f"""const made = {{ createHTML: text => text, createScriptURL: url => url }}
    const trusted = trustedTypes.createPolicy("shop", made)
    document.body.append(document.createElement("p"))
    document.querySelector("p").innerHTML = trusted.createHTML("<img src={TRACKER}a><img src=/own/b>")
    const script = document.createElement("script")
    script.src = trusted.createScriptURL("{TRACKER}c")
    document.body.append(script)
    try {{ document.querySelector("p").innerHTML = "<b>" }} catch (error) {{ window.refused = error.name }}"""
    page = visitor.open()
    assert page.evaluate("refused") == "TypeError"
    assert visitor.asked == set()
    assert visitor.own == {"b"}
    assert visitor.errors == []


def test_a_frame_without_storage(shop: Shop, visitor: Visitor) -> None:
    """In a sandboxed frame, where cookies may not even be read, the page's scripts run and trackers stay held."""
    shop.headers = {"content-security-policy": "sandbox allow-scripts", "cache-control": "public"}
    shop.app = f"new Image().src = {json.dumps(TRACKER)}; new Image().src = '/own/x'"
    visitor.open()
    assert visitor.own == {"x"}
    assert visitor.asked == set()


def guard_in(answer: httpx.Response) -> bool:
    return ".guard.js" in answer.text


def test_who_gets_it(shop: Shop, visit: Callable[..., Visitor]) -> None:
    """It comes with a page's first script to whoever has something held, and to nobody else."""
    shop.app, shop.headers = "", {}
    assert guard_in(httpx.get(shop.address))
    page = httpx.get(shop.address).text
    assert page.index(".guard.js") < page.index("/app.js")
    assert not guard_in(httpx.get(shop.address, headers={"sec-fetch-dest": "empty"}))
    willing, unwilling = visit(), visit()
    for visitor, label, gets in ((willing, "Accept all", False), (unwilling, "Refuse all", True)):
        visitor.open()
        visitor.press(label)
        cookies = {cookie["name"]: cookie["value"] for cookie in visitor.page.context.cookies()}
        assert guard_in(httpx.get(shop.address, cookies=cookies)) is gets
    file = httpx.get(shop.address + page[page.index("/_privacy/static/") :].partition('"')[0])
    assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert file.headers["content-type"] == "text/javascript; charset=utf-8"


def test_ten_thousand_elements(shop: Shop, visit: Callable[..., Visitor]) -> None:
    """A page that builds 10,000 elements gets all of them, each with what its script wrote."""
    shop.app = """for (let i = 0; i < 10000; i++) { const e = document.createElement(i % 5 ? 'div' : 'a')
        e.setAttribute('class', 'x' + i); e.setAttribute('href', '/own/' + i); document.body.append(e) }"""
    page = visit().open()
    wrong = "(e, i) => e.className !== 'x' + i || e.getAttribute('href') !== '/own/' + i"
    assert page.evaluate(f"[...document.querySelectorAll('[class^=x]')].filter({wrong}).length") == 0
    assert page.locator("[class^=x]").count() == 10_000


STORAGE_USES = """
localStorage.a = 1; localStorage.setItem('b', '2'); localStorage['_ga'] = 'x'; sessionStorage._ga = 'y'
delete localStorage.c
Object.defineProperty(localStorage, '_gid', { value: 'z', writable: true, configurable: true, enumerable: true })
window.seen = {
  keys: Object.keys(localStorage).sort(), json: JSON.stringify(localStorage), length: localStorage.length,
  got: [localStorage.a, localStorage.getItem('b'), localStorage._ga, sessionStorage._ga, localStorage.missing],
  has: ['a' in localStorage, '_ga' in localStorage], kind: localStorage instanceof Storage,
  same: localStorage === localStorage,
}
localStorage.removeItem('a'); delete localStorage.b; seen.left = localStorage.length; localStorage.clear()
"""


@pytest.fixture(scope="module")
def strict_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A site that enforces its policy."""
    shop, key = Shop(), Signer.generate("shop.test/log").to_text()
    policy, data = POLICY | {"csp": {"mode": "enforce"}}, tmp_path_factory.mktemp("strict")
    with served(
        ConsentMiddleware(shop.asgi, policy=policy, data=data, secret=new_secret(), signing_key=key)
    ) as shop.address:
        yield shop


@pytest.fixture
def strict(chromium: Browser, strict_shop: Shop) -> Iterator[Visitor]:
    """Who visits it."""
    context = chromium.new_context()
    yield Visitor(context.new_page(), strict_shop)
    context.close()


def test_storage_written_as_properties(strict: Visitor) -> None:
    """Where the policy is enforced not even `localStorage._ga = …` stores an id, and a site's own keys are as ever."""
    strict.shop.app = STORAGE_USES
    assert strict.open().evaluate("window.seen") == {
        "keys": ["a", "b"],
        "json": '{"a":"1","b":"2"}',
        "length": 2,
        "got": ["1", "2", None, None, None],
        "has": [True, False],
        "kind": True,
        "same": True,
        "left": 0,
    }


def test_storage_is_the_same_everywhere(strict: Visitor) -> None:
    """What stands before the storage is the storage: for its own functions, for events, and for what they throw."""
    strict.shop.app = """const { setItem, getItem } = Storage.prototype
    setItem.call(localStorage, "own", "1"); setItem.call(localStorage, "_ct", "1")
    window.event = new StorageEvent("storage", { key: "own", storageArea: localStorage })
    const thrown = way => { try { way() } catch (error) { return error.name } }
    window.seen = [localStorage.setItem === setItem, getItem.call(localStorage, "own"), localStorage._ct,
      event.storageArea === localStorage, new StorageEvent("storage").storageArea,
      thrown(() => localStorage.setItem("big", "x".repeat(2 ** 23))), thrown(() => setItem.call({}, "a", "b")),
      thrown(() => new StorageEvent), sessionStorage === event.storageArea, StorageEvent.name]
    addEventListener("storage", event => window.heard = event.storageArea === localStorage)"""
    page = strict.open()
    assert page.evaluate("window.seen") == [
        *(True, "1", None, True, None),
        *("QuotaExceededError", "TypeError", "TypeError", False, "StorageEvent"),
    ]
    other = page.context.new_page()
    other.goto(strict.shop.address)
    other.evaluate("localStorage.heard = 1")
    page.wait_for_function("window.heard === true")


def test_peers_are_found_without_trackers(strict: Visitor) -> None:
    """A connection between peers is made with the site's own servers; a tracker's are never asked, of no window."""
    strict.shop.app = """const servers = () => [{ urls: "stun:t.count.test:3478" }, { urls: ["stun:own.test"] },
      { urls: ["stun:own.test", "turns:count.test?transport=tcp"], username: "a", credential: "b" }]
    const frame = document.createElement("iframe")
    document.body.append(frame)
    const late = new frame.contentWindow.RTCPeerConnection()
    late.setConfiguration({ iceServers: servers() })
    window.seen = [new RTCPeerConnection({ iceServers: servers(), bundlePolicy: "max-bundle" }), late,
      new RTCPeerConnection({ bundlePolicy: "max-bundle" })].map(peer => peer.getConfiguration())"""
    found = strict.open().evaluate("seen")
    assert [[server["urls"] for server in each["iceServers"]] for each in found] == [[["stun:own.test"]]] * 2 + [[]]
    assert [each["bundlePolicy"] for each in found] == ["max-bundle", "balanced", "max-bundle"]
    assert strict.errors == []


LEADING = """const go = () => location.assign(TRACKER + "by-script")
document.body.insertAdjacentHTML("beforeend", `<a href=${TRACKER}by-link>there</a><button id=go>go</button>`)
document.querySelector("#go").onclick = go
go()
window.opened = open(TRACKER)
location.hash = "own"
"""


def test_a_script_sends_nobody_to_a_tracker(strict: Visitor) -> None:
    """No page goes to a tracker by itself; whoever presses a link, or a button that leads there, gets there."""
    strict.shop.app = f"const TRACKER = {json.dumps(TRACKER)}\n{LEADING}"
    page = strict.open()
    assert page.url == strict.shop.address + "/#own"
    assert page.evaluate("opened") is None
    assert strict.asked == set()
    for pressed, name in (("a[href$=by-link]", "by-link"), ("#go", "by-script")):
        strict.open()
        page.locator(pressed).click()
        page.wait_for_url(f"**/{name}")
    assert strict.has_asked({"by-link", "by-script"})


def test_a_page_for_everybody_is_narrowed_to_its_reader(
    chromium: Browser, tmp_path: FilePath, visit: Callable[..., Visitor]
) -> None:
    """Where the Content-Security-Policy is enforced, a shared page lets through only what its reader has allowed."""
    enforced, key = Shop(), Signer.generate("shop.test/log").to_text()
    enforced.headers = {"cache-control": "public, max-age=0"}
    enforced.app = f"import({json.dumps(TRACKER + 'module')}).catch(() => {{}})"
    policy = POLICY | {"csp": {"mode": "enforce"}}
    middleware = ConsentMiddleware(enforced.asgi, policy=policy, data=tmp_path, secret=new_secret(), signing_key=key)
    with served(middleware) as enforced.address:
        context = chromium.new_context()
        visitor = Visitor(context.new_page(), enforced)
        page = visitor.open()
        assert "count.test" not in (page.locator("meta[http-equiv]").get_attribute("content") or "count.test")
        assert visitor.asked == set()
        page.get_by_role("button", name="Accept all").click()
        page.locator(".ck-first").wait_for(state="detached")
        visitor.open()
        assert "count.test" in (page.locator("meta[http-equiv]").get_attribute("content") or "")
        assert visitor.has_asked({"module"})
        context.close()
