"""A linter of law: what a policy or its templates get wrong, by which rule, and how much that matters where."""

from consentkit.lint.lint import Finding, breaches, lint, places_of

__all__ = ["Finding", "breaches", "lint", "places_of"]
