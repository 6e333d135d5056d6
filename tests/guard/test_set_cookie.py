"""Which Set-Cookie lines leave: nobody loses a login over us, and no tracker's cookie slips through."""

from __future__ import annotations

import tomllib
from http.cookies import SimpleCookie

import pytest
from django.http import HttpResponse
from flask import Flask, session
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.responses import Response

from consentkit.classifier import Classifier
from consentkit.decision import EVERYTHING, Decision
from consentkit.guard.guard import Terms, filter_cookies
from consentkit.guard.set_cookie import SetCookie, declaring, may_leave, parse_set_cookie
from consentkit.http import ResponseHead
from consentkit.policy import Policy, parse_policy

NOW = 1_800_000_000.0
NOTHING, ALL = Decision(), Decision(granted=EVERYTHING)
CLASSIFIER = Classifier(Policy())


def leaves(line: str, decision: Decision = NOTHING, classifier: Classifier = CLASSIFIER) -> bool:
    cookie = parse_set_cookie(line.encode("latin-1"), NOW)
    return may_leave(cookie, classifier.cookie(cookie.name), decision)


# ── reading a line as browsers do ──


@pytest.mark.parametrize(
    ("line", "cookie"),
    [
        ("a=b", SetCookie("a", None, False, False, False)),
        (" a = b ; Path=/x", SetCookie("a", "/x", False, False, False)),
        ("a=b; HTTPONLY; pAtH=/", SetCookie("a", "/", True, False, False)),
        ("a=b; path=/x; path=/y", SetCookie("a", "/y", False, False, False)),
        ("a=b=c; Max-Age=5", SetCookie("a", None, False, True, False)),
        ("a=b; Expires=Fri, 31 Dec 2100 23:59:59 GMT", SetCookie("a", None, False, True, False)),
        ("a=b; Max-Age", SetCookie("a", None, False, True, False)),
        ("a=b;HttpOnly=no", SetCookie("a", None, True, False, False)),
        ("a", SetCookie("a", None, False, False, False)),
        ("=b", SetCookie("", None, False, False, False)),
        ("", SetCookie("", None, False, False, False)),
    ],
)
def test_parse(line: str, cookie: SetCookie) -> None:
    """A line means to us what it means to a browser (RFC 6265 §5.2)."""
    assert parse_set_cookie(line.encode(), NOW) == cookie


