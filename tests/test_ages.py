"""From which age somebody may consent: the law's table, and what a policy says instead."""

from __future__ import annotations

from typing import Any

import pytest

from consentkit.law.ages import AGES, minimum_age
from consentkit.policy import parse_policy

MEMBERS = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"


def asked(place: str, declared: Any) -> int | None:
    return minimum_age(parse_policy({"minimum_age": declared} if declared else {}, "test"), place)


def test_every_member_state_has_a_row_that_the_regulation_allows() -> None:
    """Each of the 27 has an age from 13 to 16 (GDPR 8(1))."""
    assert all(13 <= AGES[code] <= 16 for code in MEMBERS.split())


@pytest.mark.parametrize(
    ("place", "declared", "age"),
    [
        ("DK", "law", 15),
        ("BE", "law", 13),
        ("ZZ", "law", 16),
        ("JP", "law", 16),
        ("US", "law", 16),
        ("US-CA", "law", 16),
        ("US-NJ", "law", 17),
        ("US-MD", "law", 18),
        ("CA", "law", 16),
        ("CA-QC", "law", 14),
        ("IN", "law", 18),
        ("DK", 18, 18),
        ("DK", {"years": "law", "countries": {"DK": 13}}, 13),
        ("US-CA", {"years": 14, "countries": {"US": 17}}, 17),
        ("FR", {"years": 14, "countries": {"US": 17}}, 14),
        ("DE", None, None),
    ],
)
def test_the_policy_goes_before_the_law(place: str, declared: Any, age: int | None) -> None:
    """A site's own age for a place counts first, then its general one, then the country's, then sixteen."""
    assert asked(place, declared) == age
