"""The words of the auditor's pages: their own, and those that a bundle's summary has as well.

Knows where they lie; not where they are shown.
"""

from __future__ import annotations

from consentkit.export.words import LANGUAGES, Words, words_of

__all__ = ["LANGUAGES", "Words", "words"]


def words(language: str) -> Words:
    """The words in one of LANGUAGES."""
    return words_of(language, "consentkit.export", "consentkit.audit")
