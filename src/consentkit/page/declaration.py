"""What is set, by whom, for what and for how long: the policy's cookies and ours, as rows.

Knows Policy and our wording; not pages, visitors or cookies on the wire.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Protocol

from consentkit.law.regime import rules_for
from consentkit.policy import Category, Policy, Vendor, fingerprint, localised
from consentkit.policy.model import Cookie, Site
from consentkit.texts import Texts

# The heads of its table.
COLUMNS = ("name", "provider", "purpose", "retention", "party", "seen")


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
    lasting = {"ck": kept, "ck_s": kept} | ({"ck_u": "session"} if policy.accounts else {})
    lasting |= {"ck_h": "1 hour"} if policy.domains or policy.imports else {}
    if policy.signals and policy.signals.tcf:
        lasting["ck_tc"] = kept
    ours = [
        Row(name, provider, category.value, texts[f"own.{name}"], retention, "first")
        for name, retention in lasting.items()
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


def vendor_terms(vendor: Vendor, texts: Texts, language: str) -> list[dict[str, str]]:
    """What else the site says of a vendor, each under its label: what it receives, how to stop it, where that goes."""
    said = {"data": vendor.data, "stop": vendor.stop, "transfer": vendor.transfer}
    found = {name: localised(text, language) for name, text in said.items() if text}
    if vendor.processed:
        found["processed"] = texts.list([texts.country(place) for place in vendor.processed])
    return [{"label": texts[f"terms.{name}"], "text": text} for name, text in found.items()]


def vendor_card(vendor: Vendor, texts: Texts, language: str) -> dict[str, Any]:
    """What is told of a vendor beside its cookies."""
    return {
        "name": vendor.name,
        "purpose": localised(vendor.purpose, language),
        "country": texts.country(vendor.country) if vendor.country else None,
        "privacy_url": vendor.privacy_url,
        "privacy": texts.say("preferences.privacy", vendor=vendor.name) if vendor.privacy_url else None,
        "terms": vendor_terms(vendor, texts, language),
    }


def site_terms(policy: Policy, texts: Texts) -> list[str]:
    """Where the site works on personal data, and to whom a visitor may complain (GDPR 13(1)(f), 13(2)(d))."""
    found = []
    if policy.processing:
        found.append(texts.say("body.processing", countries=texts.list(list(map(texts.country, policy.processing)))))
    if policy.authority:
        found.append(texts.say("body.complaint", authority=policy.authority.name))
    return found


class Told(Protocol):
    """A version of the policy as it is told of: `updated` is None where it is not yet in force."""

    @property
    def name(self) -> str: ...
    @property
    def effective(self) -> date: ...
    @property
    def updated(self) -> date | None: ...


def version_rows(versions: Iterable[Told], texts: Texts) -> list[dict[str, str]]:
    """When each version was last changed, and from when it holds."""
    return [
        {
            "version": version.name,
            "updated": texts.date(version.updated) if version.updated else "–",
            "effective": texts.date(version.effective),
        }
        for version in versions
    ]


def declared(policy: Policy, texts: Texts, language: str) -> Iterator[tuple[Category, list[Row]]]:
    """Everything, category by category. How long a choice is remembered is that of the policy's default place."""
    days = rules_for(policy, None).memory_days
    for category in Category:
        rows = site_cookies(policy, category, texts, language, days)
        for vendor in policy.vendors:
            if vendor.category is category:
                rows += vendor_cookies(vendor, language)
        yield category, rows


def declaration_parts(policy: Policy, texts: Texts, language: str, seen: Mapping[str, date]) -> list[dict[str, Any]]:
    """The declaration in words, category by category: what is stored, under COLUMNS, and the vendors."""
    return [
        {
            "id": category.value,
            "title": texts[f"category.{category}"],
            "rows": [_in_words(row, texts, last_seen(row.name, seen)) for row in rows],
            "vendors": [vendor_card(each, texts, language) for each in policy.vendors if each.category is category],
        }
        for category, rows in declared(policy, texts, language)
    ]


def _in_words(row: Row, texts: Texts, seen: date | None) -> dict[str, str]:
    return {
        "name": row.name or "–",
        "provider": row.provider,
        "purpose": row.purpose,
        "retention": texts.duration(row.retention) if row.retention else "–",
        "party": texts[f"party.{row.party}"],
        "seen": texts.date(seen) if seen else "–",
    }


def declaration_document(
    policy: Policy, texts: Texts, language: str, seen: Mapping[str, date], versions: Iterable[Told] = ()
) -> dict[str, Any]:
    """The declaration as plain values, for programs. Durations stay as the policy spells them.

    `seen` says when cookies were last in use. What was met and is not declared is the owner's to hear, not told here.
    """
    vendors = [
        vendor.model_dump(mode="json", include={"id", "name", "category", "hosts", "country", "privacy_url"})
        | {"purpose": localised(vendor.purpose, language), "terms": vendor_terms(vendor, texts, language)}
        for vendor in policy.vendors
    ]
    stored = [
        asdict(row) | {"last_seen": (day := last_seen(row.name, seen)) and day.isoformat()}
        for _, rows in declared(policy, texts, language)
        for row in rows
        if row.name
    ]
    return {
        "site": site_name(policy, texts),
        "controller": policy.controller and policy.controller.model_dump(mode="json"),
        "entities": [entity.model_dump(mode="json") for entity in policy.entities or ()],
        "authority": policy.authority and policy.authority.model_dump(mode="json"),
        "processing": list(policy.processing or ()),
        "version": policy.version,
        "effective": policy.effective.isoformat(),
        "policy": fingerprint(policy),
        "language": language,
        "stored": stored,
        "vendors": vendors,
        "versions": [
            {
                "version": version.name,
                "effective": version.effective.isoformat(),
                "updated": version.updated and version.updated.isoformat(),
            }
            for version in versions
        ],
    }


def last_seen(name: str, seen: Mapping[str, date]) -> date | None:
    """The latest day of the names that this one, which may end in a star, stands for."""
    head, star, _ = name.partition("*")
    days = [day for met, day in seen.items() if met == name or (star and met.startswith(head))]
    return max(days, default=None)
