"""HTTP as plain values: what browsers send, read as they and servers read it."""

from __future__ import annotations

import re
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.requests import cookie_parser

from consentkit.http import (
    RequestHead,
    ResponseHead,
    directives,
    local_path,
    media_type,
    merged_vary,
    parse_cookies,
    parse_query,
    preferred_languages,
    tokens,
)

SITE = "https://site.example"
TOKEN = st.text("!#$%&'*+-.^_`|~09azAZ", min_size=1, max_size=20)
VALUE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters='",;\\'), max_size=20)


def request(*headers: tuple[bytes, bytes]) -> RequestHead:
    return RequestHead("GET", "/", headers)


def response(*headers: tuple[bytes, bytes]) -> ResponseHead:
    return ResponseHead(200, headers)


# ── cookies ──


@given(st.lists(st.tuples(TOKEN, VALUE), max_size=8))
def test_cookies_come_back(pairs: list[tuple[str, str]]) -> None:
    """Every cookie a browser sends is seen, in order, with its duplicates."""
    line = "; ".join(f"{name}={value}" for name, value in pairs).encode()
    assert parse_cookies(request((b"cookie", line))) == tuple(pairs)


@given(st.dictionaries(TOKEN, VALUE, max_size=8))
def test_cookies_as_frameworks_read_them(pairs: dict[str, str]) -> None:
    """We see the cookies that the app behind us sees."""
    line = "; ".join(f"{name}={value}" for name, value in pairs.items())
    assert dict(parse_cookies(request((b"cookie", line.encode())))) == cookie_parser(line)


@given(st.binary(max_size=200))
@example(b";;;=;=a;b=;c==d; e = f ;\xff=\xfe")
def test_any_cookie_header_is_survived(line: bytes) -> None:
    """No bytes in a Cookie header can break a page."""
    for name, value in parse_cookies(request((b"cookie", line))):
        assert name
        assert ";" not in name + value


def test_several_cookie_headers() -> None:
    """HTTP/2 may split cookies over several headers: all of them count."""
    head = request((b"cookie", b"a=1; b=2"), (b"x", b"y"), (b"cookie", b"a=3"))
    assert parse_cookies(head) == (("a", "1"), ("b", "2"), ("a", "3"))


# ── paths to return to ──

AWAY = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\x00/evil.example",
    "/\x7f/evil.example",
    "http:evil.example",
    "javascript:alert(1)",
    "evil.example",
    "@evil.example",
    ".evil.example",
    "",
    "?x",
    "#x",
    "/\ud800",
    "/" + "x" * 2001,
    "/x\r\nSet-Cookie: a=b",
]
STAYING = [
    "/",
    "/a/b?c=d#e",
    "/.//evil.example",
    "/..//evil.example",
    "/%2f..%2fevil.example",
    "/%09/evil.example",
    "/%5cevil.example",
    "/@evil.example",
    "/user:pw@evil.example",
    "/:80",
    "/\u2028",
    "/ //evil.example",
    "/ăî?q=ș",
    "/?next=//evil.example",
]


def browser_host(location: str) -> str:
    """Where a browser goes from our site: tabs and line ends dropped, backslashes as slashes (WHATWG URL §4.4)."""
    text = re.sub(r"[\t\n\r]", "", location).strip("".join(map(chr, range(0x21)))).replace("\\", "/")
    if re.match(r"[a-z][a-z0-9+.-]*:", text, re.IGNORECASE):
        return "elsewhere"
    slashes = len(text) - len(text.lstrip("/"))
    return re.split(r"[/?#]", text[slashes:])[0].rpartition("@")[2] if slashes > 1 else "site.example"


@pytest.mark.parametrize("value", AWAY)
def test_no_way_out(value: str) -> None:
    """After a choice nobody is sent to another site, whatever a form says."""
    assert local_path(value) is None


@pytest.mark.parametrize("value", STAYING)
def test_ways_back(value: str) -> None:
    """Any path of this site is a way back, however odd."""
    path = local_path(value)
    assert path is not None
    assert browser_host(path) == "site.example"


@given(
    st.one_of(
        st.text(max_size=60),
        st.text("/\\.:@?#%\t\r\n ae2fF5c09;", max_size=12).map(lambda text: "/" + text + "evil.example/"),
        st.sampled_from(AWAY + STAYING),
    )
)
def test_redirects_stay_here(value: str) -> None:
    """Wherever a visitor came from, the redirect after a choice stays on the host and is one clean header."""
    path = local_path(value)
    if path is None:
        return
    assert re.fullmatch(r"/[!-~]*", path)
    assert urlsplit(urljoin(SITE + "/_privacy/choice", path)).netloc == "site.example"
    assert browser_host(path) == "site.example"
    assert unquote(path) == unquote(value)


