"""Durations: the words a policy uses, in one spelling each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.errors import MalformedError
from consentkit.policy.duration import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("session", 0),
        ("1 second", 1),
        ("90 minutes", 5400),
        ("1 hour", 3600),
        ("1 day", 86400),
        ("2 weeks", 14 * 86400),
        ("13 months", 390 * 86400),
        ("1 year", 365 * 86400),
        ("9999 years", 9999 * 365 * 86400),
    ],
)
def test_durations(text: str, seconds: int) -> None:
    """A visitor reads how long something is kept in the owner's words, and the server counts with the same."""
    assert parse_duration(text) == seconds


OTHERS = [
    "",
    "1",
    "day",
    "0 days",
    "01 day",
    "1  day",
    " 1 day",
    "1 day\n",
    "1 Day",
    "1 days ago",
    "1.5 days",
    "-1 day",
]
OTHERS += ["10000 days", "١ day", "1 fortnight", "Session", "1 day 2 hours", "1day", "1\u00a0day"]


@pytest.mark.parametrize("text", OTHERS)
def test_other_spellings(text: str) -> None:
    """What could be read in two ways is not read at all."""
    with pytest.raises(MalformedError):
        parse_duration(text)


@given(st.integers(1, 9999), st.sampled_from(["second", "minute", "hour", "day", "week", "month", "year"]))
def test_plural_is_the_same(count: int, unit: str) -> None:
    """Whether the owner writes "1 days" or "1 day" makes no difference."""
    assert (
        parse_duration(f"{count} {unit}") == parse_duration(f"{count} {unit}s") == count * parse_duration(f"1 {unit}")
    )


@given(st.text(max_size=20))
def test_any_text(text: str) -> None:
    """Any text is a duration or an error of ours."""
    try:
        assert parse_duration(text) >= 0
    except MalformedError as error:
        assert error.value == text  # noqa: PT017


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "session"),
        (1, "1 second"),
        (59, "1 minute"),
        (1800, "30 minutes"),
        (3599, "1 hour"),
        (1209600, "14 days"),
        (2592000, "1 month"),
        (31449600, "1 year"),
        (34560000, "400 days"),
    ],
)
def test_format(seconds: int, words: str) -> None:
    """A number of seconds is said as a person would say it."""
    assert format_duration(seconds) == words


@given(st.integers(1, 10**11))
def test_formatted_durations_are_durations(seconds: int) -> None:
    """What is said of a cookie can be declared, and is not far from the truth."""
    assert abs(parse_duration(format_duration(seconds)) - seconds) <= seconds * 0.02
