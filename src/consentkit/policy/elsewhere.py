"""What a policy can get wrong about other sites and other tools. Checks, as those in `checks`.

Knows the model; not what is asked of whom. Identifiers are stable: add, never renumber.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from consentkit.errors import Problem
from consentkit.policy.domains import host_in

if TYPE_CHECKING:
    from consentkit.policy.imports import Import
    from consentkit.policy.model import Policy

OPTIONAL = ("functional", "analytics", "marketing")


def check_domains(policy: Policy) -> Iterator[Problem]:
    """A choice counts for those whom the notice named (EDPB Guidelines 05/2020 §65): somebody must answer for each."""
    seen: set[str] = set()
    for index, site in enumerate(policy.domains.sites if policy.domains else ()):
        place = f"domains.sites[{index}]"
        if site in seen:
            yield Problem("consentkit.E161", place, "this site is listed twice.", "List each site once.", site)
        seen.add(site)
        if policy.controller_of(host_in(site)) is None:
            message = "nobody is named who answers for this site, and a choice counts for those who were named."
            remedy = "Add [controller], or [[entities]] with this host."
            yield Problem("consentkit.E162", place, message, remedy, site)


def check_domains_origin(policy: Policy) -> Iterator[Problem]:
    """Whoever keeps the choice for all is told of it: nobody may learn of it whom the notice does not name."""
    if policy.domains is None:
        return
    keeper = policy.controller_of(host_in(policy.domains.origin))
    named = {who.name for site in policy.domains.sites if (who := policy.controller_of(host_in(site)))}
    if keeper is not None and keeper.name not in named:
        yield Problem(
            "consentkit.E167",
            "domains.origin",
            f"it is {keeper.name}'s, who answers for none of the sites that share the choice.",
            "Take a host of somebody's who has one of the sites, or name it under their [[entities]].",
            policy.domains.origin,
        )


def check_domains_cookie(policy: Policy) -> Iterator[Problem]:
    domain = policy.cookie_domain
    for site in (policy.domains.origin, *policy.domains.sites) if policy.domains and domain else ():
        if not f".{host_in(site)}".endswith(f".{domain}"):
            yield Problem(
                "consentkit.E163",
                "cookie_domain",
                f"browsers would not keep our cookies on {site}.",
                "Take it out: `domains` needs none. Or leave out the sites that are not below it.",
                domain or "",
            )


def check_imports(policy: Policy) -> Iterator[Problem]:
    names: dict[str, str] = {}
    for index, rule in enumerate(policy.imports):
        place = f"imports[{index}]"
        yield from _check_targets(policy, rule, place)
        yield from _check_covered(policy, rule, place)
        name = rule.cookie_names[0]
        if name in names:
            message = f"this cookie is read already at {names[name]}."
            yield Problem("consentkit.E166", f"{place}.cookie", message, "Give each cookie one rule.", name)
        names.setdefault(name, place)


def _check_targets(policy: Policy, rule: Import, place: str) -> Iterator[Problem]:
    known = {*OPTIONAL, *(vendor.id for vendor in policy.vendors)}
    for theirs, ours in rule.map.items():
        if ours not in known:
            yield Problem(
                "consentkit.E164",
                f"{place}.map.{theirs}",
                "neither a category that waits for consent nor a vendor of this policy.",
                f"Write one of {', '.join(OPTIONAL)}, or a vendor's id; leave out what has no counterpart.",
                ours,
            )


def _check_covered(policy: Policy, rule: Import, place: str) -> Iterator[Problem]:
    declared = {"vendors": {v.id for v in policy.vendors}, "cookies": {cookie.name for cookie in policy.cookies}}
    for key, listed in (("vendors", rule.vendors), ("cookies", rule.cookies)):
        for index, name in enumerate(listed):
            if name not in declared[key]:
                message = f"no such entry is declared under [[{key}]]."
                yield Problem("consentkit.E165", f"{place}.{key}[{index}]", message, "Name what this policy has.", name)
