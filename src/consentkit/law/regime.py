"""Whose law applies to a visitor, and what it asks for: our table, and what the policy says in its stead.

One function. Knows no request: the country comes in as a code, or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass

from consentkit.law.ages import minimum_age
from consentkit.law.table import UNKNOWN, Row, profiles, row_of
from consentkit.policy import Category, Policy, Regime
from consentkit.policy.duration import parse_duration
from consentkit.policy.jurisdiction import Place

__all__ = ["UNKNOWN", "Rules", "rules_for"]


_KEYS = tuple(Place.model_fields)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a jurisdiction asks for: who must move first, and for how many days any choice is remembered.

    `closes` asks for a cross that refuses, `gpc` for the signal to be followed whatever the policy says. `minimum_age`
    is from when one consents alone; None without such a policy. `exempt` are the vendors of statistics that run until
    somebody refuses. `law` says for the record which row it was, and what the site says in its stead.
    """

    jurisdiction: str
    regime: Regime
    memory_days: int
    closes: bool = False
    minimum_age: int | None = None
    gpc: bool = False
    exempt: frozenset[str] = frozenset()
    law: str = ""


def rules_for(policy: Policy, country: str | None) -> Rules:
    """The rules for a visitor from `country` (ISO 3166, "US" or "US-CA"); None where nobody trusted told us.

    What the policy says of a place goes before the table; a subdivision without a row has its country's.
    """
    code = country or policy.jurisdiction.default or UNKNOWN
    row, own = row_of(code), policy.jurisdiction.said_of(code)
    exempt = _exempt(policy, code)
    return Rules(
        jurisdiction=code,
        regime=own.regime or Regime(row.regime),
        memory_days=parse_duration(own.memory) // 86400 if own.memory else row.memory,
        closes=row.closes if own.closes is None else own.closes,
        minimum_age=minimum_age(policy, code),
        gpc=row.gpc if own.gpc is None else own.gpc,
        exempt=exempt,
        law=_said(
            row, [name for name in _KEYS if getattr(own, name) is not None], taken_up(policy, code) if exempt else None
        ),
    )


def taken_up(policy: Policy, code: str) -> str | None:
    """The exemption that the site takes up in a place, by name."""
    named = policy.jurisdiction.profiles or ()
    nation = code.partition("-")[0]
    return next((name for name in named if name in profiles() and profiles()[name].place in (code, nation)), None)


def _exempt(policy: Policy, code: str) -> frozenset[str]:
    """The vendors that an exemption lets run: statistics, and nothing else, whatever else is declared of them."""
    if taken_up(policy, code) is None:
        return frozenset()
    return frozenset(v.id for v in policy.vendors if v.statistical and v.category is Category.ANALYTICS)


def _said(row: Row, own: list[str], profile: str | None) -> str:
    """One line: the row and how old it is, what the site says otherwise, and the exemption it takes up."""
    parts = [f"{row.code} {row.as_of}", *([f"own {' '.join(own)}"] if own else []), *([profile] if profile else [])]
    return "; ".join(parts)
