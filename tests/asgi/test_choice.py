"""Choosing: what a form and a script get for it, what is refused, and what a refusal never loses."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import pytest

from consentkit import limit
from consentkit.token import LIFE_SECONDS

from .browser import HOST, Browser
from .conftest import Serve, entries, granted, later

OWN = {"ck", "ck_s"}
FOREIGN = [
    {"origin": "http://evil.test"},
    {"origin": f"http://{HOST}.evil.test"},
    {"origin": f"http://evil{HOST}"},
    {"origin": f"http://{HOST}:8080"},
    {"origin": f"http://{HOST}@evil.test"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "http://["},
    {"sec_fetch_site": "cross-site"},
    {"sec_fetch_site": "same-site"},
    {"sec_fetch_site": "cross-site", "origin": f"http://{HOST}"},
]
OURS = [
    {"origin": f"http://{HOST}"},
    {"origin": f"HTTP://{HOST.upper()}"},
    {"sec_fetch_site": "same-origin"},
    {"sec_fetch_site": "same-origin", "origin": "null"},
    {"sec_fetch_site": "none", "origin": f"http://{HOST}"},
]


def test_form(serve: Serve) -> None:
    """A form is answered with a way back and two cookies: one sealed and out of scripts' reach, one without an id."""
    browser = Browser(serve())
    asked = browser.get("/page?a=1")
    taken = browser.post({"choice": "accept_all", "token": asked.token, "return_to": "/page?a=1"})
    assert (taken.status, taken.header("location"), taken.body) == (303, "/page?a=1", b"")
    sealed, readable = taken.cookies["ck"], taken.cookies["ck_s"]
    assert sealed.partition("; ")[2] == "Max-Age=15552000; Path=/; SameSite=Lax; HttpOnly"
    assert readable.partition("; ")[2] == "Max-Age=15552000; Path=/; SameSite=Lax"
    assert readable.startswith("ck_s=fam.")


def test_https(serve: Serve) -> None:
    """On https our cookies are bound to the host and never travel in the clear."""
    browser = Browser(serve())
    asked = browser.get(scope={"scheme": "https"})
    headers = {"content-type": "application/x-www-form-urlencoded", "origin": f"https://{HOST}"}
    body = urlencode({"choice": "accept_all", "token": asked.token}).encode()
    taken = browser.send("POST", "/_privacy/choice", headers, body, scheme="https")
    assert all("; Secure" in taken.cookies[f"__Host-{name}"] for name in OWN)
    assert b"ck-first" not in browser.get(scope={"scheme": "https"}).body


def test_fetch(serve: Serve) -> None:
    """A script is answered with the decision and the visitor's receipt."""
    browser = Browser(serve())
    asked = browser.get("/page")
    taken = browser.fetch({"choice": "custom", "category": ["analytics"], "vendor": ["ads"], "token": asked.token})
    assert (taken.status, taken.header("content-type")) == (200, "application/json")
    assert taken.json["decision"] == {"granted": ["analytics", "essential"], "vendors": ["ads"]}
    receipt = taken.json["receipt"]
    assert set(receipt) == {"id", "index", "leaf_hash", "time", "record", "salt", "checkpoint", "proof", "vkey"}
    assert receipt["record"] == entries(browser)[0]
    assert (
        receipt["record"]
        | {
            "choice": "custom",
            "categories": ["analytics"],
            "vendors": ["ads"],
            "site": "shop",
            "language": "en",
            "regime": "opt_in",
            "gpc": False,
        }
        == receipt["record"]
    )
    assert set(taken.cookies) == OWN
    assert granted(browser) == "a"


def test_one_category_as_text(serve: Serve) -> None:
    """A script may name one category without a list."""
    browser = Browser(serve())
    taken = browser.fetch({"choice": "custom", "category": "marketing", "token": browser.get().token})
    assert taken.json["decision"]["granted"] == ["essential", "marketing"]


FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
MALFORMED = [
    (FORM, b"", "choice"),
    (FORM, b"choice=", "choice"),
    (FORM, b"choice=maybe", "choice"),
    (FORM, b"choice=accept_all&choice=refuse_all", "choice"),
    (FORM, b"choice=accept_all&token=a&token=b", "token"),
    (FORM, b"choice=accept_all&return_to=/a&return_to=/b", "return_to"),
    (FORM, b"choice=custom&category=essential", "category"),
    (FORM, b"choice=custom&category=analytics&category=fun", "category"),
    (FORM, b"choice=custom&vendor=nobody", "vendor"),
    (FORM, b"choice=%ff", "body"),
    (FORM, b"\xff", "body"),
    (FORM, b"a=1&" * 3000, "body"),
    (JSON, b"", "body"),
    (JSON, b"{", "body"),
    (JSON, b"[]", "body"),
    (JSON, b'"accept_all"', "body"),
    (JSON, b"\xff", "body"),
    (JSON, b"[" * 10000, "body"),
    (JSON, b'{"choice": 1}', "choice"),
    (JSON, b'{"choice": ["accept_all"]}', "choice"),
    (JSON, b'{"choice": "\\ud800"}', "choice"),
    (JSON, b'{"choice": "accept_all", "token": 1}', "token"),
    (JSON, b'{"choice": "accept_all", "return_to": {}}', "return_to"),
    (JSON, b'{"choice": "custom", "category": [1]}', "category"),
    (JSON, b'{"choice": "custom", "category": {"a": 1}}', "category"),
    (JSON, b'{"choice": "custom", "vendor": ["\\ud800"]}', "vendor"),
    ("text/plain", b"choice=accept_all", "content-type"),
    ("multipart/form-data; boundary=x", b"--x--", "content-type"),
    ("", b"choice=accept_all", "content-type"),
    ("application/jsonx", b'{"choice": "accept_all"}', "content-type"),
]


@pytest.mark.parametrize(("kind", "body", "field"), MALFORMED)
def test_malformed(kind: str, body: bytes, field: str, serve: Serve) -> None:
    """What cannot be read changes nothing, and the answer names the field."""
    browser = Browser(serve())
    answer = browser.send("POST", "/_privacy/choice", {"content-type": kind, "sec-fetch-site": "same-origin"}, body)
    assert (answer.status, answer.cookies) == (400, {})
    if kind == JSON:
        assert answer.json["error"]["field"] == field
    else:
        assert f"“{field}”".encode() in answer.body


@pytest.mark.parametrize("size", [16 * 1024 + 1, 5_000_000])
def test_too_large(size: int, serve: Serve) -> None:
    """A body longer than any choice is not read to its end."""
    body = b"choice=refuse_all&x=".ljust(size, b"x")
    answer = Browser(serve()).send("POST", "/_privacy/choice", {"content-type": FORM}, body)
    assert (answer.status, answer.cookies) == (413, {})


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "HEAD"])
def test_other_methods(method: str, serve: Serve) -> None:
    """Only POST chooses: no link and no picture can."""
    answer = Browser(serve()).get("/_privacy/choice?choice=accept_all", method=method)
    assert (answer.status, answer.header("allow"), answer.cookies) == (405, "POST", {})


@pytest.mark.parametrize("choice", ["accept_all", "refuse_all", "withdraw"])
@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_foreign(choice: str, headers: dict[str, str], serve: Serve) -> None:
    """Another site cannot choose for a visitor, neither to grant nor to refuse."""
    browser = Browser(serve())
    browser.choose("custom", category="functional")
    token = browser.get("/_privacy/preferences").token
    body = urlencode({"choice": choice, "token": token}).encode()
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = browser.send("POST", "/_privacy/choice", {"content-type": FORM, **said}, body)
    assert (answer.status, answer.cookies) == (403, {})
    assert len(entries(browser)) == 1


@pytest.mark.parametrize("headers", OURS, ids=str)
def test_ours(headers: dict[str, str], serve: Serve) -> None:
    """Our own page is believed by what its browser says of it."""
    browser = Browser(serve())
    body = urlencode({"choice": "accept_all", "token": browser.get().token}).encode()
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    assert browser.send("POST", "/_privacy/choice", {"content-type": FORM, **said}, body).status == 303


