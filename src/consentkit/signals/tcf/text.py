"""A TC string ⇄ what it says: "core.disclosed" or "core.disclosed.publisher", version 2.3 of the framework.

Knows the tables of its fields; not vendors' names, nor who may write such strings (only registered CMPs: see
docs/signals-advertising.md). What a string of 2.3 may not say, no field says: a string for all the web, a legitimate
interest in purposes 1 and 3 to 6, a moment in place of a day; and vendors that were disclosed are never left out.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from consentkit.errors import SignalError
from consentkit.signals.bits import (
    FLAG,
    LONGEST,
    Bits,
    Table,
    id_set,
    integer,
    letters,
    read_fields,
    to_letters,
    write_fields,
)
from consentkit.signals.tcf.fields import CUSTOM, DAY, MOST_PURPOSES, RESTRICTIONS, VENDORS, Restrictions

# Purposes 1 and 3 to 6 rest on consent alone  TCF 2.2, "Why was support for legitimate interest … deprecated?"
CONSENT_ONLY = frozenset({1, 3, 4, 5, 6})
_PURPOSES = id_set(MOST_PURPOSES)
_LEGITIMATE = id_set(MOST_PURPOSES, set(range(1, MOST_PURPOSES + 1)) - CONSENT_ONLY)

CORE: Table = {
    "version": integer(6, least=2, most=2),
    "created": DAY,
    "last_updated": DAY,
    "cmp_id": integer(12, least=2),
    "cmp_version": integer(12),
    "screen": integer(6),
    "language": letters(2),
    "vendor_list": integer(12),
    "policy_version": integer(6),
    "service_specific": integer(1, least=1),  # global strings are invalid since September 2021
    "own_texts": FLAG,
    "special_features": id_set(12),
    "purposes": _PURPOSES,
    "legitimate_purposes": _LEGITIMATE,
    "purpose_one_undisclosed": FLAG,
    "publisher_country": letters(2),
    "vendors": VENDORS,
    "legitimate_vendors": VENDORS,
    "restrictions": RESTRICTIONS,
}
DISCLOSED: Table = {"segment": integer(3, least=1, most=1), "disclosed": VENDORS}
PUBLISHER: Table = {
    "segment": integer(3, least=3, most=3),
    "publisher_purposes": _PURPOSES,
    "publisher_legitimate": _PURPOSES,
    "custom": CUSTOM,
}
# The reference implementation fills up to whole groups of four letters, others to bytes or letters.
_UNITS = (6, 8, 24)
# What is the same in every string, or said twice in it.
_FIXED: dict[str, Callable[[TcString], Any]] = {
    "version": lambda tc: 2,
    "created": lambda tc: tc.day,
    "last_updated": lambda tc: tc.day,
    "service_specific": lambda tc: 1,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TcString:
    """What one string says. Sets are of ids; `publisher` holds the third segment's fields, None without one."""

    day: date
    cmp_id: int
    cmp_version: int = 1
    screen: int = 1
    language: str = "EN"
    vendor_list: int
    policy_version: int
    own_texts: bool = False
    special_features: Set[int] = frozenset()
    purposes: Set[int] = frozenset()
    legitimate_purposes: Set[int] = frozenset()
    purpose_one_undisclosed: bool = False
    publisher_country: str = "AA"
    vendors: Set[int] = frozenset()
    legitimate_vendors: Set[int] = frozenset()
    restrictions: Restrictions = field(default_factory=dict)
    disclosed: Set[int] = frozenset()
    publisher: dict[str, Any] | None = None


def format_tc(tc: TcString) -> str:
    """The string. Raises SignalError for what no string can say."""
    core = {name: _FIXED[name](tc) if name in _FIXED else getattr(tc, name) for name in CORE}
    segments = [write_fields(CORE, core), write_fields(DISCLOSED, {"segment": 1, "disclosed": tc.disclosed})]
    if tc.publisher is not None:
        segments.append(write_fields(PUBLISHER, {"segment": 3, **tc.publisher}))
    return ".".join(to_letters(bits, 24) for bits in segments)


def parse_tc(text: str) -> TcString:
    """What a string says. Raises SignalError for all that 2.3 does not allow."""
    if len(text) > LONGEST:
        raise SignalError("tc string", f"at most {LONGEST} letters", text)
    core, *following = text.split(".")
    if not 1 <= len(following) <= 2:
        raise SignalError("tc string", "a core and the vendors disclosed, and at most a publisher's part", text)
    fields = _parse_segment("tc core", CORE, core)
    day = fields["last_updated"]
    if fields["created"] != day:
        raise SignalError("tc core", "one day for Created and LastUpdated", core)
    disclosed = _parse_segment("tc disclosed vendors", DISCLOSED, following[0])
    publisher = _parse_segment("tc publisher", PUBLISHER, following[1]) if following[1:] else None
    if publisher:
        del publisher["segment"]
    told = {name: value for name, value in fields.items() if name not in _FIXED}
    return TcString(day=day, disclosed=disclosed["disclosed"], publisher=publisher, **told)


def _parse_segment(what: str, table: Table, text: str) -> dict[str, Any]:
    bits = Bits(text, what)
    fields = read_fields(table, bits)
    bits.end(*_UNITS)
    return fields
