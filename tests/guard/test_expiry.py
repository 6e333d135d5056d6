"""Lines that make a browser forget: all that fit, each in its turn, and nothing but what they should be."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.guard.expiry import MOST_BYTES, expirable, expire, expire_lines

LINE = re.compile(
    rb"[!#-'*+.0-9A-Z^_`a-z|~-]+=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/[!-:<-~]*"
    rb"(; Domain=[a-z0-9._-]+)?(; Secure)?(; HttpOnly)?(; Partitioned)?"
)
NAMES = st.text("abcXYZ019_-.!#$%&'*+^`|~", min_size=1, max_size=20)


def lines(name: str, host: str, *paths: str, secure: bool = False) -> list[str]:
    found = [line.decode() for line in expire_lines(name, host, paths, secure=secure)]
    start = f"{name}=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; "
    assert all(line.startswith(start) for line in found)
    return [line.removeprefix(start) for line in found]


def names(*sent: str, turn: int, host: str = "shop.example") -> list[str]:
    headers = expire(sent, host, lambda _: (), secure=True, turn=turn)
    return list(dict.fromkeys(value.partition(b"=")[0].decode() for _, value in headers))


@pytest.mark.parametrize(
    ("host", "domains"),
    [
        ("shop.example", ["shop.example"]),
        ("www.shop.example", ["www.shop.example", "shop.example"]),
        ("a.b.c.d.example.com", ["a.b.c.d.example.com", "c.d.example.com", "d.example.com", "example.com"]),
        ("localhost", []),
        ("127.0.0.1", []),
        ("[::1]", []),
        ("[::ffff:1.2.3.4]", []),
        ("", []),
        ("shop.example; x=y", []),
        ("shop.example\r\nx: y", []),
        ("shop.exämple", []),
    ],
)
def test_domains(host: str, domains: list[str]) -> None:
    """A cookie is dropped wherever it may have been set: for the host alone, and for each domain above it."""
    assert lines("_ga", host) == ["Path=/", *(f"Path=/; Domain={domain}" for domain in domains)]


def test_paths() -> None:
    """And under each path it is known to use, each once."""
    found = lines("_ga", "shop.example", "/blog", "/", "/blog")
    assert found == [
        "Path=/",
        "Path=/; Domain=shop.example",
        "Path=/blog",
        "Path=/blog; Domain=shop.example",
    ]


@pytest.mark.parametrize(
    ("name", "secure", "found"),
    [
        ("_ga", True, ["Path=/; Secure", "Path=/; Domain=shop.example; Secure", "Path=/x; Secure",
                       "Path=/x; Domain=shop.example; Secure"]),
        ("__Host-x", False, ["Path=/; Secure"]),
        ("__Host-x", True, ["Path=/; Secure"]),
        ("__Host-Http-x", True, ["Path=/; Secure; HttpOnly"]),
        ("__Secure-x", False, ["Path=/; Secure", "Path=/; Domain=shop.example; Secure", "Path=/x; Secure",
                               "Path=/x; Domain=shop.example; Secure"]),
        ("__Http-x", False, ["Path=/; Secure; HttpOnly", "Path=/; Domain=shop.example; Secure; HttpOnly",
                             "Path=/x; Secure; HttpOnly", "Path=/x; Domain=shop.example; Secure; HttpOnly"]),
    ],
)  # fmt: skip
def test_prefixes(name: str, secure: bool, found: list[str]) -> None:
    """A name that promises something is dropped by a line that keeps the promise; browsers ignore any other."""
    assert lines(name, "shop.example", "/x", secure=secure) == found


@pytest.mark.parametrize("name", ["_ga", "__Host-x", "__Secure-x", "__Http-x"])
def test_partitioned(name: str) -> None:
    """On https a cookie is dropped in both its kinds, each by a line of its own; on http browsers partition nothing."""
    both = expire([name], "shop.example", lambda _: ["/x"], secure=True, turn=0)
    plain, marked = both[: len(both) // 2], both[len(both) // 2 :]
    assert [(key, value + b"; Partitioned") for key, value in plain] == marked
    assert all(b"; Secure" in value for _, value in marked)
    assert not [
        line for _, line in expire([name], "shop.example", lambda _: [], secure=False, turn=0) if b"Part" in line
    ]


def test_each_kind_in_its_turn() -> None:
    """Where only one kind has room the other has it the next time."""
    sent = [f"cookie-{number}" for number in range(100)]
    for turn, marked in ((0, False), (1, True), (100, False)):
        lines = [value for _, value in expire(sent, "shop.example", lambda _: [], secure=True, turn=turn)]
        assert {line.endswith(b"Partitioned") for line in lines} == {marked}


# ── the budget ──


def size(headers: list[tuple[bytes, bytes]]) -> int:
    return sum(len(name) + len(value) + len(b": \r\n") for name, value in headers)


@given(
    st.lists(NAMES, max_size=60, unique=True),
    st.sampled_from(["shop.example", "a.b.shop.example", "x" * 60 + ".example", "localhost"]),
    st.lists(st.text("/abc", max_size=1500).map(lambda text: "/" + text), max_size=4),
    st.integers(0, 2**40),
)
def test_budget(sent: list[str], host: str, paths: list[str], turn: int) -> None:
    """However many cookies a browser sends, the head of a response grows by no more than servers and proxies take."""
    headers = expire(sent, host, lambda _: paths, secure=True, turn=turn)
    assert size(headers) <= MOST_BYTES
    assert all(name == b"set-cookie" and LINE.fullmatch(value) for name, value in headers)
    assert {value.partition(b"=")[0].decode() for _, value in headers} <= set(sent)
    if sent:
        assert headers


def test_each_in_its_turn() -> None:
    """With more cookies than fit each of them goes first some time: one that cannot be dropped keeps no other alive."""
    sent = [f"cookie-{number}" for number in range(100)]
    assert names(*sent, turn=0)[0] == "cookie-0"
    assert names(*sent, turn=250)[0] == "cookie-50"
    assert {name for turn in range(0, 100, 10) for name in names(*sent, turn=turn)} == set(sent)
    assert names(turn=5) == []


def test_a_line_too_long_stops_no_other() -> None:
    """A line that can never fit does not keep the next cookies alive."""
    headers = expire(["a", "b"], "shop.example", lambda name: ["/" + "x" * 5000] * (name == "a"), secure=False, turn=0)
    assert {value[:1] for _, value in headers} == {b"a", b"b"}


# ── what visitors send ──


@pytest.mark.parametrize(
    "name", ["a b", "a;b", "a\r\nX: y", "a\x00", 'a"b', "a,b", "a(b", "é", "", "x" * 257, "a\n", "[a]"]
)
def test_not_expirable(name: str) -> None:
    """A name that is not plainly one is never written into a header."""
    assert not expirable(name)


@given(st.text(max_size=30) | NAMES)
def test_no_way_into_a_header(name: str) -> None:
    """Whatever a visitor calls a cookie, the lines that drop it are those and nothing more."""
    if expirable(name):
        assert all(LINE.fullmatch(line) for line in expire_lines(name, "www.shop.example", ["/x"], secure=True))
