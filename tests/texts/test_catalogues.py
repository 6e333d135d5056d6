"""Every catalogue, held against the English."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from gettext import GNUTranslations
from importlib.resources import files

import pytest

from consentkit.texts import direction, languages, texts
from consentkit.texts.catalogue import culture_of
from consentkit.texts.culture import Culture
from consentkit.texts.english import Plural, english, placeholders
from consentkit.texts.faults import faults

LOCALE = files("consentkit.texts").joinpath("locale")
TRANSLATED = languages()[1:]
NUMBERS = (*range(130), 180, 365, 1000, 9999)


def catalogue(language: str) -> GNUTranslations:
    path = LOCALE.joinpath(language.replace("-", "_"), "LC_MESSAGES", "consentkit.mo")
    with path.open("rb") as file:
        return GNUTranslations(file)


def ways_of(language: str) -> Culture:
    ways = culture_of(language)
    assert ways
    return ways


def wordings(language: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Each key with what the catalogue says under it, by plural form."""
    found, ways = catalogue(language), ways_of(language)
    for key, source in english().items():
        if isinstance(source, Plural):
            yield key, {ways.form(n): found.npgettext(key, *source, n) for n in NUMBERS}
        else:
            yield key, {"": found.pgettext(key, source)}


@pytest.mark.parametrize("language", languages())
def test_every_wording_is_sound(language: str) -> None:
    """A visitor meets no gap, no markup and no button that is too long, in any language, English among them."""
    ways = ways_of(language)
    said = wordings(language) if language != "en" else ((k, _forms(s)) for k, s in english().items())
    wrong = [f"{key}: {fault}" for key, forms in said for fault in faults(key, forms, ways)]
    assert not wrong


def _forms(source: str | Plural) -> dict[str, str]:
    return source._asdict() if isinstance(source, Plural) else {"": source}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_catalogue_is_whole(language: str) -> None:
    """A visitor meets no sentence in a language they did not ask for: what is offered has every text of today."""
    info = catalogue(language).info()
    said = catalogue(language)._catalog  # type: ignore[attr-defined]
    idents = {key[0] if isinstance(key, tuple) else key for key in said} - {""}
    contexts = {ident.partition("\4")[0] for ident in idents}
    assert contexts == set(english())
    for key, source in english().items():
        ident = f"{key}\4{source.one if isinstance(source, Plural) else source}"
        assert ident in idents, f"{key}: the English has changed"
    assert info["language"] == language.replace("-", "_")
    assert info["x-reviewed"] in ("yes", "no")


@pytest.mark.parametrize("language", languages())
def test_plural_forms_are_the_languages_own(language: str) -> None:
    """Whatever number of vendors or days a site declares, there is a form for it, and gettext picks the one we name."""
    ways = ways_of(language)
    assert {ways.form(n) for n in range(1001)} == set(ways.forms)
    if language != "en":
        header = catalogue(language).info()
        assert header["x-plural-names"].split() == list(ways.forms)
        assert header["plural-forms"].startswith(f"nplurals={len(ways.forms)};")
    for key, source in english().items():
        if isinstance(source, Plural):
            for n in NUMBERS:
                said = texts(language).count(key, n)
                assert str(n) in said or ways.stands_for_one_number(ways.form(n))


@pytest.mark.parametrize("language", languages())
def test_the_ways_of_a_language_are_known(language: str) -> None:
    """Dates, lists, countries and the direction of writing are there for each language that is offered."""
    said = texts(language)
    assert said.direction == direction(language) == ("rtl" if language in ("ar", "fa", "he") else "ltr")
    assert {said.date(date(2026, month, 9)) for month in range(1, 13)}.__len__() == 12
    assert "2026" in said.date(date(2026, 11, 9))
    assert "9" in said.date(date(2026, 11, 9))
    listed = said.list(["1", "2", "3", "4"])
    assert [char for char in listed if char.isdigit()] == ["1", "2", "3", "4"]
    assert said.country("US") != "US"


def test_placeholders_are_names_and_nothing_more() -> None:
    """No wording can reach into an object, nor ask for a field a mile wide."""
    assert placeholders("{site} and {{braces}}") == ["site"]
    for text in ("{0}", "{}", "{site.name}", "{n:>9}", "{n!r}", "{site[0]}", "{", "}"):
        with pytest.raises(ValueError, match=r"placeholder|brace|[{}]"):
            placeholders(text)


@pytest.mark.parametrize(
    ("key", "said", "fault"),
    [
        ("reopen", {"": " "}, "there is no text"),
        ("reopen", {"": "x "}, "a space"),
        ("reopen", {"": "<b>x</b>"}, "markup"),
        ("reopen", {"": "x&nbsp;y"}, "markup"),
        ("reopen", {"": "{site}"}, "{site} means nothing here"),
        ("body.kept", {"": "Long."}, "{duration} is missing"),
        ("body.kept", {"": "{duration} {duration}"}, "twice"),
        ("body.kept", {"": "{duration.days}"}, "is not a placeholder"),
        ("button.accept_all", {"": "x" * 41}, "a button holds 40"),
        ("vendors", {"one": "un", "few": "{n}"}, "no text for: other"),
        ("vendors", {"one": "un", "few": "{n}", "many": "{n}", "other": "{n}"}, "no form many"),
        ("vendors", {"one": "un", "few": "câțiva", "other": "{n}"}, "few: {n} is missing"),
        ("reopen", {"one": "x", "": "x"}, "no form one"),
    ],
)
def test_a_faulty_wording_is_found(key: str, said: dict[str, str], fault: str) -> None:
    """Each way in which a wording can fail its reader is told, in words that say what to do."""
    (found,) = faults(key, said, ways_of("ro"))
    assert fault in found


COST = """
import sys, tracemalloc
import consentkit, consentkit.texts
tracemalloc.start()
said = consentkit.texts.texts("fr")
said["reopen"], said.count("vendors", 3), said.list("ab"), said.country("US")
print(tracemalloc.get_traced_memory()[0], "babel" in sys.modules)
"""


def test_a_language_is_cheap() -> None:
    """The first visitor who reads French makes a worker grow by less than a megabyte."""
    done = subprocess.run([sys.executable, "-c", COST], capture_output=True, text=True, check=True)
    size, babel = done.stdout.split()
    assert int(size) < 1_000_000
    assert babel == "False"
