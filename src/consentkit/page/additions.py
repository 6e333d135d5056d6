"""What a version of the policy adds to one before, in words: since a visitor's choice, or from a day to come.

Knows Policy, a Decision and our wording; not whose it is, nor where the words stand.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from consentkit.decision import Basis, Decision
from consentkit.page.declaration import site_name
from consentkit.policy import OWN, Category, Policy, Regime, asked_again
from consentkit.texts import Texts

# More vendors than these are counted, not named: the first layer stays short.
_NAMED = 5


def additions(policy: Policy, said: Texts, added: Mapping[str, Collection[str]]) -> str:
    """The categories, and in each the vendors of whom it is ("" for the site itself): "Analytics (Acme and Beta)"."""
    parts = []
    for category in (each for each in Category if each in added):
        title, whose = said[f"category.{category}"], added[category]
        names = [v.name for v in policy.vendors if v.category is category and v.id in whose]
        if len(names) > _NAMED:
            names = [said.count("vendors", len(names))]
        if OWN in whose and any(own.category is category for own in policy.cookies):
            names.append(site_name(policy, said))
        if OWN in whose and category is Category.MARKETING and policy.signals and policy.signals.tcf:
            names.append(said["tcf.heading"])
        parts.append(f"{title} ({said.list(names)})" if names else title)
    return said.list(parts)


def announcement(policy: Policy, coming: Policy | None, said: Texts, *, asked: bool) -> list[str]:
    """What visitors are told of the version to come: from when it holds, what is new, and whether they are `asked`."""
    if coming is None:
        return []
    grown = asked_again(policy, coming)
    told = [said.say("body.coming", date=said.date(coming.effective))]
    if grown:
        told.append(said.say("body.coming_added", categories=additions(coming, said, grown)))
    return [*told, said["body.coming_asked"]] if grown and asked else told


def is_asked_then(policy: Policy, coming: Policy | None, decision: Decision) -> bool:
    """Whether the version to come is a question to this visitor. A refusal stays, and where silence allows it allows
    what is new as well.
    """
    if coming is None or decision.basis is Basis.MINOR:
        return False
    if decision.basis is not Basis.CHOICE:
        return decision.regime is Regime.OPT_IN
    grown = asked_again(policy, coming)
    return any(category in decision.granted or decision.vendors & set(grown[category]) for category in grown)