# ── languages, queries, types ──


def test_languages_best_first() -> None:
    """The visitor's own order of languages counts; what they refuse does not."""
    assert preferred_languages(b"da, en-GB;q=0.8, en;q=0.7, fr;q=0, *;q=0.1") == ("da", "en-gb", "en", "*")
    assert preferred_languages(b"nl;q=0.5, de;q=0.9") == ("de", "nl")
    assert preferred_languages(b"fr;q=x, nl;q=nan, de;q=inf, ro;q=-1, en;q=2, fr;q=1e-1, fr;p=1, <b>, it") == ("it",)
    assert len(preferred_languages(b"fr," * 300)) == 32
    assert preferred_languages(None) == ()


@given(st.binary(max_size=300))
def test_any_language_header_is_survived(value: bytes) -> None:
    """No bytes in an Accept-Language can break a page."""
    assert all(isinstance(tag, str) for tag in preferred_languages(value))


@given(st.text(max_size=100))
@example("&".join(f"a{n}=1" for n in range(50)))
def test_any_query_is_survived(query: str) -> None:
    """No query string can break a page of ours."""
    assert all(isinstance(value, str) for value in parse_query(query).values())


def test_query() -> None:
    """Of a parameter sent twice the last one counts; one without a value counts too."""
    assert parse_query("a=1&a=2&b=&c") == {"a": "2", "b": "", "c": ""}


@pytest.mark.parametrize(
    ("value", "kind", "charset"),
    [
        (b"text/html", "text/html", ""),
        (b"Text/HTML; Charset=UTF-8", "text/html", "utf-8"),
        (b"text/html;charset='utf-16le'", "text/html", "utf-16le"),
        (b'text/html; x=y; charset="latin1"', "text/html", "latin1"),
        (b"text/html ; charset = utf-8", "text/html", "utf-8"),
        (b'text/html; charset="a;b"', "text/html", "a;b"),
        (b'text/html; x="a;charset=utf-7"; charset=utf-8', "text/html", "utf-8"),
        (b'text/html; x="\\";charset=utf-7"; charset=utf-8', "text/html", "utf-8"),
        (b'text/html; charset="utf-8', "text/html", "utf-8"),
        (b'text/html; charset="u\\tf-8" x;y', "text/html", "utf-8"),
        (b"", "", ""),
        (None, "", ""),
    ],
)
def test_media_type(value: bytes | None, kind: str, charset: str) -> None:
    """A content type is the same however its writer spaced, quoted and capitalised it; what is quoted is one value."""
    assert media_type(value) == (kind, charset)


# ── lists of tokens ──


def test_tokens() -> None:
    """A list in a header is the same with or without spaces and empty parts."""
    assert tokens(b" Gzip ,, br;q=1,") == ("gzip", "br;q=1")


def test_directives() -> None:
    """All Cache-Control lines count together, in any case and with or without a value."""
    head = response((b"cache-control", b"Public, S-MaxAge=60"), (b"cache-control", b"no-transform"))
    assert directives(head) == {"public", "s-maxage", "no-transform"}


def test_private_for_one_header_is_not_private() -> None:
    """`private="set-cookie"` leaves the page itself public: it does not keep one visitor's page from the next."""
    assert directives(response((b"cache-control", b'private="set-cookie", max-age=60'))) == {"max-age"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], [b"Cookie, Sec-GPC"]),
        ([b"cookie"], [b"cookie, Sec-GPC"]),
        ([b"Accept", b"COOKIE,sec-gpc"], [b"Accept", b"COOKIE,sec-gpc"]),
        ([b"Accept", b"Cookie"], [b"Accept, Cookie, Sec-GPC"]),
        ([b"*"], [b"*"]),
        ([b"Accept, *"], [b"Accept, *"]),
    ],
)
def test_vary(before: list[bytes], after: list[bytes]) -> None:
    """A cache is told what a page depends on, each thing once, and nothing the app said is lost."""
    assert list(merged_vary(tuple(before), ("Cookie", "Sec-GPC"))) == after


def test_heads_are_values() -> None:
    """Changing a head makes a new one: nobody's headers change behind their back."""
    head = response((b"a", b"1"), (b"b", b"2"), (b"a", b"3"))
    assert head.replacing(b"a", b"4").headers == ((b"b", b"2"), (b"a", b"4"))
    assert head.without(b"a", b"b").headers == ()
    assert head.header(b"a") == b"1"
    assert head.plus((b"c", b"5")).headers == (*head.headers, (b"c", b"5"))
    assert request((b"a", b"\xe9")).text(b"a") == "é"
    assert request().text(b"a") == ""
