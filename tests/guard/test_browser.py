"""The rewriter against Chromium: its parser decides what is live, its network says what was asked for."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page, Route

from consentkit.guard.html import rewrite_whole
from consentkit.guard.inline import loads, snippet_urls

from .cases import CASES, INSERT, LABEL, Case, judge, judge_inline
from .test_html import saved_pages

_SITE = "https://site.example/"

# Every URL a browser would fetch for an element, templates, shadow roots and framed documents' text included.
_LIVE = """([text]) => {
  const page = text === null ? document : new DOMParser().parseFromString(text, "text/html")
  const live = [], types = /^$|^module$|^(text|application)\\/(x-)?(java|ecma)script$|^text\\/(jscript|livescript)$/i
  const fetching = {
    img: ["src", "srcset"], iframe: ["src"], frame: ["src"], embed: ["src"], object: ["data"],
    source: ["src", "srcset"], video: ["src", "poster"], audio: ["src"], track: ["src"], link: ["href", "imagesrcset"],
    input: ["src"], image: ["href", "xlink:href"], script: ["src"], body: ["background"],
  }
  const rels = /stylesheet|preload|prefetch|preconnect|icon|manifest|dns-prefetch/i
  const walk = root => {
    for (const el of root.querySelectorAll("*")) {
      const name = el.localName, svg = el.namespaceURI.endsWith("svg"), html = el.namespaceURI.endsWith("xhtml")
      if (el.content && el.content.querySelectorAll) walk(el.content)
      if (name === "iframe" && el.hasAttribute("srcdoc"))
        walk(new DOMParser().parseFromString(el.getAttribute("srcdoc"), "text/html"))
      if (!html && !(svg && /^(image|script)$/.test(name))) continue
      if (name === "script" && !types.test((el.getAttribute("type") || "").trim())) continue
      if (name === "script" && /vbscript/.test(el.getAttribute("language") || "")) continue
      if (name === "link" && !rels.test(el.getAttribute("rel") || "")) continue
      if (name === "input" && el.type !== "image") continue
      for (const key of (name === "script" && svg ? ["href", "xlink:href"] : fetching[name] || [])) {
        if (!el.hasAttribute(key)) continue
        const value = el.getAttribute(key)
        for (const part of key.endsWith("srcset") ? value.split(/\\s+/) : [value]) {
          try { live.push([name, new URL(part, page.baseURI).href]) } catch {}
        }
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
# another page, and what is markup only for readers with scripting, or for older ones.
_ELSEWHERE = re.compile(r"inline|script, data|svg script entities|(one|no) slash|user name|noscript, |select and title")

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
        return page, list(asked)

    context.route("**/*", answer)
    yield load
    context.close()


def live_trackers(page: Page, judged: Callable[[str], str | None] = judge, text: str | None = None) -> list[str]:
    return [f"{name} {url}" for name, url in page.evaluate(_LIVE, [text]) if judged(url)]


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
    """Where nothing is held, the browser sees the author's page and our insertion, nothing else."""
    originals = parsed(blank, [case.html for case in CASES])
    rewritten = parsed(blank, [kept(case.html) for case in CASES])
    for case, (original, _), (same, marks) in zip(CASES, originals, rewritten, strict=True):
        assert same == original, case.name
        assert marks == (INSERT in case.expected), case.name


def test_the_table_has_trackers_that_a_browser_would_ask_for(blank: Page) -> None:
    """What is held in the table is live in a browser when it is not held: the table tests something."""
    held = [case for case in CASES if b"data-ck" in case.expected and not _ELSEWHERE.search(case.name)]
    idle = [c.name for c in held if not live_trackers(blank, text=c.html.decode("utf-8", "replace"))]
    assert idle == []


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
