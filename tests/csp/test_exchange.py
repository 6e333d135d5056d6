"""The policy and the reports on their way through an app under consentkit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from consentkit.asgi import ConsentMiddleware
from consentkit.ledger.hosts import sightings
from consentkit.limit import PER_MINUTE
from consentkit.settings import new_secret
from consentkit.tlog import Signer
from tests.asgi.browser import Answer, Browser
from tests.asgi.conftest import answering
from tests.exchanges import Response

from .sample import POLICY

KEY = Signer.generate("shop.test/log").to_text()
PAGE = Response(200, (("content-type", "text/html"), ("etag", '"1"')), (b"<!doctype html><body>x",))
REPORT = json.dumps({"csp-report": {"blocked-uri": "https://t.test/x", "effective-directive": "img-src"}}).encode()
Serve = Callable[..., ConsentMiddleware]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    made: list[ConsentMiddleware] = []

    def build(response: Response = PAGE, csp_mode: str = "enforce", **policy: Any) -> ConsentMiddleware:
        declared = {**POLICY, "csp": {"mode": csp_mode}, **policy}
        app = ConsentMiddleware(
            answering(response), policy=declared, data=tmp_path, secret=new_secret(), signing_key=KEY
        )
        made.append(app)
        return app

    yield build
    for app in made:
        app._kit.close()


def report(browser: Browser, body: bytes = REPORT, kind: str = "application/csp-report", **headers: str) -> Answer:
    said = {
        "content-type": kind,
        "sec-fetch-site": "same-origin",
        **{k.replace("_", "-"): v for k, v in headers.items()},
    }
    return browser.send("POST", "/_privacy/report", said, body)


def counted(app: ConsentMiddleware) -> dict[tuple[str, str], int]:
    app._kit.hosts.flush()
    return {(s.host, s.place): s.times for s in sightings(app._kit.ledger.store, datetime.now(UTC).date())}


def test_personal_and_shared(serve: Serve) -> None:
    """A visitor's page is under their decision, and kept by nobody else; a shared one is under no one's."""
    browser = Browser(serve())
    before = browser.get()
    assert "ads.test" not in str(before.header("content-security-policy"))
    assert str(before.header("cache-control")).startswith("private")
    browser.choose("accept_all")
    after = browser.get()
    assert "ads.test" in str(after.header("content-security-policy"))
    assert before.header("etag") != after.header("etag")
    shared = Response(200, (*PAGE.headers, ("cache-control", "public, max-age=9")), PAGE.chunks)
    app = serve(shared)
    first, second = Browser(app).get(), Browser(app).get()
    assert first.all("content-security-policy") == second.all("content-security-policy")
    assert "ads.test" in str(first.header("content-security-policy"))


def test_a_workers_script(serve: Serve) -> None:
    """A worker's script is under the visitor's decision, its copy ends with that, and its body is the app's."""
    dates = (("last-modified", "Mon, 23 Nov 2026 00:00:00 GMT"), ("etag", '"w"'))
    browser = Browser(serve(Response(200, (("content-type", "text/javascript"), *dates), (b"fetch('//ads.test/')",))))
    worker = browser.get("/w.js", sec_fetch_dest="worker", accept="*/*")
    assert "ads.test" not in str(worker.header("content-security-policy"))
    assert worker.body == b"fetch('//ads.test/')"
    assert worker.header("last-modified") is None
    assert "Cookie" in str(worker.header("vary"))
    assert worker.header("etag") != '"w"'
    assert browser.get("/w.js", sec_fetch_dest="script", accept="*/*").header("content-security-policy") is None


@pytest.mark.parametrize("policy", [{"mode": "report"}, {"exclude": ["/admin"]}, {"csp": {"mode": "off"}}])
def test_left_alone(serve: Serve, policy: dict[str, Any]) -> None:
    """Where the owner wants nothing changed, no header is added."""
    answer = Browser(serve(**policy)).get("/admin")
    assert answer.header("content-security-policy") is None
    assert answer.header("content-security-policy-report-only") is None


def test_a_changed_policy_voids_copies(serve: Serve) -> None:
    """A copy of a page from before the owner changed the CSP is not confirmed: it came under the old one."""
    tags = {Browser(serve(csp=csp)).get().header("etag") for csp in ({"mode": "enforce"}, {"mode": "learn"}, {})}
    assert len(tags) == 3


def test_our_own_pages(serve: Serve) -> None:
    """Our own pages have the one strict policy they always had."""
    (policy,) = Browser(serve()).get("/_privacy/preferences").all("content-security-policy")
    assert policy.startswith("default-src 'none'")


def test_a_report_is_counted(serve: Serve) -> None:
    """What a browser reports is counted by host and kind of fetch, and answered with nothing."""
    app = serve()
    answer = report(Browser(app))
    assert (answer.status, answer.body) == (204, b"")
    reports = [{"type": "csp-violation", "body": {"blockedURL": "https://t.test", "effectiveDirective": "img-src"}}]
    assert report(Browser(app), json.dumps(reports).encode(), "application/reports+json").status == 204
    assert counted(app) == {("t.test", "img-src"): 2}


@pytest.mark.parametrize(
    ("status", "body", "kind", "site"),
    [
        (400, b"{", "application/csp-report", "same-origin"),
        (413, b" " * 20_000, "application/csp-report", "same-origin"),
        (415, REPORT, "application/json", "same-origin"),
        (415, REPORT, "text/plain", "same-origin"),
        (403, REPORT, "application/csp-report", "cross-site"),
    ],
)
def test_what_is_no_report(serve: Serve, status: int, body: bytes, kind: str, site: str) -> None:
    """What another site sends, or what is no report, is refused and counts for nothing."""
    app = serve()
    assert report(Browser(app), body, kind, sec_fetch_site=site).status == status
    assert counted(app) == {}


def test_reports_are_throttled(serve: Serve) -> None:
    """One network cannot flood the counts, nor keep its neighbours from choosing."""
    app = serve()
    browser = Browser(app)
    app._kit._clock = lambda: 1_795_000_000.0
    statuses = [report(browser).status for _ in range(PER_MINUTE + 5)]
    assert statuses == [204] * PER_MINUTE + [429] * 5
    assert counted(app) == {("t.test", "img-src"): PER_MINUTE}
    assert browser.choose("accept_all").status == 303


def test_where_nothing_is_learned(serve: Serve) -> None:
    """A site that sends no policy takes no reports; and nobody reads any."""
    assert report(Browser(serve(csp_mode="off"))).status == 404
    assert Browser(serve()).get("/_privacy/report").status == 405


def test_forged_reports_widen_nothing(serve: Serve) -> None:
    """However often a host is reported, no visitor's browser is let through to it."""
    app = serve()
    for _ in range(50):
        report(Browser(app))
    counted(app)
    assert "t.test" not in str(Browser(app).get().header("content-security-policy"))


def test_hosts_of_a_page_are_learned(serve: Serve) -> None:
    """Hosts in a page, trackers or not, are there for the owner to decide on, held or not, once they were met."""
    body = b'<!doctype html><body><img src="https://files.test/a.png"><script src="//ads.test/a.js"></script>'
    app = serve(Response(200, (("content-type", "text/html"),), (body,)), csp_mode="learn")
    Browser(app).get()
    assert counted(app) == {("files.test", "html"): 1, ("ads.test", "html"): 1}
