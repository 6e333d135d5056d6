"""What a cookie nobody knows is likely to be, learned from those that are known. Knows no policy and no catalogue."""

from __future__ import annotations

from consentkit.learned.features import Traits, features
from consentkit.learned.model import Guess, guess

__all__ = ["Guess", "Traits", "features", "guess"]
