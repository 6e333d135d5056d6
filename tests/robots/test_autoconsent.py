"""DuckDuckGo's autoconsent, which millions of browsers carry, finds "refuse" by itself, and more with our rule."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.serving import Visitor
from tests.waiting import until

from .conftest import rule

# The languages whose popups its heuristic knows by their words, whoever wrote them, and not by set phrases alone.
READS = ("en", "fr", "fr-CA", "de", "nl")
CONFIG = {
    "enabled": True,
    "disabledCmps": [],
    "enablePrehide": True,
    "enableCosmeticRules": True,
    "enableHeuristicDetection": True,
    "heuristicMode": "reject",
    "detectRetries": 20,
}


def work(page: Page, folder: Path, action: str, rules: list[Any]) -> dict[str, dict[str, Any]]:
    """Let it do its work on every page opened from here on; returns its messages by their type, as they come."""
    said: dict[str, dict[str, Any]] = {}

    def hear(source: dict[str, Any], message: dict[str, Any]) -> None:
        said[message["type"]] = message
        if message["type"] == "init" and source["frame"] is page.main_frame:
            told = {"type": "initResp", "config": CONFIG | {"autoAction": action}, "rules": {"autoconsent": rules}}
            source["frame"].evaluate("told => autoconsentReceiveMessage(told)", told)

    page.expose_binding("autoconsentSendMessage", hear)
    page.add_init_script(path=folder / "dist/autoconsent.playwright.js")
    return said


def wait_for(page: Page, said: dict[str, dict[str, Any]], kind: str) -> dict[str, Any]:
    until(lambda: kind in said, page)
    assert kind in said, f"it never says {kind}, but {json.dumps(said)[:500]}"
    return said[kind]


def decision(visitor: Visitor) -> list[str]:
    granted: list[str] = visitor.page.evaluate("window.consentkit.decision().granted")
    return granted


@pytest.mark.parametrize("language", READS)
def test_refuse_is_found_by_its_words(visit: Callable[..., Visitor], autoconsent: Path, language: str) -> None:
    """Without any rule it finds the banner by its words, and presses the button that refuses: one click, one choice."""
    visitor = visit()
    said = work(visitor.page, autoconsent, "optOut", [])
    visitor.open(f"/?lang={language}")
    assert visitor.page.locator(".ck-said").get_attribute("lang") == language
    assert wait_for(visitor.page, said, "optOutResult")["result"] is True
    visitor.page.locator(".ck-first").wait_for(state="detached")
    assert decision(visitor) == ["essential"]
    assert visitor.abroad == []


@pytest.mark.parametrize(("action", "result"), [("optOut", "optOutResult"), ("optIn", "optInResult")])
def test_our_rule(visit: Callable[..., Visitor], autoconsent: Path, action: str, result: str) -> None:
    """With the rule that we ship it refuses or accepts in any language, and checks afterwards that it did."""
    visitor = visit()
    said = work(visitor.page, autoconsent, action, [rule("autoconsent")])
    visitor.open("/?lang=ro")
    done = wait_for(visitor.page, said, result)
    assert (done["cmp"], done["result"]) == ("consentkit", True)
    visitor.page.locator(".ck-first").wait_for(state="detached")
    assert len(decision(visitor)) == (1 if action == "optOut" else 4)
    visitor.page.evaluate("autoconsentReceiveMessage({ type: 'selfTest' })")
    # The test is one of having refused.
    assert wait_for(visitor.page, said, "selfTestResult")["result"] is (action == "optOut")


def test_their_rules_leave_us_to_the_heuristic(visit: Callable[..., Visitor], autoconsent: Path) -> None:
    """Among the rules that it tries on every site, none takes our banner for somebody else's."""
    visitor = visit()
    rules = json.loads((autoconsent / "rules/rules.json").read_text(encoding="utf-8"))["autoconsent"]
    theirs = [each for each in rules if not each.get("runContext", {}).get("urlPattern")]
    said = work(visitor.page, autoconsent, "optOut", theirs)
    visitor.open("/")
    assert wait_for(visitor.page, said, "optOutResult")["cmp"] == "HEURISTIC-REJECT"
    visitor.page.locator(".ck-first").wait_for(state="detached")
    assert decision(visitor) == ["essential"]
    assert len(theirs) > 100