def test_browser_that_says_nothing(serve: Serve) -> None:
    """Where a browser does not say who sent the form, nothing is granted, and a refusal is honoured."""
    browser = Browser(serve())
    token = browser.get().token
    silent = {"content-type": FORM}
    grant = browser.send(
        "POST", "/_privacy/choice", silent, urlencode({"choice": "accept_all", "token": token}).encode()
    )
    assert (grant.status, grant.cookies) == (403, {})
    refusal = browser.send("POST", "/_privacy/choice", silent, b"choice=refuse_all")
    assert (refusal.status, set(refusal.cookies)) == (303, OWN)
    assert entries(browser)[0]["choice"] == "refuse_all"


def tokens(serve: Serve, elsewhere: Path) -> dict[str, str]:
    app = serve()
    token = Browser(app).get().token
    later(app, -LIFE_SECONDS - 5)
    stale = Browser(app).get().token
    return {
        "missing": "",
        "bad": "A" * 60,
        "cut": token[:-4],
        "changed": token.replace(token[9], "B" if token[9] == "A" else "A", 1),
        "not ASCII": "\u00e9" * 20,
        "stale": stale,
        "other site": Browser(serve(site={"id": "other", "name": "Other"}, data=elsewhere)).get().token,
        "other secret": Browser(serve(secret="another-secret-entirely")).get().token,
    }


KINDS = ["missing", "bad", "cut", "changed", "not ASCII", "stale", "other site", "other secret"]


@pytest.mark.parametrize("kind", KINDS)
def test_bad_token(kind: str, serve: Serve, tmp_path: Path) -> None:
    """A grant on a page of unknown age or origin gets a fresh form, which works; a refusal needs no token at all."""
    token = tokens(serve, tmp_path / "elsewhere")[kind]
    browser = Browser(serve())
    answer = browser.post({"choice": "accept_all", "token": token, "return_to": "/page"})
    assert (answer.status, answer.cookies) == (403, {})
    again = browser.post({"choice": "accept_all", "token": answer.token, "return_to": "/page"})
    assert (again.status, again.header("location")) == (303, "/page")
    refused = browser.post({"choice": "refuse_all", "token": token})
    assert (refused.status, granted(browser)) == (303, "0")
    assert browser.fetch({"choice": "accept_all", "token": token}).json["error"]["id"] == "consentkit.stale"


def test_token_of_another_browser(serve: Serve) -> None:
    """A token says what was shown, not to whom: a page kept by a shared cache for a while still works."""
    app = serve()
    assert Browser(app).post({"choice": "accept_all", "token": Browser(app).get().token}).status == 303


def test_token_of_another_worker(serve: Serve) -> None:
    """A page rendered by one process can be answered by another: what it showed is in the ledger they share."""
    first = serve()
    token = Browser(first).get().token
    first._kit.close()
    taken = Browser(serve()).fetch({"choice": "accept_all", "token": token})
    assert taken.json["receipt"]["record"]["method"] == "banner fetch"


def test_too_many(serve: Serve) -> None:
    """One network cannot fill the ledger; its grants wait, its refusals hold, other networks go on."""
    app = serve()
    app._kit.limit = limit.ChoiceLimit(per_network=3)
    app._kit._clock = lambda: 1_800_000_000.0
    visitors = [Browser(app) for _ in range(5)]
    statuses = [visitor.choose("accept_all").status for visitor in visitors]
    assert statuses == [303, 303, 303, 429, 429]
    assert "ck" not in visitors[4].cookies
    refusal = visitors[4].choose("refuse_all")
    assert (refusal.status, granted(visitors[4])) == (429, "0")
    headers = {"content-type": FORM, "origin": f"http://{HOST}"}
    body = urlencode({"choice": "accept_all", "token": visitors[4].get("/_privacy/preferences").token}).encode()
    other = Browser(app).send("POST", "/_privacy/choice", headers, body, client=("198.51.100.1", 1))
    assert other.status == 303
    later(app, 60)
    assert visitors[3].choose("accept_all").status == 303
