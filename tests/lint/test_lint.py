"""The linter of law: each rule finds what breaks it, and nothing where it is kept."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest

from consentkit.law.table import row_of, rows
from consentkit.lint import lint, places_of
from consentkit.lint.lint import CHECKS
from consentkit.lint.rules import rules
from consentkit.policy import parse_policy

GOOD: dict[str, Any] = {
    "privacy_policy": "/privacy",
    "languages": ["en", "fr", "pt", "de", "it"],
    "site": {"name": "Shop"},
    "controller": {"name": "Shop Ltd", "contact": "privacy@shop.example"},
    "minimum_age": "law",
    "cookies": [
        {
            "name": "basket", "category": "essential", "purpose": "Remembers what you buy.", "retention": "1 day",
            "justification": "Without it the basket is lost.",
        }
    ],
    "vendors": [
        {
            "id": "stats", "name": "Stats", "category": "analytics", "purpose": "Counts the visits to this site.",
            "hosts": ["stats.example"], "country": "US", "transfer": "Standard contractual clauses",
            "privacy_url": "https://stats.example/privacy", "statistical": True,
            "cookies": [{"name": "_st", "purpose": "Tells visits apart.", "retention": "13 months"}],
        }
    ],
    "jurisdiction": {"profiles": ["fr-audience"]},
}  # fmt: skip

Change = Callable[[dict[str, Any]], object]


def vendor(**changes: Any) -> Change:
    return lambda data: data["vendors"][0].update(changes)


def key(**changes: Any) -> Change:
    return lambda data: data.update(changes)


def gone(name: str, *within: Any) -> Change:
    def take(data: Any) -> None:
        for step in within:
            data = data[step]
        del data[name]

    return take


def own(language: str, **texts: str) -> Change:
    return key(texts={language: {name.replace("__", "."): text for name, text in texts.items()}})


def places(code: str, **said: Any) -> Change:
    return key(jurisdiction={"places": {code: said}})


# rule, place, what breaks it, where it is found. What is not broken is GOOD, which breaks none.
BROKEN: list[tuple[str, str, Change, str]] = [
    ("J001", "BE", own("en", button__refuse_all="More options"), "texts.en.button.refuse_all"),
    ("J001", "BE", own("fr", button__refuse_all="Paramétrer"), "texts.fr.button.refuse_all"),
    ("J002", "IT", places("IT", memory="180 days"), "jurisdiction.places.IT.memory"),
    ("J002", "IE", places("IE", memory="12 months"), "jurisdiction.places.IE.memory"),
    ("J002", "US-CA", places("US", memory="180 days"), "jurisdiction.places.US.memory"),
    ("J003", "FR", lambda d: d["cookies"][0].update(retention="400 days"), "cookies[0].retention"),
    ("J004", "DE", gone("justification", "cookies", 0), "cookies[0]"),
    ("J004", "DE", vendor(category="essential"), "vendors[0]"),
    ("J005", "FR", lambda d: [d.pop(name) for name in ("controller", "cookies", "vendors")], "controller"),
    ("J006", "BE", gone("privacy_url", "vendors", 0), "vendors[0].privacy_url"),
    ("J007", "BE", key(retention="9 years"), "retention"),
    ("J008", "BE", gone("country", "vendors", 0), "vendors[0].country"),
    ("J009", "FR", gone("transfer", "vendors", 0), "vendors[0].transfer"),
    ("J010", "BE", own("fr", body__memory="Gardé {duration} : voir « {reopen} »."), "texts.fr.body.memory"),
    ("J011", "BE", own("en", body__essential="By continuing to use this site you agree."), "texts.en.body.essential"),
    ("J011", "ZZ", vendor(purpose={"en": "Counts visits.", "fr": "En poursuivant votre visite, vous acceptez.",
                                   "pt": "Conta visitas.", "de": "Zählt Besuche.", "it": "Conta le visite."}),
     "vendors[0].purpose.fr"),
    ("J011", "BE", key(keep={"period": "1 year", "reason": "By using this site you agree to it."}), "keep.reason"),
    ("J012", "FR", key(jurisdiction={"regimes": {"FR": "opt_out"}}), "jurisdiction.regimes.FR"),
    ("J012", "US-TX", places("US-TX", regime="notice_only"), "jurisdiction.places.US-TX.regime"),
    ("J012", "US-CA", key(jurisdiction={"regimes": {"US": "notice_only"}}), "jurisdiction.regimes.US"),
    ("J013", "US-CA", key(honour_gpc=False), "honour_gpc"),
    ("J013", "US-CA", places("US-CA", gpc=False), "jurisdiction.places.US-CA.gpc"),
    ("J013", "US-CA", places("US", gpc=False), "jurisdiction.places.US.gpc"),
    ("J014", "BR", key(languages=["en"]), "languages"),
    ("J014", "CA-QC", key(languages=["en"]), "languages"),
    ("J015", "FR", key(minimum_age=13), "minimum_age"),
    ("J015", "IN", key(minimum_age={"countries": {"IN": 16}}), "minimum_age"),
    ("J016", "BE", lambda d: d["cookies"][0].update(name="_ga"), "cookies[0].name"),
    ("J016", "BE", vendor(category="essential", justification="x", hosts=["hotjar.com"]), "vendors[0].hosts[0]"),
    ("J017", "FR", vendor(category="marketing"), "vendors[0].statistical"),
    ("J017", "FR", vendor(hosts=["connect.facebook.net"]), "vendors[0].hosts[0]"),
    ("J017", "FR", lambda d: d["vendors"][0]["cookies"][0].update(retention="400 days"),
     "vendors[0].cookies[0].retention"),
    ("J018", "BE", key(mode="report"), "mode"),
    ("J019", "US", gone("privacy_policy"), "privacy_policy"),
    ("J020", "BE", vendor(purpose="Statistics"), "vendors[0].purpose"),
    ("J020", "BE", vendor(purpose={"en": "Counts visits.", "fr": "Publicité", "pt": "Conta visitas.",
                                   "de": "Zählt Besuche.", "it": "Conta le visite."}), "vendors[0].purpose.fr"),
    ("J021", "US-CA", own("en", reopen="Cookies"), "texts.en.reopen"),
    ("J023", "IT", places("IT", closes=False), "jurisdiction.places.IT.closes"),
]  # fmt: skip


def found(change: Change | None, *codes: str) -> list[Any]:
    data = copy.deepcopy(GOOD)
    if change:
        change(data)
    return lint(parse_policy(data, "test"), codes)


@pytest.mark.parametrize(("rule", "code", "change", "place"), BROKEN, ids=[f"{r} {c} {p}" for r, c, _, p in BROKEN])
def test_what_breaks_a_rule_is_found(rule: str, code: str, change: Change, place: str) -> None:
    """An owner who breaks a rule reads where, what, how to mend it, and on whose word it is wrong."""
    hits = [each for each in found(change, code) if each.rule.id == rule]
    assert [(each.problem.ident, each.problem.place) for each in hits] == [(f"consentkit.{rule}", place)]
    problem = hits[0].problem
    assert re.fullmatch(r"[^A-Z ].*[.]|Stats .*[.]", problem.message)
    assert problem.remedy.endswith((".", "”."))
    assert hits[0].rule.source in str(hits[0])


@pytest.mark.parametrize("code", sorted({code for _, code, _, _ in BROKEN}))
def test_a_good_policy_breaks_none(code: str) -> None:
    """A policy that keeps the rules is told nothing, wherever it is held against the law."""
    assert found(None, code) == []


def test_every_rule_is_checked_and_tried() -> None:
    """No rule is listed that nothing checks, none is checked that is not listed, and each has been seen to find."""
    rendered = {"J024", "J025"}  # what is seen where templates and colours are looked at: test_breaches.py tries it
    assert [rule for rule in rules() if rule not in rendered] == list(CHECKS)
    # J022 takes a vendor list of IAB Europe's to break: tests/signals tries it.
    assert {rule for rule, *_ in BROKEN} | {"J022"} | rendered == set(rules())
    known = {row.code for row in rows()} | {"EEA", "opt_in", "opt_out", "*"}
    for rule in rules().values():
        assert rule.severity.keys() <= known
        assert set(rule.severity.values()) <= {"error", "warning"}
        assert rule.says.endswith(".")
        assert rule.source


def test_each_place_has_its_own_weight() -> None:
    """What is unlawful in one place may be advice in another and nothing in a third; it is said once for all."""
    (finding,) = found(gone("justification", "cookies", 0), "FR", "BE", "US-CA", "BR")
    assert finding.places == {"FR": "error", "BE": "warning", "BR": "warning"}
    assert finding.severity == "error"
    assert "error in FR; warning in BE, BR: " in str(finding)


def test_places_are_those_the_policy_names() -> None:
    """Without being told which, the linter takes the places a policy speaks of; the strictest where it names none."""
    policy = parse_policy(
        {"jurisdiction": {"default": "RO", "regimes": {"US": "opt_out"}, "profiles": ["gb-statistics"]}}, ""
    )
    assert places_of(policy) == ["RO", "US", "GB"]
    assert places_of(parse_policy({}, "")) == ["ZZ"]
    assert row_of("ZZ").regime == "opt_in"
