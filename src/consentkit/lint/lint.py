"""Holds a policy against the law of several places at once, and says each thing once.

Knows rules and checks; not where the policy came from, nor how findings are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from consentkit.errors import Problem
from consentkit.law.table import UNKNOWN, profiles, row_of
from consentkit.lint import declared, worded
from consentkit.lint.ground import Fault, Ground
from consentkit.lint.rules import Rule, Severity, rules
from consentkit.policy import Policy

# What templates and colours break as well is seen where those are looked at (`breaches`).
CHECKS: Mapping[str, Callable[[Ground], Iterator[Fault]]] = {
    "J001": worded.refuse_first,
    "J002": declared.memory,
    "J003": declared.cookie_lifetime,
    "J004": declared.essential_justified,
    "J005": declared.controller,
    "J006": declared.recipients,
    "J007": declared.retention,
    "J008": declared.where_data_goes,
    "J009": declared.transfers,
    "J010": worded.withdrawal,
    "J011": worded.implied,
    "J012": declared.regime,
    "J013": declared.gpc,
    "J014": declared.language,
    "J015": declared.age,
    "J016": declared.essential_known_otherwise,
    "J017": declared.exemption,
    "J018": declared.held_until_asked,
    "J019": declared.privacy_policy,
    "J020": declared.specific_purpose,
    "J021": worded.californian_link,
    "J022": declared.registered,
    "J023": declared.cross,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of one rule, and how much it matters in each of the places asked about."""

    rule: Rule
    problem: Problem
    places: Mapping[str, Severity]

    @property
    def severity(self) -> Severity:
        """The worst of them."""
        return "error" if "error" in self.places.values() else "warning"

    def moved(self, restore: Callable[[str], str]) -> Finding:
        """The same where its places are put back to what they are in the file."""
        problem = self.problem
        moved = problem._replace(place=restore(problem.place), message=restore(problem.message))
        return replace(self, problem=moved)

    def to_dict(self) -> dict[str, Any]:
        problem = {name: getattr(self.problem, name) for name in ("ident", "place", "message", "remedy", "value")}
        rule = {"rule": self.rule.name, "says": self.rule.says, "source": self.rule.source}
        return {**problem, **rule, "severity": self.severity, "jurisdictions": dict(self.places)}

    def __str__(self) -> str:
        weighed = "; ".join(f"{severity} in {where}" for severity, where in self._by_severity())
        return f"{self.problem}\n    {weighed}: {self.rule.says} {self.rule.source}."

    def _by_severity(self) -> Iterator[tuple[Severity, str]]:
        for severity in get_args(Severity):
            if codes := [code for code, weight in self.places.items() if weight == severity]:
                yield severity, ", ".join("places unsaid" if code == UNKNOWN else code for code in codes)


def lint(policy: Policy, places: Sequence[str] = (), templates: Mapping[str, str] | None = None) -> list[Finding]:
    """What is wrong by the law of these places; of those the policy names itself, unless some are given."""
    found: dict[tuple[str, Fault], dict[str, Severity]] = {}
    for code in places or places_of(policy):
        ground = Ground(policy, code, row_of(code), templates or {})
        for id, check in CHECKS.items():
            severity = rules()[id].weighs(code, ground.row)
            if severity is None:
                continue
            for fault in check(ground):
                found.setdefault((id, fault), {})[code] = severity
    order = list(CHECKS)
    return [
        _finding(rules()[id], fault, weights)
        for (id, fault), weights in sorted(found.items(), key=lambda item: order.index(item[0][0]))
    ]


def breaches(problems: Iterable[Problem], policy: Policy, places: Sequence[str] = ()) -> list[Finding]:
    """What problems that stop a start are by the law of these places, or of the policy's: those that break a rule."""
    by_name = {rule.name: rule for rule in rules().values()}
    found = []
    for problem in problems:
        rule = by_name.get(problem.breaks)
        codes = places or places_of(policy) if rule else ()
        weights = {code: weight for code in codes if rule and (weight := rule.weighs(code, row_of(code)))}
        if rule and weights:
            fault = Fault(problem.place, problem.message, problem.remedy, problem.value)
            found.append(_finding(rule, fault, weights))
    return found


def _finding(rule: Rule, fault: Fault, weights: Mapping[str, Severity]) -> Finding:
    return Finding(rule, Problem(rule.ident, fault.place, fault.message, fault.remedy, fault.value), weights)


def places_of(policy: Policy) -> list[str]:
    """The places that a policy speaks of: where it is at home, and those it has a word of its own on."""
    said, known = policy.jurisdiction, profiles()
    named = [known[name].place for name in said.profiles or () if name in known]
    homes = [entity.country for entity in policy.entities or () if entity.country]
    return list(dict.fromkeys([said.default or UNKNOWN, *said.regimes, *(said.places or {}), *named, *homes]))
