"""Dates in cookies: read as browsers read them, and as nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.guard.cookie_date import parse_cookie_date

MOMENT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "text",
    [
        "Wed, 04 Mar 2026 05:06:07 GMT",
        "Wed, 04-Mar-26 05:06:07 GMT",
        "Wednesday, 4-march-2026 5:6:7",
        "Wed Mar  4 05:06:07 2026",
        "05:06:07 4 mar 2026",
        "Wed, 04 Mar 2026 05:06:07 +1400",
        "Mar 2026 05:06:07 4th",
    ],
)
def test_spellings(text: str) -> None:
    """However a server writes the moment, and whatever zone it names, it is the one a browser takes."""
    assert parse_cookie_date(text) == MOMENT


@pytest.mark.parametrize(("year", "full"), [("70", 1970), ("99", 1999), ("00", 2000), ("69", 2069), ("0001", 2001)])
def test_short_years(year: str, full: int) -> None:
    """Years of two digits are of the century that browsers put them in."""
    assert parse_cookie_date(f"01-Jan-{year} 00:00:00") == datetime(full, 1, 1, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "text",
    ["", "0", "soon", "04 Mar 2026", "Mar 2026 05:06:07", "04 2026 05:06:07", "04 Mar 05:06:07", "31 Feb 2026 05:06:07",
     "04 Mar 1600 05:06:07", "04 Mar 20260 05:06:07", "004 Mar 2026 05:06:07",
     "04 Mar 2026 24:06:07", "4 Mar 2026 5:6"],
)  # fmt: skip
def test_no_dates(text: str) -> None:
    """What browsers see no date in is none: a cookie with it is not deleted."""
    assert parse_cookie_date(text) is None


@given(st.text(max_size=100))
def test_any_text(text: str) -> None:
    """No text breaks it."""
    assert parse_cookie_date(text) is None or parse_cookie_date(text)
