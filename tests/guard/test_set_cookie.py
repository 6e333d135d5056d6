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

from consentkit.classification.classifier import Classifier
from consentkit.decision import EVERYTHING, Decision
from consentkit.guard.guard import Terms
from consentkit.guard.outbound import filter_cookies
from consentkit.guard.set_cookie import SetCookie, declaring, may_leave, parse_set_cookie, unfold
from consentkit.http import ResponseHead
from consentkit.policy import Policy, parse_policy

from .logins import FRAMEWORKS

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
        ("a=b", SetCookie("a")),
        (" a = b ; Path=/x", SetCookie("a", "/x")),
        ("a=b; HTTPONLY; pAtH=/", SetCookie("a", "/", http_only=True)),
        ("a=b; path=/x; path=/y", SetCookie("a", "/y")),
        ("a=b=c; Max-Age=5", SetCookie("a", lasting=True, lifetime=5)),
        ("a=b; Expires=Fri, 15 Jan 2027 09:00:00 GMT", SetCookie("a", lasting=True, lifetime=3600)),
        ("a=b; Max-Age", SetCookie("a", lasting=True)),
        ("a=b;HttpOnly=no", SetCookie("a", http_only=True)),
        ("a=b; secure; samesite=NONE; partitioned", SetCookie("a", secure=True, same_site="None", partitioned=True)),
        ("a=b; SameSite=sometimes", SetCookie("a")),
        ('a="b;c"; HttpOnly', SetCookie("a", http_only=True)),
        ("a", SetCookie("a", nameless=True)),
        ("=b", SetCookie("b", nameless=True)),
        ("", SetCookie("", nameless=True)),
        # What comes back is "Cookie: _ga=1", and that is what every script and server reads.
        ("=_ga=1; Path=/", SetCookie("_ga", "/", nameless=True)),
        # Older browsers read as far as the first of these, today's take nothing.
        ("a=b\0; HttpOnly; Max-Age=0", SetCookie("a")),
        ("a=b\n; HttpOnly", SetCookie("a")),
        ("_ga\0x=b", SetCookie("_ga", nameless=True)),
        # A longer attribute is ignored.
        ("a=b; HttpOnly; Path=/" + "x" * 1024, SetCookie("a", http_only=True)),
        ("a=b; Max-Age=" + "0" * 1025, SetCookie("a")),
    ],
)
def test_parse(line: str, cookie: SetCookie) -> None:
    """A line means to us what it means to a browser (RFC 6265bis §5.6)."""
    assert parse_set_cookie(line.encode(), NOW) == cookie


@pytest.mark.parametrize(
    ("line", "pieces"),
    [
        ("a=1", 1),
        ("a=1; Path=/, b=2; Path=/", 2),
        ("a=1; Path=/,b=2; HttpOnly, c=3", 3),
        ("a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/", 1),
        ("a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT, b=2; Expires=Thu, 01-Jan-70 00:00:00 GMT", 2),
        ("a=1,b=2; Path=/", 1),
        ("prefs=x=1, y=2", 1),
        ("a=1; Path=/, no name here", 1),
        ("a=1; Path=/,", 1),
        (",a=1;,=2", 1),
    ],
)
def test_unfold(line: str, pieces: int) -> None:
    """Cookies that a server folded into one line are told apart; a comma in a value or a date parts nothing."""
    found = unfold(line.encode())
    assert len(found) == pieces
    assert b",".join(found) == line.encode()


@given(st.lists(st.sampled_from([b",", b" ", b";", b"=", b"a", b"Path=/", b", b=2", b"\0"]), max_size=12).map(b"".join))
def test_unfolding_loses_nothing(line: bytes) -> None:
    """Whatever a server wrote, its pieces are the line again."""
    assert b",".join(unfold(line)) == line


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
        "a=b; Max-Age=0; Max-Age=soon; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
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
        "a=b; Max-Age=" + "9" * 900,
        "a=b; Max-Age=" + "9" * 5000,
        "a=b; Max-Age=" + "0" * 5000,
        "a=b\0; Max-Age=0",
        # Two readings: one browser would drop it, another keep it.
        "a=b; Max-Age=0; Max-Age=soon",
        "a=b; Max-Age=5; Max-Age=soon; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Expires=soon",
        # A year of two digits below 70 is of this century.
        "a=b; Expires=Tue, 01-Jan-69 00:00:00 GMT",
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

