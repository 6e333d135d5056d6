from __future__ import annotations

import re
from string import Formatter

import pytest

from consentkit.page import choose_language, languages
from consentkit.page.texts import texts

ENGLISH = texts("en")
FORMS = re.compile(r"\.(one|few|other)$")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", languages())
def test_every_language_says_everything(language: str) -> None:
    """A visitor meets no sentence in a language they did not ask for: each language has every text."""
    ours = {FORMS.sub("", key) for key in texts(language)}
    assert ours == {FORMS.sub("", key) for key in ENGLISH}


@pytest.mark.parametrize("language", languages())
def test_every_language_fills_the_same_gaps(language: str) -> None:
    """A translation names the same site, countries and durations as the English text does."""
    said = texts(language)
    for key in ENGLISH:
        if not FORMS.search(key):
            assert placeholders(said[key]) == placeholders(ENGLISH[key]), key
            assert said[key] == said[key].strip() != "", key


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(
    "key", ["vendors", *(f"duration.{unit}" for unit in ["second", "minute", "hour", "day", "week", "month", "year"])]
)
def test_every_number_has_a_form(language: str, key: str) -> None:
    """Whatever number of vendors or days a site declares, there is a form for it, and it says the number."""
    for n in (0, 2, 3, 11, 19, 20, 21, 100, 101, 180, 1000):
        assert str(n) in texts(language).count(key, n)
    assert texts(language).count(key, 1)


@pytest.mark.parametrize(
    ("language", "n", "said"),
    [
        ("en", 1, "1 vendor"),
        ("en", 0, "0 vendors"),
        ("fr", 0, "0 fournisseur"),
        ("fr", 2, "2 fournisseurs"),
        ("ro", 1, "1 furnizor"),
        ("ro", 2, "2 furnizori"),
        ("ro", 19, "19 furnizori"),
        ("ro", 20, "20 de furnizori"),
        ("ro", 101, "101 furnizori"),
        ("ro", 120, "120 de furnizori"),
    ],
)
def test_numbers_are_counted_as_the_language_counts(language: str, n: int, said: str) -> None:
    """A Romanian reads "20 de furnizori" and a French reader "0 fournisseur"."""
    assert texts(language).count("vendors", n) == said


def test_durations_are_said_in_the_readers_words() -> None:
    """ "13 months" in the policy is "13 mois" to a French reader, and a session ends with the browser."""
    assert texts("fr").duration("13 months") == "13 mois"
    assert texts("ro").duration("180 days") == "180 de zile"
    assert texts("de").duration("1 year") == "1 Jahr"
    assert texts("en").duration("session") == "until you close the browser"


def test_a_value_with_braces_stays_as_it_is() -> None:
    """A site called "{0.__class__}" gets its name printed, not evaluated."""
    assert "{0.__class__}" in ENGLISH.say("purposes.ask", site="{0.__class__}")


def test_an_unknown_text_is_an_error() -> None:
    """A misspelt key or an unknown language never reaches a visitor as an empty sentence."""
    with pytest.raises(KeyError):
        ENGLISH["no.such.key"]
    with pytest.raises(KeyError):
        texts("xx")


@pytest.mark.parametrize(
    ("wanted", "offered", "chosen"),
    [
        (("fr-be", "en"), ("en", "fr"), "fr"),
        (("nl-be", "fr"), ("fr", "nl-BE", "nl"), "nl-BE"),
        (("fr",), ("en", "fr-BE"), "fr-BE"),
        (("it", "de-at"), ("en", "de"), "de"),
        (("it",), ("ro", "en"), "ro"),
        ((), ("nl", "en"), "nl"),
        (("it",), ("it", "fr"), "fr"),
        (("it",), ("it",), "en"),
    ],
)
def test_the_visitors_language_is_met_as_well_as_we_can(
    wanted: tuple[str, ...], offered: tuple[str, ...], chosen: str
) -> None:
    """A visitor from Brussels who reads fr-be is answered in French; one we cannot serve, in the site's first."""
    assert choose_language(wanted, offered) == chosen
