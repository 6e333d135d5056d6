"""A Cookie header without some of its cookies: all the others as they came."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from consentkit.guard.inbound import without_cookies
from consentkit.http import RequestHead, parse_cookies

PIECES = st.lists(
    st.sampled_from(["a=1", " a=2", "b=3", "  b = 4\t", "c", "", '"q=1', "=n", "a", "\xe9=1"]), max_size=8
)


def head(*lines: str) -> RequestHead:
    return RequestHead("GET", "/", tuple((b"cookie", line.encode("latin-1")) for line in lines))


def test_several_headers() -> None:
    """Cookies that came in several headers, as HTTP/2 sends them, stay in theirs; one that is empty goes."""
    found = without_cookies(head("a=1; b=2", "a=3", "c=4"), {"a"})
    assert found.headers == ((b"cookie", b"b=2"), (b"cookie", b"c=4"))


@given(PIECES)
def test_exactly_those(pieces: list[str]) -> None:
    """What is hidden is gone from what an app parses, and nothing else is; what is left are pieces of what came."""
    before = head(";".join(pieces))
    after = without_cookies(before, {"a", "q"})
    assert parse_cookies(after) == tuple(pair for pair in parse_cookies(before) if pair[0] not in ("a", "q"))
    left = b"".join(value for _, value in after.headers).decode("latin-1")
    assert left.strip(" \t") in ";".join(p for p in pieces if p.partition("=")[0].strip() != "a" or "=" not in p)


@given(PIECES)
def test_nothing_to_hide(pieces: list[str]) -> None:
    """A header with nothing to hide is the browser's, to the byte."""
    if line := ";".join(pieces):
        assert without_cookies(head(line), {"z"}) == head(line)
