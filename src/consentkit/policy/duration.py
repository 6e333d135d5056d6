"""How long something is kept, in the words a policy uses: "session", "180 days", "13 months"."""

from __future__ import annotations

import re

from consentkit.errors import MalformedError

# A month is 30 days and a year 365: retention is promised in these words, never counted to the second.
_SECONDS = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86400,
    "week": 7 * 86400,
    "month": 30 * 86400,
    "year": 365 * 86400,
}
# How far from the truth rounding may go.
_NEAR = 0.02
_SHAPE = re.compile(r"([1-9][0-9]{0,3}) (second|minute|hour|day|week|month|year)s?", re.ASCII)


def parse_duration(text: str) -> int:
    """The seconds in "13 months"; 0 for "session". Raises MalformedError for any other shape."""
    if text == "session":
        return 0
    match = _SHAPE.fullmatch(text)
    if not match:
        raise MalformedError("duration", text)
    return int(match[1]) * _SECONDS[match[2]]


def format_duration(seconds: int) -> str:
    """The words for a number of seconds, rounded to what a person would say: "1 year" for 364 days; 0 is "session"."""
    for unit, size in reversed(_SECONDS.items()):
        number = round(seconds / size)
        if unit != "week" and 1 <= number <= 9999 and abs(seconds - number * size) <= seconds * _NEAR:
            return f"{number} {unit}{'s' if number > 1 else ''}"
    return "session" if seconds <= 0 else "9999 years"
