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
_SHAPE = re.compile(r"([1-9][0-9]{0,3}) (second|minute|hour|day|week|month|year)s?", re.ASCII)


def parse_duration(text: str) -> int:
    """The seconds in "13 months"; 0 for "session". Raises MalformedError for any other shape."""
    if text == "session":
        return 0
    match = _SHAPE.fullmatch(text)
    if not match:
        raise MalformedError("duration", text)
    return int(match[1]) * _SECONDS[match[2]]
