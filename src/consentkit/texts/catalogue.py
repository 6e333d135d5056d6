"""Our wording in one language, and what a site would rather say.

Knows strings and how each language counts; not where they are shown, nor who reads them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files

from consentkit.texts.culture import Culture, Direction, culture
from consentkit.texts.english import Plural, english
from consentkit.texts.negotiation import closest

Own = Mapping[str, Mapping[str, str]]
"""A site's own wording: language → key → text; a plural's forms under "key.form"."""

_SOURCE = "en"
# FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE: what stands between has a direction of its own (UAX #9 §2.4).
_ISOLATED = "\u2068{}\u2069"
_AGAINST: Mapping[Direction, frozenset[str]] = {"ltr": frozenset(["R", "AL"]), "rtl": frozenset("L")}


class Texts:
    """The wording of one language under dotted keys. An unknown key is a KeyError: our mistake, found by tests."""

    def __init__(self, language: str, translated: NullTranslations, ways: Culture, own: Mapping[str, str]) -> None:
        self.language = language
        self.direction, self.colon = ways.direction, ways.colon
        self._translated, self._ways, self._own = translated, ways, own

    def __getitem__(self, key: str) -> str:
        source = english()[key]
        if isinstance(source, Plural):
            raise KeyError(key)
        return self._own.get(key) or self._translated.pgettext(key, source)

    def __iter__(self) -> Iterator[str]:
        """The keys of what does not count."""
        return (key for key, source in english().items() if isinstance(source, str))

    def say(self, key: str, **values: str) -> str:
        """The wording under `key` with its {placeholders} filled. Braces inside a value stay as they are."""
        return self[key].format_map({name: self.isolated(value) for name, value in values.items()})

    def count(self, key: str, n: int) -> str:
        """`n` of something: "1 vendor", "3 vendors", "20 de furnizori"."""
        source = english()[key]
        if not isinstance(source, Plural):
            raise KeyError(key)
        own = self._own.get(f"{key}.{self._ways.form(n)}")
        return (own or self._translated.npgettext(key, *source, n)).format(n=n)

    def duration(self, text: str) -> str:
        """A policy's duration ("session", "13 months") in this language."""
        number, _, unit = text.partition(" ")
        return self.count(f"duration.{unit.removesuffix('s')}", int(number)) if unit else self[f"duration.{text}"]

    def list(self, items: Sequence[str]) -> str:
        """ "A, B and C"; "" for nothing."""
        return self._ways.list([self.isolated(item) for item in items])

    def date(self, day: date) -> str:
        """A day as people write it."""
        return self._ways.date(day)

    def country(self, code: str) -> str:
        """The name of a country ("US", "US-CA"), or its code where we know no name."""
        return self._ways.country(code)

    def isolated(self, value: str) -> str:
        """A value that is to stand in a sentence: kept together where it runs against the sentence's direction."""
        against = _AGAINST[self.direction]
        if value.isascii() and self.direction == "ltr":
            return value
        return _ISOLATED.format(value) if any(unicodedata.bidirectional(char) in against for char in value) else value


@cache
def languages() -> tuple[str, ...]:
    """The tags of the languages we have, English first."""
    found = [
        folder.name.replace("_", "-")
        for folder in files("consentkit.texts").joinpath("locale").iterdir()
        if folder.joinpath("LC_MESSAGES", "consentkit.mo").is_file()
    ]
    return (_SOURCE, *sorted(found))


def texts(language: str, own: Own | None = None) -> Texts:
    """Our wording for a language tag: "fr" also serves "fr-BE". Raises KeyError for a language we do not have."""
    tag = _ours(language)
    folder = tag.replace("-", "_")
    said = {**(own or {}).get(tag, {}), **(own or {}).get(language, {})}
    return Texts(tag, _translations(folder), culture(folder), said)


def culture_of(language: str) -> Culture | None:
    """How a language tag's language is written and counts; None for one we do not have."""
    found = closest(language, languages())
    return culture(found.replace("-", "_")) if found else None


def direction(language: str) -> Direction:
    """Which way a language runs, for the `dir` of what is written in it."""
    return culture(_ours(language).replace("-", "_")).direction


def colon(language: str) -> str:
    """What a language writes between a label and its text, with its spaces."""
    return culture(_ours(language).replace("-", "_")).colon


@cache
def _translations(folder: str) -> NullTranslations:
    if folder == _SOURCE:
        return NullTranslations()
    source = files("consentkit.texts").joinpath("locale", folder, "LC_MESSAGES", "consentkit.mo")
    with source.open("rb") as file:
        return GNUTranslations(file)


@cache
def _ours(language: str) -> str:
    """The tag of our catalogue that serves a language."""
    found = closest(language, languages())
    if found is None:
        raise KeyError(language)
    return found
