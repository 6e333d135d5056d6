"""What rewriting a page costs, beside the standard library's parser and a plain copy, in the same run.

    python benchmarks/bench_html.py [page.html ...]

Times are the best of many rounds, in microseconds for 50 KB. "clean" is a page whose tracker search finds nothing;
"with trackers" has one tag in some thirty held. Pages named on the command line are scaled to 50 KB.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import lru_cache
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

from consentkit.guard.html import HtmlRewriter, rewrite_whole
from consentkit.guard.inline import loads, snippet_urls
from consentkit.guard.suspects import Suspects

ROUNDS = 101
INSERT = b"<aside>banner</aside>" * 40
KNOWN = {b"google-analytics", b"googletagmanager", b"doubleclick", b"facebook", b"hotjar", b"quantserve", b"parsely"}
SUSPECTS = Suspects(lambda host: host.encode().partition(b".")[0] in KNOWN)


@lru_cache(4096)
def judge(url: str) -> str | None:
    host = re.match(r"(?:https?:)?//([\w.-]+)", url)
    return "marketing x" if host and not KNOWN.isdisjoint(host[1].encode().split(b".")) else None


def judge_inline(text: str) -> str | None:
    return next(filter(None, map(judge, snippet_urls(text))), None) if loads(text) else None


def page(trackers: bool, size: int = 51_200) -> bytes:
    """A shop's page: cards of eight tags, a script of its own now and then; with or without trackers."""
    head = b"<!doctype html><html><head><meta charset=utf-8><title>Shop</title>"
    head += b"".join(b'<link rel="stylesheet" href="/static/%d.css">' % n for n in range(6))
    if trackers:
        head += (
            b"<script>(function(w,d){var j=d.createElement('script');j.src='https://www.googletagmanager.com/gtm.js';"
        )
        head += b"d.head.appendChild(j)})(window,document)</script>"
    card = (
        b'<article class="card card--wide" id="p%d"><a href="/product/%d?ref=list&amp;p=%d"><img src="/media/%d.jpg" '
        b'alt="A thing" width="320" height="240" loading="lazy"></a><h2 class="card__title">Thing number %d</h2>'
        b"<p>Some words about the thing, which is useful for this and that, and comes in three colours.</p>"
        b'<span class="price">%d,99</span></article>\n'
    )
    parts, n = [head, b"</head><body>"], 0
    while sum(map(len, parts)) < size:
        n += 1
        parts.append(card % (n, n, n, n, n, n))
        if n % 20 == 0:
            parts.append(b"<script>window.shop=window.shop||[];shop.push({id:%d,list:'start'});</script>" % n)
            if trackers:
                parts.append(b'<img src="https://www.facebook.com/tr?id=%d" width=1 height=1>' % n)
    return b"".join(parts) + b"</body></html>"


def clock(work: Callable[[], object]) -> float:
    """The best of many rounds: on a busy machine a median tells of the neighbours."""
    times = []
    for _ in range(ROUNDS):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return min(times) * 1e6


def std_parser(body: bytes) -> None:
    parser = HTMLParser()
    parser.feed(body.decode("latin-1"))


def streamed(body: bytes, size: int = 16384) -> bytes:
    rewriter = HtmlRewriter(judge, judge_inline, INSERT, suspects=SUSPECTS)
    return b"".join([rewriter.feed(body[at : at + size]) for at in range(0, len(body), size)]) + rewriter.finish()


class _Holder:
    """What lolhtml asks for each tag that may fetch: the same judge as ours."""

    def element(self, e: Any) -> None:
        source = e.get_attribute("src")
        if source and judge(source):
            e.set_attribute("data-src", source)
            e.remove_attribute("src")


class _Placer:
    def __init__(self, html: object) -> None:
        self._html = html

    def element(self, e: Any) -> None:
        e.prepend(INSERT.decode(), self._html)


def by_lolhtml(lolhtml: Any, body: bytes) -> None:
    """The same job by Cloudflare's parser in Rust, as far as it does it: no inline scripts, no attribute but `src`."""
    rewriter = lolhtml.HTMLRewriter(lambda piece: None)
    rewriter.on("script[src], img[src], iframe[src]", _Holder())
    rewriter.on("body", _Placer(lolhtml.ContentType.HTML))
    rewriter.write(body)
    rewriter.end()


def peers(body: bytes) -> list[tuple[str, Callable[[], object]]]:
    """python-lolhtml where it is installed, which no test or product needs."""
    try:
        lolhtml = import_module("lolhtml")
    except ImportError:
        print("(python-lolhtml is not installed)", end=" ")
        return []
    return [("python-lolhtml", lambda: by_lolhtml(lolhtml, body))]


def report(name: str, body: bytes) -> None:
    scale = 51_200 / len(body)
    rows: list[tuple[str, Callable[[], object]]] = [
        ("copy", lambda: b"".join([body[:700], INSERT, body[700:]])),
        ("suspects", lambda: SUSPECTS(body)),
        ("rewrite_whole", lambda: rewrite_whole(body, judge, judge_inline, INSERT, suspects=SUSPECTS)),
        ("read tag by tag", lambda: rewrite_whole(body, judge, judge_inline, INSERT)),
        ("in 16 KB chunks", lambda: streamed(body)),
        ("html.parser", lambda: std_parser(body)),
        *peers(body),
    ]
    print(f"{name:24}", *(f"{label} {clock(work) * scale:8.1f}" for label, work in rows), sep="  ")


def main() -> None:
    report("clean", page(trackers=False))
    report("with trackers", page(trackers=True))
    for path in sys.argv[1:]:
        report(Path(path).name, Path(path).read_bytes())


if __name__ == "__main__":
    main()
