"""A decision handed on: to a background job, to a template, to another thread; where it is lost, nothing is granted."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest

from consentkit.decision import Basis, Decision
from consentkit.policy import Regime

ESSENTIAL = frozenset({"essential"})
MADE = Decision(
    granted=ESSENTIAL | {"analytics"},
    vendors=frozenset({"ads"}),
    regime=Regime.OPT_OUT,
    jurisdiction="US-CA",
    basis=Basis.CHOICE,
    gpc=True,
    ask=False,
)


def test_handed_to_a_job() -> None:
    """A background job acts on the very decision its visitor had, through any queue that carries JSON."""
    handed = Decision.from_dict(json.loads(json.dumps(MADE.to_dict())))
    assert handed == MADE
    assert handed.allows("marketing", "ads")
    assert not handed.allows("marketing", "more")
    assert not handed.allows("marketing")


GOOD = MADE.to_dict()


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        [],
        "granted",
        5,
        *({key: value for key, value in GOOD.items() if key != gone} for gone in GOOD),
        GOOD | {"granted": "marketing"},
        GOOD | {"granted": None},
        GOOD | {"granted": [["marketing"]]},
        GOOD | {"granted": {"marketing": True}},
        GOOD | {"vendors": "ads"},
        GOOD | {"vendors": [{}]},
        GOOD | {"regime": "none"},
        GOOD | {"basis": "hope"},
        GOOD | {"regime": None},
    ],
)
def test_damaged_decision(data: Any) -> None:
    """Where a job finds no decision, or a damaged one, nothing is granted."""
    decision = Decision.from_dict(data)
    assert (decision.granted, decision.vendors) == (ESSENTIAL, frozenset())


def test_no_invented_categories() -> None:
    """A decision grants no category that does not exist, and the essential always."""
    decision = Decision.from_dict(GOOD | {"granted": ["everything", "marketing"]})
    assert decision.granted == ESSENTIAL | {"marketing"}


def test_in_templates() -> None:
    """A template reads `consent.analytics`; a misspelled category is an error and not a silent no."""
    assert MADE.analytics
    assert MADE.essential
    assert not MADE.marketing
    with pytest.raises(AttributeError):
        _ = MADE.analytic


def test_is_a_plain_value() -> None:
    """A decision can be copied, pickled and compared."""
    assert copy.copy(MADE) == copy.deepcopy(MADE) == pickle.loads(pickle.dumps(MADE)) == MADE
    assert hash(MADE) == hash(copy.copy(MADE))


def test_default_grants_nothing() -> None:
    """Without any decision only the essential runs."""
    assert Decision().granted == ESSENTIAL
    assert not Decision().allows("analytics", "acme")
    assert Decision().allows("essential")