@pytest.mark.parametrize(
    "line",
    [
        "a=; Max-Age=0",
        "a=b; max-age=0; Expires=Fri, 31 Dec 2100 23:59:59 GMT",
        "a=b; Max-Age=-1",
        "a=b; Max-Age=-99999999999999999999",
        "a=b; Max-Age=000000000000000000",
        "a=b; Max-Age=5; Max-Age=0",
        "a=b; expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "a=b; Expires=Thu, 01-Jan-1970 00:00:01 GMT",
        "a=b; Expires=Thu, 01-Jan-70 00:00:01 GMT",
        "a=b; Expires=Thursday, 01-Jan-70 00:00:01 GMT",
        "a=b; Expires=Thu Jan  1 00:00:00 1970",
        "a=b; Expires=Mon, 01 Jan 0001 00:00:00 GMT",
        "a=b; Max-Age=soon; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    ],
)
def test_deletions(line: str) -> None:
    """A tracker's cookie may always be deleted, however the app's framework spells it."""
    assert parse_set_cookie(line.encode(), NOW).deletes
    assert leaves(line.replace("a=", "_ga=", 1))


@pytest.mark.parametrize(
    "line",
    [
        "a=b",
        "a=b; Max-Age=1",
        "a=b; Max-Age=0000000000001",
        "a=b; Max-Age=" + "9" * 5000,
        "a=b; Max-Age=-",
        "a=b; Max-Age=0x0",
        "a=b; Max-Age=\u00b2",
        "a=b; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "a=b; Expires=Fri, 31 Dec 9999 23:59:59 GMT",
        "a=b; Expires=0",
        "a=b; Expires=soon",
        "a=b; Expires=",
        "a=b; Expires=Fri, 99 Dec 99999999999 23:59:59 GMT",
    ],
)
def test_no_deletions(line: str) -> None:
    """A cookie that would stay does not pass for a deletion."""
    assert not parse_set_cookie(line.encode("latin-1"), NOW).deletes
    assert not leaves(line.replace("a=", "_ga=", 1))


# ── what frameworks set ──

HTTP_ONLY, LONG = "; HttpOnly; Path=/; SameSite=Lax", "; Max-Age=1209600"
FRAMEWORKS = [
    "sessionid=x; HttpOnly; Max-Age=1209600; Path=/; SameSite=Lax",  # Django
    "csrftoken=x; Max-Age=31449600; Path=/; SameSite=Lax",
    "messages=x; HttpOnly; Path=/; SameSite=Lax",
    "session=x; HttpOnly; Path=/",  # Flask, Starlette
    "session=x; path=/; Max-Age=1209600; httponly; samesite=lax",
    "remember_token=x; Expires=Fri, 01 Jan 2100 00:00:00 GMT; Path=/",  # Flask-Login
    "access_token_cookie=x; HttpOnly; Path=/",  # Flask-JWT-Extended
    "csrf_access_token=x; Path=/",
    "fastapiusersauth=x; HttpOnly; Max-Age=3600; Path=/; SameSite=lax; Secure",
    "_shop_session=x; path=/; HttpOnly; SameSite=Lax",  # Rails
    "remember_user_token=x; path=/; expires=Fri, 01 Jan 2100 00:00:00 GMT; HttpOnly",  # Devise
    "laravel_session=x; expires=Fri, 01 Jan 2100 00:00:00 GMT; Max-Age=7200; path=/; httponly; samesite=lax",
    "XSRF-TOKEN=x; expires=Fri, 01 Jan 2100 00:00:00 GMT; Max-Age=7200; path=/; samesite=lax",
    "remember_web_59ba36addc2b2f9401580f014c7f58ea4e30989d=x; Max-Age=34560000; path=/; httponly",
    "PHPSESSID=x; path=/",  # PHP
    "REMEMBERME=x; expires=Fri, 01 Jan 2100 00:00:00 GMT; Max-Age=31536000; path=/; httponly",  # Symfony
    "ASP.NET_SessionId=x; path=/; HttpOnly; SameSite=Lax",
    ".ASPXAUTH=x; expires=Fri, 01 Jan 2100 00:00:00 GMT; path=/; HttpOnly",
    ".AspNetCore.Identity.Application=x; expires=Fri, 01 Jan 2100 00:00:00 GMT; path=/; secure; httponly",
    ".AspNetCore.Antiforgery.9fXoN5jHCXs=x; path=/; samesite=strict; httponly",
    "connect.sid=x; Path=/; Expires=Fri, 01 Jan 2100 00:00:00 GMT; HttpOnly",  # Express
    "_csrf=x; Path=/",
    "JSESSIONID=x; Path=/app; HttpOnly",  # Jakarta Servlet
    "remember-me=x; Max-Age=1209600; Path=/; HttpOnly",  # Spring
    "_shop_key=x; path=/; HttpOnly; SameSite=Lax",  # Phoenix
    "_shop_web_user_remember_me=x; path=/; max-age=5184000; HttpOnly",
    "wordpress_logged_in_0123456789=x; expires=Fri, 01 Jan 2100 00:00:00 GMT; path=/; HttpOnly",
    "SSESSabcdef0123456789=x; expires=Fri, 01 Jan 2100 00:00:00 GMT; Max-Age=2000000; path=/; HttpOnly",  # Drupal
    "__Secure-next-auth.session-token=x; Path=/; Expires=Fri, 01 Jan 2100 00:00:00 GMT; HttpOnly; Secure",
    "__Host-next-auth.csrf-token=x; Path=/; HttpOnly; Secure; SameSite=Lax",
    "sb-abcdef-auth-token=x; Path=/; Max-Age=34560000; SameSite=Lax",  # Supabase
    "woocommerce_cart_hash=x; path=/",
]
OTHER_LOGINS = ["sid", "jwt", "token", "accessToken", "refresh-token", "idToken", "authToken", "user_token", "auth"]
OTHER_LOGINS += ["logged_in", "isLoggedIn", "userSession", "my-session-2", "app_csrf", "xsrf", "cart_id", "basket"]


@pytest.mark.parametrize("line", [*FRAMEWORKS, *(f"{name}=x; Max-Age=999" for name in OTHER_LOGINS)])
def test_logins_pass(line: str) -> None:
    """Before any consent visitors can log in and stay so, send forms and fill their cart, whatever the framework."""
    assert leaves(line)


def test_lines_that_frameworks_write() -> None:
    """The same for the very lines that Django, Flask, Starlette and the standard library write."""
    starlette = Response()
    starlette.set_cookie("session", "x", max_age=60, httponly=True)
    starlette.delete_cookie("_ga")
    lines = [value.decode() for name, value in starlette.raw_headers if name == b"set-cookie"]
    django = HttpResponse.__new__(HttpResponse)
    django.cookies = SimpleCookie()
    django.set_cookie("sessionid", "x", max_age=60, expires="Fri, 01 Jan 2100 00:00:00 GMT", httponly=True)
    django.delete_cookie("_fbp")
    lines += [morsel.OutputString() for morsel in django.cookies.values()]
    flask = Flask("app")
    flask.secret_key = "x"

    @flask.get("/")
    def page() -> str:
        session.permanent = True
        session["user"] = 1
        return ""

    lines += flask.test_client().get("/").headers.getlist("set-cookie")
    assert len(lines) == 5
    assert all(map(leaves, lines))


# ── what is held ──


@pytest.mark.parametrize(
    "line",
    [
        "_ga=x; Max-Age=63072000; Path=/",
        "_ga=x; HttpOnly",
        "_fbp=x",
        "__Secure-_ga=x; Secure",
        "mystery=x; Max-Age=999",
        "mystery=x",
        "mystery=x; HttpOnly; Max-Age=999",
        "mystery=x; HttpOnly; Expires=soon",
        "MYSTERY_ID=x; Path=/",
        "sidebar=x; Max-Age=9",
        "inside=x; Max-Age=9",
        "author=x; Max-Age=9",
        "=x; Max-Age=9",
        "x; Max-Age=9",
        "theme=dark; Max-Age=999",
    ],
)
def test_held(line: str) -> None:
    """Before consent no known tracker's cookie leaves, nor one that nobody knows and that would stay or can be read."""
    assert not leaves(line)
    assert leaves(line, ALL)


def test_shape_of_a_session() -> None:
    """What nobody knows, no script can read and the browser forgets, is taken for a login."""
    assert leaves("mystery=x; HttpOnly")
    assert not leaves("_ga=x; HttpOnly")


DECLARED = Classifier(
    parse_policy(
        {
            "controller": {"name": "Shop", "contact": "x"},
            "vendors": [
                {
                    "id": "acme",
                    "name": "Acme",
                    "category": "marketing",
                    "purpose": "p",
                    "cookies": [{"name": "session_replay", "purpose": "p", "retention": "1 day"}],
                }
            ],
            "cookies": [
                {"name": "theme", "category": "functional", "purpose": "p", "retention": "1 day"},
                {"name": "needed", "category": "essential", "purpose": "p", "retention": "1 year"},
            ],
        },
        "test",
    )
)


@pytest.mark.parametrize(
    ("name", "decision", "passes"),
    [
        ("theme", NOTHING, False),
        ("theme", Decision(granted=frozenset({"essential", "functional"})), True),
        ("needed", NOTHING, True),
        ("session_replay", NOTHING, False),
        ("session_replay", Decision(vendors=frozenset({"acme"})), True),
        ("session_replay", Decision(granted=frozenset({"essential", "marketing"})), True),
        ("session_replay", Decision(granted=frozenset({"essential", "functional"})), False),
    ],
)
def test_declared(name: str, decision: Decision, passes: bool) -> None:
    """What the owner declared is what counts, before any name or shape."""
    assert leaves(f"{name}=x; Max-Age=99", decision, DECLARED) is passes


def test_filter() -> None:
    """Only the lines without consent are taken out; the rest stay as they are, in order."""
    head = ResponseHead(
        200,
        ((b"set-cookie", b"sid=1"), (b"x", b"y"), (b"set-cookie", b"_ga=2"), (b"set-cookie", b"csrftoken=3")),
    )
    filtered, cookies = filter_cookies(head, Terms(CLASSIFIER, NOTHING, ""), NOW)
    assert filtered.headers == (head.headers[0], head.headers[1], head.headers[3])
    assert [cookie.name for cookie in cookies.seen] == ["sid", "_ga", "csrftoken"]
    assert [cookie.name for cookie, _ in cookies.held] == ["_ga"]
    assert filter_cookies(head, Terms(CLASSIFIER, ALL, ""), NOW)[0] is head


@given(st.binary(max_size=200))
@example(b"a=b; Max-Age=" + b"1" * 5000)
@example(b"a=b; Expires=Mon, 01 Jan 99999999999999999999 00:00:00 GMT")
@example(b"a=b; Expires=(((((")
def test_any_line(line: bytes) -> None:
    """No line an app writes can break its response."""
    cookie = parse_set_cookie(line, NOW)
    assert may_leave(cookie, CLASSIFIER.cookie(cookie.name), NOTHING) in (True, False)


@given(st.text(st.characters(max_codepoint=0xFF), max_size=300))
@example("\\" * 300)
@example('"' * 300)
def test_declaring(name: str) -> None:
    """The words that would declare a cookie can be copied into the policy, however the cookie is called."""
    lines = declaring(name, None)
    assert lines.count("\n") == 4
    assert lines.replace("\n", "").isprintable()
    assert len(lines) < 800
    declared = tomllib.loads(lines)["cookies"][0]
    assert declared.keys() == {"name", "category", "purpose", "retention"}
    if name.isascii() and name.isprintable():
        assert declared["name"] == name[:128]


def test_declaring_knows_the_catalogue() -> None:
    """Where the catalogue has a word for it, the owner need not look for one."""
    assert 'category = "analytics"' in declaring("_ga", "analytics")
