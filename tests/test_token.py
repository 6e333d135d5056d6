"""The render token: which notice was shown, in the page's own sealed word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.errors import SealError
from consentkit.seal import Sealer
from consentkit.token import LIFE_SECONDS, LONGEST_ROUTE, RenderToken, format_token, parse_token

SEALER = Sealer(["a secret of some length"], "render", "shop")
HEX = "0123456789abcdef"
TOKEN = RenderToken(1_800_000_000, "ab" * 32, "cd" * 8, "/courses/{id}")


@given(
    st.builds(
        RenderToken,
        st.integers(0, 2**32 - 1),
        st.text(HEX, min_size=64, max_size=64),
        st.text(HEX, min_size=16, max_size=16),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=LONGEST_ROUTE),
        st.booleans(),
    )
)
def test_there_and_back(token: RenderToken) -> None:
    """What a page showed is what a record will say was shown."""
    assert parse_token(SEALER, format_token(SEALER, token), token.time) == token


def test_life() -> None:
    """A page left open for a day still counts; a second later its visitor is shown it anew."""
    value = format_token(SEALER, TOKEN)
    assert parse_token(SEALER, value, TOKEN.time + LIFE_SECONDS) == TOKEN
    with pytest.raises(SealError, match="expired"):
        parse_token(SEALER, value, TOKEN.time + LIFE_SECONDS + 1)


@pytest.mark.parametrize("route", ["/" + "é" * 1000, "/\ud800" * 100])
def test_odd_routes(route: str) -> None:
    """A route of any length and any characters makes no page fail, and no record swell."""
    parsed = parse_token(SEALER, format_token(SEALER, RenderToken(5, TOKEN.notice, TOKEN.policy, route)), 5)
    assert len(parsed.route) <= LONGEST_ROUTE


@given(st.text(max_size=100))
def test_any_text(value: str) -> None:
    """No text in a form field passes for a token."""
    with pytest.raises(SealError):
        parse_token(SEALER, value, 5)


@given(st.binary(max_size=44))
def test_short_payload(payload: bytes) -> None:
    """Even under our own seal, what is too short for a token is none."""
    with pytest.raises(SealError):
        parse_token(SEALER, SEALER.seal(payload), 5)


@given(st.integers(3, 255), st.binary(min_size=44, max_size=80))
def test_other_version(version: int, rest: bytes) -> None:
    """A token of a later consentkit is not guessed at."""
    with pytest.raises(SealError, match="version"):
        parse_token(SEALER, SEALER.seal(bytes([version]) + rest), 5)


def test_a_cookie_is_no_token() -> None:
    """A value sealed for another purpose does not speak for a page."""
    with pytest.raises(SealError):
        parse_token(SEALER, format_token(Sealer(["a secret of some length"], "cookie", "shop"), TOKEN), TOKEN.time)
