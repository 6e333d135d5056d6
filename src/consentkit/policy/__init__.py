"""What the site declares: the model, how it is loaded and checked, and when it has changed."""

from consentkit.policy.load import load_policy, parse_policy
from consentkit.policy.model import OPTIONAL_CATEGORIES, Category, Policy, Regime, Vendor, localised
from consentkit.policy.version import OWN, Edition, Scope, declaration, edition, fingerprint, scope, widened

__all__ = [
    "OPTIONAL_CATEGORIES",
    "OWN",
    "Category",
    "Edition",
    "Policy",
    "Regime",
    "Scope",
    "Vendor",
    "declaration",
    "edition",
    "fingerprint",
    "load_policy",
    "localised",
    "parse_policy",
    "scope",
    "widened",
]
