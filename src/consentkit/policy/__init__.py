"""What the site declares: the model, how it is loaded and checked, and when it has changed."""

from consentkit.category import OPTIONAL_CATEGORIES, Category
from consentkit.policy.jurisdiction import Regime
from consentkit.policy.load import load_policy, parse_policy, read_file, read_policy
from consentkit.policy.model import Policy, Vendor
from consentkit.policy.values import localised
from consentkit.policy.version import (
    OWN,
    Edition,
    Scope,
    asked_again,
    declaration,
    edition,
    fingerprint,
    scope,
    set_up_as,
    widened,
)

__all__ = [
    "OPTIONAL_CATEGORIES",
    "OWN",
    "Category",
    "Edition",
    "Policy",
    "Regime",
    "Scope",
    "Vendor",
    "asked_again",
    "declaration",
    "edition",
    "fingerprint",
    "load_policy",
    "localised",
    "parse_policy",
    "read_file",
    "read_policy",
    "scope",
    "set_up_as",
    "widened",
]
