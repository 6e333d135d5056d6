"""The language somebody is answered in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.texts import choose_language

ALL = ("en", "de", "fr", "fr-CA", "he", "nb", "pt", "pt-BR", "ro", "zh-Hans", "zh-Hant")


@pytest.mark.parametrize(
    ("wanted", "offered", "chosen"),
    [
        (("fr-be", "en"), ("en", "fr"), "fr"),
        (("nl-be", "fr"), ("fr", "nl-BE", "nl"), "nl-BE"),
        (("fr",), ("en", "fr-BE"), "fr-BE"),
        (("it", "de-at"), ("en", "de"), "de"),
        (("it",), ("ro", "en"), "ro"),
        ((), ("nl", "en"), "nl"),
        (("it",), ("it", "fr"), "it"),
        (("de-at",), ALL, "de"),
        (("pt",), ALL, "pt"),
        (("pt",), ("en", "pt-BR"), "pt-BR"),
        (("pt-br",), ("en", "pt"), "pt"),
        (("pt-ao",), ALL, "pt"),
        (("fr-ca",), ALL, "fr-CA"),
        (("fr_CA",), ALL, "fr-CA"),
        (("fr-ch",), ALL, "fr"),
        (("zh-tw",), ALL, "zh-Hant"),
        (("zh-hk",), ALL, "zh-Hant"),
        (("zh-hant-hk",), ALL, "zh-Hant"),
        (("zh-cn",), ALL, "zh-Hans"),
        (("zh-sg",), ALL, "zh-Hans"),
        (("zh",), ALL, "zh-Hans"),
        (("zh-tw",), ("en", "zh-Hans"), "en"),
        (("no",), ALL, "nb"),
        (("nn-no",), ALL, "nb"),
        (("nb",), ("en", "nn"), "nn"),
        (("iw-il",), ALL, "he"),
        (("mo",), ALL, "ro"),
        (("sr-latn", "*"), ALL, "en"),
        (("", "de"), ALL, "de"),
    ],
)
def test_the_visitors_language_is_met_as_well_as_we_can(
    wanted: tuple[str, ...], offered: tuple[str, ...], chosen: str
) -> None:
    """Whoever reads fr-be is answered in French, zh-tw in traditional characters; one we cannot serve, in the first."""
    assert choose_language(wanted, offered) == chosen


@given(st.lists(st.text(max_size=40), max_size=5))
def test_only_what_is_offered_is_chosen(wanted: list[str]) -> None:
    """Whatever a browser or a page asks for, the answer is a language the site offers."""
    assert choose_language(wanted, ALL) in ALL
