"""Could a tracker be named here? Never a no where a plain look would find one; and quick on clean pages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.guard.candidates import Candidates

LISTED = {"tracker.example", "deep.stats.example", "cdn.example"}
LOOK = Candidates(LISTED.__contains__)


@pytest.mark.parametrize(
    "page",
    [
        b'<script src="https://tracker.example/x.js">',
        b"<img src=//TRACKER.example>",
        b'<img src="https://sub.tracker.example:443/x">',
        b'<script src="https://tracker.example."></script>',
        b"https://a.deep.stats.example/",
        b"<script>load('tracker.example')</script>",
        b'<script>load("//cdn" + ".tracker.example/x")</script>',
        b"<SCRIPT >x=`cdn.tracker.example`",
        b"<script>a</script><p>'x.y'</p><script>b='cdn.example/x'</script>",
        b"text http://cdn.example text",
    ],
)
def test_candidates(page: bytes) -> None:
    """A page that names a listed host, or one below it, is looked at tag by tag."""
    assert LOOK(page)


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"<p>tracker.example</p>",
        b"<p>'tracker.example'</p>",
        b'<a href="https://shop.example/tracker.example">',
        b"<script>load('stats.example')</script>",
        b'<img src="https://nottracker.example/">',
        b'<img src="https://tracker.example.evil.org/">',
        b"<script>",
        b"<script",
        b"//",
    ],
)
def test_clean_pages(page: bytes) -> None:
    """A page that names none costs next to nothing."""
    assert not LOOK(page)


@given(
    st.sampled_from(sorted(LISTED)),
    st.sampled_from(["", "a.", "a-b.c."]),
    st.binary(max_size=40),
    st.binary(max_size=40).filter(lambda data: not data[:1].isalnum() and data[:1] not in b".-"),
    st.sampled_from([b"//", b"https://", b"<script>'", b'<script x>a="']),
)
def test_wherever_it_stands(host: str, below: str, before: bytes, after: bytes, opening: bytes) -> None:
    """Whatever stands around it, a listed host written out is seen."""
    assert LOOK(before + b">" + opening + (below + host).encode() + after)


@given(st.binary(max_size=200))
def test_any_bytes(page: bytes) -> None:
    """No bytes can break the look."""
    assert LOOK(page) in (True, False)


def test_memory_is_bounded() -> None:
    """Pages with endless names fill no memory."""
    look = Candidates(LISTED.__contains__)
    for number in range(200):
        look(b"".join(b"//h%d.example/" % (number * 100 + host) for host in range(100)))
    assert len(look._memo) <= 10_000
