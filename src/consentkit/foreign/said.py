"""What a visitor once said to another tool, and the one way in which its cookie can be no such thing.

Knows neither the tools' formats nor our categories. Anybody can write such a cookie: it is trusted for what its browser
may be believed in anyway, and is read strictly, within bounds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from consentkit.errors import ForeignError

LONGEST = 8192
MOST_NAMES = 300
# As all of these tools let their owners name a category or a service.
_NAME = re.compile(r"[^\x00-\x20\x7f|=!,;\"]{1,128}")


class Said(NamedTuple):
    """`yes` and `no` are categories or services by the tool's own names; `time` is Unix seconds, where it says when.

    What is in neither was refused where a tool `lists` only what was allowed; else it was not asked or not answered.
    """

    yes: frozenset[str]
    no: frozenset[str]
    time: int | None = None
    lists: bool = False


def said(tool: str, answers: Mapping[str, bool], time: int | None = None) -> Said | None:
    """The answers as a value; None where nothing was answered. Raises ForeignError for names that no tool writes."""
    if len(answers) > MOST_NAMES:
        raise ForeignError(tool, f"more than {MOST_NAMES} names")
    for name in answers:
        if not _NAME.fullmatch(name):
            raise ForeignError(tool, "a name that cannot be one", name)
    yes = frozenset(name for name, answer in answers.items() if answer)
    return Said(yes, frozenset(answers) - yes, time) if answers else None


def once_each(tool: str, pairs: Iterable[tuple[str, bool]]) -> dict[str, bool]:
    """Answers by name. Raises ForeignError where one name has two."""
    answers: dict[str, bool] = {}
    for name, answer in pairs:
        if name in answers:
            raise ForeignError(tool, "two answers for one name", name)
        answers[name] = answer
    return answers


def moment(tool: str, text: object) -> int:
    """Unix seconds of an ISO 8601 time in UTC, as browsers write it (Date.prototype.toISOString)."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) and len(text) <= 32 else None
    except ValueError:
        found = None
    if found is None:
        raise ForeignError(tool, "a time that is none", text)
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
