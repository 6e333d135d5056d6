"""What Chromium makes of it: trackers that a site's own scripts reach for are stopped, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from consentkit.kit import ConsentKit
from consentkit.ledger.hosts import sightings
from tests.waiting import until

from .sample import POLICY
from .stage import Site, Visitor, staged, visiting

# Each way by which a script of the site's own may reach a host. T is the tracker's address, `put` adds an element.
VECTORS = {
    "fetch": "fetch(T + 'fetch').catch(() => 0)",
    "xhr": "const x = new XMLHttpRequest(); x.open('GET', T + 'xhr'); x.onerror = () => 0; x.send()",
    "beacon": "navigator.sendBeacon(T + 'beacon', 'x')",
    "img": "new Image().src = T + 'img'",
    "srcset": "put('img', { srcset: T + 'srcset 2x' })",
    "script": "put('script', { src: T + 'script' })",
    "module": "import(T + 'module').catch(() => 0)",
    "iframe": "put('iframe', { src: T + 'iframe' })",
    "inner": "put('iframe', { srcdoc: `<img src=${T}inner>` })",
    "style": "put('link', { rel: 'stylesheet', href: T + 'style' })",
    "css": "document.body.style.background = `url(${T}css)`",
    "font": "new FontFace('f', `url(${T}font)`).load().catch(() => 0)",
    "audio": "new Audio(T + 'audio').load()",
    "object": "put('object', { data: T + 'object' })",
    "events": "const e = new EventSource(T + 'events'); e.onerror = () => e.close()",
    "socket": "try { new WebSocket(T.replace('https', 'wss') + 'socket') } catch {}",
    "prefetch": "put('link', { rel: 'prefetch', href: T + 'prefetch' })",
    "blob": "new Worker(URL.createObjectURL(new Blob([`fetch('${T}blob').catch(() => 0)`])))",
    "worker": "new Worker('/worker.js')",
    "form": "put('iframe', { name: 'n' }); put('form', { action: T + 'form', target: 'n', method: 'post' }).submit()",
    "ping": "put('a', { href: '#x', ping: T + 'ping' }).click()",
}
SCRIPT = (
    "const T = ['https://count', 'test/'].join('.');"
    "const put = (name, attributes) => {"
    " const made = document.createElement(name);"
    " for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);"
    " document.body.append(made); return made };" + "".join(f"{{ {code} }};" for code in VECTORS.values())
)
REPORT = "POST /_privacy/report"
WORKER = "fetch(['https://count', 'test/worker'].join('.')).catch(() => 0)"


def policy(mode: str, **more: Any) -> dict[str, Any]:
    return {**POLICY, **more, "csp": {"mode": mode}}


@pytest.fixture(scope="module")
def enforcing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, ConsentKit]]:
    with staged(policy("enforce"), tmp_path_factory.mktemp("enforce")) as made:
        yield made


@pytest.fixture(scope="module")
def learning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, ConsentKit]]:
    with staged(policy("learn"), tmp_path_factory.mktemp("learn")) as made:
        yield made


@pytest.fixture
def site(enforcing: tuple[Site, ConsentKit]) -> Site:
    enforcing[0].answers.clear()
    enforcing[0].put("/own.js", SCRIPT)
    enforcing[0].put("/worker.js", WORKER)
    enforcing[0].page("<h1>Shop</h1><script src=/own.js></script>")
    return enforcing[0]


@pytest.fixture
def visitor(chromium: Browser, site: Site) -> Iterator[Visitor]:
    with visiting(chromium, site) as made:
        yield made


def accept(visitor: Visitor) -> None:
    """Accept, and wait until the page has been loaded again."""
    with visitor.page.expect_navigation(wait_until="networkidle"):
        visitor.page.get_by_role("button", name="Accept all").click()


def test_every_way_out(visitor: Visitor) -> None:
    """Before consent nothing that a script of the site's own tries reaches the tracker; after it, all of it does."""
    page = visitor.open()
    page.wait_for_timeout(300)
    assert visitor.abroad == []
    accept(visitor)
    until(lambda: visitor.names() >= set(VECTORS), page)
    assert visitor.names() == set(VECTORS)
    assert visitor.refused() == []


def test_a_reload_is_announced(visitor: Visitor) -> None:
    """Whoever accepts reads and hears what was chosen before the page is loaded again, once."""
    page = visitor.open()
    page.evaluate("window.kept = true")
    page.get_by_role("button", name="Accept all").click()
    expect(page.get_by_role("status")).to_have_text("You accepted all. The page is loaded again.")
    expect(page.get_by_role("status")).to_be_visible()
    assert page.get_by_role("status").bounding_box()["height"] > 20  # type: ignore[index]
    page.wait_for_function("!window.kept")
    page.wait_for_load_state("networkidle")
    assert visitor.ours.count("GET /") == 2
    page.wait_for_timeout(300)
    assert visitor.ours.count("GET /") == 2


def test_a_refusal_loads_nothing_again(visitor: Visitor) -> None:
    """Whoever refuses stays on the page they have: nothing changes in it."""
    page = visitor.open()
    page.evaluate("window.kept = true")
    page.get_by_role("button", name="Refuse all").click()
    page.locator(".ck-first").wait_for(state="detached")
    page.wait_for_timeout(1800)
    assert page.evaluate("window.kept")


def test_without_javascript(chromium: Browser, site: Site) -> None:
    """With JavaScript off, accepting is a form: the page that follows comes under the new policy."""
    site.page("<iframe src=//count.test/frame></iframe>")
    with visiting(chromium, site, java_script_enabled=False) as visitor:
        visitor.open()
        assert visitor.abroad == []
        with visitor.page.expect_navigation():
            visitor.page.get_by_role("button", name="Accept all").click()
        visitor.page.wait_for_load_state("networkidle")
        assert visitor.names() == {"frame"}


