"""From which age somebody can consent alone, country by country. Data and one function; knows no visitor.

GDPR 8(1) says 16 and lets member states go down to 13. Compiled from the Commission's staff working documents and the
national acts; laws change, so a policy may say otherwise for any place, and a site should check its own.
"""

from __future__ import annotations

from consentkit.policy.model import Policy

AS_OF = "2026-11"
# Where there is no row: GDPR 8(1); also what California asks before data is sold (CCPA 1798.120(c)).
_GENERAL = 16
_ROWS = {
    13: "BE EE FI GB IS LV MT NO PT SE",
    14: "AT BG CA-QC CY ES IT LT",
    15: "CZ DK FR GR SI",  # DK since 2024-01-01
    16: "DE HR HU IE LI LU NL PL RO SK US",
    17: "US-NJ",  # 13 to 16 only upon a yes
    18: "IN US-CT US-DE US-MD US-NY",  # DPDP Act 2023 §9; in Maryland not even upon a yes
}
AGES = {code: age for age, codes in _ROWS.items() for code in codes.split()}


def minimum_age(policy: Policy, jurisdiction: str) -> int | None:
    """The age for visitors of a jurisdiction ("DK", "CA-QC"); None where the policy has no minimum.

    What the policy says of a place goes before its general number, and that before the table.
    """
    declared = policy.minimum_age
    if declared is None:
        return None
    nation = jurisdiction.partition("-")[0]
    said = declared.countries.get(jurisdiction) or declared.countries.get(nation)
    if said or declared.years != "law":
        return said or int(declared.years)
    return legal_age(jurisdiction)


def legal_age(jurisdiction: str) -> int:
    """The age by the table alone."""
    return AGES.get(jurisdiction) or AGES.get(jurisdiction.partition("-")[0]) or _GENERAL
