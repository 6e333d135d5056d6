"""The words and controls shown to a visitor, as one document that can be kept as evidence.

Knows Policy and our wording; not HTML, not HTTP, not who the visitor is. Pages are rendered from the document and from
nothing else, so what is stored is what was shown; its SHA-256 names it (CNIL, délibération 2020-092: proof of the
consent collected includes what the visitor was shown).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from consentkit import canonical
from consentkit.law.regime import Rules
from consentkit.page.additions import additions, announcement
from consentkit.page.code import served_code
from consentkit.page.declaration import Row, site_cookies, site_name, site_terms, vendor_card, vendor_cookies
from consentkit.page.framework import framework_part
from consentkit.policy import OPTIONAL_CATEGORIES, Category, Policy, Regime, Vendor, fingerprint, localised
from consentkit.policy.domains import host_in
from consentkit.policy.duration import parse_duration
from consentkit.policy.model import Cookie, Entity
from consentkit.policy.places import EEA
from consentkit.signals.tcf.said import Framework
from consentkit.texts import Texts, texts

Layer = Literal["banner", "preferences"]
Document = dict[str, Any]


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


class Occasion(NamedTuple):
    """What differs among visitors of one place.

    `gpc` says that the signal was honoured, and that the visitor is told so (CCPA regulations §7025(c)(6)). `lapsed`,
    `added` and `again` are a Decision's. `asks_age` has whoever allows something say their age; a `minor` is asked
    nothing. `entity` is the company that is responsible on the visitor's host, where that is not the controller.
    `asked_then` says that the version to come is a question to the visitor.
    """

    gpc: bool = False
    lapsed: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()
    again: frozenset[str] = frozenset()
    asks_age: bool = False
    minor: bool = False
    entity: Entity | None = None
    asked_then: bool = False


def build_notice(
    policy: Policy,
    layer: Layer,
    language: str,
    rules: Rules,
    occasion: Occasion,
    framework: Framework | None = None,
    coming: Policy | None = None,
) -> Notice:
    """The notice for everybody in the same place on the same occasion; with what IAB Europe's framework has one say.

    `coming` is the version that holds from a day to come, and is announced.
    """
    said = texts(language, policy.texts)
    build = _banner if layer == "banner" else _preferences
    document: Document = {
        **about(policy, layer, said, language, rules, gpc=occasion.gpc),
        "lapsed": _lapse(policy, said, occasion) if occasion.lapsed else None,
        "age": _age(said, rules) if occasion.asks_age else None,
        "links": links(policy, said),
        **fetching(policy, said),
        **build(policy, said, language, rules, occasion),
    }
    news = announcement(policy, coming, said, asked=occasion.asked_then)
    document["body"] = [*news, *_exempt(policy, said, rules), *document["body"]]
    if framework and rules.regime is Regime.OPT_IN and not occasion.minor:
        part = framework_part(framework, said, language)
        document["framework"] = part if layer == "preferences" else part["list"]
        if layer == "banner":
            document["body"] = [part["lead"], *part["asked"], *document["body"]]
    return Notice.of(document)


def about(policy: Policy, layer: str, said: Texts, language: str, rules: Rules, *, gpc: bool) -> Document:
    """What a document says of itself: on which page it is shown, by whom, under which policy and rules."""
    return {
        "layer": layer,
        "language": language,
        "policy": fingerprint(policy),
        "version": policy.version,
        "code": served_code(policy.theme).hash,
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


def _banner(policy: Policy, said: Texts, language: str, rules: Rules, occasion: Occasion) -> Document:
    """The first layer. Whoever has chosen before is asked for nothing but what was added since."""
    asked = tuple(c for c in OPTIONAL_CATEGORIES if c in occasion.lapsed) or OPTIONAL_CATEGORIES
    promises = _promises(policy, said, rules, occasion)
    closes = rules.closes and not occasion.lapsed
    if closes:
        promises.insert(0, said["body.close"])
    return {
        "heading": said[f"heading.{rules.regime}"],
        "lead": _lead(policy, said, rules.regime, asked),
        "categories": [_category(policy, category, said, language) for category in asked],
        "body": [said["body.essential"], *_facts(policy, said, asked), *promises],
        "pages": pages(said, "preferences", "declaration"),
        **_answers(policy, said, occasion),
        "close": said["button.close"] if closes else None,
        "reopen": said["reopen"],
    }


def _answers(policy: Policy, said: Texts, occasion: Occasion) -> Document:
    """The buttons, what each has for an outcome, and what "add" adds."""
    if not occasion.lapsed:
        return {
            "buttons": _buttons(said, "accept_all", "refuse_all", "preferences"),
            "outcomes": _outcomes(policy, said, "accept_all", "refuse_all"),
            "adds": {"category": [], "vendor": []},
        }
    one_by_one = {vendor.category for vendor in policy.vendors if vendor.id in occasion.again}
    labels = {"add": "accept_added", "keep": "refuse_added", "preferences": "preferences"}
    return {
        "buttons": [{"value": v, "label": said[f"button.{key}"], "when": "always"} for v, key in labels.items()],
        "outcomes": {"add": _outcomes(policy, said, "custom")["custom"], "keep": said["chosen.custom"]},
        "adds": {"category": sorted(occasion.lapsed - one_by_one), "vendor": sorted(occasion.again)},
    }


def _preferences(policy: Policy, said: Texts, language: str, rules: Rules, occasion: Occasion) -> Document:
    labels = ("state_none", "state_some", "saved", "always", "own", "empty", "country", "no_cookies")
    return {
        "heading": said["preferences.heading"],
        "lead": said["preferences.intro"],
        "minor": said["body.minor"] if occasion.minor else None,
        "categories": [_switchable(policy, category, said, language, rules, occasion) for category in Category],
        "body": [
            *_facts(policy, said, OPTIONAL_CATEGORIES),
            *_promises(policy, said, rules, occasion),
            said.say("preferences.record", duration=said.duration(policy.retention)),
            said.say("preferences.rights", receipt=said["link.receipt"]),
            *site_terms(policy, said),
        ],
        "labels": {name: said[f"preferences.{name}"] for name in labels},
        "columns": {name: said[f"column.{name}"] for name in ("name", "purpose", "retention")},
        "pages": pages(said, "declaration", "receipt"),
        "back": said["link.back"],
        "buttons": [
            *_buttons(said, *([] if occasion.minor else ["custom", "accept_all"])),
            *_buttons(said, "refuse_all", when="not granted"),
            *_buttons(said, "withdraw", when="granted"),
        ],
        # A withdrawal loads the page again at once.
        "outcomes": _outcomes(policy, said, "custom", "accept_all", "refuse_all") | {"none": said["chosen.custom"]},
    }


def _buttons(said: Texts, *values: str, when: str = "always") -> list[Document]:
    """The buttons in their order. Whoever has allowed something can withdraw it (GDPR 7(3)), others can refuse."""
    return [{"value": value, "label": said[f"button.{value}"], "when": when} for value in values]


def _outcomes(policy: Policy, said: Texts, *values: str) -> Document:
    """What is heard or seen upon each choice, where scripts run; "none" upon a choice of one's own that allows nothing.

    Where a Content-Security-Policy follows the decision, a grant takes effect in a new document only.
    """
    again = f" {said['chosen.again']}" if policy.csp.mode == "enforce" else ""
    return {value: said[f"chosen.{value}"] + (again if value in ("accept_all", "custom") else "") for value in values}


def _lead(policy: Policy, said: Texts, regime: Regime, asked: Sequence[Category]) -> str:
    """Who wants to store what, and whether that waits for a yes."""
    verb = "ask" if regime is Regime.OPT_IN else "tell"
    site = site_name(policy, said)
    count = sum(vendor.category in asked for vendor in policy.vendors)
    if not count:
        return said.say(f"purposes.{verb}", site=site)
    return said.say(f"purposes.{verb}_with", site=site, vendors=said.count("vendors", count))


def _facts(policy: Policy, said: Texts, asked: Sequence[Category]) -> list[str]:
    """What becomes of all that waits for consent."""
    vendors = [vendor for vendor in policy.vendors if vendor.category in asked]
    return facts(vendors, [own for own in policy.cookies if own.category in asked], said)


def facts(vendors: Sequence[Vendor], own: Sequence[Cookie], said: Texts) -> list[str]:
    """How long, and where to (GDPR 13(1)(f) and 13(2)(a); CJEU C-673/17 §§75-81)."""
    found = []
    if retentions := [cookie.retention for cookies in (*(v.cookies for v in vendors), own) for cookie in cookies]:
        longest = max(retentions, key=parse_duration)
        session = longest == "session"
        found.append(said["body.kept_session"] if session else said.say("body.kept", duration=said.duration(longest)))
    abroad = {place for vendor in vendors for place in vendor.places if place[:2] not in EEA}
    if abroad:
        found.append(said.say("body.transfer", countries=said.list(sorted(map(said.country, abroad)))))
    return found


def _promises(policy: Policy, said: Texts, rules: Rules, occasion: Occasion) -> list[str]:
    """How to change one's mind, and who answers for it (GDPR 7(3), 13(1)(a))."""
    memory = said.say("body.memory", duration=said.duration(f"{rules.memory_days} days"), reopen=said["reopen"])
    controller = occasion.entity or policy.controller
    if controller is None:
        return [memory]
    answers = said.say("body.controller", name=controller.name, contact=controller.contact)
    return [memory, answers, *shared_with(policy, said)]


