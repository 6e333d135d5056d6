"""A linter of law: what a policy or its templates get wrong, by which rule, and how much that matters where."""

from consentkit.lint.lint import Finding, lint, places_of

__all__ = ["Finding", "lint", "places_of"]
