"""Countries that the law puts together: the European Union and the European Economic Area. Knows no policy."""

from __future__ import annotations

_UNION = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
# Data that leaves the Area needs its own safeguards, and saying so (GDPR 13(1)(f)). The United Kingdom is outside.
UNION = frozenset({"EU", *_UNION.split()})
EEA = UNION | {"IS", "LI", "NO"}


def within(place: str, places: tuple[str, ...]) -> bool:
    """Whether a country is among these, of which "EU" stands for all its members."""
    nation = place.partition("-")[0]
    return bool({place, nation} & set(places)) or ("EU" in places and nation in UNION)
