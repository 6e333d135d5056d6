"""The words and controls shown to a visitor, as one document that can be kept as evidence.

Knows Policy and our wording; not HTML, not HTTP, not who the visitor is. Pages are rendered from the document and from
nothing else, so what is stored is what was shown; its SHA-256 names it (CNIL, délibération 2020-092: proof of the
consent collected includes what the visitor was shown).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from consentkit import canonical
from consentkit.page.code import served_code
from consentkit.page.declaration import Row, site_cookies, site_name, vendor_cookies
from consentkit.page.texts import Texts, texts
from consentkit.policy import OPTIONAL_CATEGORIES, Category, Policy, Regime, Vendor, fingerprint, localised
from consentkit.policy.duration import parse_duration
from consentkit.policy.model import Cookie
from consentkit.regime import Rules

Layer = Literal["banner", "preferences"]
Document = dict[str, Any]

# The European Economic Area: data that leaves it needs its own safeguards, and saying so (GDPR 13(1)(f)).
_EEA_CODES = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
_EEA = frozenset(_EEA_CODES.split())


@dataclass(frozen=True, slots=True)
class Notice:
    """What is shown: the document, its one spelling in bytes, and the SHA-256 (hex) of those."""

    document: Document
    data: bytes
    hash: str

    @classmethod
    def of(cls, document: Document) -> Notice:
        data = canonical.encode(document)
        return cls(document, data, hashlib.sha256(data).hexdigest())


def build_notice(
    policy: Policy, layer: Layer, language: str, rules: Rules, *, gpc: bool, lapsed: frozenset[str]
) -> Notice:
    """The notice for everybody in the same place with the same signal and the same lapsed categories.

    `gpc` says that the signal was honoured, and that the visitor is told so (CCPA regulations §7025(c)(6)).
    """
    said = texts(language)
    build = _banner if layer == "banner" else _preferences
    return Notice.of(
        {
            **about(policy, layer, said, language, rules, gpc=gpc),
            "lapsed": said.say("body.lapsed", categories=_titles(said, lapsed)) if lapsed else None,
            "links": links(policy, said),
            **build(policy, said, language, rules),
        }
    )


def about(policy: Policy, layer: str, said: Texts, language: str, rules: Rules, *, gpc: bool) -> Document:
    """What a document says of itself: on which page it is shown, by whom, under which policy and rules."""
    return {
        "layer": layer,
        "language": language,
        "policy": fingerprint(policy),
        "version": policy.version,
        "code": served_code().hash,
        "regime": rules.regime.value,
        "site": site_name(policy, said),
        "gpc": said["body.gpc"] if gpc else None,
    }


def links(policy: Policy, said: Texts) -> list[Document]:
    """The site's own documents."""
    hrefs = {"privacy_policy": policy.privacy_policy, "imprint": policy.imprint}
    return [{"label": said[f"link.{name}"], "href": href} for name, href in hrefs.items() if href]


def pages(said: Texts, *names: str) -> list[Document]:
    """Our own pages, by name."""
    return [{"label": said[f"link.{name}"], "page": name} for name in names]


def _banner(policy: Policy, said: Texts, language: str, rules: Rules) -> Document:
    # Where a Content-Security-Policy follows the decision, a grant takes effect in a new document only.
    again = f" {said['chosen.again']}" if policy.csp.mode == "enforce" else ""
    return {
        "heading": said[f"heading.{rules.regime}"],
        "lead": _lead(policy, said, rules.regime),
        "categories": [_category(policy, category, said, language) for category in OPTIONAL_CATEGORIES],
        "body": [said["body.essential"], *_facts(policy, said), *_promises(policy, said, rules)],
        "pages": pages(said, "preferences", "declaration"),
        "buttons": _buttons(said, "accept_all", "refuse_all", "preferences"),
        # Heard or seen upon the choice, where scripts run.
        "outcomes": {"accept_all": said["chosen.accept_all"] + again, "refuse_all": said["chosen.refuse_all"]},
        "reopen": said["reopen"],
    }


def _preferences(policy: Policy, said: Texts, language: str, rules: Rules) -> Document:
    labels = ("state_none", "state_some", "saved", "always", "own", "empty", "country", "no_cookies")
    return {
        "heading": said["preferences.heading"],
        "lead": said["preferences.intro"],
        "categories": [_switchable(policy, category, said, language, rules) for category in Category],
        "body": [
            *_facts(policy, said),
            *_promises(policy, said, rules),
            said.say("preferences.record", duration=said.duration(policy.retention)),
        ],
        "labels": {name: said[f"preferences.{name}"] for name in labels},
        "columns": {name: said[f"column.{name}"] for name in ("name", "purpose", "retention")},
        "pages": pages(said, "declaration", "receipt"),
        "back": said["link.back"],
        "buttons": _buttons(said, "custom", "accept_all", "refuse_all", "withdraw"),
    }


