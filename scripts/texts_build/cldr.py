"""What a page needs to know of a language beyond our texts, taken from Babel's copy of the CLDR.

Knows Babel's locales; not our texts. The whole of a locale takes 10 ms and 4 MB to load, and Babel itself as much
again: too much for every worker that writes "A, B and C" (docs/decisions).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from gettext import c2py
from typing import Any, NamedTuple

from babel import Locale
from babel.messages.plurals import get_plural
from babel.plural import PluralRule, to_gettext

# Our English is that of the world, where "A, B and C" has one comma and the day comes first; our Portuguese Portugal's.
_LOCALES = {"en": "en_001", "pt": "pt_PT"}
_FORMS = ("zero", "one", "two", "few", "many", "other")
_NUMBERS = range(10001)
# Codes that are no countries: made-up ones, "unknown", and unions (CLDR, territoryContainment); but data is said to be
# processed in the European one.
_NO_COUNTRY = frozenset({"EZ", "QO", "UN", "XA", "XB", "ZZ"})
# What the CLDR has no word on: the first of a month, and what stands between a label and its text.
_FIRSTS = {"fr": "1er", "fr_CA": "1er", "pt_BR": "1º"}
_COLONS = {"fr": "\u00a0: ", "fr_CA": "\u00a0: ", "ja": "：", "zh_Hans": "：", "zh_Hant": "："}
_DATE_PARTS = {"d": "{day}", "dd": "{day:02}", "MMMM": "{month}", "MMM": "{month}", "M": "{month}", "y": "{year}"}


class Counting(NamedTuple):
    """How a language counts whole things: gettext's rule, and the CLDR's name for each form of it."""

    plural: str
    forms: list[str]


def locale(language: str) -> Locale:
    """Babel's locale for one of our folders' names."""
    return Locale.parse(_LOCALES.get(language, language))


@cache
def counting(language: str) -> Counting:
    """The usual gettext rule where it agrees with the CLDR on whole numbers, else the CLDR's own."""
    rule = locale(language).plural_form
    usual = get_plural(language).plural_expr
    for expression in (usual, _exact(rule)):
        names: dict[int, set[str]] = {}
        index = c2py(expression)
        for n in _NUMBERS:
            names.setdefault(index(n), set()).add(rule(n))
        forms = [form for at in sorted(names) for form in names[at]]
        if len(forms) == len(set(forms)) == len(names) and sorted(names) == list(range(len(names))):
            return Counting(expression, forms)
    raise ValueError(f"no plural rule for {language}")


@cache
def table(language: str) -> dict[str, Any]:
    """What Culture is made of."""
    found = locale(language)
    counts = counting(language)
    pattern = found.date_formats["long"].pattern
    parts = re.findall(r"'[^']*'|([dMy]+)|[^dMy']+", pattern)
    month = "wide" if "MMMM" in parts else "abbreviated" if "MMM" in parts else ""
    lists = found.list_patterns["standard"]
    return {
        "direction": found.text_direction,
        "plural": counts.plural,
        "forms": counts.forms,
        "list": [lists[name] for name in ("2", "start", "middle", "end")],
        "date": re.sub(r"'([^']*)'|([dMy]+)", lambda match: match[1] or _DATE_PARTS[match[2]], pattern),
        "first": _FIRSTS.get(language, "1"),
        "colon": _COLONS.get(language, ": "),
        "months": [found.months["format"][month][n] if month else str(n) for n in range(1, 13)],
        "countries": {
            code: name
            for code, name in sorted(found.territories.items())
            if re.fullmatch("[A-Z]{2}", code) and code not in _NO_COUNTRY
        },
    }


def format_table(values: Mapping[str, Any]) -> str:
    """A language's cldr.json, a line for each thing."""
    lines = (f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in values.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _exact(rule: PluralRule) -> str:
    """The CLDR's rule for whole numbers as gettext writes it; the last form is for whatever the others leave."""
    met = [form for form in _FORMS if any(rule(n) == form for n in _NUMBERS)]
    rest = PluralRule({form: condition for form, condition in rule.rules.items() if form in met[:-1]})
    return to_gettext(rest).partition("plural=")[2].rstrip(";")