OWN = """
<div id=a onclick="done('handler')"></div><style>#a { width: 7px }</style><img id=i>
<script>
window.list = []; window.done = name => list.push(name)
done('inline'); eval("done('eval')"); new Function("done('function')")(); a.click()
setTimeout("done('string')")
i.onload = () => done('data'); i.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=='
if (getComputedStyle(a).width === '7px') done('style')
WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])).then(() => done('wasm'))
const url = text => URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))
new Worker(url("postMessage(1)")).onmessage = () => done('blob worker')
new Worker('/own-worker.js').onmessage = () => done('worker')
import(url('1')).then(() => done('blob module'))
import('data:text/javascript,1').then(() => done('data module'))
fetch('/data.json').then(() => done('fetch')); fetch('data:,x').then(() => done('data fetch'))
const f = document.createElement('iframe'); f.onload = () => done('srcdoc')
f.srcdoc = '<script>parent.done("inner")<\\/script>'; document.body.append(f)
const b = document.createElement('iframe'); b.onload = () => done('blank'); document.body.append(b)
location.hash = 'x'; const j = document.createElement('a'); j.href = "javascript:done('javascript')"; j.click()
</script>"""
DONE = {
    "inline", "eval", "function", "handler", "string", "data", "style", "wasm", "blob worker", "worker", "blob module",
    "data module", "fetch", "data fetch", "srcdoc", "inner", "blank", "javascript",
}  # fmt: skip


def test_a_sites_own_ways(visitor: Visitor, site: Site) -> None:
    """Inline scripts, eval, WebAssembly, data:, blob: and workers of the site's own work as they did."""
    site.put("/own-worker.js", "fetch('/data.json').then(() => postMessage(1))")
    site.put("/data.json", "{}", "application/json")
    site.page(OWN)
    page = visitor.open()
    page.wait_for_function(f"list.length >= {len(DONE)}")
    assert set(page.evaluate("list")) == DONE
    assert visitor.refused() == []
    assert visitor.errors == []


def test_learning_stops_nothing(chromium: Browser, learning: tuple[Site, ConsentKit]) -> None:
    """While the owner learns, all runs as before, and each host that would be stopped is reported and counted."""
    site, kit = learning
    site.put("/own.js", SCRIPT)
    site.put("/worker.js", WORKER)
    site.page("<script src=/own.js></script>")
    with visiting(chromium, site) as visitor:
        page = visitor.open()
        until(lambda: visitor.names() >= set(VECTORS) and REPORT in visitor.ours, page)
        assert visitor.names() == set(VECTORS)
        assert all(said.endswith(" report") for said in visitor.refused())
        assert REPORT in visitor.ours
        page.evaluate("window.kept = true")
        page.get_by_role("button", name="Accept all").click()
        page.locator(".ck-first").wait_for(state="detached")
        assert page.evaluate("window.kept"), "waking goes on in place"
    kit.hosts.flush()
    met = {(seen.host, seen.place) for seen in sightings(kit.ledger.store, _today())}
    assert {("count.test", place) for place in ("connect-src", "script-src", "img-src", "frame-src")} <= met


def test_the_apps_own_policy_stays(visitor: Visitor, site: Site) -> None:
    """A page with a strict policy of its own, nonces included, keeps it: both hold, and our tag carries the nonce."""
    own = "default-src 'self'; script-src 'nonce-n0nce' 'strict-dynamic'; style-src 'self'"
    site.page(
        "<script nonce=n0nce>window.ran = 1</script><script>window.inline = 1</script>"
        "<script nonce=n0nce>const s = document.createElement('script'); s.src = 'https://count.test/x.js';"
        "document.head.append(s)</script>",
        Content_Security_Policy=own,
    )
    with visitor.page.expect_response(site.address + "/") as response:
        page = visitor.open()
    policies = response.value.header_values("content-security-policy")
    assert policies[0] == own
    assert len(policies) == 2
    assert page.evaluate("[window.ran, window.inline]") == [1, None]
    assert visitor.abroad == []
    accept(visitor)
    until(visitor.names, page)
    assert visitor.names() == {"x.js"}
    assert page.evaluate("window.inline") is None


def test_a_withdrawal_closes_again(visitor: Visitor) -> None:
    """What was allowed and is withdrawn is stopped again from the next page on."""
    visitor.open()
    accept(visitor)
    page = visitor.open("/_privacy/preferences?return_to=/")
    visitor.abroad.clear()
    with page.expect_navigation(wait_until="networkidle"):
        page.get_by_role("button", name="Withdraw consent").click()
    page.wait_for_timeout(300)
    assert visitor.abroad == []


def test_a_page_for_everybody(chromium: Browser, site: Site) -> None:
    """A page that caches keep has one header for all its readers; its first script narrows it to what each allows."""
    site.page("<h1>Shop</h1><script src=/own.js></script>", Cache_Control="public, max-age=60")
    with visiting(chromium, site, guarded=True) as visitor:
        with visitor.page.expect_response(site.address + "/") as response:
            page = visitor.open()
        (policy,) = response.value.header_values("content-security-policy")
        assert "ads.test" in policy
        assert "report-uri" not in policy
        page.wait_for_timeout(300)
        assert visitor.abroad == []
        accept(visitor)
        until(lambda: visitor.names() >= set(VECTORS), page)
        # A worker's script is under its own policy, and comes from no cache here.
        assert visitor.names() == set(VECTORS)
        page.evaluate("window.kept = true")
        page.wait_for_timeout(1800)
        assert page.evaluate("window.kept"), "once is enough"


def _today() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC).date()
