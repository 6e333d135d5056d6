"""Choosing: what a form and a script get for it, what is refused, and what a refusal never loses."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from consentkit import limit
from consentkit.token import LIFE_SECONDS
from tests.exchanges import POLICY, Response

from .browser import HOST, Browser
from .conftest import Serve, answering, later

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


def entries(browser: Browser) -> list[dict[str, Any]]:
    """The visitor's own records, newest first."""
    return [receipt["record"] for receipt in browser.get("/_privacy/receipt?download").json["receipts"]]


def granted(browser: Browser) -> str:
    """What the cookie that scripts may read says."""
    return browser.cookies.get("ck_s", "").partition(".")[0]


PROBE = answering(Response(204, (("set-cookie", "_ct=1"), ("set-cookie", "_ad=1"), ("set-cookie", "_new=1; Max-Age=9"))))


def may_set(browser: Browser) -> set[str]:
    """The cookies that PROBE's app may set now: one of analytics, one of marketing, one of a vendor that comes later."""
    return set(browser.get(sec_fetch_dest="empty").cookies) - OWN


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
    assert b"/_privacy/choice" not in browser.get(scope={"scheme": "https"}).body


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
        assert f"{field}:".encode() in answer.body


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
    """A page rendered by one process of a site can be answered by another: what it showed is in the ledger they share."""
    first = serve()
    token = Browser(first).get().token
    first._kit.close()
    taken = Browser(serve()).fetch({"choice": "accept_all", "token": token})
    assert taken.json["receipt"]["record"]["method"] == "banner fetch"


NEWCOMER = {
    "id": "new",
    "name": "New",
    "category": "marketing",
    "purpose": "Sells.",
    "hosts": ["new.test"],
    "cookies": [{"name": "_new", "purpose": "Sells.", "retention": "1 year"}],
}


def test_policy_grew_while_the_page_lay_open(serve: Serve) -> None:
    """A grant of more than was shown gets a fresh form; of what was shown, and a refusal, it holds."""
    token = Browser(serve()).get("/_privacy/preferences").token
    grown = serve(vendors=[*POLICY["vendors"], NEWCOMER])
    browser = Browser(grown)
    answer = browser.post({"choice": "accept_all", "token": token, "return_to": "/page"})
    assert (answer.status, answer.cookies) == (409, {})
    assert b"Sells." in answer.body
    assert browser.fetch({"choice": "accept_all", "token": token}).json["error"]["id"] == "consentkit.widened"
    assert Browser(grown).post({"choice": "custom", "category": "analytics", "token": token}).status == 303
    assert Browser(grown).post({"choice": "custom", "vendor": "ads", "token": token}).status == 303
    assert Browser(grown).post({"choice": "custom", "vendor": "new", "token": token}).status == 409
    refuser = Browser(grown)
    assert refuser.post({"choice": "refuse_all", "token": token}).status == 303
    assert granted(refuser) == "0"
    assert browser.post({"choice": "accept_all", "token": answer.token}).status == 303
    assert granted(browser) == "fam"


def test_policy_grew_after_the_choice(serve: Serve) -> None:
    """When a vendor is added, only that vendor is not covered: the visitor is asked again, the others go on."""
    browser = Browser(serve(PROBE))
    browser.choose("accept_all")
    made = entries(browser)[0]
    browser.app = serve(PROBE, vendors=[*POLICY["vendors"], NEWCOMER])
    assert may_set(browser) == {"_ct", "_ad"}
    browser.app = serve(vendors=[*POLICY["vendors"], NEWCOMER])
    asked = browser.get()
    assert b"ck-first" in asked.body
    assert browser.get("/_privacy/preferences").body.count(b" checked") == 3  # two categories, and the vendor of before
    assert browser.post({"choice": "accept_all", "token": asked.token}).status == 303
    assert b"ck-first" not in browser.get().body
    again, first = entries(browser)
    assert first == made
    assert (again["visitor"], again["policy"] != made["policy"]) == (made["visitor"], True)


def test_policy_grew_after_a_refusal(serve: Serve) -> None:
    """A refusal covers vendors that come later: nobody is asked again for them."""
    browser = Browser(serve())
    browser.choose("refuse_all")
    browser.app = serve(vendors=[*POLICY["vendors"], NEWCOMER])
    assert b"ck-first" not in browser.get().body


def test_policy_shrank(serve: Serve) -> None:
    """Nobody is asked again because a vendor is gone."""
    browser = Browser(serve())
    browser.choose("accept_all")
    browser.app = serve(vendors=POLICY["vendors"][:1])
    assert b"ck-first" not in browser.get().body


ELSEWHERE = """
//evil.test ///evil.test ////evil.test /\\evil.test \\\\evil.test \\/evil.test /\\/evil.test http://evil.test
https://evil.test HTTPS:evil.test https:/evil.test javascript:alert(1) data:text/html,x evil.test evil.test/page
?next=//evil.test #x . .. ../ ftp://evil.test mailto:a@evil.test blob:x http:evil.test //evil.test@shop.test
//shop.test@evil.test http://shop.test@evil.test http://shop.test/page
""".split()
ELSEWHERE += [
    *("/\t/evil.test", "/\n/evil.test", "/\r/evil.test", "\t//evil.test", " //evil.test", "\x00//evil.test", "/\x00/x"),
    *("/a\r\nSet-Cookie: x=1", "/a\nLocation: //evil.test", "/\x7f", "", " ", "/" + "a" * 3000, "/\u2028\\x"),
]


