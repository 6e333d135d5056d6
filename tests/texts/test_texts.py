"""What a visitor reads: filled in, counted, listed and dated as their language does it."""

from __future__ import annotations

from datetime import date
from gettext import NullTranslations

import pytest

from consentkit.texts import texts
from consentkit.texts.catalogue import Texts
from consentkit.texts.culture import Culture

ENGLISH = texts("en")
HEBREW = Culture(
    {
        "direction": "rtl",
        "forms": ["one", "two", "other"],
        "plural": "n==1 ? 0 : n==2 ? 1 : 2",
        "list": ["{0} ו{1}", "{0}, {1}", "{0}, {1}", "{0} ו{1}"],
        "date": "{day} ב{month} {year}",
        "first": "1",
        "colon": ": ",
        "months": ["ינואר"] * 12,
        "countries": {"US": "ארצות הברית"},
    }
)


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
    assert texts("ro").duration("1 day") == "o zi"
    assert texts("de").duration("1 year") == "1 Jahr"
    assert texts("en").duration("session") == "until you close the browser"


def test_lists_and_dates_are_the_languages_own() -> None:
    """Several things are joined with the language's "and", and a day is written out."""
    assert [ENGLISH.list("abc"[:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert texts("de").list(["a", "b", "{0}", "{1}"]) == "a, b, {0} und {1}"
    assert ENGLISH.date(date(2026, 11, 3)) == "3 November 2026"
    assert texts("de").date(date(2026, 3, 1)) == "1. März 2026"
    assert [texts("fr-CA").date(date(2026, 3, day)) for day in (1, 2)] == ["1er mars 2026", "2 mars 2026"]
    assert [texts(tag).colon for tag in ("en", "fr", "ja")] == [": ", "\u00a0: ", "："]


def test_countries_have_names() -> None:
    """A country is named in the reader's language, a state by its country, and an unknown code stays a code."""
    assert [texts("fr").country(code) for code in ("DE", "US-CA", "QQ")] == ["Allemagne", "États-Unis", "QQ"]


def test_a_value_with_braces_stays_as_it_is() -> None:
    """A site called "{0.__class__}" gets its name printed, not evaluated."""
    assert "{0.__class__}" in ENGLISH.say("purposes.ask", site="{0.__class__}")


def test_a_name_keeps_its_own_direction() -> None:
    """ "Ads & Co." stays one piece in a Hebrew sentence, and a Hebrew name in an English one; others cost nothing."""
    hebrew = Texts("he", NullTranslations(), HEBREW, {"embed.heading": "תוכן מאת {vendor}"})
    assert hebrew.say("embed.heading", vendor="Ads & Co.") == "תוכן מאת \u2068Ads & Co.\u2069"
    assert hebrew.say("embed.heading", vendor="מפות") == "תוכן מאת מפות"
    assert hebrew.list(["Ads", "מפות"]) == "\u2068Ads\u2069 ומפות"
    assert hebrew.date(date(2026, 1, 3)) == "3 בינואר 2026"
    assert ENGLISH.say("embed.heading", vendor="מפות!") == "Content from \u2068מפות!\u2069"
    assert texts("fr").say("embed.heading", vendor="Café") == "Contenu de Café"


def test_an_unknown_text_is_an_error() -> None:
    """A misspelt key or an unknown language never reaches a visitor as an empty sentence."""
    for fail in (lambda: ENGLISH["no.such.key"], lambda: ENGLISH["vendors"], lambda: ENGLISH.count("reopen", 1)):
        with pytest.raises(KeyError):
            fail()
    with pytest.raises(KeyError):
        texts("xx")


def test_a_site_says_it_in_its_own_words() -> None:
    """What the policy says in [texts] replaces ours in that language, and in its regions unless they have their own."""
    own = {"fr": {"reopen": "Vos réglages", "this_site": "Nous"}, "fr-BE": {"reopen": "Vos réglages, une fois"}}
    assert texts("fr", own)["reopen"] == "Vos réglages"
    assert (texts("fr-BE", own)["reopen"], texts("fr-BE", own)["this_site"]) == ("Vos réglages, une fois", "Nous")
    assert texts("de", own)["reopen"] == texts("de")["reopen"]
    assert texts("ro", {"ro": {"vendors.few": "{n} firme"}}).count("vendors", 3) == "3 firme"
