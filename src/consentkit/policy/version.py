"""When is a policy another policy: its fingerprint, and which old grants it no longer fits.

Pure functions over policies. Does not know where old policies are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from consentkit import canonical
from consentkit.category import OPTIONAL_CATEGORIES, Category
from consentkit.policy.domains import host_in
from consentkit.policy.model import OPERATIONAL, Cookie, Policy
from consentkit.policy.signals import Tcf
from consentkit.policy.values import Text, localised

# category → vendor id → what was declared of it. The site's own cookies stand under the id "".
Scope = Mapping[str, Mapping[str, frozenset[str]]]

OWN = ""
_LISTED = "framework vendor "
# How a version is called under which another tool had asked (foreign/adopting.py): it never was in force.
BEFORE_US = "before consentkit: "


def declaration(policy: Policy) -> dict[str, Any]:
    """What visitors were told, as plain values: the policy without how the server goes about it."""
    return policy.model_dump(mode="json", exclude=OPERATIONAL, exclude_none=True)


def set_up_as(policy: Policy, told: Mapping[str, Any]) -> dict[str, Any]:
    """What visitors were told under an old version, with how the server goes about it as this policy has it."""
    return _merged(told, policy.model_dump(mode="json", include=OPERATIONAL, exclude_none=True))


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(one)
    for key, value in other.items():
        inner = found.get(key)
        found[key] = _merged(inner, value) if isinstance(inner, Mapping) and isinstance(value, Mapping) else value
    return found


def fingerprint(policy: Policy) -> str:
    """The SHA-256 (hex) of what visitors were told."""
    return canonical.digest(declaration(policy))


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of a policy, as far as old choices must be read against it.

    `short` names it in cookies: the first 8 bytes of the fingerprint, as hex. `vendors` is the order in which a
    cookie counts the vendors that were chosen one by one. `controllers` answer for the sites on other domains on which
    such a choice counts, by the names that the notice gave them.
    """

    fingerprint: str
    scope: Scope
    vendors: tuple[str, ...]
    controllers: frozenset[str] = frozenset()

    @property
    def short(self) -> str:
        return self.fingerprint[:16]


def edition(policy: Policy) -> Edition:
    """The edition of a policy in force, or of one parsed from a stored declaration."""
    covered = scope(policy)
    named = sorted({vendor for vendors in covered.values() for vendor in vendors} - {OWN})
    return Edition(fingerprint(policy), covered, tuple(named), controllers(policy))


def controllers(policy: Policy) -> frozenset[str]:
    """Who answers for the sites that share a choice, by name."""
    hosts = map(host_in, policy.domains.sites if policy.domains else ())
    return frozenset(controller.name for host in hosts if (controller := policy.controller_of(host)))


def scope(policy: Policy) -> Scope:
    """What consent to each optional category covers: vendors, their cookies, their purposes (GDPR 4(11): specific)."""
    covered: dict[str, dict[str, frozenset[str]]] = {category: {} for category in OPTIONAL_CATEGORIES}
    for vendor in policy.vendors:
        if vendor.category in covered:
            purpose = _wording(policy, vendor.purpose)
            covered[vendor.category][vendor.id] = _items(policy, vendor.cookies) | {f"purpose {purpose}"}
    for category, vendors in covered.items():
        own = tuple(cookie for cookie in policy.cookies if cookie.category == category)
        if own:
            vendors[OWN] = _items(policy, own)
    if tcf := policy.signals and policy.signals.tcf:
        marketing = covered[Category.MARKETING]
        marketing[OWN] = marketing.get(OWN, frozenset()) | _framework_items(tcf)
    return covered


def _framework_items(tcf: Tcf) -> frozenset[str]:
    """Whoever accepted all of marketing accepted these vendors of the framework, for what they had declared then."""
    declared = tcf.declared or {}
    items = (f"{_LISTED}{number} {mark}" for number, marks in declared.items() for mark in marks)
    return frozenset({f"{_LISTED}{number}" for number in tcf.vendors} | set(items))


def framework_asked(then: Scope) -> frozenset[str]:
    """All that could be decided under the framework then, as the marks of its form; `v` and `j` of every vendor."""
    items = [item for item in then[Category.MARKETING].get(OWN, ()) if item.startswith(_LISTED)]
    told = [item.removeprefix(_LISTED).split() for item in items]
    return frozenset(mark for number, *marks in told for mark in (f"v{number}", f"j{number}", *marks))


def widened(then: Scope, now: Scope, category: str) -> frozenset[str]:
    """The vendors of a category of which more is declared now than then: an old grant does not reach them.

    Taking something out, adding hosts or a translation, and shortening a retention widen nothing.
    """
    before = then.get(category, {})
    return frozenset(
        vendor for vendor, items in now.get(category, {}).items() if not items <= before.get(vendor, frozenset())
    )


def asked_again(before: Policy, after: Policy) -> dict[str, list[str]]:
    """Whom a change has visitors asked about again: category → vendors, "" for the site itself."""
    then, now = scope(before), scope(after)
    return {category.value: sorted(more) for category in OPTIONAL_CATEGORIES if (more := widened(then, now, category))}


def _items(policy: Policy, cookies: tuple[Cookie, ...]) -> frozenset[str]:
    return frozenset(f"{cookie.name} for {_wording(policy, cookie.purpose)}" for cookie in cookies)


def _wording(policy: Policy, text: Text) -> str:
    # The site's first language stands for the purpose: a new translation is not a new purpose.
    return localised(text, policy.first_language)