def shared_with(policy: Policy, said: Texts) -> list[str]:
    """On which other sites a choice counts, and who answers for each: it counts for nobody who is not named (GDPR
    4(11), EDPB Guidelines 05/2020 §65)."""
    if policy.domains is None:
        return []
    hosts = [host_in(site) for site in policy.domains.sites]
    named = [f"{host} ({controller.name})" for host in hosts if (controller := policy.controller_of(host))]
    return [said.say("body.domains", sites=said.list(named))]


def fetching(policy: Policy, said: Texts) -> Document:
    """The link to a choice made on another of them, for whoever was not led there."""
    return {"fetch": said["link.domains"]} if policy.domains else {}


def _category(policy: Policy, category: Category, said: Texts, language: str) -> Document:
    words = policy.categories.get(category)
    return {
        "id": category.value,
        "title": said[f"category.{category}"],
        "description": localised(words.description, language) if words else said[f"description.{category}"],
    }


def _switchable(
    policy: Policy, category: Category, said: Texts, language: str, rules: Rules, occasion: Occasion
) -> Document:
    """A category with everything in it, and its switch where there is something to decide."""
    optional = category in OPTIONAL_CATEGORIES and not occasion.minor
    vendors = [_vendor(v, said, language, optional=optional) for v in policy.vendors if v.category is category]
    switch = said.say("preferences.allow_all", category=said[f"category.{category}"])
    own = site_cookies(policy, category, said, language, rules.memory_days)
    return {
        **_category(policy, category, said, language),
        "switch": switch if optional else None,
        "hint": said.say("preferences.hint", allow_all=switch) if optional and vendors else None,
        "summary": said["preferences.details"] + (f" ({said.count('vendors', len(vendors))})" if vendors else ""),
        "own": _cookies(own, said),
        "vendors": vendors,
    }


