"""The rewriter against Chromium: its parser decides what is live, its network says what was asked for."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page, Route

from consentkit.guard.holding import INERT
from consentkit.guard.html import rewrite_whole
from consentkit.guard.inline import loads, snippet_urls
from tests.waiting import until

from .cases import CASES, INSERT, LABEL, Case, judge, judge_inline
from .test_html import saved_pages

_SITE = "https://site.example/"

# Every URL a browser would fetch or send to for an element; templates, shadow roots, sheets, framed documents too.
_LIVE = """([text, type]) => {
  const parse = (text, type) => new DOMParser().parseFromString(text, type)
  const page = text === null ? document : parse(text, type)
  const live = [], types = /^$|^module$|^(text|application)\\/(x-)?(java|ecma)script$|^text\\/(jscript|livescript)$/i
  const cells = {}
  for (const name of "body table thead tbody tfoot tr td th".split(" ")) cells[name] = ["background"]
  const fetching = {
    img: ["src", "srcset"], iframe: ["src"], frame: ["src"], embed: ["src"], object: ["data", "codebase"],
    source: ["src", "srcset"], video: ["src", "poster"], audio: ["src"], track: ["src"], link: ["href", "imagesrcset"],
    input: ["src", "formaction"], script: ["src"], fencedframe: ["src"], portal: ["src"], applet: ["archive"],
    a: ["ping"], area: ["ping"], button: ["formaction"], form: ["action"], meta: ["content"], ...cells,
  }
  const painted = "fill stroke filter clip-path mask cursor marker-start marker-mid marker-end".split(" ")
  const rels = /stylesheet|preload|prefetch|preconnect|icon|manifest|dns-prefetch|search|startup-image/i
  const add = (name, text) => {
    try { if (text && text[0] !== "#") live.push([name, new URL(text, page.baseURI).href]) } catch {}
  }
  const sheet = (name, text) => {
    const made = new CSSStyleSheet()
    // The table writes them short.
    const properties = { b: "background-image", c: "list-style-image", d: "border-image-source" }
    made.replaceSync(text.replace(/(?<=[{;]\\s*)([bcd]):/gi, (_, short) => properties[short.toLowerCase()] + ":"))
    for (const { cssText } of made.cssRules)
      for (const [, , url] of cssText.matchAll(/url\\((["'])(.*?)\\1\\)/g)) if (url[0] !== "#") add(name, url)
  }
  const walk = root => {
    for (const el of root.querySelectorAll("*")) {
      const name = el.localName, svg = el.namespaceURI.endsWith("svg"), html = el.namespaceURI.endsWith("xhtml")
      if (el.content && el.content.querySelectorAll) walk(el.content)
      if (el.shadowRoot) walk(el.shadowRoot)
      const hrefs = [null, "http://www.w3.org/1999/xlink"].map(ns => el.getAttributeNS(ns, "href")).filter(Boolean)
      if (name === "style" && (svg || html) && /^(text\\/css)?$/i.test(el.type)) sheet(name, el.textContent)
      if (el.hasAttribute("style") && (svg || html)) sheet(name, `a{${el.getAttribute("style")}}`)
      if (el.hasAttribute("attributionsrc")) el.getAttribute("attributionsrc").split(" ").forEach(url => add(name, url))
      if (svg && name !== "script" && name !== "a") {
        for (const href of hrefs) add(name, href)
        for (const key of ["to", "values"]) (el.getAttribute(key) || "").split(";").forEach(url => add(name, url))
        for (const key of painted) if (el.hasAttribute(key)) sheet(name, `a{background:${el.getAttribute(key)}}`)
      }
      if (name === "iframe" && el.hasAttribute("srcdoc")) walk(parse(el.getAttribute("srcdoc"), "text/html"))
      if (!html && !(svg && name === "script")) continue
      if (name.startsWith("amp-") && el.hasAttribute("src")) add(name, el.getAttribute("src"))
      if (name === "script" && !types.test((el.getAttribute("type") || "").trim())) continue
      if (name === "script" && /vbscript/.test(el.getAttribute("language") || "")) continue
      if (name === "link" && !rels.test(el.getAttribute("rel") || "")) continue
      if (name === "meta" && !/^refresh$/i.test(el.getAttribute("http-equiv") || "")) continue
      if (name === "script" && svg) hrefs.forEach(href => add(name, href))
      for (const key of (svg ? [] : fetching[name] || [])) {
        if (!el.hasAttribute(key) || (key === "src" && name === "input" && el.type !== "image")) continue
        const value = el.getAttribute(key).replace(/^\\d*[;,]\\s*(url=)?'?|'$/g, name === "meta" ? "" : "$&")
        const several = /srcset$|ping/.test(key)
        for (const part of several ? value.split(/\\s+/) : [value]) add(name, part)
      }
    }
  }
  walk(page)
  return live
}"""
# What a parser without scripting makes of a text, our insertion taken out again, and how often it was there.
_PARSED = """texts => texts.map(text => {
  const page = new DOMParser().parseFromString(text, "text/html")
  const marks = page.querySelectorAll("ck-mark")
  marks.forEach(el => el.remove())
  return [(page.doctype ? page.doctype.name : "") + page.documentElement.outerHTML, marks.length]
})"""

# Held, and not seen by `_LIVE` in the parser without scripting: code instead of a URL, a spelling that only counts on
# another page, and what is markup only for readers with scripting, for older ones, or for who looks ahead.
_ELSEWHERE = re.compile(
    r"inline|script, data|svg script entities|(one|no) slash|user name|noscript, |select and title|data document"
    r"|data sheet|base, relative|base in a template|handler|javascript: |import map|speculation rules|shadow root"
    r"|css, (src|custom property|data|import|HTML comment|kept)|data: |embed, code|javascript: |svg, painted later"
    r"|ahead, |select, style|svg, doubtful|svg unclosed"
    r"|ahead: (svg (title, value|style$|script|in srcdoc)|island style|math)"
)

Visit = Callable[[bytes], tuple[Page, list[str]]]


@pytest.fixture(params=[False, True], ids=["scripting off", "scripting on"], scope="module")
def scripting(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(scope="module")
def visit(chromium: Browser, scripting: bool) -> Iterator[Visit]:
    """Loads bytes as a page; every other request is noted and refused."""
    context = chromium.new_context(java_script_enabled=scripting)
    page, asked, bodies = context.new_page(), list[str](), list[bytes]()

    def answer(route: Route) -> None:
        if route.request.url == _SITE and route.request.is_navigation_request() and bodies:
            route.fulfill(status=200, content_type="text/html; charset=utf-8", body=bodies.pop())
        else:
            asked.append(route.request.url)
            route.abort()

    def load(body: bytes) -> tuple[Page, list[str]]:
        asked.clear()
        bodies[:] = [body]
        page.goto(_SITE, wait_until="domcontentloaded")
        return page, asked

    context.route("**/*", answer)
    yield load
    context.close()


def live_trackers(
    page: Page, judged: Callable[[str], str | None] = judge, text: str | None = None, kind: str = "text/html"
) -> list[str]:
    return [f"{name} {url}" for name, url in page.evaluate(_LIVE, [text, kind]) if judged(url)]


def parsed(page: Page, bodies: list[bytes]) -> list[tuple[str, int]]:
    return [tuple(found) for found in page.evaluate(_PARSED, [body.decode("utf-8", "replace") for body in bodies])]


def kept(body: bytes) -> bytes:
    return rewrite_whole(body, lambda url: None, lambda text: None, INSERT)


@pytest.fixture(scope="module")
def blank(chromium: Browser) -> Iterator[Page]:
    """A page that only parses."""
    page = chromium.new_page()
    page.route("**/*", lambda route: route.fulfill(status=200, content_type="text/html", body=""))
    page.goto(_SITE)
    yield page
    page.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_tracker_of_the_table_is_live_in_a_browser(case: Case, visit: Visit) -> None:
    """A visitor's browser finds no tracker to fetch in a rewritten page, and asks for none."""
    page, asked = visit(rewrite_whole(case.html, judge, judge_inline, INSERT))
    assert live_trackers(page) == []
    assert [url for url in asked if judge(url)] == []


def test_a_page_with_nothing_held_is_the_same_page(blank: Page) -> None:
    """Where nothing is held, and no end tag made text, the browser sees the author's page and our insertion only."""
    cases = [case for case in CASES if INERT + b"/" not in case.expected]
    originals = parsed(blank, [case.html for case in cases])
    rewritten = parsed(blank, [kept(case.html) for case in cases])
    for case, (original, _), (same, marks) in zip(cases, originals, rewritten, strict=True):
        assert same == original, case.name
        assert marks == (INSERT in case.expected), case.name


def test_the_table_has_trackers_that_a_browser_would_ask_for(blank: Page) -> None:
    """What is held in the table is live in a browser when it is not held: the table tests something."""
    held = [
        case for case in CASES if case.html != case.expected.replace(INSERT, b"") and not _ELSEWHERE.search(case.name)
    ]
    idle = [c.name for c in held if not live_trackers(blank, text=c.html.decode("utf-8", "replace"))]
    assert idle == []


# One page with every noun that Chromium asks for by itself; each address ends in a name of its own.
_ALL_AT_ONCE = b"""<!doctype html><html><head><link rel=stylesheet href=//t.test/link><link rel=icon href=//t.test/icon>
<link rel=preload as=image imagesrcset="//t.test/imagesrcset 1x"><link rel=stylesheet
href="data:text/css,@import url(//t.test/data-sheet)"><script src=//t.test/script></script>
<script type=module>import "//t.test/module"</script><script>new Image().src = "https://t.test/inline"</script>
<script type=speculationrules>{"prefetch": [{"urls": ["/x"]}]}</script>
<style>@import "//t.test/import"; @im\\port url(//t.test/import-url);
@font-face { font-family: x; src: url(//t.test/font) }
#a { background: url(//t.test/css) } #b { background: image-set("//t.test/image-set" 1x) } #c::before { content:
u\\72l("https://\\74 .test/escaped") } #d { --u: "//t.test/custom"; background: image-set(var(--u) 1x) }
#e { font-family: x } #f { cursor: url(//t.test/cursor), auto }</style></head>
<body background=//t.test/body onload="new Image().src = 'https://t.test/onload'">
<p id=a>a</p><p id=b>b</p><p id=c>c</p><p id=d>d</p><p id=e>e</p><p id=f>f</p>
<p style="background: url(&quot;//t.test/style&quot;)">x</p><div><template shadowrootmode=open><style>p { background:
url(//t.test/shadow) }</style><p>x</p></template></div>
<img src=//t.test/img><img srcset="//t.test/srcset 1x"><picture><source srcset=//t.test/source><img src=/own></picture>
<input type=image src=//t.test/input><video poster=//t.test/poster></video><video src=//t.test/video></video>
<audio><source src=//t.test/audio></audio><embed src=//t.test/embed><object data=//t.test/object></object>
<iframe src=//t.test/iframe></iframe><iframe srcdoc="<img src=//t.test/srcdoc><style>p { background:
url(//t.test/srcdoc-css) }</style><p>x"></iframe><iframe src="data:text/html,<img src=https://t.test/data>"></iframe>
<iframe src="javascript:new Image().src='https://t.test/javascript'"></iframe>
<img src="data:," onerror="new Image().src = 'https://t.test/onerror'">
<table background=//t.test/table><tr background=//t.test/tr><td background=//t.test/td>x</table>
<svg><image href=//t.test/svg-image width=9 height=9 /><image xlink:href=//t.test/svg-xlink width=9 height=9 />
<image width=9 height=9><set attributeName=href to=//t.test/svg-set begin=0s /></image>
<script href=//t.test/svg-script />
<filter id=g><feImage href=//t.test/svg-feimage /></filter><rect filter=url(#g) width=9 height=9 />
<use href=//t.test/svg-use#x /><rect clip-path="url(//t.test/svg-clip-path#x)" width=9 height=9 />
<rect mask="url(//t.test/svg-mask#x)" width=9 height=9 /><rect filter="url(//t.test/svg-filter#x)" width=9 height=9 />
<rect fill="url(//t.test/svg-fill#x)" width=9 height=9 /><style>rect { cursor: url(//t.test/svg-style), auto }
text { background: url(//t.test/svg-style-bg) }</style><script>new Image().src = "https://t.test/svg-inline"</script></svg>
</body></html>"""

# Held as well: other browsers ask for some of these, and for the others a later Chromium may.
_NOT_CHROMIUM = {b"data-sheet", b"javascript", b"svg-filter", b"svg-style-bg", b"svg-use"}


def test_everything_a_browser_asks_for_by_itself_is_held(visit: Visit, scripting: bool) -> None:
    """A visitor's browser asks no tracker for anything, by whatever noun of markup or style it is named."""
    named = set(re.findall(rb"t\.test/([a-z-]+)", _ALL_AT_ONCE)) | {b"escaped"}
    page, asked = visit(_ALL_AT_ONCE)

    def idle() -> set[bytes]:
        return named - {url.rpartition("/")[2].encode() for url in asked if judge(url)}

    if scripting:
        until(lambda: idle() <= _NOT_CHROMIUM, page)
        assert idle() <= _NOT_CHROMIUM
    page.wait_for_load_state("networkidle")  # nothing of this page is to be taken for the next one's
    page, asked = visit(rewrite_whole(_ALL_AT_ONCE, judge, judge_inline, INSERT))
    page.wait_for_timeout(700)
    assert [url for url in asked if judge(url)] == []


def test_a_held_script_is_not_fetched_ahead(visit: Visit, scripting: bool) -> None:
    """Chromium's preload scanner, which goes by the last of two types, does not fetch a held script either."""
    body = b'<head><script src="/slow.js"></script><script src="https://t.test/a.js" type="text/javascript"></script>'
    assert ("https://t.test/a.js" in visit(body)[1]) is scripting
    assert "https://t.test/a.js" not in visit(rewrite_whole(body, judge, judge_inline, b""))[1]


_KNOWN = re.compile(
    r"https?://(?:[^/]*\.)?(?:google-analytics|googletagmanager|doubleclick|googlesyndication|facebook|scorecardresearch"
    r"|chartbeat|quantserve|amazon-adsystem|hotjar|parsely|outbrain|taboola|addthis|tiktok|bing|linkedin|criteo"
    r"|quantcount|adnxs|rubiconproject|moatads|mixpanel|segment|krxd|optimizely)\.(?:com|net|org|io)(?:[/:?#]|$)"
)


def known(url: str) -> str | None:
    return LABEL if _KNOWN.match(urljoin(_SITE, url)) else None


@pytest.mark.skipif(not os.environ.get("CONSENTKIT_TEST_PAGES"), reason="CONSENTKIT_TEST_PAGES is not set")
@pytest.mark.parametrize("path", saved_pages(), ids=lambda path: path.stem)
def test_saved_pages_show_no_live_tracker(path: Path, visit: Visit, blank: Page, scripting: bool) -> None:
    """On pages of real sites no known tracker stays live in the markup, and where none is, nothing changes."""

    def known_inline(text: str) -> str | None:
        return next(filter(None, map(known, snippet_urls(text))), None) if loads(text) else None

    body = path.read_bytes()
    page, asked = visit(rewrite_whole(body, known, known_inline, INSERT))
    assert live_trackers(page, known) == []
    assert [url for url in asked if known(url)] == []
    if not scripting:
        (original, _), (same, marks) = parsed(blank, [body, kept(body)])
        assert same == original
        assert marks == (b"<body" in body.lower() or b"<html" in body.lower())
