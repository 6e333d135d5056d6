"""Cookies: which leave, which are taken back, and what becomes of cookies that are not what we wrote."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consentkit.asgi import ConsentMiddleware
from consentkit.limit import ChoiceLimit
from tests.exchanges import POLICY, Response

from .browser import NAVIGATION, Browser
from .conftest import KEY, PAGE, SECRET, Serve, answering, later

PROBE = answering(
    Response(204, (("set-cookie", "_ct=1"), ("set-cookie", "_ad=1"), ("set-cookie", "login=1; HttpOnly")))
)


PAGE_HEAD = (("content-type", "text/html"),)


def record(browser: Browser) -> dict[str, Any]:
    return dict(browser.get("/_privacy/receipt?download").json["receipts"][0]["record"])


def visitor(browser: Browser) -> str:
    """The id of whoever chooses now with this browser's cookies."""
    token = Browser(browser.app).get("/_privacy/preferences").token
    return str(browser.fetch({"choice": "accept_all", "token": token}).json["receipt"]["record"]["visitor"])


def test_forged(serve: Serve, tmp_path: Path) -> None:
    """A cookie that is not ours as we wrote it for this site counts for nothing: a stranger is asked."""
    browser = Browser(serve(PROBE))
    browser.choose("accept_all")
    good, first = browser.cookies["ck"], record(browser)["visitor"]
    other = Browser(serve(PROBE, site={"id": "other", "name": "Other"}, data=tmp_path / "other"))
    other.choose("accept_all")
    elsewhere = Browser(serve(PROBE, secret="another-secret-entirely"))
    elsewhere.choose("accept_all")
    forged = {
        "empty": "",
        "a word": "yes",
        "cut": good[:-1],
        "cut in half": good[: len(good) // 2],
        "longer": good + "A",
        "no seal": good.partition(".")[0],
        "changed": ("B" if good[0] == "A" else "A") + good[1:],
        "quoted": f'"{good}"',
        "padded": good + "=",
        "another site": other.cookies["ck"],
        "another secret": elsewhere.cookies["ck"],
        "huge": "A" * 7000 + "." + "B" * 43,
        "a token of ours": Browser(browser.app).get("/_privacy/preferences").token,
    }
    for name, value in forged.items():
        browser.cookies = {"ck": value}
        assert set(browser.get(sec_fetch_dest="empty").cookies) == {"login"}, name
        browser.cookies = {"ck": value}
        assert visitor(browser) != first, name


def test_two_values(serve: Serve) -> None:
    """Of two cookies of our name one was planted, by a subdomain say: neither counts."""
    browser = Browser(serve(PROBE))
    browser.choose("accept_all")
    good = browser.cookies["ck"]
    for cookie in (f"ck={good}; ck={good}", f"ck={good}; ck=", f"ck=x;ck={good}"):
        answer = browser.send("GET", "/", {"cookie": cookie})
        assert set(answer.cookies) == {"login"}


def test_planted_on_https(serve: Serve) -> None:
    """On https a cookie without the prefix, which anyone on a subdomain may set, is not ours."""
    browser = Browser(serve(PROBE))
    browser.choose("accept_all")
    assert set(browser.get(sec_fetch_dest="empty", scope={"scheme": "https"}).cookies) == {"login"}


@pytest.mark.parametrize(("days", "asked"), [(179, False), (181, True)])
def test_memory(days: int, asked: bool, serve: Serve) -> None:
    """A choice is remembered as long as the banner says; then the visitor is asked again, as somebody new."""
    browser = Browser(serve())
    browser.choose("accept_all")
    first = record(browser)["visitor"]
    later(browser.app, days * 86400)
    assert (b"ck-first" in browser.get().body) == asked
    assert (visitor(browser) != first) == asked


def test_from_the_future(serve: Serve) -> None:
    """A choice dated ahead of our clock is none."""
    browser = Browser(serve())
    later(browser.app, 86400)
    browser.choose("accept_all")
    later(browser.app, -86400)
    assert b"ck-first" in browser.get().body


def test_secret_rotated(serve: Serve) -> None:
    """When a secret is added, choices sealed with the one before still stand."""
    browser = Browser(serve(PROBE))
    browser.choose("accept_all")
    browser.app = serve(PROBE, secret=f"{SECRET} a-newer-secret-for-tests")
    assert set(browser.get(sec_fetch_dest="empty").cookies) == {"login", "_ct", "_ad"}
    browser.choose("accept_all")
    browser.app = serve(PROBE, secret="a-newer-secret-for-tests")
    assert set(browser.get(sec_fetch_dest="empty").cookies) == {"login", "_ct", "_ad"}


def test_cookies_in_several_headers(serve: Serve) -> None:
    """A choice is found also where a server hands over the cookies in several lines, as HTTP/2 sends them."""
    browser = Browser(serve(PROBE))
    browser.choose("accept_all")
    lines = [(b"host", b"shop.test"), (b"cookie", b"a=1"), (b"cookie", f"ck={browser.cookies['ck']}".encode())]
    assert "_ct" in browser.get(sec_fetch_dest="empty", scope={"headers": lines}).cookies


def test_withdrawal_takes_back(serve: Serve) -> None:
    """Withdrawing drops the visitor's cookies on every path and domain they may have, HttpOnly ones too, ours not."""
    app = answering(Response(204, (("set-cookie", "_ct=1; HttpOnly; Path=/stats; Max-Age=999"),)))
    browser = Browser(serve(app))
    browser.choose("accept_all")
    browser.get(sec_fetch_dest="empty")
    browser.cookies |= {"_ad7": "1", "login": "1", "speed": "1", "odd": "1"}
    lines = browser.choose("withdraw").all("set-cookie")
    gone = [line for line in lines if "Max-Age=0" in line and not line.startswith("ck")]
    names = {line.partition("=")[0] for line in gone}
    assert names == {"_ct", "_ad7", "speed"}
    assert {line.partition("Path=")[2] for line in gone if line.startswith("_ct=")} == {
        "/",
        "/; Domain=shop.test",
        "/stats",
        "/stats; Domain=shop.test",
    }
    assert {"ck", "ck_s", "login", "odd"} <= browser.cookies.keys()


def test_cookies_come_and_go_with_the_choice(serve: Serve) -> None:
    """One vendor allowed and another not: only the other's cookies are dropped, and only on pages."""
    browser = Browser(serve())
    browser.choose("custom", vendor="counter")
    browser.cookies |= {"_ct": "1", "_ad1": "1"}
    assert browser.get(sec_fetch_dest="script").cookies == {}
    assert set(browser.get().cookies) == {"_ad1"}


def test_many_cookies_go_in_turns(serve: Serve) -> None:
    """More cookies than one head can hold go with the next pages: at most 4 KB at a time, and all in the end."""
    browser = Browser(serve())
    browser.choose("refuse_all")
    names = [f"_ad_{number:03}" for number in range(180)]
    browser.cookies |= dict.fromkeys(names, "1")
    for _ in range(30):
        answer = browser.get()
        size = sum(len(f"set-cookie: {line}\r\n") for line in answer.all("set-cookie"))
        assert 0 < size <= 4096
        if not [name for name in names if name in browser.cookies]:
            return
        later(browser.app, 7)
    raise AssertionError(f"{len(browser.cookies)} cookies are left")


@pytest.mark.parametrize("name", ["_ad;x", "_ad\r\nx", "_ad\x00", "_ad x", "_ad\xe9", "_ad(", "_ad" + "x" * 5000])
def test_names_that_cannot_be_written(name: str, serve: Serve) -> None:
    """A name that cannot stand in a header is not written into one."""
    browser = Browser(serve())
    browser.choose("refuse_all")
    cookie = f"ck={browser.cookies['ck']}; {name}=1".encode("latin-1")
    answer = browser.send("GET", "/", {**NAVIGATION, "cookie": cookie})
    assert all(line.startswith("_ad=;") for line in answer.all("set-cookie"))


@pytest.mark.parametrize(
    "host", ["", "a b", "shop.test\r\nx: y", "[::1]:80", "192.0.2.1", "é", "." * 99, "a" * 5000, "@", "x:y:z"]
)
def test_odd_hosts(host: str, serve: Serve) -> None:
    """Whatever a client says it calls us, pages are served and no header is broken."""
    browser = Browser(serve(), host=host)
    browser.cookies["_ct"] = "1"
    answer = browser.send("GET", "/", {**NAVIGATION, "host": host.encode()})
    assert answer.status == 200
    assert all("\n" not in line and "\r" not in line for line in answer.all("set-cookie"))


def test_report_mode_changes_nothing(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """In report mode an app answers as it always did, and the log names what would be held."""
    page = (
        ("content-type", "text/html"),
        ("set-cookie", "_ct=1"),
        ("set-cookie", "strange=1; Max-Age=9"),
        ("etag", '"a"'),
    )
    body = b"<body><script src=//ads.test></script>"
    browser = Browser(serve(answering(Response(200, page, (body,))), mode="report"))
    browser.cookies["_ad"] = "1"
    answer = browser.get()
    assert [(key.decode(), value.decode()) for key, value in answer.headers] == list(page)
    assert answer.body == body
    assert "would be held" in caplog.text
    assert 'name = "strange"' in caplog.text


def test_held_once_in_the_log(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """A cookie that is held is named once, with the line that would declare it, and never with its value."""
    browser = Browser(serve(answering(Response(204, (("set-cookie", "strange=secret-value; Max-Age=9"),)))))
    for _ in range(3):
        browser.get()
    assert caplog.text.count('name = "strange"') == 1
    assert "secret-value" not in caplog.text


def test_seen_by_another_process(serve: Serve, tmp_path: Path) -> None:
    """What an app sets, and what browsers send it with a page, is there for the owner's command when the app ends."""
    app = serve(answering(Response(200, (*PAGE_HEAD, ("set-cookie", "odd=s3cr3t; Path=/x; Max-Age=60; Secure")))))
    for number in range(20):
        visit = Browser(app)
        visit.cookies |= {"odd": "s3cr3t", "_ga": "s3cr3t"}
        visit.get(scope={"client": (f"198.51.{number}.7", 4000)})
    Browser(app).get(scope={"client": ("203.0.113.1", 4000)}, cookie="made_up=1")
    app._kit.close()
    ran = subprocess.run(
        [sys.executable, "-c", "from consentkit.cli import main; main()", "cookies", "seen", "--json"],
        env={
            "CONSENTKIT_DATA": str(tmp_path),
            "CONSENTKIT_SECRET": SECRET,
            "CONSENTKIT_SIGNING_KEY": KEY,
            "CONSENTKIT_POLICY": str(write_policy(tmp_path)),
        },
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 1, ran.stderr
    found = {each["name"]: each for each in map(json.loads, ran.stdout.splitlines())}
    assert found.keys() == {"odd", "_ga"}
    assert (found["odd"]["set"], found["odd"]["received"], found["_ga"]["set"]) == (True, True, False)
    assert (found["odd"]["paths"], found["odd"]["attributes"], found["odd"]["retention"]) == (
        ["/x"],
        "Secure",
        "1 minute",
    )
    assert b"s3cr3t" not in b"".join(file.read_bytes() for file in tmp_path.glob("ledger.db*"))


def write_policy(folder: Path) -> Path:
    path = folder / "consent.toml"
    path.write_text('[site]\nid = "shop"\n', encoding="utf-8")
    return path


def test_excluded_paths_hold_nothing(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """Of a path that is left alone the log does not say that anything was held."""
    told = Response(204, (("set-cookie", "strange=1; Max-Age=9"),))
    browser = Browser(serve(answering(told), exclude=["/admin"]))
    assert "strange" in browser.get("/admin/x").cookies
    assert "held" not in caplog.text


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A shop for many examples: it echoes nothing, and answers with a page."""
    data = tmp_path_factory.mktemp("fuzz")
    middleware = ConsentMiddleware(PAGE, POLICY, data=data, secret=SECRET, signing_key=KEY)
    middleware._kit.limit = ChoiceLimit(1_000_000, 1_000_000)
    yield Browser(middleware)
    middleware._kit.close()


HEADERS = [
    *(
        "cookie",
        "accept-language",
        "host",
        "origin",
        "referer",
        "sec-fetch-site",
        "sec-fetch-dest",
        "sec-gpc",
        "accept",
    ),
    *(
        "if-none-match",
        "user-agent",
        "accept-encoding",
        "content-type",
        "x-forwarded-for",
        "x-forwarded-proto",
        "range",
    ),
]
PATHS = [
    "/",
    "/_privacy/preferences",
    "/_privacy/receipt",
    "/_privacy/notice",
    "/_privacy/choice",
    "/_privacy/static/x",
]


def _shaken(good: str) -> st.SearchStrategy[bytes]:
    """A sealed cookie with something wrong, or anything at all."""
    cut = st.integers(0, len(good)).map(lambda at: f"ck={good[:at]}".encode())
    turned = st.tuples(st.integers(0, len(good) - 1), st.integers(0, 255)).map(
        lambda change: b"ck=" + good[: change[0]].encode() + bytes([change[1]]) + good[change[0] + 1 :].encode()
    )
    return st.one_of(cut, turned, st.binary(max_size=200), st.binary(max_size=60).map(lambda raw: b"ck=" + raw))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.data())
def test_no_cookie_breaks_a_page(browser: Browser, data: st.DataObject) -> None:
    """No cookie a client can send breaks a page or one of ours."""
    if not browser.cookies:
        browser.choose("accept_all")
    cookie = data.draw(_shaken(browser.cookies["ck"]))
    answer = Browser(browser.app).send("GET", data.draw(st.sampled_from(PATHS)), {**NAVIGATION, "cookie": cookie})
    assert answer.status < 500


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.sampled_from(["GET", "POST", "HEAD", "X"]),
    st.sampled_from(PATHS),
    st.dictionaries(st.sampled_from(HEADERS), st.binary(max_size=80), max_size=5),
    st.binary(max_size=80),
    st.binary(max_size=60),
)
def test_no_header_breaks_a_page(
    browser: Browser, method: str, path: str, headers: dict[str, bytes], body: bytes, query: bytes
) -> None:
    """No header, query or body a client can send breaks a page or one of ours."""
    app = Browser(browser.app)
    assert app.send(method, path, {**headers}, body, query_string=query).status < 500
    kinds = {"content-type": b"application/json" if len(body) % 2 else b"application/x-www-form-urlencoded"}
    assert app.send("POST", "/_privacy/choice", {**headers, **kinds}, body).status < 500
