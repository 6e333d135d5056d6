"""What is set, by whom, for what and for how long: the policy's cookies and ours, as rows.

Knows Policy and our wording; not pages, visitors or cookies on the wire.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from consentkit.policy import Category, Policy, Vendor, fingerprint, localised
from consentkit.policy.model import Cookie, Site
from consentkit.regime import rules_for
from consentkit.texts import Texts


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is stored, or, with an empty `name`, a vendor that stores nothing.

    `party` is "first" for the site itself and "third" for a vendor, whatever host its cookie is stored under: that is
    who receives what it says. `vendor` is empty for the site.
    """

    name: str
    provider: str
    category: str
    purpose: str
    retention: str
    party: str
    vendor: str = ""


def site_name(policy: Policy, texts: Texts) -> str:
    """How the site is called; "This site" in the reader's language where it has no name."""
    unnamed = policy.site.name == Site.model_fields["name"].default
    return texts["this_site"] if unnamed else policy.site.name


def site_cookies(policy: Policy, category: Category, texts: Texts, language: str, days: int) -> list[Row]:
    """What the site sets for itself in a category. Ours are essential: they carry the visitor's own choice."""
    provider = site_name(policy, texts)
    kept = f"{days} days"
    ours = [
        Row(name, provider, category.value, texts[f"own.{name}"], kept, "first")
        for name in ("ck", "ck_s")
        if category is Category.ESSENTIAL
    ]
    return ours + [
        Row(own.name, provider, category.value, localised(own.purpose, language), own.retention, "first")
        for own in policy.cookies
        if own.category is category
    ]


def vendor_cookies(vendor: Vendor, language: str) -> list[Row]:
    """What a vendor stores; a single row without a name if that is nothing."""

    def row(name: str, purpose: str, retention: str) -> Row:
        return Row(name, vendor.name, vendor.category.value, purpose, retention, "third", vendor.id)

    def said(cookie: Cookie) -> Row:
        return row(cookie.name, localised(cookie.purpose, language), cookie.retention)

    return [said(cookie) for cookie in vendor.cookies] or [row("", localised(vendor.purpose, language), "")]


def declared(policy: Policy, texts: Texts, language: str) -> Iterator[tuple[Category, list[Row]]]:
    """Everything, category by category. How long a choice is remembered is that of the policy's default place."""
    days = rules_for(policy, None).memory_days
    for category in Category:
        rows = site_cookies(policy, category, texts, language, days)
        for vendor in policy.vendors:
            if vendor.category is category:
                rows += vendor_cookies(vendor, language)
        yield category, rows


def declaration_document(policy: Policy, texts: Texts, language: str, seen: Mapping[str, date]) -> dict[str, Any]:
    """The declaration as plain values, for programs. Durations stay as the policy spells them.

    `seen` says when cookies were last in use. What was met and is not declared is the owner's to hear, not told here.
    """
    vendors = [
        vendor.model_dump(mode="json", include={"id", "name", "category", "hosts", "country", "privacy_url"})
        | {"purpose": localised(vendor.purpose, language)}
        for vendor in policy.vendors
    ]
    stored = [
        asdict(row) | {"last_seen": _last_seen(row.name, seen)}
        for _, rows in declared(policy, texts, language)
        for row in rows
        if row.name
    ]
    return {
        "site": site_name(policy, texts),
        "controller": policy.controller and policy.controller.model_dump(mode="json"),
        "version": policy.version,
        "effective": policy.effective.isoformat(),
        "policy": fingerprint(policy),
        "language": language,
        "stored": stored,
        "vendors": vendors,
    }


def _last_seen(name: str, seen: Mapping[str, date]) -> str | None:
    """The latest day of the names that this one, which may end in a star, stands for."""
    head, star, _ = name.partition("*")
    days = [day for met, day in seen.items() if met == name or (star and met.startswith(head))]
    return max(days).isoformat() if days else None
