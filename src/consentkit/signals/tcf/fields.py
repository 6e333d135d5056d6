"""The kinds of field that only TC strings have: days, sets of vendors, and a publisher's restrictions.

Knows bits; not which field stands where (IAB Tech Lab, "Transparency and Consent String with Global Vendor & CMP List
Formats", TCF 2.3). Vendors have numbers up to 65,535.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Any

from consentkit.errors import SignalError
from consentkit.signals.bits import Bits, Codec, bit_field, id_set, integer, runs

MOST_PURPOSES = 24
_EPOCH = date(1970, 1, 1)
_DECISECONDS = 864_000  # of a day
_LAST_DAY = (1 << 36) // _DECISECONDS - 1

_HIGHEST, _VENDOR, _ENTRIES = integer(16), integer(16, least=1), integer(12)
_PURPOSE, _KIND = integer(6, least=1, most=MOST_PURPOSES), integer(2, most=2)

Runs = Sequence[tuple[int, int]]
# (purpose, kind) → the vendors, as runs: 0 may not at all, 1 only with consent, 2 only by legitimate interest.
Restrictions = Mapping[tuple[int, int], Runs]


def _read_day(bits: Bits) -> date:
    days, rest = divmod(bits.number(36), _DECISECONDS)
    if rest:  # "the day-level timestamp"  TCF 2.2, "What happened to Created and LastUpdated?"
        raise bits.fault("a day, not a moment")
    return _EPOCH + timedelta(days=days)


def _write_day(value: Any) -> str:
    days = (value - _EPOCH).days if type(value) is date else -1
    if not 0 <= days <= _LAST_DAY:
        raise SignalError("day", "a date from 1970 to 2187", repr(value))
    return f"{days * _DECISECONDS:036b}"


DAY = Codec(_read_day, _write_day, _EPOCH)


def today(now: float) -> date:
    """The day in UTC of a moment."""
    return datetime.fromtimestamp(now, UTC).date()


def _read_vendors(bits: Bits) -> Set[int]:
    """The highest number, which of two encodings follows, and that."""
    highest, is_range = bits.number(16), bits.take(1) == "1"
    if not is_range:
        return bits.ids(highest)
    found = _read_runs(bits)
    if found and found[-1][1] > highest:
        raise bits.fault("no vendor above the highest")
    return frozenset(chain.from_iterable(range(first, last + 1) for first, last in found))


def _write_vendors(ids: Any) -> str:
    """In the encoding that is shorter ("Encoding logic should choose …", Vendor Consent Section)."""
    if ids and min(ids) < 1:
        raise SignalError("vendors", "numbers from 1", str(min(ids)))
    highest = max(ids, default=0)
    head, field = _HIGHEST.write(highest), bit_field(ids, highest)
    # A run takes 17 bits at least: where that is too much already, they need not be written to be counted.
    if 12 + 17 * f"0{field}".count("01") >= highest:
        return f"{head}0{field}"
    ranges = _write_runs(runs(ids))
    return f"{head}1{ranges}" if len(ranges) < highest else f"{head}0{field}"


VENDORS = Codec(_read_vendors, _write_vendors, frozenset())


def _read_runs(bits: Bits) -> list[tuple[int, int]]:
    """Vendors as runs that ascend, none of which touches the next: one spelling for each set."""
    found: list[tuple[int, int]] = []
    last = -1
    for _ in range(_ENTRIES.read(bits)):
        is_run = bits.take(1) == "1"
        first = _VENDOR.read(bits)
        end = _VENDOR.read(bits) if is_run else first
        if first <= last + 1 or (is_run and end <= first):
            raise bits.fault("ascending runs of vendors, as few as there are")
        found.append((first, end))
        last = end
    return found


def _write_runs(found: Runs) -> str:
    parts = [
        f"1{_VENDOR.write(first)}{_VENDOR.write(last)}" if last > first else f"0{_VENDOR.write(first)}"
        for first, last in found
    ]
    return _ENTRIES.write(len(found)) + "".join(parts)


def _read_restrictions(bits: Bits) -> dict[tuple[int, int], Runs]:
    found: dict[tuple[int, int], Runs] = {}
    for _ in range(_ENTRIES.read(bits)):
        key = (_PURPOSE.read(bits), _KIND.read(bits))
        if key in found:
            raise bits.fault("each restriction once")
        found[key] = tuple(_read_runs(bits))
    return found


def _write_restrictions(restrictions: Any) -> str:
    parts = [
        _PURPOSE.write(purpose) + _KIND.write(kind) + _write_runs(restrictions[purpose, kind])
        for purpose, kind in sorted(restrictions)
    ]
    return _ENTRIES.write(len(parts)) + "".join(parts)


RESTRICTIONS = Codec(_read_restrictions, _write_restrictions, {})


def _read_custom(bits: Bits) -> tuple[int, Set[int], Set[int]]:
    count = bits.number(6)
    return count, bits.ids(count), bits.ids(count)


def _write_custom(value: Any) -> str:
    count, consents, legitimate = value
    ids = id_set(count)
    return integer(6).write(count) + ids.write(consents) + ids.write(legitimate)


# A publisher's own purposes: how many, those consented to, those of legitimate interest.
CUSTOM = Codec(_read_custom, _write_custom, (0, frozenset(), frozenset()))
