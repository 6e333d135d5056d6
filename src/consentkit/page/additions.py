"""What a version of the policy adds to one before, in words: since a visitor's choice, or from a day to come.

Knows Policy and our wording; not who has chosen what.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from consentkit.page.declaration import site_name
from consentkit.policy import OWN, Category, Policy, asked_again
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
        parts.append(f"{title} ({said.list(names)})" if names else title)
    return said.list(parts)


def announcement(policy: Policy, coming: Policy | None, said: Texts) -> list[str]:
    """What visitors are told of the version to come: from when it holds, and what they will be asked about then."""
    if coming is None:
        return []
    grown = asked_again(policy, coming)
    told = [said.say("body.coming", date=said.date(coming.effective))]
    return [*told, said.say("body.coming_added", categories=additions(coming, said, grown))] if grown else told
