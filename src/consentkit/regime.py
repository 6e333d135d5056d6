"""Whose law applies to a visitor, and what it asks for: one row for each jurisdiction that differs from the strictest.

Data and one function. Knows no request: the country comes in as a code, or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass

from consentkit.policy import Policy, Regime

UNKNOWN = "ZZ"  # ISO 3166-1's user-assigned code, as CLDR uses it for "unknown region"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a jurisdiction asks for: who must move first, and for how many days a choice is remembered."""

    jurisdiction: str
    regime: Regime
    memory_days: int


# 180 days is what the CNIL (délibération 2020-091) and the Garante (10 June 2021) ask for, refusals included.
_STRICTEST = (Regime.OPT_IN, 180)
# Any place without a row has the strictest rules.
_ROWS: dict[str, tuple[Regime, int]] = {
    "US": (Regime.OPT_OUT, 365),  # CCPA 1798.135(c)(4): not asked again within 12 months of opting out
    "CH": (Regime.OPT_OUT, 180),  # TCA 45c: information and the right to refuse
}


def rules_for(policy: Policy, country: str | None) -> Rules:
    """The rules for a visitor from `country` (ISO 3166, "US" or "US-CA"); None where nobody trusted told us.

    What the policy says of a place goes before the table; a subdivision without a row has its country's.
    """
    code = country or policy.jurisdiction.default or UNKNOWN
    nation = code.partition("-")[0]
    regime, days = _ROWS.get(code) or _ROWS.get(nation) or _STRICTEST
    declared = policy.jurisdiction.regimes
    return Rules(code, declared.get(code) or declared.get(nation) or regime, days)