@pytest.mark.parametrize("place", ELSEWHERE, ids=repr)
def test_open_redirects(place: str, serve: Serve) -> None:
    """Nobody can be led to another site by way of a choice, nor by the link back on our pages."""
    browser = Browser(serve())
    asked = browser.get(f"/_privacy/preferences?{urlencode({'return_to': place})}")
    assert b'name="return_to" value="/"' in asked.body
    taken = browser.post({"choice": "refuse_all", "return_to": place})
    assert (taken.status, taken.header("location")) == (303, "/")


@pytest.mark.parametrize(
    ("place", "back"),
    [("/caf\u00e9?x=\u00e9#y", "/caf%C3%A9?x=%C3%A9#y"), ("/a b", "/a%20b"), ("/a%2Fb", "/a%2Fb"), ("/;//x", "/;//x"),
     ("/a?u=http://b.test/\u20ac", "/a?u=http://b.test/%E2%82%AC"), ('/"><script>', "/%22%3E%3Cscript%3E")],
)  # fmt: skip
def test_ways_back(place: str, back: str, serve: Serve) -> None:
    """Any page of the site can be returned to."""
    browser = Browser(serve())
    assert browser.post({"choice": "refuse_all", "return_to": place}).header("location") == back


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        (f"http://{HOST}/cart?a=1", "/cart?a=1"),
        ("http://evil.test/cart", "/"),
        (f"http://{HOST}//evil.test", "/"),
        ("x", "/"),
    ],
)
def test_way_back_from_preferences(referer: str, back: str, serve: Serve) -> None:
    """Preferences opened from a page of the site lead back to it; opened from elsewhere, to the front page."""
    asked = Browser(serve()).get("/_privacy/preferences", referer=referer)
    assert f'name="return_to" value="{back}"'.encode() in asked.body


def test_pressed_twice(serve: Serve) -> None:
    """Pressing a button twice is one choice."""
    browser = Browser(serve())
    token = browser.get().token
    first = browser.fetch({"choice": "accept_all", "token": token}).json["receipt"]
    again = browser.fetch({"choice": "accept_all", "token": token}).json["receipt"]
    assert again["index"] == first["index"]
    assert len(entries(browser)) == 1


def test_confirmed_months_later(serve: Serve) -> None:
    """The same choice made anew months later is a choice of that day: the record bears out the cookie's time."""
    browser = Browser(serve())
    browser.choose("accept_all")
    later(browser.app, 100 * 86400)
    browser.choose("accept_all")
    confirmed, made = entries(browser)
    assert confirmed["time"] > made["time"]


def test_changes_are_recorded(serve: Serve) -> None:
    """Every change of mind is an entry of the same visitor, whose id no script can read and no client can choose."""
    browser = Browser(serve())
    for choice in ("accept_all", "refuse_all", "accept_all", "withdraw"):
        browser.choose(choice, visitor="f" * 32, id="f" * 32)
    made = entries(browser)
    assert [record["choice"] for record in made] == ["withdraw", "accept_all", "refuse_all", "accept_all"]
    assert len({record["visitor"] for record in made}) == 1
    assert made[0]["visitor"] != "f" * 32
    assert made[0]["visitor"] not in browser.cookies["ck_s"]


def test_old_cookie_put_back(serve: Serve) -> None:
    """A choice is recorded as made, also by a browser that was set back to an earlier state."""
    browser = Browser(serve())
    browser.choose("accept_all")
    kept = dict(browser.cookies)
    browser.choose("refuse_all")
    browser.cookies = kept
    token = browser.get("/_privacy/preferences").token
    assert browser.fetch({"choice": "accept_all", "token": token}).json["receipt"]["record"]["choice"] == "accept_all"


def test_too_many(serve: Serve) -> None:
    """One network cannot fill the ledger; its grants wait, its refusals hold, other networks go on."""
    app = serve()
    app._kit.limit = limit.RateLimit(3)
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


@pytest.mark.parametrize("value", ["1", " 1 "])
def test_gpc(value: str, serve: Serve) -> None:
    """The signal denies marketing, says so, and is outweighed only by a grant made with it on and told."""
    plain = Browser(serve(PROBE))
    plain.choose("accept_all")
    signal = Browser(plain.app, sec_gpc=value)
    signal.cookies = dict(plain.cookies)
    assert (may_set(plain), may_set(signal)) == ({"_ct", "_ad", "_new"}, {"_ct"})
    told = signal.get("/_privacy/preferences")
    assert b"Global Privacy Control" in told.body
    taken = signal.fetch({"choice": "accept_all", "token": told.token})
    assert "marketing" in taken.json["decision"]["granted"]
    assert taken.json["receipt"]["record"]["gpc"] is True
    assert "_ad" in may_set(signal)


@pytest.mark.parametrize("value", ["0", "true", "", "11", "1, 1"])
def test_not_gpc(value: str, serve: Serve) -> None:
    """Nothing but the one value is the signal."""
    browser = Browser(serve(PROBE), sec_gpc=value)
    browser.choose("accept_all")
    assert "_ad" in may_set(browser)
    assert entries(browser)[0]["gpc"] is False


def test_gpc_was_not_told(serve: Serve) -> None:
    """A grant from a page that did not mention the signal does not outweigh it."""
    app = serve()
    token = Browser(app).get().token
    browser = Browser(app, sec_gpc="1")
    taken = browser.fetch({"choice": "accept_all", "token": token})
    assert "marketing" not in taken.json["decision"]["granted"]
    assert granted(browser) == "fa"


def test_gpc_resource(serve: Serve) -> None:
    """A site that honours the signal says so where browsers look; one that does not leaves the place to the app."""
    answer = Browser(serve()).get("/.well-known/gpc.json")
    assert answer.json["gpc"] is True
    assert Browser(serve(honour_gpc=False)).get("/.well-known/gpc.json").body.startswith(b"<!doctype html>")
