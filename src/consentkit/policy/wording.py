"""A site's own words in the place of ours: how they may be written down, and whether each fits where ours stood.

Knows our texts by key; not where they are shown, nor the rest of the policy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints, WithJsonSchema

from consentkit.errors import Problem
from consentkit.policy.base import plain
from consentkit.texts.balance import ANSWERS, imbalances, mistaken
from consentkit.texts.catalogue import culture_of, languages, texts
from consentkit.texts.culture import Culture
from consentkit.texts.english import Plural, english
from consentkit.texts.faults import faults


def _flat(value: object) -> object:
    """Tables in tables as dotted keys: both `body.kept = "…"` and `"body.kept" = "…"` are TOML, and mean the same."""
    if not isinstance(value, Mapping):
        return value
    found: dict[object, object] = {}
    for key, inner in value.items():
        if isinstance(inner := _flat(inner), Mapping):
            found |= {f"{key}.{below}": text for below, text in inner.items()}
        else:
            found[key] = inner
    return found


OwnTexts = Annotated[
    dict[str, Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(plain)]],
    BeforeValidator(_flat),
    WithJsonSchema({"type": "object", "description": "Our texts' keys, plain or in tables, and what to say instead."}),
]


def check_wording(own: Mapping[str, Mapping[str, str]]) -> Iterator[Problem]:
    """What is wrong with a site's own texts, language by language."""
    for language, said in own.items():
        ways = culture_of(language)
        if ways is None:
            yield Problem(
                "consentkit.E080",
                f"texts.{language}",
                "we have no texts in this language to begin with.",
                f"Use one of: {', '.join(languages())}.",
            )
        else:
            yield from _check_language(f"texts.{language}", said, ways)
            if not said.keys().isdisjoint(ANSWERS):
                yield from _check_balance(language, said)


def _check_balance(language: str, said: Mapping[str, str]) -> Iterator[Problem]:
    """Whether a site's own answers weigh the same, beside each other and beside those of ours that stay."""
    ours = texts(language)
    answers = {key: said.get(key) or ours[key] for key in ANSWERS}
    for key, fault in (*imbalances(answers), *mistaken(answers, {key: ours[key] for key in ANSWERS})):
        yield Problem(
            "consentkit.E085",
            f"texts.{language}.{key}",
            f"{fault}.",
            f"Write it as plainly as ours: “{ours[key]}”.",
            repr(said.get(key) or ours[key])[:60],
            breaks="equal-weight",
        )


def _check_language(place: str, said: Mapping[str, str], ways: Culture) -> Iterator[Problem]:
    found: dict[str, dict[str, str]] = {}
    for written, text in said.items():
        key, form = _split(written)
        if key is None:
            yield _unknown(place, written)
        else:
            found.setdefault(key, {})[form] = text
    for key, by_form in found.items():
        for fault in faults(key, by_form, ways):
            yield Problem(
                "consentkit.E082",
                f"{place}.{key}",
                f"{fault}.",
                f"Write it with what our English has: {_shown(key)}",
                repr(next(iter(by_form.values())))[:60],
            )


def _split(written: str) -> tuple[str | None, str]:
    """A key of ours, and the plural form that follows it if it counts; None if we have no such text."""
    if written in english():
        return written, ""
    key, _, form = written.rpartition(".")
    return (key, form) if isinstance(english().get(key), Plural) else (None, "")


def _unknown(place: str, written: str) -> Problem:
    near = get_close_matches(written, english(), n=3, cutoff=0.6)
    meant = f"Perhaps one of: {', '.join(near)}." if near else "docs/languages.md tells where they all stand."
    return Problem("consentkit.E081", f"{place}.{written}", "we have no text of that name.", meant)


def _shown(key: str) -> str:
    source = english()[key]
    return f"“{source.other if isinstance(source, Plural) else source}”."