def _buttons(said: Texts, *values: str) -> list[Document]:
    """The buttons in their order. Withdrawing is offered to whoever has allowed something (GDPR 7(3))."""
    return [
        {"value": value, "label": said[f"button.{value}"], "when": "granted" if value == "withdraw" else "always"}
        for value in values
    ]


def _lead(policy: Policy, said: Texts, regime: Regime) -> str:
    """Who wants to store what, and whether that waits for a yes."""
    verb = "ask" if regime is Regime.OPT_IN else "tell"
    site = site_name(policy, said)
    count = sum(vendor.category in OPTIONAL_CATEGORIES for vendor in policy.vendors)
    if not count:
        return said.say(f"purposes.{verb}", site=site)
    return said.say(f"purposes.{verb}_with", site=site, vendors=said.count("vendors", count))


def _facts(policy: Policy, said: Texts) -> list[str]:
    """What becomes of all that waits for consent."""
    vendors = [vendor for vendor in policy.vendors if vendor.category in OPTIONAL_CATEGORIES]
    return facts(vendors, [own for own in policy.cookies if own.category in OPTIONAL_CATEGORIES], said)


def facts(vendors: Sequence[Vendor], own: Sequence[Cookie], said: Texts) -> list[str]:
    """How long, and where to (GDPR 13(1)(f) and 13(2)(a); CJEU C-673/17 §§75-81)."""
    found = []
    if retentions := [cookie.retention for cookies in (*(v.cookies for v in vendors), own) for cookie in cookies]:
        longest = max(retentions, key=parse_duration)
        session = longest == "session"
        found.append(said["body.kept_session"] if session else said.say("body.kept", duration=said.duration(longest)))
    abroad = {vendor.country for vendor in vendors if vendor.country and vendor.country[:2] not in _EEA}
    if abroad:
        found.append(said.say("body.transfer", countries=", ".join(sorted(map(said.country, abroad)))))
    return found


def _promises(policy: Policy, said: Texts, rules: Rules) -> list[str]:
    """How to change one's mind, and who answers for it (GDPR 7(3), 13(1)(a))."""
    memory = said.say("body.memory", duration=said.duration(f"{rules.memory_days} days"), reopen=said["reopen"])
    if policy.controller is None:
        return [memory]
    controller = policy.controller
    return [memory, said.say("body.controller", name=controller.name, contact=controller.contact)]


def _category(policy: Policy, category: Category, said: Texts, language: str) -> Document:
    words = policy.categories.get(category)
    return {
        "id": category.value,
        "title": said[f"category.{category}"],
        "description": localised(words.description, language) if words else said[f"description.{category}"],
    }


def _switchable(policy: Policy, category: Category, said: Texts, language: str, rules: Rules) -> Document:
    """A category with everything in it, and its switch unless it is always on."""
    vendors = [_vendor(vendor, said, language) for vendor in policy.vendors if vendor.category is category]
    switch = said.say("preferences.allow_all", category=said[f"category.{category}"])
    optional = category in OPTIONAL_CATEGORIES
    own = site_cookies(policy, category, said, language, rules.memory_days)
    return {
        **_category(policy, category, said, language),
        "switch": switch if optional else None,
        "hint": said.say("preferences.hint", allow_all=switch) if optional and vendors else None,
        "summary": said["preferences.details"] + (f" ({said.count('vendors', len(vendors))})" if vendors else ""),
        "own": _cookies(own, said),
        "vendors": vendors,
    }


def _vendor(vendor: Vendor, said: Texts, language: str) -> Document:
    return {
        "id": vendor.id,
        "name": vendor.name,
        "purpose": localised(vendor.purpose, language),
        "country": said.country(vendor.country) if vendor.country else None,
        "privacy_url": vendor.privacy_url,
        "privacy": said.say("preferences.privacy", vendor=vendor.name) if vendor.privacy_url else None,
        "switch": None
        if vendor.category is Category.ESSENTIAL
        else said.say("preferences.allow_vendor", vendor=vendor.name),
        "cookies": _cookies([row for row in vendor_cookies(vendor, language) if row.name], said),
    }


def _cookies(rows: list[Row], said: Texts) -> list[Document]:
    return [{"name": row.name, "purpose": row.purpose, "retention": said.duration(row.retention)} for row in rows]


def _titles(said: Texts, categories: frozenset[str]) -> str:
    return ", ".join(said[f"category.{category}"] for category in Category if category in categories)
