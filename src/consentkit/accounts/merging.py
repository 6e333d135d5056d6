"""Two choices of one person, made in this browser and in their account: which of them stands.

Pure functions. Knows standing choices and decisions; not who signed in, nor where a choice is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from consentkit.decision import ESSENTIAL_ONLY, Choice, ChoiceKind, Decision, Standing
from consentkit.policy import Edition

Rule = Literal["latest", "strictest"]


def merge(
    rule: Rule,
    browser: Standing | None,
    account: Standing | None,
    edition: Edition,
    allowed: Callable[[Standing], Decision],
) -> Standing | None:
    """The choice that stands from here on; with one on one side only it is that one: silence is no refusal.

    "latest" takes the one made last. "strictest" allows what both allow under `edition`, the policy in force;
    `allowed` says what a choice allows under it, signals left aside.
    """
    if browser is None or account is None:
        return browser or account
    if rule == "latest":
        return max(browser, account, key=lambda standing: standing.time)
    return _strictest(browser, account, edition, allowed)


def _strictest(one: Standing, other: Standing, edition: Edition, allowed: Callable[[Standing], Decision]) -> Standing:
    decisions = allowed(one), allowed(other)
    reaches = [_reach(decision, edition) for decision in decisions]
    if reaches[0] <= reaches[1]:
        return one
    if reaches[1] <= reaches[0]:
        return other
    both = reaches[0] & reaches[1]
    categories = frozenset(category for category, vendor in both if vendor is None)
    vendors = frozenset(vendor for category, vendor in both if vendor is not None and category not in categories)
    choice = Choice(ChoiceKind.CUSTOM, categories, vendors)
    return replace(one, choice=choice, policy=edition.short, time=max(one.time, other.time), gpc_told=False)


def _reach(decision: Decision, edition: Edition) -> frozenset[tuple[str, str | None]]:
    """All that a decision allows: each category as a whole (None), and each vendor in one."""
    whole = {(category, None) for category in decision.granted - ESSENTIAL_ONLY}
    single = {
        (category, vendor)
        for category, vendors in edition.scope.items()
        for vendor in vendors
        if vendor and decision.allows(category, vendor)
    }
    return frozenset(whole | single)
