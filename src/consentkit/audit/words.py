"""The words of the auditor's pages, in four languages.

Knows strings; not where they are shown. An unknown key is a KeyError: our mistake, found by tests.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

LANGUAGES = {"en": "English", "fr": "Français", "nl": "Nederlands", "de": "Deutsch"}


class Words:
    """One language's."""

    def __init__(self, language: str, said: Mapping[str, str]) -> None:
        self.language = language
        self._said = said

    def __call__(self, key: str, **values: object) -> str:
        """The words under a key, with {placeholders} filled."""
        return self._said[key].format_map(values) if values else self._said[key]

    def named(self, kind: str, value: str) -> str:
        """What a value of a record is called: itself, where we have no word for it."""
        return self._said.get(f"{kind}.{value}", value)

    def keys(self) -> set[str]:
        return set(self._said)


@cache
def words(language: str) -> Words:
    """The words in one of LANGUAGES."""
    text = files("consentkit.audit").joinpath(f"texts/{language}.toml").read_text(encoding="utf-8")
    return Words(
        language, {f"{table}.{key}": said for table, row in tomllib.loads(text).items() for key, said in row.items()}
    )
