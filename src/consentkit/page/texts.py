"""Every word of ours, in each language we have.

Knows strings and how each language counts; not where they are shown, nor who reads them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

# The plural form of a whole number (CLDR's categories, without those that only fractions and millions have).
_PLURALS: dict[str, Callable[[int], str]] = {
    "de": lambda n: "one" if n == 1 else "other",
    "en": lambda n: "one" if n == 1 else "other",
    "fr": lambda n: "one" if n < 2 else "other",
    "nl": lambda n: "one" if n == 1 else "other",
    "ro": lambda n: "one" if n == 1 else "few" if n == 0 or 1 <= n % 100 <= 19 else "other",
}


class Texts:
    """The wording of one language under dotted keys. An unknown key is a KeyError: our mistake, found by tests."""

    def __init__(self, language: str, tree: Mapping[str, Any]) -> None:
        self.language = language
        self._plural = _PLURALS[language]
        self._words = dict(_flat(tree))

    def __getitem__(self, key: str) -> str:
        return self._words[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def say(self, key: str, **values: str) -> str:
        """The wording under `key` with its {placeholders} filled. Braces inside a value stay as they are."""
        return self._words[key].format_map(values)

    def count(self, key: str, n: int) -> str:
        """`n` of something: "1 vendor", "3 vendors", "20 de furnizori"."""
        return self._words[f"{key}.{self._plural(n)}"].format(n=n)

    def duration(self, text: str) -> str:
        """A policy's duration ("session", "13 months") in this language."""
        number, _, unit = text.partition(" ")
        return self.count(f"duration.{unit.removesuffix('s')}", int(number)) if unit else self[f"duration.{text}"]

    def country(self, code: str) -> str:
        """The name of a country ("US", "US-CA"), or its code where we know no name."""
        return self._words.get(f"country.{code.partition('-')[0]}", code)


def languages() -> tuple[str, ...]:
    """The languages we have."""
    return tuple(_PLURALS)


@cache
def texts(language: str) -> Texts:
    """Our wording for a language tag: "fr" also serves "fr-BE". Raises KeyError for a language we do not have."""
    base = language.partition("-")[0]
    if base not in _PLURALS:
        raise KeyError(language)
    source = files("consentkit.page").joinpath("texts", f"{base}.toml")
    return Texts(base, tomllib.loads(source.read_text(encoding="utf-8")))


def choose_language(wanted: Sequence[str], offered: Sequence[str]) -> str:
    """The best of `offered` for a visitor who wants `wanted`, best first ("fr-be", "en"); else the first offered.

    Only languages we have count as offered; a tag also meets its base language, in either direction (RFC 4647 §3.4).
    """
    ours = [tag for tag in offered if _base(tag) in _PLURALS] or ["en"]
    for tag in wanted:
        for match in (str.lower, _base):
            for mine in ours:
                if match(mine) == match(tag):
                    return mine
    return ours[0]


def _base(tag: str) -> str:
    return tag.partition("-")[0].lower()


def _flat(tree: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, str):
            yield path + key, value
        else:
            yield from _flat(value, f"{path}{key}.")
