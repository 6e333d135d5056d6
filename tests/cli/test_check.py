"""`consentkit check` as a linter of law: what it refuses, what it advises, and that one mistake hides no other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run

TOML = """
privacy_policy = "/privacy"
controller = {{ name = "Shop", contact = "x" }}
{more}
[jurisdiction]
default = "BE"
"""
SAID = 'texts = { en = { "body.essential" = "By continuing to use this site you agree to our cookies." } }'


def test_check_refuses_implied_consent(run: Run) -> None:
    """`consentkit check` refuses “by continuing you agree”, names the rule, and says whose it is."""
    Path("consent.toml").write_text(TOML.format(more=SAID))
    told = run("check", code=1).stderr
    assert "consentkit.J011 texts.en.body.essential" in told
    assert "GDPR 4(11)" in told
    assert run("check", "--jurisdiction", "US-CA").stdout == ""


def test_check_for_programs(run: Run) -> None:
    """A program reads errors among the problems, advice beside them, and for each which places it is for."""
    Path("consent.toml").write_text(TOML.format(more=SAID + '\nlanguages = ["nb", "en"]'))
    told = json.loads(run("check", "--json", "--jurisdiction", "fr,de", "--jurisdiction", "BR", code=1).stdout)
    assert {(each["ident"], each["severity"]) for each in told["problems"]} == {
        ("consentkit.J011", "error"),
        ("consentkit.J014", "error"),
    }
    (language,) = [each for each in told["problems"] if each["rule"] == "language"]
    assert language["jurisdictions"] == {"BR": "error"}
    assert {each["rule"] for each in told["advice"]} == {"language"}
    assert "fingerprint" not in told


def test_advice_alone_is_no_failure(run: Run) -> None:
    """What one has to answer for, and nobody has called unlawful, is said and stops no deployment."""
    Path("consent.toml").write_text(TOML.format(more='mode = "report"'))
    told = run("check").stderr
    assert "1 piece of advice" in told
    assert "warning in BE" in told
    assert "consent.toml is fine" in told


def test_a_broken_policy_is_linted_as_far_as_it_goes(run: Run) -> None:
    """A mistake in one vendor hides neither what the law says of the next, nor at which place it stands."""
    vendors = """[[vendors]]
id = "a"
[[vendors]]
id = "b"
name = "B"
category = "analytics"
purpose = "Counts visits."
country = "US"
"""
    Path("consent.toml").write_text(TOML.format(more="") + vendors)
    told = json.loads(run("check", "--json", code=1).stdout)["problems"]
    assert {("consentkit.E002", "vendors[0].name"), ("consentkit.J009", "vendors[1].transfer")} <= {
        (each["ident"], each["place"]) for each in told
    }


def test_templates_are_read_too(run: Run) -> None:
    """`check` looks at the site's own templates: at what they leave out, and at what they say."""
    Path("parts").mkdir()
    said = "<p>If you continue browsing,\n you <b>accept</b> our cookies.</p>"
    Path("parts/banner.html").write_text(said + '{% include "consentkit/banner.html" %}')
    Path("consent.toml").write_text(TOML.format(more='languages = ["fr"]') + '[theme]\ntemplates = "parts"\n')
    (problem,) = json.loads(run("check", "--json", code=1).stdout)["problems"]
    assert (problem["ident"], problem["place"]) == ("consentkit.J011", "parts/banner.html")
    Path("other").mkdir()
    Path("other/banner.html").write_text("<p>Hello.</p>")
    Path("consent.toml").write_text(TOML.format(more='languages = ["fr"]') + '[theme]\ntemplates = "other"\n')
    idents = {each["ident"] for each in json.loads(run("check", "--json", code=1).stdout)["problems"]}
    assert "consentkit.E072" in idents


@pytest.mark.parametrize("code", ["France", "F", "fr-", "US_CA"])
def test_a_place_that_is_none(run: Run, code: str) -> None:
    """A word that is no code of a place is wrong use, and not silently the strictest law."""
    assert "FR or US-CA" in run("check", "--jurisdiction", code, code=2).output


def test_check_says_who_is_asked_again(run: Run) -> None:
    """Before a change goes live its owner reads who will be asked again, from when, and for what; or that nobody is."""
    before = TOML.format(more='effective = 2026-01-01\nlanguages = ["fr"]')
    vendor = '[[vendors]]\nid = "b"\nname = "B"\ncategory = "analytics"\npurpose = "Counts visits."\n'
    Path("old.toml").write_text(before)
    Path("consent.toml").write_text(before.replace("2026-01-01", "2027-02-01") + vendor)
    assert (
        "From 2027-02-01 on, whoever allowed analytics is asked again, for: b."
        in run("check", "--since", "old.toml").stderr
    )
    assert json.loads(run("check", "--since", "old.toml", "--json").stdout)["asks_again"] == {"analytics": ["b"]}
    assert "Nobody is asked again." in run("check", "old.toml", "--since", "consent.toml").stderr


def test_what_is_misspelled_is_not_missing(run: Run) -> None:
    """A controller with a mistake in it is not called missing by the law as well."""
    Path("consent.toml").write_text(TOML.format(more="").replace('name = "Shop"', "name = 5"))
    told = json.loads(run("check", "--json", "--jurisdiction", "FR", code=1).stdout)
    assert [(each["ident"], each["place"]) for each in told["problems"]] == [("consentkit.E003", "controller.name")]