OTHER_LOGINS = ["sid", "jwt", "token", "accessToken", "refresh-token", "idToken", "authToken", "user_token", "auth"]
OTHER_LOGINS += ["logged_in", "isLoggedIn", "userSession", "my-session-2", "app_csrf", "xsrf", "cart_id", "basket"]
OTHER_LOGINS += ["myapp.token.2", "shoppingCart", "hasCart", "SSO_TICKET2", "Bearer", "app-oauth-state", "twoFactor"]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_logins_pass(framework: str) -> None:
    """Before any consent visitors can log in and stay so, send forms and fill their cart, whatever the framework."""
    assert [line for line in FRAMEWORKS[framework] if not leaves(line)] == []


@pytest.mark.parametrize("name", OTHER_LOGINS)
def test_names_that_say_login(name: str) -> None:
    """So do cookies that an app of its own names for what they do."""
    assert leaves(f"{name}=x; Max-Age=999")


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
        "comment_author_email=x; Max-Age=9",
        "catalog=x; Max-Age=9",
        "prologue=x; Max-Age=9",
        "cartoon=x; Max-Age=9",
        "signing=x; Max-Age=9",
        "=_ga=x; Max-Age=9",
        "_ga\0=x",
        "_ga.1=x; HttpOnly",
        "mystery.0=x; Max-Age=9",
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
                {"name": "visit", "category": "analytics", "purpose": "p", "retention": "session"},
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


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("theme=x; Max-Age=86400; Path=/", "theme=x; Max-Age=86400; Path=/"),
        ("theme=x; Path=/", "theme=x; Path=/"),
        ("theme=x; Max-Age=86401; Path=/", "theme=x; Path=/; Max-Age=86400"),
        ("theme=x;MAX-AGE = 9999999999999999 ;expires=Fri, 31 Dec 2100 23:59:59 GMT; Secure",
         "theme=x; Secure; Max-Age=86400"),
        ("theme=x; Expires=Fri, 31 Dec 2100 23:59:59 GMT, needed=1; Max-Age=99999999",
         "theme=x; Max-Age=86400, needed=1; Max-Age=99999999"),
        ("visit=x; Max-Age=60; HttpOnly", "visit=x; HttpOnly"),
        ("needed=x; Max-Age=99999999", "needed=x; Max-Age=99999999"),
        ("theme=x; Max-Age=0", "theme=x; Max-Age=0"),
        ("stranger=x; Max-Age=99999999", "stranger=x; Max-Age=99999999"),
    ],
)  # fmt: skip
def test_no_longer_than_visitors_are_told(line: str, left: str) -> None:
    """What waits for consent lasts no longer than whoever gave it read; what is essential stays as the app wants it."""
    head = ResponseHead(200, ((b"set-cookie", line.encode()),))
    filtered, cookies = filter_cookies(head, Terms(DECLARED, ALL, ""), NOW)
    assert filtered.headers == ((b"set-cookie", left.encode()),)
    assert bool(cookies.shortened) is (left != line)
    assert all(each.rule in ("theme", "visit") for each in cookies.shortened)


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


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("sid=1; Path=/, _ga=2; Path=/, csrf=3; Secure", "sid=1; Path=/, csrf=3; Secure"),
        ("_ga=2; Expires=Fri, 31 Dec 2100 23:59:59 GMT, sid=1; Path=/", "sid=1; Path=/"),
        ("sid=1; Path=/ ,  _ga=2", "sid=1; Path=/ "),
        ("_ga=1; Path=/, _fbp=2", None),
        ("sid=1,_ga=2; Path=/", "sid=1,_ga=2; Path=/"),
    ],
)
def test_folded(line: str, left: str | None) -> None:
    """Of several cookies in one line those without consent are taken out; what is left stays byte for byte."""
    head = ResponseHead(200, ((b"set-cookie", line.encode()),))
    filtered, _ = filter_cookies(head, Terms(CLASSIFIER, NOTHING, ""), NOW)
    assert [value.decode() for _, value in filtered.headers] == ([left] if left else [])


