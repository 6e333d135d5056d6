"""Words for people who check, in four languages: those of a bundle's summary, and of the auditor's pages.

Knows strings; not where they are shown. An unknown key is a KeyError: our mistake, found by tests.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
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

    def all_named(self, kind: str, values: Iterable[object]) -> str:
        """The same for several, as a list."""
        return ", ".join(self.named(kind, str(value)) for value in values)

    def keys(self) -> set[str]:
        return set(self._said)


@cache
def words_of(language: str, *packages: str) -> Words:
    """The words that packages have in one of LANGUAGES, in their folder `texts`."""
    tables = [
        tomllib.loads(files(package).joinpath(f"texts/{language}.toml").read_text(encoding="utf-8"))
        for package in packages
    ]
    rows = ((f"{name}.{key}", said) for each in tables for name, row in each.items() for key, said in row.items())
    return Words(language, dict(rows))
