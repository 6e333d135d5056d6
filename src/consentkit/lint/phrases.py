"""Words by which a notice gives itself away, in the languages of phrases.toml.

Knows plain text; not where it stands, nor whose law applies. A sentence is found that takes going on for agreeing:
"by continuing to use this site you agree". Somebody who says it in words of their own is not found: this is a net for
what is written everywhere, no judge.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

# Where a sentence ends: a line may be broken anywhere in it, a paragraph may not.
_END = re.compile(r"[.!?…。！？।;؟]|\n\s*\n")
# How many words may stand between what denies and what it denies.
_NEAR = 5
# Words of so many letters are known inside of compounds, too: "Evästeasetukset".
_LONG = 5
# Written without spaces, or with endings that follow the word without one.
_SPACELESS = frozenset({"ja", "zh", "ko"})


class Phrases(NamedTuple):
    """One language's words, each as a pattern."""

    going_on: re.Pattern[str]
    agreeing: re.Pattern[str]
    denied: re.Pattern[str]
    refusing: re.Pattern[str]
    withdrawing: re.Pattern[str]
    evading: re.Pattern[str]

    def imply(self, sentence: str) -> bool:
        """Whether a sentence takes going on for agreeing. A "not" in what somebody leaves undone denies nothing:
        "unless you object, you agree"."""
        if not self.going_on.search(sentence) or not self.agreeing.search(sentence):
            return False
        return not self.denied.search(self.going_on.sub(" ", sentence))


def implied_consent(text: str) -> Iterator[str]:
    """The sentences that take going on for agreeing, in whatever language."""
    for sentence in (" ".join(part.split()) for part in _END.split(folded(text))):
        if any(said.imply(sentence) for said in phrases().values()):
            yield sentence


def says_withdrawal(text: str, language: str) -> bool:
    """Whether a text says that consent can be taken back; of a language we have no words of, that is believed."""
    said = phrases().get(language.partition("-")[0])
    return said is None or bool(said.withdrawing.search(folded(text)))


def evades(label: str, language: str) -> bool:
    """Whether a button that should refuse has a name that leads elsewhere; "continue without accepting" does not."""
    said, name = phrases().get(language.partition("-")[0]), folded(label)
    if said is None or said.refusing.search(name) or said.denied.search(name):
        return False
    return bool(said.evading.search(name))


def folded(text: str) -> str:
    """A text in which the same words have the same letters: one case, one apostrophe."""
    return unicodedata.normalize("NFKC", text).casefold().replace("’", "'")


@cache
def phrases() -> Mapping[str, Phrases]:
    """Every language's words."""
    data = tomllib.loads(files("consentkit.lint").joinpath("phrases.toml").read_text(encoding="utf-8"))
    return {language: _phrases(said, spaced=language not in _SPACELESS) for language, said in data.items()}


def _phrases(said: Mapping[str, Any], *, spaced: bool) -> Phrases:
    start, end, word = (r"(?<!\w)", r"\b", r"\w*") if spaced else ("", "", "")
    between = rf"(?:\W+\w+){{0,{_NEAR}}}\W+" if spaced else ".{0,12}"
    agreeing = _any(said["agreeing"])
    denying = f"{start}(?:{_any(said['denying'])}{end}|{_any(said['refusing'])}{word})"
    after = f"|{agreeing}{word}{between}{denying}" if said.get("verb_first") else ""
    return Phrases(
        re.compile(start + _any(said["going_on"])),
        re.compile(start + agreeing),
        re.compile(f"{denying}{between}{agreeing}{after}"),
        re.compile(start + _any(said["refusing"])),
        re.compile(start + _any(said["withdrawing"])),
        re.compile("|".join(f"{'' if len(word) >= _LONG else start}{re.escape(word)}" for word in said["evading"])),
    )


def _any(words: Iterable[str]) -> str:
    return "(?:" + "|".join(re.escape(folded(word)) for word in words) + ")"
