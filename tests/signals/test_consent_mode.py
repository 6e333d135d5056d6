"""Which software is told of the decision, in which words, and what stands behind each of them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from consentkit.errors import ConfigError
from consentkit.policy import fingerprint, parse_policy
from consentkit.policy.signals import Signalling
from consentkit.signals.consent_mode import VOCABULARIES, told

DOCUMENT = Path(__file__).parents[2] / "docs/signals.md"


def vendor(ident: str, category: str, *hosts: str) -> dict[str, Any]:
    return {"id": ident, "name": ident, "category": category, "purpose": "p", "hosts": list(hosts)}


def rows(signals: dict[str, Any] | None, *vendors: dict[str, Any]) -> dict[str, dict[str, str]]:
    declared = {"controller": {"name": "Shop", "contact": "x"}, "vendors": list(vendors)}
    return told(parse_policy(declared | ({"signals": signals} if signals is not None else {}), "test"))


def test_nobody_is_told_unasked() -> None:
    """A site that names nobody under `signals` tells nobody."""
    assert rows(None) == rows({}) == rows({"meta": False}) == {}


def test_google_is_told_all_seven_types() -> None:
    """Google's tags and templates find every type they may ask for, each after the category a visitor switches."""
    assert rows({"google": "basic"}) == {
        "google": {
            "ad_storage": "marketing",
            "ad_user_data": "marketing",
            "ad_personalization": "marketing",
            "analytics_storage": "analytics",
            "functionality_storage": "functional",
            "personalization_storage": "functional",
            "security_storage": "essential",
        }
    }


def test_everybody_with_words_can_be_named() -> None:
    """Whoever we have words for is told once a policy names them, and nobody beside them."""
    assert VOCABULARIES.keys() <= Signalling.model_fields.keys()
    for name in VOCABULARIES:
        assert set(rows({name: "advanced" if name == "google" else True})) == {name}


def test_a_vendor_allowed_alone_counts_for_its_own_software_only() -> None:
    """Who allows one vendor without its category allows what that vendor's software asks, on all its hosts."""
    found = rows(
        {"google": "basic", "clarity": True, "meta": True},
        vendor("ga", "analytics", "www.google-analytics.com", "googletagmanager.com/gtag/"),
        vendor("firebase", "analytics", "region1.google-analytics.com"),
        vendor("recordings", "analytics", "clarity.ms"),
        vendor("like", "functional", "facebook.com/plugins/"),
        vendor("other", "analytics", "notgoogle-analytics.com"),
        vendor("bare", "marketing"),
    )
    assert found["google"]["analytics_storage"] == "analytics ga firebase"
    assert found["google"]["ad_storage"] == "marketing"
    assert found["clarity"] == {"ad_Storage": "marketing", "analytics_Storage": "analytics recordings"}
    assert found["meta"] == {"grant": "marketing"}


@pytest.mark.parametrize("signals", [{"google": "on"}, {"google": True}, {"meta": "basic"}, {"bing": True}])
def test_what_nobody_knows_is_refused(signals: dict[str, Any]) -> None:
    """A misspelt name or mode stops the start: nobody must believe that somebody is told."""
    with pytest.raises(ConfigError, match=r"consentkit\.E00[134] signals"):
        rows(signals)


def test_naming_somebody_is_part_of_the_policy_on_record() -> None:
    """An auditor sees in the ledger which software was told, and whether Google's tags loaded before consent."""
    plain, basic, advanced = ({"signals": signals} for signals in ({}, {"google": "basic"}, {"google": "advanced"}))
    assert len({fingerprint(parse_policy(each, "test")) for each in ({}, plain, basic, advanced)}) == 4


def test_the_document_says_what_is_said() -> None:
    """Whoever reads docs/signals.md finds every name and word, behind its category, and an example that loads."""
    text = DOCUMENT.read_text(encoding="utf-8")
    example = re.search(r"```toml\n(.*?)```", text, re.S)
    assert example
    named = rows(tomllib.loads(example[1])["signals"])
    assert named.keys() == VOCABULARIES.keys()
    for name, (words, _) in VOCABULARIES.items():
        line = next(line for line in text.splitlines() if line.startswith(f"| `{name}` |"))
        for word in words:
            assert f"`{word}`" in line
