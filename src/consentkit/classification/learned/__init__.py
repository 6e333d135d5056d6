"""What a cookie nobody knows is likely to be, learned from those that are known. Knows no policy, and no vendor."""

from __future__ import annotations

from consentkit.classification.learned.features import Traits, features
from consentkit.classification.learned.model import Guess, contradicts, guess, probabilities, weights

__all__ = ["Guess", "Traits", "contradicts", "features", "guess", "probabilities", "weights"]
