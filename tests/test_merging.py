"""Two choices of one person: the later one, or what both allow."""

from __future__ import annotations

from typing import Any

import pytest

from consentkit.accounts.merging import Rule, merge
from consentkit.decision import Choice, ChoiceKind, Decision, Signals, Standing, decide
from consentkit.law.regime import rules_for
from consentkit.policy import edition, parse_policy
from tests.exchanges import POLICY

SHOP = parse_policy(POLICY, "tests")
NOW = edition(SHOP)
THEN = edition(parse_policy({**POLICY, "vendors": POLICY["vendors"][:1]}, "tests"))  # before Ads came
ALL = {"functional", "analytics", "marketing"}


def chose(categories: Any = (), vendors: Any = (), time: int = 100, policy: str = NOW.short) -> Standing:
    return Standing("ab" * 16, Choice(ChoiceKind.CUSTOM, frozenset(categories), frozenset(vendors)), policy, time)


def allowed(standing: Standing) -> Decision:
    made_under = {NOW.short: NOW, THEN.short: THEN}[standing.policy]
    return decide(NOW, rules_for(SHOP, None), standing, made_under, Signals(), 200)


def merged(rule: Rule, browser: Standing | None, account: Standing | None) -> Standing | None:
    return merge(rule, browser, account, NOW, allowed)


@pytest.mark.parametrize(
    ("one", "other", "categories", "vendors"),
    [
        (chose(ALL), chose({"analytics"}), {"analytics"}, set()),
        (chose({"analytics", "functional"}), chose({"marketing", "functional"}), {"functional"}, set()),
        (chose({"analytics"}), chose({"marketing"}), set(), set()),
        (chose({"functional", "marketing"}), chose({"analytics"}, {"ads"}), set(), {"ads"}),
        (chose({"functional"}, {"ads"}), chose({"analytics"}, {"ads"}), set(), {"ads"}),
        (chose(ALL, policy=THEN.short), chose(ALL), ALL, set()),
    ],
)
def test_strictest(one: Standing, other: Standing, categories: set[str], vendors: set[str]) -> None:
    """By "strictest" a visitor has what both of their choices allow, whichever way round, and never more."""
    for browser, account in ((one, other), (other, one)):
        found = merged("strictest", browser, account)
        assert found is not None
        assert (found.choice.categories, found.choice.vendors) == (categories, vendors)
        both = allowed(one).granted & allowed(other).granted
        assert allowed(found).granted <= both


def test_what_lapsed_is_still_asked() -> None:
    """The choice that reaches less is kept as it was made: what was added since is asked for, not refused unasked."""
    old = chose(ALL, policy=THEN.short)
    found = merged("strictest", chose(ALL), old)
    assert found == old
    assert "marketing" in allowed(found).lapsed


def test_latest() -> None:
    """By "latest" what was chosen last holds whole, be it more or less."""
    more, less = chose(ALL, time=150), chose({"analytics"}, time=160)
    assert merged("latest", more, less) == less == merged("latest", less, more)


@pytest.mark.parametrize("rule", ["latest", "strictest"])
def test_one_alone(rule: Rule) -> None:
    """Where nobody chose on one side, the other holds: silence is no refusal."""
    assert merged(rule, chose(ALL), None) == merged(rule, None, chose(ALL)) == chose(ALL)
    assert merged(rule, None, None) is None
