"""What a site allows a vendor less than the list does: its restrictions, and what is left of each vendor's declaration.

Knows the list and the site's rules; no visitor, no string. "Vendors must always respect a restriction signal that
disallows them the processing", and one of the legal ground where they have declared the purpose as flexible (TCF 2.3,
"What are publisher restrictions?"): so a rule about the ground goes for no other vendor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from consentkit.policy.signals import Ground, Restriction
from consentkit.signals.bits import runs
from consentkit.signals.tcf.fields import Restrictions
from consentkit.signals.tcf.text import CONSENT_ONLY
from consentkit.signals.tcf.vendor_list import ListedVendor

Vendors = Mapping[int, ListedVendor]
# RestrictionType of the string.
_KINDS: dict[Ground, int] = {"nothing": 0, "consent": 1, "interest": 2}


class Restricted(NamedTuple):
    """The vendors with what they may do here, and the restrictions as a string has them."""

    vendors: Vendors
    restrictions: Restrictions


def restrict(vendors: Vendors, rules: Sequence[Restriction]) -> Restricted:
    """What is left under the rules; of two for one vendor and purpose the first counts, and one that names vendors."""
    found: dict[tuple[int, int], Restriction] = {}
    for rule in sorted(rules, key=lambda rule: not rule.vendors):
        for number in _meant(vendors, rule):
            found.setdefault((number, rule.purpose), rule)
    left = dict(vendors)
    groups: dict[tuple[int, int], list[int]] = {}
    for (number, purpose), rule in found.items():
        left[number] = _allowed(left[number], purpose, rule.allow)
        groups.setdefault((purpose, _KINDS[rule.allow]), []).append(number)
    return Restricted(left, {key: tuple(runs(groups[key])) for key in sorted(groups)})


def pointless(vendors: Vendors, rules: Sequence[Restriction]) -> Iterator[tuple[int, list[int]]]:
    """The rules, by their places, that name vendors for whom they can mean nothing, and those vendors."""
    for place, rule in enumerate(rules):
        if beside := [number for number in rule.vendors if number not in vendors or not _fits(vendors[number], rule)]:
            yield place, beside


def _meant(vendors: Vendors, rule: Restriction) -> list[int]:
    """Those whom a rule names, or else all; as far as it can mean anything for them."""
    return [number for number in rule.vendors or vendors if number in vendors and _fits(vendors[number], rule)]


def _fits(vendor: ListedVendor, rule: Restriction) -> bool:
    if rule.allow == "nothing":
        return rule.purpose in vendor.purposes | vendor.legitimate
    other = vendor.legitimate if rule.allow == "consent" else vendor.purposes - CONSENT_ONLY
    return rule.purpose in other & vendor.flexible


def _allowed(vendor: ListedVendor, purpose: int, ground: Ground) -> ListedVendor:
    """The vendor with a purpose on that ground alone."""
    one = frozenset({purpose})
    return replace(
        vendor,
        purposes=vendor.purposes - one | (one if ground == "consent" else frozenset()),
        legitimate=vendor.legitimate - one | (one if ground == "interest" else frozenset()),
    )
