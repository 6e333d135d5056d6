"""For a site's own suite: settings that leave no trace, a clock, visitors who have chosen, and a walk before consent.

Knows apps from outside, as a browser does; not how one is built. Needs httpx (or httpx2), like Starlette's test client.
"""

from __future__ import annotations

import atexit
import re
import shutil
import time
import warnings
from collections.abc import Iterable, Mapping
from datetime import timedelta
from inspect import iscoroutinefunction
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from consentkit.classification.classifier import Classifier
from consentkit.decision import Decision
from consentkit.guard.document import Document, document_of
from consentkit.guard.guard import Terms
from consentkit.guard.html import HtmlRewriter
from consentkit.guard.outbound import filter_cookies
from consentkit.http import ResponseHead
from consentkit.policy import OPTIONAL_CATEGORIES, Policy, load_policy
from consentkit.settings import new_secret
from consentkit.tlog import Signer

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "Using `httpx`")  # either will do
    from starlette.testclient import TestClient, httpx  # type: ignore[attr-defined]

_HOST = "testserver"
_TOKEN = re.compile(r'name="token" value="([^"]+)"')


class Clock:
    """A clock that stands still until it is told: hand it over as the `clock` of the middleware."""

    def __init__(self, now: float | None = None) -> None:
        self.now = time.time() if now is None else now

    def __call__(self) -> float:
        return self.now

    def advance(self, **units: float) -> None:
        """Let time pass, in the units of `timedelta`: `advance(days=181)`."""
        self.now += timedelta(**units).total_seconds()


def scratch(folder: Path | None = None) -> dict[str, Any]:
    """Settings for a suite, with keys of their own: the ledger in memory, or kept in `folder` to be looked at."""
    database = "sqlite://" if folder is None else f"sqlite:///{folder / 'ledger.db'}"
    if folder is None:
        folder = Path(mkdtemp(prefix="consentkit-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return {
        "data": folder,
        "database": database,
        "secret": new_secret(),
        "signing_key": Signer.generate("scratch.example/consent-log").to_text(),
    }


def visitor(app: Any, consent: Iterable[str] | None = None, *, prefix: str = "/_privacy") -> Any:
    """A test client for an ASGI or WSGI app: an `httpx.Client` whose requests carry the cookie of a choice.

    `consent` names what was granted, categories and vendors: `("analytics",)`; "all" grants everything, `()` is a
    refusal, None has not chosen. The choice is made as a visitor makes it, in the form that the app itself served.
    """
    client = _client(app)
    if consent is None:
        return client
    page = client.get(f"{prefix}/preferences")
    token = _TOKEN.search(page.text)
    if token is None:
        raise AssertionError(f"GET {prefix}/preferences ({page.status_code}) is no form of ours: is the middleware on?")
    fields = {**_choice(consent), "token": token[1], "return_to": "/"}
    answer = client.post(f"{prefix}/choice", data=fields, headers={"Origin": f"http://{_HOST}"}, follow_redirects=False)
    if answer.status_code != 303:
        raise AssertionError(f"the choice was not taken: {answer.status_code} {answer.text[:200]}")
    return client


def assert_clean(
    app: Any,
    routes: Iterable[str] | None = None,
    policy: Policy | Mapping[str, Any] | str | Path | None = None,
) -> None:
    """Open each page as a new visitor, and fail with a list of all that would need their consent.

    `routes` are paths; without them, all GET routes of a Starlette, FastAPI, Flask or Django app that have no
    parameters. `policy` says what the site declares; without it the catalogue of known cookies and trackers judges.
    """
    declared = policy if isinstance(policy, Policy) else load_policy(policy) if policy is not None else Policy()
    terms = Terms(Classifier(declared), Decision(), _HOST)
    paths = list(routes_of(app) if routes is None else routes)
    if not paths:
        raise AssertionError("no route was found to look at: name some in `routes`")
    found = [f"  GET {path}  {leak}" for path in paths for leak in _leaks(app, path, terms)]
    if found:
        raise AssertionError("\n".join(["before any consent this app lets out:", *found]))


def routes_of(app: Any) -> list[str]:
    """The paths of an app's GET routes that have no parameters."""
    if hasattr(app, "url_map"):
        rules = (rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()))
        return sorted({rule.rule for rule in rules if not rule.arguments})
    if hasattr(app, "routes"):
        return sorted(set(_starlette_paths(app.routes, "")))
    if type(app).__module__.startswith("django."):
        from django.urls import get_resolver

        return sorted(set(_django_paths(get_resolver().url_patterns, "/")))
    raise TypeError(f"the routes of a {type(app).__name__} are not known: name them in `routes`")


def _client(app: Any) -> Any:
    call = app if iscoroutinefunction(app) else getattr(app, "__call__", None)  # noqa: B004  an app may be an object
    if iscoroutinefunction(call):
        return TestClient(app, base_url=f"http://{_HOST}", headers={"accept": "text/html,*/*;q=0.8"})
    return httpx.Client(
        transport=httpx.WSGITransport(app),
        base_url=f"http://{_HOST}",
        headers={"accept": "text/html,*/*;q=0.8"},
        follow_redirects=True,
    )


def _choice(consent: Iterable[str]) -> dict[str, Any]:
    if consent == "all":
        return {"choice": "accept_all"}
    granted = list(consent)
    if not granted:
        return {"choice": "refuse_all"}
    categories = [name for name in granted if name in OPTIONAL_CATEGORIES]
    return {"choice": "custom", "category": categories, "vendor": [n for n in granted if n not in categories]}


def _leaks(app: Any, path: str, terms: Terms) -> Iterable[str]:
    response = _client(app).get(path, follow_redirects=False)
    head = ResponseHead(response.status_code, tuple((name.lower(), value) for name, value in response.headers.raw))
    _, cookies = filter_cookies(head, terms, time.time())
    for cookie, found in cookies.held:
        yield f"sets the cookie {cookie.name}: {found.category or 'unknown'} {found.vendor}".rstrip()
    page = document_of(head, shown=True)
    if not isinstance(page, Document):
        return
    loaded: list[str] = []
    _watch(terms, loaded).whole(response.content)
    yield from dict.fromkeys(loaded)


def _watch(terms: Terms, loaded: list[str]) -> HtmlRewriter:
    """A rewriter whose page nobody needs: it names what it would have held."""

    def judge(url: str) -> str | None:
        if label := terms.judge(url):
            loaded.append(f"loads {url.partition('?')[0]}: {label}")
        return label

    def judge_script(text: str) -> str | None:
        if label := terms.judge_script(text):
            loaded.append(f"runs a script of {label}")
        return label

    return HtmlRewriter(judge, judge_script, b"")


def _starlette_paths(routes: Iterable[Any], below: str) -> Iterable[str]:
    for route in routes:
        if included := getattr(route, "effective_route_contexts", None):  # FastAPI resolves included routers late
            yield from _starlette_paths((each.starlette_route or each for each in included()), below)
            continue
        path = below + getattr(route, "path", "")
        if inner := getattr(route, "routes", None):
            yield from _starlette_paths(inner, path)
        elif "GET" in (getattr(route, "methods", None) or ()) and "{" not in path:
            yield path


def _django_paths(patterns: Iterable[Any], below: str) -> Iterable[str]:
    for pattern in patterns:
        route = str(pattern.pattern)
        path = below + route
        if re.search(r"[<(\[\\^$*]", route):
            continue  # a parameter, or a regular expression
        if inner := getattr(pattern, "url_patterns", None):
            yield from _django_paths(inner, path)
        else:
            yield path
