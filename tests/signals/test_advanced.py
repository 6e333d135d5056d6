"""Google's advanced mode: what a site lets load without consent when it asks for that, and what it does not."""

from __future__ import annotations

from typing import Any

import pytest

from consentkit.classification.classifier import Classifier
from consentkit.decision import Decision
from consentkit.guard.guard import Terms
from consentkit.lint import lint
from consentkit.page.guard_table import format_table
from consentkit.policy import Policy, parse_policy
from consentkit.policy.sources import reaches, source_table

VENDOR = {
    "id": "google-analytics",
    "name": "Google Analytics",
    "category": "analytics",
    "purpose": "Counts visits.",
    "hosts": ["www.googletagmanager.com", "google-analytics.com"],
    "cookies": [{"name": "_ga", "purpose": "Tells visitors apart.", "retention": "13 months"}],
}
CONTROLLER = {"name": "Shop", "contact": "privacy@shop.test"}


def policy(mode: str | None, *vendors: dict[str, Any]) -> Policy:
    return parse_policy({"controller": CONTROLLER, "vendors": vendors, "signals": {"google": mode}}, "test")


def held(mode: str | None, url: str, *vendors: dict[str, Any]) -> bool:
    return Terms(Classifier(policy(mode, *vendors)), Decision(), "shop.test").judge(url) is not None


@pytest.mark.parametrize("vendors", [(), (VENDOR,)], ids=["catalogued", "declared"])
@pytest.mark.parametrize(
    "url",
    ["https://www.googletagmanager.com/gtag/js?id=G-1", "//www.googletagmanager.com/gtm.js?id=GTM-1"],
)
def test_only_advanced_lets_the_tag_load(url: str, vendors: tuple[dict[str, Any], ...]) -> None:
    """Google's tag waits for consent in basic mode as it does without any, and goes first where the owner says so."""
    assert held(None, url, *vendors)
    assert held("basic", url, *vendors)
    assert not held("advanced", url, *vendors)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.googletagmanager.com/ns.html?id=GTM-1",
        "https://www.google-analytics.com/collect?v=1",
        "https://www.google-analytics.com/g/collect?v=2",
        "https://googleads.g.doubleclick.net/pagead/viewthroughconversion/1",
        "https://connect.facebook.net/en_US/fbevents.js",
        "https://www.googletagmanager.com.evil.test/gtag/js",
    ],
)
def test_what_stands_in_a_page_beside_it_is_held(url: str) -> None:
    """Frames and images that need no script know of no consent: they wait, and so does everybody else."""
    assert held("advanced", url, VENDOR, VENDOR | {"id": "evil", "name": "E", "hosts": ["evil.test"], "cookies": []})


def test_its_pings_may_leave_and_its_cookies_may_not_stay() -> None:
    """What the tag sends while consent is denied goes through; the cookie that it would set is held as ever."""
    advanced = policy("advanced", VENDOR)
    table = format_table(advanced).decode()
    first = table.partition("],[")[0]
    assert first.startswith('const TABLE=[["",/')
    assert r"google-analytics\.com\.?\/g\/collect" in first
    assert first.endswith("/(?!)/"), "no cookie's name is spared"
    nobody = source_table(advanced).text(lambda category, vendor: False)
    assert reaches(nobody, "www.googletagmanager.com")
    assert reaches(nobody, "region1.google-analytics.com")
    assert not reaches(nobody, "doubleclick.net")
    assert format_table(policy("basic", VENDOR)) == format_table(policy(None, VENDOR))


def test_check_warns_of_it() -> None:
    """An owner whose tags load before consent is told so where the law asks first, and that basic mode mends it."""
    named = {mode: lint(policy(mode), ["FR", "US"]) for mode in ("advanced", "basic", None)}
    (finding,) = [finding for finding in named["advanced"] if finding.problem.place == "signals.google"]
    assert finding.places == {"FR": "warning"}
    assert 'google = "basic"' in finding.problem.remedy
    assert all(finding.problem.place != "signals.google" for mode in ("basic", None) for finding in named[mode])
