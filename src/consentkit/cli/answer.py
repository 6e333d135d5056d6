"""One answer of an app, asked for as a robot asks: what its Content-Security-Policy does to what we put into a page.

Knows the two protocols, as far as one request without a body goes; not what an app is made of.
"""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Iterator
from inspect import iscoroutinefunction
from typing import Any

from consentkit.errors import Problem
from consentkit.guard.nonce import script_nonce
from consentkit.http import ResponseHead

# A robot is asked for no choice: nothing is written to the ledger for it.
_HEADERS = (("host", "localhost"), ("accept", "text/html"), ("user-agent", "consentkit-check (bot)"))
_OPEN = ("*", "'self'")
# What of ours each directive governs, with the one it falls back to (CSP3 §6.8).
_NEEDS = {
    "style-src": ("default-src", "our style sheet is not applied", "'self'"),
    "connect-src": ("default-src", "the widget cannot fetch or send a choice", "'self'"),
    "form-action": ("", "the banner's buttons do nothing", "'self'"),
}
_SCRIPTS = ("script-src-elem", "script-src", "default-src")


def ask(app: Any, path: str = "/") -> ResponseHead:
    """The head of the app's answer to GET. Whatever the app raises is raised."""
    call = app if iscoroutinefunction(app) else getattr(app, "__call__", None)  # noqa: B004  an app may be an object
    return asyncio.run(_ask_asgi(app, path)) if iscoroutinefunction(call) else _ask_wsgi(app, path)


def policy_problems(head: ResponseHead) -> Iterator[Problem]:
    """What each Content-Security-Policy of an answer stops of ours; of several policies each has its say."""
    nonce = f"'nonce-{found}'" if (found := script_nonce(head)) else None
    for name, value in head.headers:
        for policy in value.decode("latin-1").split(",") if name == b"content-security-policy" else ():
            yield from _stopped(_directives(policy), nonce)


def _stopped(directives: dict[str, list[str]], nonce: str | None) -> Iterator[Problem]:
    scripts = next((directives[name] for name in _SCRIPTS if name in directives), None)
    if scripts is not None and nonce not in scripts and ("'strict-dynamic'" in scripts or not _lets_in(scripts)):
        yield _problem("script-src", scripts, "our script does not run", "a nonce, or 'self'")
    for name, (fallback, consequence, remedy) in _NEEDS.items():
        sources = directives.get(name, directives.get(fallback))
        if sources is not None and not _lets_in(sources):
            yield _problem(name, sources, consequence, remedy)


def _problem(directive: str, sources: list[str], consequence: str, remedy: str) -> Problem:
    message = f"the app's Content-Security-Policy stops what is ours: {consequence}."
    return Problem("consentkit.W008", directive, message, f"Add {remedy} to {directive}.", " ".join(sources)[:80])


def _lets_in(sources: list[str]) -> bool:
    """Whether a source list lets a file of the site's own in. A scheme is taken at its word."""
    return any(source in _OPEN or source in ("https:", "http:") for source in sources)


def _directives(policy: str) -> dict[str, list[str]]:
    """The directives of a policy; of two with one name the first counts (CSP3 §2.2.1)."""
    found: dict[str, list[str]] = {}
    for directive in policy.split(";"):
        name, *sources = directive.split() or [""]
        found.setdefault(name.lower(), [source if "nonce-" in source else source.lower() for source in sources])
    return found


async def _ask_asgi(app: Any, path: str) -> ResponseHead:
    heads: list[ResponseHead] = []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in _HEADERS],
        "client": ("127.0.0.1", 0),
        "server": ("localhost", 80),
        "state": {},
    }

    arriving = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if not arriving:
            await asyncio.Event().wait()  # the one who asks stays on the line
        return arriving.pop()

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = tuple((bytes(name).lower(), bytes(value)) for name, value in message.get("headers", ()))
            heads.append(ResponseHead(message["status"], headers))

    await asyncio.wait_for(app(scope, receive, send), 30)
    return heads[0]


def _ask_wsgi(app: Any, path: str) -> ResponseHead:
    heads: list[ResponseHead] = []
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": True,
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in _HEADERS},
    }

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Any:
        pairs = tuple((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers)
        heads.append(ResponseHead(int(status[:3]), pairs))
        return lambda _: None

    result = app(environ, start_response)
    try:
        next(iter(result), b"")
    finally:
        if close := getattr(result, "close", None):
            close()
    return heads[0]
