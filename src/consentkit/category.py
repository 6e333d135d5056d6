"""The four categories that a visitor switches between. Knows no policy, no cookie and no vendor."""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    """What a visitor switches. Essential is always on: what the service asked for cannot do without (ePrivacy 5(3))."""

    ESSENTIAL = "essential"
    FUNCTIONAL = "functional"
    ANALYTICS = "analytics"
    MARKETING = "marketing"


OPTIONAL_CATEGORIES = (Category.FUNCTIONAL, Category.ANALYTICS, Category.MARKETING)