def _vendor(vendor: Vendor, said: Texts, language: str, *, optional: bool) -> Document:
    return {
        "id": vendor.id,
        **vendor_card(vendor, said, language),
        "switch": said.say("preferences.allow_vendor", vendor=vendor.name) if optional else None,
        "cookies": _cookies([row for row in vendor_cookies(vendor, language) if row.name], said),
    }


def _cookies(rows: list[Row], said: Texts) -> list[Document]:
    return [{"name": row.name, "purpose": row.purpose, "retention": said.duration(row.retention)} for row in rows]


def _lapse(policy: Policy, said: Texts, occasion: Occasion) -> str:
    """What was added since the last choice."""
    added = dict.fromkeys(occasion.lapsed, occasion.added)
    return said.say("body.lapsed", categories=additions(policy, said, added))


def _exempt(policy: Policy, said: Texts, rules: Rules) -> list[str]:
    """Whose statistics run without a yes, until somebody refuses: the exemption asks for saying so."""
    names = [vendor.name for vendor in policy.vendors if vendor.id in rules.exempt]
    return [said.say("body.exempt", vendors=said.list(names))] if names and rules.regime is Regime.OPT_IN else []


def _age(said: Texts, rules: Rules) -> Document:
    """The question, as it is shown; and, for the record alone, what the answer is held against: it must not lead."""
    return {"label": said["age.label"], "hint": said["age.hint"], "minimum": rules.minimum_age}
