"""Every word of ours, in each language we have, and which of them somebody reads."""

from consentkit.texts.catalogue import Texts, colon, direction, languages, texts
from consentkit.texts.negotiation import choose_language

__all__ = ["Texts", "choose_language", "colon", "direction", "languages", "texts"]
