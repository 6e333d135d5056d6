"""What is wrong with a wording, of a translation's or of a site's own: it is measured by the English text.

Knows one key at a time; not which language it is beyond how that counts, nor who wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from consentkit.texts.culture import Culture
from consentkit.texts.english import Plural, english, placeholders

# Buttons stand side by side, the same size.
LONGEST_BUTTON = 40
_BUTTONS = ("button.", "embed.once", "embed.tab")
_MARKUP = re.compile(r"</?[a-z!]|&#?\w+;", re.I)


def faults(key: str, said: Mapping[str, str], ways: Culture) -> Iterator[str]:
    """What is wrong with a text; `said` has it by plural form, or under "" where it does not count."""
    source = english()[key]
    expected = ways.forms if isinstance(source, Plural) else ("",)
    if missing := [form for form in expected if not said.get(form, "").strip()]:
        yield "there is no text" if missing == [""] else f"there is no text for: {', '.join(missing)}"
    if unknown := [form for form in said if form not in expected]:
        yield f"this language has no form {', '.join(unknown)}; it has: {', '.join(filter(None, expected)) or 'none'}"
    for form, text in said.items():
        if form in expected and text.strip():
            needed = placeholders(source.other if isinstance(source, Plural) else source)
            spared = isinstance(source, Plural) and ways.stands_for_one_number(form)
            where = f"{form}: " if form else ""
            yield from (where + fault for fault in _faults(key, text, needed, spared=spared))


def _faults(key: str, text: str, needed: list[str], *, spared: bool) -> Iterator[str]:
    try:
        found = placeholders(text)
    except ValueError as error:
        yield f"{error}; write a brace of your own twice"
    else:
        if missing := sorted(set(needed) - set(found) - ({"n"} if spared else set())):
            yield f"{_braced(missing)} is missing"
        if unknown := sorted(set(found) - set(needed)):
            yield f"{_braced(unknown)} means nothing here; there is {_braced(needed) or 'nothing to fill in'}"
        if len(found) > len(set(found)) and found != needed:
            yield "a placeholder stands here twice"
    if text != text.strip():
        yield "it begins or ends with a space"
    if _MARKUP.search(text):
        yield "it has markup in it, which would be shown as it stands"
    if key.startswith(_BUTTONS) and len(text) > LONGEST_BUTTON:
        yield f"a button holds {LONGEST_BUTTON} characters, and this is {len(text)}"


def _braced(names: list[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)