def test_hundreds_of_cookies() -> None:
    """A response with hundreds of cookies, some longer than browsers take, keeps those that may leave as they are."""
    names = [f"{'session' if number % 3 else '_ga'}_{number}" for number in range(300)]
    lines = tuple(
        (b"set-cookie", f"{name}={'x' * (number % 7 * 1500)}; Path=/".encode()) for number, name in enumerate(names)
    )
    filtered, cookies = filter_cookies(ResponseHead(200, lines), Terms(CLASSIFIER, NOTHING, ""), NOW)
    assert filtered.headers == tuple(line for line in lines if line[1].startswith(b"session"))
    assert len(cookies.held) == 100


@pytest.mark.parametrize(
    "name", ["needed.0", "needed.11", "needed-chunk-0", "needed_chunk_1", "needed_0", "needed__1", "neededC1"]
)
def test_chunks(name: str) -> None:
    """A chunk of a cookie is what the whole is: a long session is not lost in pieces."""
    assert leaves(f"{name}=x; Max-Age=9", NOTHING, DECLARED)
    assert not leaves(f"{name.replace('needed', 'theme')}=x; HttpOnly", NOTHING, DECLARED)


def test_chunks_by_hearsay() -> None:
    """Where only the catalogue knows the whole, a name that may be a coincidence holds no session."""
    assert leaves("fr_1=x; HttpOnly")
    assert not leaves("fr.1=x; HttpOnly")


@pytest.mark.parametrize("prefix", ["__Host-", "__Secure-", "__Http-", "__Host-Http-"])
def test_prefixes(prefix: str) -> None:
    """What a name promises to browsers does not change which cookie it is."""
    assert leaves(f"{prefix}needed=x; Max-Age=9; Secure; HttpOnly", NOTHING, DECLARED)
    assert not leaves(f"{prefix}theme=x; Secure; HttpOnly", NOTHING, DECLARED)
    assert not leaves(f"{prefix}_ga=x; Secure; HttpOnly")


@given(st.binary(max_size=200))
@example(b"a=b; Max-Age=" + b"1" * 5000)
@example(b"a=b; Expires=Mon, 01 Jan 99999999999999999999 00:00:00 GMT")
@example(b"a=b; Expires=(((((")
def test_any_line(line: bytes) -> None:
    """No line an app writes can break its response."""
    cookie = parse_set_cookie(line, NOW)
    assert may_leave(cookie, CLASSIFIER.cookie(cookie.name), NOTHING) in (True, False)


@given(st.text(st.characters(max_codepoint=0xFF), min_size=1, max_size=300))
@example("\\" * 300)
@example('"' * 300)
@example("user[theme]")
@example("shop:basket/2")
@example("x" * 300)
@example("x" * 100 + "*" * 100)
@example("caf\xe9")
def test_declaring(name: str) -> None:
    """The words that would declare a cookie can be copied into the policy as they are, and declare it; or they say that
    nothing can.
    """
    lines = declaring(name, None)
    assert lines.replace("\n", "").isprintable()
    assert len(lines) < 800
    if declared := tomllib.loads(lines):
        table = {**declared["cookies"][0], "category": "functional", "retention": "1 day"}
        policy = parse_policy({"controller": {"name": "Shop", "contact": "a@shop.test"}, "cookies": [table]}, "log")
        assert Classifier(policy).cookie(name).reason == "declared"
    else:
        assert set('\\"<>=,; ').union(map(chr, [*range(32), *range(127, 256)])).intersection(name) or "*" in name


def test_declaring_knows_the_catalogue() -> None:
    """Where the catalogue has a word for it, the owner need not look for one."""
    assert 'category = "analytics"\npurpose = "Counts."' in declaring("_ga", "analytics", "Counts.")
