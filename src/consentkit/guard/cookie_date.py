"""The date in an Expires attribute, as browsers read it: far more freely than HTTP's own dates.

Knows one text; not what the date is for.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

_DELIMITER = re.compile(r"[\t -/;-@\[-`{-~]+")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?![0-9])")
_DAY = re.compile(r"([0-9]{1,2})(?![0-9])")
_MONTH = re.compile(r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE)
_YEAR = re.compile(r"([0-9]{2,4})(?![0-9])")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def parse_cookie_date(text: str) -> float | None:
    """Unix seconds; None where browsers see no date, and ignore the attribute (RFC 6265bis §5.1.1).

    Each token is the first of time, day, month, year that it fits and that is not found yet.
    """
    time: re.Match[str] | None = None
    day: re.Match[str] | None = None
    month: re.Match[str] | None = None
    year: re.Match[str] | None = None
    for token in _DELIMITER.split(text):
        if time is None and (time := _TIME.match(token)):
            continue
        if day is None and (day := _DAY.match(token)):
            continue
        if month is None and (month := _MONTH.match(token)):
            continue
        if year is None:
            year = _YEAR.match(token)
    if not (time and day and month and year):
        return None
    clock = (int(time[1]), int(time[2]), int(time[3]))
    return _seconds(_full(int(year[1])), _MONTHS.index(month[1].lower()) + 1, int(day[1]), clock)


def _full(year: int) -> int:
    """Years of two digits: 70 to 99 are of the last century, 0 to 69 of this one."""
    return year + 1900 if 70 <= year <= 99 else year + 2000 if year <= 69 else year


def _seconds(year: int, month: int, day: int, clock: tuple[int, int, int]) -> float | None:
    if year < 1601:
        return None
    try:
        return datetime(year, month, day, *clock, tzinfo=UTC).timestamp()
    except ValueError:
        return None
