"""A policy with a vendor of each kind, and what a browser would make of a policy text."""

from __future__ import annotations

from typing import Any

from consentkit.policy import Policy, parse_policy

POLICY: dict[str, Any] = {
    "version": "1",
    "controller": {"name": "Shop", "contact": "privacy@shop.test"},
    "site": {"id": "shop", "hosts": ["www.shop.test"]},
    "vendors": [
        {"id": name, "name": name, "category": category, "purpose": "Purpose.", "hosts": hosts}
        for name, category, hosts in (
            ("pay", "essential", ["pay.test"]),
            ("map", "functional", ["maps.test/embed"]),
            ("count", "analytics", ["count.test", "eu.count.test"]),
            ("ads", "marketing", ["ads.test", "cdn.test/ads/"]),
        )
    ],
}


def policy_with(**csp: Any) -> Policy:
    return parse_policy({**POLICY, "csp": {"mode": "enforce", **csp}}, "test")


def directives(text: str) -> dict[str, list[str]]:
    """A policy text by its directives. That each is there once is part of reading it."""
    parts = [part.split(" ") for part in text.split("; ")]
    found = {name: sources for name, *sources in parts}
    assert len(found) == len(parts)
    return found
