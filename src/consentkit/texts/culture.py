"""How a language is written and counts: its direction, plural forms, lists, dates, and names of countries.

Knows the tables that scripts/texts.py takes from the CLDR; not our texts. Read once per language, when it is first
asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from gettext import c2py
from importlib.resources import files
from typing import Any, Literal

Direction = Literal["ltr", "rtl"]


class Culture:
    """One language's ways. `forms` are the CLDR's names for its plural forms, in the order of gettext's; `colon` stands
    between a label and its text, with its spaces.
    """

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.direction: Direction = table["direction"]
        self.forms: tuple[str, ...] = tuple(table["forms"])
        self._index: Callable[[int], int] = c2py(table["plural"])
        self._list: Sequence[str] = table["list"]
        self.colon: str = table["colon"]
        self._date: str = table["date"]
        self._first: str = table["first"]
        self._months: Sequence[str] = table["months"]
        self._countries: Mapping[str, str] = table["countries"]

    def form(self, n: int) -> str:
        """The form of a whole number: "one", "few", "many" …"""
        return self.forms[self._index(n)]

    def stands_for_one_number(self, form: str) -> bool:
        """Whether a form serves a single number, so that its text need not say which (Arabic "two")."""
        return sum(self.form(n) == form for n in range(1000)) == 1

    def list(self, items: Sequence[str]) -> str:
        """ "A, B and C"; "" for nothing."""
        if len(items) < 2:
            return "".join(items)
        pair, start, middle, end = self._list
        if len(items) == 2:
            return _join(pair, items[0], items[1])
        said = _join(end, items[-2], items[-1])
        for item in items[-3:0:-1]:
            said = _join(middle, item, said)
        return _join(start, items[0], said)

    def date(self, day: date) -> str:
        """A day as people write it, the month in words."""
        # "1er janvier", and no other day is counted so; where the day has two digits, so has the first.
        number = self._first if day.day == 1 and self._first != "1" else day.day
        return self._date.format(day=number, month=self._months[day.month - 1], year=day.year)

    def country(self, code: str) -> str:
        """The name of a country or of what it is a part of ("US", "US-CA"); its code where none is known."""
        return self._countries.get(code.partition("-")[0], code)


@cache
def culture(folder: str) -> Culture:
    """The ways of a language, by its folder's name."""
    source = files("consentkit.texts").joinpath("locale", folder, "cldr.json")
    return Culture(json.loads(source.read_bytes()))


def _join(pattern: str, first: str, second: str) -> str:
    # Not str.format: what is listed may hold braces.
    before, _, rest = pattern.partition("{0}")
    between, _, after = rest.partition("{1}")
    return f"{before}{first}{between}{second}{after}"
