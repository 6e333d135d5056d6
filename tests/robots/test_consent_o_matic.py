"""A rule for the browser extension Consent-O-Matic: of the shape that its schema asks for, and it does what it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.serving import Visitor

from .conftest import rule

RULE = rule("consent-o-matic")

# What its rules.schema.json says of the parts that we use: the fields a thing must have, and those it may have; what is
# in a field is another thing (a name of this table), several of them (in brackets), one of some words, or a type.
SCHEMA: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "rule": ({"detectors": ["detector"], "methods": ["method"]}, {}),
    "detector": ({"presentMatcher": ["matcher"], "showingMatcher": ["matcher"]}, {}),
    "matcher": ({"type": {"css", "checkbox"}, "target": "selection"}, {}),
    "selection": ({"selector": str}, {"displayFilter": bool}),
    "method": ({"name": {"OPEN_OPTIONS", "DO_CONSENT", "SAVE_CONSENT", "HIDE_CMP"}, "action": "action"}, {}),
    "action click": ({"type": {"click"}, "target": "selection"}, {}),
    "action hide": ({"type": {"hide"}, "target": "selection"}, {}),
    "action list": ({"type": {"list"}, "actions": ["action"]}, {}),
    "action consent": ({"type": {"consent"}, "consents": ["consent"]}, {}),
    "action waitcss": ({"type": {"waitcss"}, "target": "selection"}, {"retries": int, "waitTime": int}),
    "consent": ({"type": {"A", "B", "D", "E", "F", "X"}, "matcher": "matcher", "toggleAction": "action"}, {}),
}


def faults(value: Any, kind: Any, place: str) -> list[str]:
    """Where a value is not what it should be."""
    if isinstance(kind, list):
        if not isinstance(value, list):
            return [f"{place}: no list"]
        return [fault for n, item in enumerate(value) for fault in faults(item, kind[0], f"{place}[{n}]")]
    if isinstance(kind, set):
        return [] if value in kind else [f"{place}: {value!r}"]
    if isinstance(kind, type):
        return [] if type(value) is kind else [f"{place}: {value!r}"]
    if not isinstance(value, dict):
        return [f"{place}: no object"]
    known = SCHEMA.get(f"action {value.get('type')}" if kind == "action" else kind)
    if known is None:
        return [f"{place}: {value.get('type')!r}"]
    must, may = known
    found = [f"{place}.{name}: missing" for name in must if name not in value]
    found += [f"{place}.{name}: unknown" for name in value if name not in must | may]
    parts = [(name, inner) for name, inner in (must | may).items() if name in value]
    return found + [fault for name, inner in parts for fault in faults(value[name], inner, f"{place}.{name}")]


def test_its_shape_is_the_schemas() -> None:
    """Who adds our rule to their list finds nothing in it that the list's schema does not know."""
    assert list(RULE) == ["consentkit"]
    assert faults(RULE["consentkit"], "rule", "rule") == []


@pytest.mark.parametrize(
    ("value", "kind", "fault"),
    [
        ({"type": "click"}, "action", "x.target: missing"),
        ({"type": "swipe"}, "action", "x: 'swipe'"),
        ({"type": "click", "target": {"selector": 1}}, "action", "x.target.selector: 1"),
        ({"name": "CONSENT", "action": {"type": "list", "actions": {}}}, "method", "x.name: 'CONSENT'"),
        ({"selector": "a", "display": True}, "selection", "x.display: unknown"),
    ],
)
def test_what_is_wrong_is_found(value: Any, kind: str, fault: str) -> None:
    """The check of the shape sees a missing, a misspelt and a wrong part."""
    assert fault in faults(value, kind, "x")


def act(page: Page, action: dict[str, Any], wishes: set[str]) -> None:
    """Do what an action says, as its documentation describes it."""
    selector = action.get("target", {}).get("selector")
    match action["type"]:
        case "click":
            page.locator(selector).first.click()
        case "waitcss":
            page.locator(selector).first.wait_for(timeout=action["retries"] * action["waitTime"])
        case "list":
            for inner in action["actions"]:
                act(page, inner, wishes)
        case "consent":
            for consent in action["consents"]:
                ticked = page.locator(consent["matcher"]["target"]["selector"]).is_checked()
                if ticked != (consent["type"] in wishes):
                    act(page, consent["toggleAction"], wishes)


@pytest.mark.parametrize(
    ("wishes", "granted"), [(set(), ["essential"]), ({"A", "F"}, ["essential", "functional", "marketing"])]
)
def test_it_does_what_its_user_wishes(visit: Callable[..., Visitor], wishes: set[str], granted: list[str]) -> None:
    """Whoever has set the extension to allow nothing, or two kinds of things, gets just that saved."""
    page = visit().open("/")
    for matcher in RULE["consentkit"]["detectors"][0]["showingMatcher"]:
        assert page.locator(matcher["target"]["selector"]).first.is_visible()
    methods = {method["name"]: method["action"] for method in RULE["consentkit"]["methods"]}
    for name in ("OPEN_OPTIONS", "DO_CONSENT", "SAVE_CONSENT"):
        act(page, methods[name], wishes)
    page.locator(".ck-first").wait_for(state="detached")
    assert page.evaluate("window.consentkit.decision().granted") == granted
