"""Whose law applies to a visitor, and what it asks for: one row for each jurisdiction that differs from the strictest.

Data and one function. Knows no request: the country comes in as a code, or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass

from consentkit.ages import minimum_age
from consentkit.policy import Policy, Regime

UNKNOWN = "ZZ"  # ISO 3166-1's user-assigned code, as CLDR uses it for "unknown region"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a jurisdiction asks for: who must move first, and for how many days any choice is remembered.

    `closes` asks for a cross that refuses. `minimum_age` is from when one consents alone; None without such a policy.
    """

    jurisdiction: str
    regime: Regime
    memory_days: int
    closes: bool = False
    minimum_age: int | None = None


# Six months, for a grant (DPC 2020: no longer; CNIL, délibération 2020-092) and for a refusal, in days that are never
# more than that.
_STRICTEST = (Regime.OPT_IN, 180)
# Any place without a row has the strictest rules.
_ROWS: dict[str, tuple[Regime, int]] = {
    "US": (Regime.OPT_OUT, 365),  # CCPA 1798.135(c)(4): not asked again within 12 months of opting out
    "CH": (Regime.OPT_OUT, 180),  # TCA 45c: information and the right to refuse
    # Not asked again before six months are over, and half a year has up to 184 days (Garante, 10 June 2021; ÚOOÚ).
    "IT": (Regime.OPT_IN, 184),
    "CZ": (Regime.OPT_IN, 184),
}
# Garante, 10 June 2021 §7.1: a cross at the top goes on with what is technical only, and the text says so.
_CLOSES = frozenset({"IT"})


def rules_for(policy: Policy, country: str | None) -> Rules:
    """The rules for a visitor from `country` (ISO 3166, "US" or "US-CA"); None where nobody trusted told us.

    What the policy says of a place goes before the table; a subdivision without a row has its country's.
    """
    code = country or policy.jurisdiction.default or UNKNOWN
    nation = code.partition("-")[0]
    regime, days = _ROWS.get(code) or _ROWS.get(nation) or _STRICTEST
    declared = policy.jurisdiction.regimes
    asked = declared.get(code) or declared.get(nation) or regime
    return Rules(code, asked, days, nation in _CLOSES, minimum_age(policy, code))
