"""What is said of a cookie or a URL. Does not know who says it, nor how it was found."""

from __future__ import annotations

from typing import NamedTuple

from consentkit.catalog import GENERAL, Cloak, KnownCookie, KnownTracker, uses
from consentkit.category import Category


class Classification(NamedTuple):
    """`category` is None for the unknown. `vendor` is a declared vendor's id, or a name from the catalogue.

    `reason` is "declared", "listed", "needed", "catalogued", "first party" or "unknown", or what `cascade` adds;
    `source` says where that stands, and `rule` which of its lines it was. `use` is what it is for, where that is known.
    `lasts` is how long visitors are told that a cookie is kept, in seconds; None where they are told nothing.
    """

    category: str | None
    vendor: str
    reason: str
    source: str
    confidence: float = 1.0
    use: str = ""
    rule: str = ""
    lasts: int | None = None

    @property
    def vendor_id(self) -> str | None:
        """The declared vendor, as a visitor may have allowed it; a name from the catalogue is nobody's id."""
        return self.vendor if self.vendor and self.reason == "declared" else None

    @property
    def purpose(self) -> str:
        """What it is for, in plain words; empty where only its owner can say it."""
        return uses()[self.use].words if self.use else ""


UNKNOWN = Classification(None, "", "unknown", "", 0.0)
FIRST_PARTY = Classification(Category.ESSENTIAL, "", "first party", "")
NEEDED = Classification(Category.ESSENTIAL, "", "needed", "framework")


def as_found(known: KnownCookie, reason: str) -> Classification:
    """What a list says, as a classification: a name that is listed as it is says more than a pattern."""
    confidence = 0.9 if "*" in known.name else 0.95
    return Classification(known.category, known.vendor, reason, known.source, confidence, known.use, known.name)


def as_tracked(known: KnownTracker) -> Classification:
    """A host of the catalogue. The table of hosts keeps what their category says of them, and no more."""
    use = GENERAL[known.category]
    return Classification(known.category, known.vendor, "catalogued", known.source, 0.95, use, known.rule)


def as_cloaked(cloak: Cloak) -> Classification:
    """A tracker in the clothes of the site."""
    return Classification(
        cloak.category, cloak.vendor, "cloaked", "consentkit", 0.75, GENERAL[cloak.category], cloak.rule
    )
