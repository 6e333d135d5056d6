"""The English texts with what their file says to translators.

Knows the shape of en.toml; not the catalogues.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from consentkit.texts.english import Plural, english

TEXTS = Path(__file__).resolve().parents[2] / "src" / "consentkit" / "texts"

_SECTION = re.compile(r"\[([\w.]+)\]")
_ENTRY = re.compile(r"(\w+) = ")


class Source(NamedTuple):
    """One text: its key, the English, and the lines that explain it."""

    key: str
    text: str | Plural
    comments: list[str]


def sources() -> list[Source]:
    """Every text, in the file's order."""
    comments = _comments((TEXTS / "en.toml").read_text(encoding="utf-8"))
    return [Source(key, text, comments.get(key, [])) for key, text in english().items()]


def _comments(toml: str) -> dict[str, list[str]]:
    """Key → the comment lines right above it, after those right above its section."""
    found: dict[str, list[str]] = {}
    section, above, of_section = "", list[str](), list[str]()
    for line in toml.splitlines():
        if line.startswith("# "):
            above.append(line[2:])
            continue
        if match := _SECTION.match(line):
            section, of_section = match[1], above
            found[section] = of_section
        elif match := _ENTRY.match(line):
            found[f"{section}.{match[1]}" if section else match[1]] = of_section + above
        above = []
    return found
