"""Errors: one tree, stable names, evidence, and a remedy in every problem."""

from __future__ import annotations

import pytest

from consentkit import errors
from consentkit.errors import (
    BundleError,
    ChoiceError,
    ConfigError,
    ConsentkitError,
    LedgerRollback,
    MalformedError,
    Problem,
    ProofError,
    SealError,
    SignatureError,
)

CLASSES = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]


def test_one_tree() -> None:
    """Whoever catches ConsentkitError catches every error of ours."""
    assert len(CLASSES) > 10
    assert all(issubclass(error, ConsentkitError) for error in CLASSES)


def test_idents_are_unique() -> None:
    """An owner who searches for an id finds one thing."""
    own = [vars(error)["ident"] for error in CLASSES if "ident" in vars(error)]
    assert len(own) == len(set(own))


def test_docstring_draws_the_tree() -> None:
    """The tree at the head of the file names every error there is."""
    assert all(error.__name__ in (errors.__doc__ or "") for error in CLASSES)


def test_problem_says_where_what_and_how() -> None:
    """A problem reads: id, place, value, what is wrong, how to mend it."""
    problem = Problem("consentkit.E999", "vendors[2].id", "two share it.", "Give each its own.", "acme")
    assert str(problem) == "consentkit.E999 vendors[2].id = acme: two share it. Give each its own."


def test_config_error_lists_everything() -> None:
    """The owner sees every problem at once, and how many there are."""
    problems = [Problem("consentkit.E001", "a", "wrong.", "Mend."), Problem("consentkit.E002", "b", "gone.", "Add.")]
    error = ConfigError("consent.toml", problems)
    assert str(error).startswith("consent.toml: 2 problems\n")
    assert all(str(problem) in str(error) for problem in problems)
    assert str(ConfigError("consent.toml", problems[:1])).startswith("consent.toml: 1 problem\n")


def test_long_values_are_cut() -> None:
    """A huge value does not fill the log."""
    assert len(str(MalformedError("thing", "x" * 10_000))) < 120


@pytest.mark.parametrize(
    ("error", "evidence"),
    [
        (SealError("forged", "value"), {"reason": "forged", "value": "value"}),
        (ChoiceError(400, "choice", "odd", "x"), {"status": 400, "field": "choice", "value": "x"}),
        (SignatureError("none", "name"), {"name": "name"}),
        (ProofError("differs", b"\1", b"\2"), {"expected": b"\1", "calculated": b"\2"}),
        (LedgerRollback("shorter", 5, 3), {"signed": 5, "found": 3}),
        (BundleError("entries", "cut", 7), {"part": "entries", "entry": 7}),
    ],
)
def test_evidence(error: ConsentkitError, evidence: dict[str, object]) -> None:
    """A program can act on what an error knows, without reading its words."""
    assert {name: getattr(error, name) for name in evidence} == evidence
    assert str(error)
