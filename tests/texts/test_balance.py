"""Answers weigh the same as words, in our own texts and in a site's."""

from __future__ import annotations

import pytest

from consentkit.errors import ConfigError
from consentkit.policy import parse_policy
from consentkit.texts import languages, texts
from consentkit.texts.balance import ANSWERS, imbalances


@pytest.mark.parametrize("language", languages())
def test_ours_are_balanced(language: str) -> None:
    """In none of our languages does one answer stand out by its words, so a site may be held to the same."""
    said = texts(language)
    assert [*imbalances({key: said[key] for key in ANSWERS})] == []


@pytest.mark.parametrize(
    ("own", "blamed"),
    [
        ({"accept_all": "ACCEPT ALL"}, {"accept_all"}),
        ({"accept_all": "Accept all!"}, {"accept_all"}),
        ({"accept_all": "✔ Accept all"}, {"accept_all"}),
        ({"refuse_all": "x"}, {"refuse_all", "accept_all"}),
        ({"refuse_all": "–"}, {"refuse_all", "accept_all"}),
        ({"refuse_all": "Refuse all and see less of what this site offers"}, {"refuse_all"}),
        ({"accept_all": "I agree", "refuse_all": "I disagree"}, set()),
        ({"accept_all": "Yes", "refuse_all": "No"}, set()),
        ({key.removeprefix("button."): texts("en")[key].upper() for key in ANSWERS}, set()),
        ({"withdraw": "(withdraw)"}, set()),
        ({"accept_all": "Continue", "refuse_all": "continue"}, {"accept_all", "refuse_all"}),
        ({"accept_all": "Refuse all", "refuse_all": "Accept all"}, {"accept_all", "refuse_all"}),
        ({"accept_all": "Choose", "preferences": "Details"}, {"accept_all"}),
        ({"accept_all": "𝐀𝐜𝐜𝐞𝐩𝐭 𝐚𝐥𝐥"}, {"accept_all"}),
        ({"refuse_all": "ʳᵉᶠᵘˢᵉ"}, {"refuse_all"}),
        ({"refuse_all": "\u1160" * 7}, {"refuse_all"}),
    ],
    ids=[
        "shouts",
        "calls",
        "shows",
        "hides",
        "is no word",
        "is long",
        "agrees",
        "is short",
        "all shout",
        "is plain",
        "alike",
        "swapped",
        "takes another's",
        "bold",
        "raised",
        "blank",
    ],
)
def test_own_answers_are_balanced(own: dict[str, str], blamed: set[str]) -> None:
    """An owner may put answers into words of their own, as long as a visitor is drawn to none of them."""
    policy = {"texts": {"en": {f"button.{key}": text for key, text in own.items()}}}
    found: set[str] = set()
    try:
        parse_policy(policy, "test")
    except ConfigError as error:
        found = {problem.place for problem in error.problems if problem.ident == "consentkit.E085"}
    assert found == {f"texts.en.button.{key}" for key in blamed}
