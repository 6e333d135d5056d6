"""What a page costs through the ASGI face, in-process, beside the same app without it. By hand.

    python benchmarks/bench_page.py

Floors: the bare app; a no-op middleware; for scale, gzip at level 6 of the same page. Three answers (JSON, a clean page
of 50 KB, one with trackers) for three visitors: undecided, refused, allowed. "New page" has other bytes each time, so
that nothing is remembered of it; "rendered" is the same page made by Jinja2 for each request.
"""

from __future__ import annotations

import asyncio
import gzip
import logging
import tempfile
from collections.abc import Callable, Coroutine
from itertools import count
from pathlib import Path
from typing import Any

from interleaved import medians, report
from jinja2 import Environment

from consentkit.asgi import ConsentMiddleware, read_head
from consentkit.cookie import NAME
from consentkit.decision import Choice, ChoiceKind, Standing
from consentkit.ledger.record import new_id
from consentkit.policy import parse_policy
from consentkit.settings import new_secret
from consentkit.tlog import Signer

PARAGRAPH = b'<p class="lead">Some words, a <a href="/lessons/1">link</a>, and <em>more</em> of them.</p>\n' * 500
HEAD = b"<!doctype html><html><head><title>Lesson</title><link rel=stylesheet href=/s.css></head><body class=page>"
TRACKERS = (
    b'<script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>'
    b"<script>!function(f,b,e,v){f=b.createElement(e);f.src=v;b.head.append(f)}"
    b"(0,document,'script','https://connect.facebook.net/en_US/fbevents.js')</script>"
    b'<noscript><img src="https://www.facebook.com/tr?id=1&noscript=1"></noscript>'
    b'<iframe src="https://www.youtube.com/embed/x"></iframe>'
)
BODIES = {
    "JSON": (b"application/json", b'{"lessons":[1,2,3]}'),
    "clean page": (b"text/html; charset=utf-8", HEAD + PARAGRAPH + b"</body></html>"),
    "page with trackers": (b"text/html; charset=utf-8", HEAD + PARAGRAPH + TRACKERS + b"</body></html>"),
}
REQUEST = [
    (b"host", b"www.example.com"),
    (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
    (b"accept-language", b"nl-BE,nl;q=0.8,en;q=0.5"),
    (b"accept-encoding", b"gzip, deflate, br, zstd"),
]
PAGE = ((b"accept", b"text/html,application/xhtml+xml,*/*;q=0.8"), (b"sec-fetch-dest", b"document"))
DATA = ((b"accept", b"*/*"), (b"sec-fetch-dest", b"empty"))

App = Callable[..., Coroutine[Any, Any, None]]


def app_for(kind: bytes, body: bytes) -> App:
    return answering(kind, lambda: bytes(bytearray(body)))  # a fresh object, as a template's


def answering(kind: bytes, make: Callable[[], bytes]) -> App:
    start = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(dict(start))
        await send({"type": "http.response.body", "body": make()})

    return app


def renewed(kind: bytes, body: bytes) -> App:
    """The same answer, with a number in it that never comes again."""
    middle, numbers = len(body) // 2, count()
    return answering(kind, lambda: body[:middle] + b"%012d" % next(numbers) + body[middle:])


def rendered(kind: bytes, body: bytes) -> App:
    """The same page, made as sites make them: a thousand values put in and escaped."""
    rows = body.decode().replace("{", "{{'{'}}").split(PARAGRAPH[: len(PARAGRAPH) // 500].decode())
    row = '{{ word }} <a href="/lessons/{{ n }}">link</a>, and <em>{{ word }}</em> of them.</p>\n'
    source = rows[0] + '{% for n in numbers %}<p class="lead">' + row + "{% endfor %}" + rows[-1]
    template = Environment(autoescape=True).from_string(source)
    return answering(kind, lambda: template.render(numbers=range(500), word="Some & words").encode())


def no_op(app: App) -> App:
    async def middleware(scope: Any, receive: Any, send: Any) -> None:
        async def passing(message: Any) -> None:
            await send(message)

        await app(scope, receive, passing)

    return middleware


def scope_with(*headers: tuple[bytes, bytes], asked: tuple[tuple[bytes, bytes], ...] = PAGE) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "GET",
        "path": "/lessons/2",
        "root_path": "",
        "query_string": b"",
        "scheme": "https",
        "client": ("192.0.2.7", 4711),
        "headers": [*REQUEST, *asked, *headers],
    }


def cookie_for(middleware: ConsentMiddleware, kind: ChoiceKind) -> tuple[bytes, bytes]:
    """The cookie of a visitor who chose that, sealed by the kit itself."""
    kit = middleware._kit
    everything = frozenset({"functional", "analytics", "marketing"})
    choice = Choice(kind, everything if kind is ChoiceKind.ACCEPT_ALL else frozenset())
    exchange = kit.exchange(read_head(scope_with()))
    standing = Standing(new_id(), choice, kit.shelf.current.short, int(exchange.now))
    return b"cookie", f"__Host-{NAME}={kit.standing_cookie.format(standing, kit.shelf.current)}".encode()


async def ignore(message: Any) -> None:
    pass


def main() -> None:
    logging.disable()
    loop = asyncio.new_event_loop()
    with tempfile.TemporaryDirectory() as folder:
        policy = parse_policy({"site": {"id": "bench", "hosts": ["www.example.com"]}}, "benchmark")
        keys = {"secret": new_secret(), "signing_key": Signer.generate("bench/log").to_text()}
        for title, (kind, body) in BODIES.items():
            bare = app_for(kind, body)
            ours = ConsentMiddleware(bare, policy=policy, data=Path(folder), **keys)
            asked = PAGE if b"html" in kind else DATA
            visitors = {
                "undecided": scope_with(asked=asked),
                "refused": scope_with(cookie_for(ours, ChoiceKind.REFUSE_ALL), asked=asked),
                "allowed": scope_with(cookie_for(ours, ChoiceKind.ACCEPT_ALL), asked=asked),
            }

            def run(app: App, scope: dict[str, Any]) -> Callable[[], None]:
                return lambda: loop.run_until_complete(app(dict(scope), None, ignore))

            jobs = {
                "bare": run(bare, visitors["undecided"]),
                "no-op middleware": run(no_op(bare), visitors["undecided"]),
            }
            jobs |= {f"consentkit, {who}": run(ours, scope) for who, scope in visitors.items()}
            if b"html" in kind:
                jobs["for scale: gzip -6"] = lambda body=body: gzip.compress(body, 6)
            report(f"{title}, {len(body):,} bytes", medians(jobs, rounds=400, times=3, best=True), "bare")
            if b"html" in kind:
                for name, make in (("new page", renewed), ("rendered", rendered)):
                    plain = make(kind, body)
                    ours._app = plain
                    others = {"bare": run(plain, visitors["undecided"])}
                    others |= {f"consentkit, {who}": run(ours, scope) for who, scope in visitors.items()}
                    report(f"{title}, {name}", medians(others, rounds=100, times=1, best=True), "bare")
            ours._kit.close()


if __name__ == "__main__":
    main()
