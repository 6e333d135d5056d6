"""When a policy is another one: what changes its fingerprint, and what visitors must be asked again."""

from __future__ import annotations

from typing import Any

import pytest

from consentkit import canonical
from consentkit.policy import OWN, Policy, declaration, edition, fingerprint, parse_policy, scope, widened

BASE: dict[str, Any] = {
    "controller": {"name": "Shop", "contact": "x"},
    "languages": ["en", "fr"],
    "trusted_proxies": ["10.0.0.0/8"],
    "jurisdiction": {"country_header": "cf-ipcountry", "regimes": {"US": "opt_out", "CH": "opt_in"}},
    "vendors": [
        {"id": "b", "name": "B", "category": "marketing", "purpose": "p"},
        {
            "id": "a",
            "name": "A",
            "category": "analytics",
            "purpose": {"en": "p", "fr": "q"},
            "cookies": [{"name": "x", "purpose": "p", "retention": "1 day"}],
        },
        {"id": "c", "name": "C", "category": "essential", "purpose": "p"},
    ],
    "cookies": [{"name": "y", "category": "functional", "purpose": "p", "retention": "1 day"}],
}


def policy(**changes: Any) -> Policy:
    return parse_policy(BASE | changes, "test")


@pytest.mark.parametrize(
    "changes",
    [
        {"mode": "report"},
        {"render": "shared"},
        {"prefix": "/p"},
        {"cookie_domain": "shop.example"},
        {"trusted_proxies": ["192.0.2.0/24"]},
        {"jurisdiction": {"regimes": {"CH": "opt_in", "US": "opt_out"}, "country_header": "x-country"}},
        {"jurisdiction": {"regimes": {"CH": "opt_in", "US": "opt_out"}}},
    ],
)
def test_what_visitors_were_told_is_the_same(changes: dict[str, Any]) -> None:
    """How the server goes about it is not part of what a visitor agreed to."""
    assert fingerprint(policy(**changes)) == fingerprint(policy())


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "2"},
        {"effective": "2026-05-01"},
        {"site": {"name": "Shop"}},
        {"controller": {"name": "Shop", "contact": "y"}},
        {"retention": "2 years"},
        {"vendors": []},
        {"languages": ["fr", "en"]},
        {"jurisdiction": {"country_header": "cf-ipcountry", "regimes": {"US": "opt_in", "CH": "opt_in"}}},
        {"honour_gpc": False},
    ],
)
def test_what_visitors_were_told_is_another(changes: dict[str, Any]) -> None:
    """Whatever a visitor was told is in the fingerprint: no two wordings share one."""
    assert fingerprint(policy(**changes)) != fingerprint(policy())


def test_stored_and_read_again() -> None:
    """A policy of old is read back from what was stored of it, whatever proxies stood in front of the app."""
    stored = canonical.decode(canonical.encode(declaration(policy())))
    again = edition(parse_policy(stored, "stored"))
    assert again == edition(policy())


def test_what_is_told() -> None:
    """What counts as told to visitors is a list that nobody extends by accident."""
    assert declaration(Policy()).keys() == {
        "version",
        "effective",
        "site",
        "categories",
        "vendors",
        "cookies",
        "jurisdiction",
        "retention",
        "honour_gpc",
    }


def test_edition() -> None:
    """Vendors are counted in one order, whatever order they are declared in; the essential are not asked about."""
    made = edition(policy())
    assert made.vendors == ("a", "b")
    assert made.short == made.fingerprint[:16]
    assert edition(policy(vendors=BASE["vendors"][::-1])).vendors == made.vendors


def test_scope() -> None:
    """Consent covers vendors, their cookies and purposes, and the site's own cookies, each in its category."""
    covered = scope(policy())
    assert covered["analytics"] == {"a": frozenset({"x for p", "purpose p"})}
    assert covered["marketing"] == {"b": frozenset({"purpose p"})}
    assert covered["functional"] == {OWN: frozenset({"y for p"})}
    assert "essential" not in covered


def test_widened() -> None:
    """Only what takes more widens, and only for whoever takes it."""
    then, now = scope(policy()), scope(policy(vendors=BASE["vendors"][:1]))
    assert widened(then, now, "analytics") == frozenset()
    assert widened(now, then, "analytics") == {"a"}
    assert widened({}, then, "functional") == {OWN}
    assert widened(then, then, "marketing") == frozenset()
