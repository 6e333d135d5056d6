"""Whose law applies: the strictest, unless somebody trusted says where the visitor is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from consentkit.law.regime import UNKNOWN, rules_for
from consentkit.policy import Regime, parse_policy

OPT_IN, OPT_OUT, NOTICE = Regime.OPT_IN, Regime.OPT_OUT, Regime.NOTICE_ONLY


@pytest.mark.parametrize(
    ("declared", "country", "jurisdiction", "regime", "days"),
    [
        ({}, None, UNKNOWN, OPT_IN, 180),
        ({}, "BE", "BE", OPT_IN, 180),
        ({}, "QQ", "QQ", OPT_IN, 180),
        ({}, "US", "US", OPT_OUT, 365),
        ({}, "US-CA", "US-CA", OPT_OUT, 365),
        ({}, "CH", "CH", OPT_OUT, 180),
        ({}, "IT", "IT", OPT_IN, 184),
        ({}, "CZ", "CZ", OPT_IN, 184),
        ({"default": "US"}, None, "US", OPT_OUT, 365),
        ({"default": "US"}, "FR", "FR", OPT_IN, 180),
        ({"regimes": {"US": "opt_in"}}, "US", "US", OPT_IN, 365),
        ({"regimes": {"US": "opt_in"}}, "US-CA", "US-CA", OPT_IN, 365),
        ({"regimes": {"US": "opt_in", "US-TX": "notice_only"}}, "US-TX", "US-TX", NOTICE, 365),
        ({"regimes": {"US-CA": "opt_in"}}, "US", "US", OPT_OUT, 365),
        ({"default": "BE", "regimes": {"BE": "notice_only"}}, None, "BE", NOTICE, 180),
    ],
)
def test_rules(declared: dict[str, Any], country: str | None, jurisdiction: str, regime: Regime, days: int) -> None:
    """A visitor has the rules of their place, as the site declares them, else as the table says, else the strictest."""
    rules = rules_for(parse_policy({"jurisdiction": declared}, "test"), country)
    assert (rules.jurisdiction, rules.regime, rules.memory_days) == (jurisdiction, regime, days)


@pytest.mark.parametrize(("country", "closes"), [("IT", True), ("IT-25", True), ("FR", False), (None, False)])
def test_where_a_cross_is_asked_for(country: str | None, closes: bool) -> None:
    """Visitors in Italy find a cross that refuses (Garante, 10 June 2021); others have no fourth answer."""
    assert rules_for(parse_policy({}, "test"), country).closes is closes


def test_half_a_year_is_never_shorter_than_six_months() -> None:
    """From whichever day on, 184 days in Italy and Czechia are six months at least; elsewhere 180 are at most that."""
    for day in (date(2024, 1, 1) + timedelta(days=n) for n in range(1461)):
        month = (day.month + 5) % 12 + 1
        later = date(day.year + (month <= 6), month, min(day.day, 28))
        assert day + timedelta(days=184) >= later
        assert day + timedelta(days=180) <= later + timedelta(days=3)
