"""Markup that nobody would write, made of everything that is held: no crash, no byte lost, no chunk that matters."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from .cases import CASES
from .soup import PIECES, check

_MARKUP = st.lists(st.sampled_from([*PIECES, *(case.html for case in CASES)]), max_size=25).map(b"".join)


@settings(max_examples=120, deadline=None)
@given(
    _MARKUP | st.binary(max_size=150),
    st.lists(st.integers(0, 3000), max_size=5),
    st.sampled_from([16, 50, 300, 65536]),
    st.booleans(),
)
def test_any_markup_comes_out_whole_for_every_chunking(body: bytes, cuts: list[int], limit: int, xml: bool) -> None:
    """However broken a page is, its visitor gets the author's bytes, and the same ones from every server."""
    check(body, cuts, limit, xml)
