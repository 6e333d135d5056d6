"""The part of the second layer that IAB Europe's framework asks for: purposes, vendors, and objections to interests.

Knows the site's part of the vendor list, and language; not HTML, nor what anybody has chosen. The words of purposes,
features and kinds of data are the official ones, in the languages the site has given; around them stand ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from consentkit.errors import ConfigError, Problem, SignalError
from consentkit.policy import Policy
from consentkit.signals.tcf.restricted import pointless
from consentkit.signals.tcf.said import Framework, open_framework
from consentkit.signals.tcf.text import CONSENT_ONLY
from consentkit.signals.tcf.vendor_list import Entry, ListedVendor, VendorList
from consentkit.texts import Texts

Document = dict[str, Any]

# The kinds of the list in the order in which they are shown, and the letter of the marks by which one consents to them.
_GROUPS = {"purposes": "p", "special_features": "f", "special_purposes": "", "features": ""}
_STOPS = ".。।"  # of a sentence, in one language or another


def framework_of(policy: Policy) -> Framework | None:
    """The framework of a site that takes part. Raises ConfigError if its files do not hold what they should."""
    settings = policy.signals.tcf if policy.signals else None
    if settings is None:
        return None
    place, value = "signals.tcf.vendor_list", settings.vendor_list or ""
    try:
        framework = open_framework(settings)
    except (OSError, SignalError) as error:
        remedy = "Fetch vendor-list.json (version 3) from IAB Europe, and name the file here."
        problem = Problem("consentkit.E141", place, f"it cannot be read: {error}.", remedy, value)
        raise ConfigError(place, [problem]) from error
    if faults := list(_pointless(framework)):
        raise ConfigError(place, faults)
    if missing := sorted(set(settings.vendors) - framework.vendors.keys()):
        numbers = ", ".join(map(str, missing))
        remedy = "Take them out of signals.tcf.vendors, or fetch a newer list."
        message = f"these vendors are not on version {framework.listed.version} of the list, or no longer: {numbers}."
        raise ConfigError(place, [Problem("consentkit.E142", "signals.tcf.vendors", message, remedy, numbers)])
    return framework


def as_listed(policy: Policy) -> Policy:
    """The policy with what its vendors of the framework ask for today: what is declared is then known with it.

    Raises ConfigError as `framework_of` does.
    """
    framework, signals = framework_of(policy), policy.signals
    if framework is None or signals is None or signals.tcf is None:
        return policy
    tcf = signals.tcf.model_copy(update={"declared": framework.declared})
    return policy.model_copy(update={"signals": signals.model_copy(update={"tcf": tcf})})


def _pointless(framework: Framework) -> Iterator[Problem]:
    """What the owner meant for vendors who, by the list, have no such choice to be taken from them."""
    settings = framework.settings
    vendors = {number: framework.listed.vendors[number] for number in framework.vendors}
    for place, beside in pointless(vendors, settings.restrictions):
        rule, numbers = settings.restrictions[place], ", ".join(map(str, beside))
        ground = "" if rule.allow == "nothing" else " on another ground, and as flexible"
        message = f"these vendors have not declared purpose {rule.purpose}{ground}: {numbers}."
        remedy = "Take them out of the restriction; what they have declared is in the list."
        yield Problem("consentkit.E143", f"signals.tcf.restrictions[{place}].vendors", message, remedy, numbers)


def framework_part(framework: Framework, said: Texts, language: str) -> Document:
    """What is shown of it, as part of the notice: every switch has the mark that a form sends for it."""
    listed = framework.in_language(language)
    vendors = sorted(framework.vendors.values(), key=lambda vendor: vendor.name.casefold())
    groups = [_group(kind, letter, listed, framework, said) for kind, letter in _GROUPS.items()]
    lead = said.say("tcf.lead", vendors=said.count("vendors", len(vendors)))
    stop = lead[-1] if lead[-1] in _STOPS else "."
    return {
        "heading": said["tcf.heading"],
        "lead": lead,
        # On the first layer, too, each by the name that the list has for it.
        "asked": [_named(group, said) + stop for group in groups if group["items"] and not group["always"]],
        "list": {"version": listed.version, "policy": listed.policy_version},
        "groups": groups,
        "vendors_heading": said["link.preferences"],
        "vendors": [_vendor(vendor, listed, framework, said) for vendor in vendors],
    }


def _group(kind: str, letter: str, listed: VendorList, framework: Framework, said: Texts) -> Document:
    """What any of the site's vendors has declared of a kind; without a letter there is nothing to decide."""
    entries: Mapping[int, Entry] = getattr(listed, kind)
    fields = ("purposes", "legitimate") if kind == "purposes" else (kind,)
    ids = frozenset[int]().union(*(getattr(v, field) for v in framework.vendors.values() for field in fields))
    items = [_item(entries[number], letter, framework, said) for number in sorted(ids) if number in entries]
    return {"title": said[f"tcf.{kind}"], "always": not letter, "items": items}


def _named(group: Document, said: Texts) -> str:
    return f"{group['title']}{said.colon}{said.list([item['name'] for item in group['items']])}"


def _item(entry: Entry, letter: str, framework: Framework, said: Texts) -> Document:
    labels = {f"{letter}{entry.id}": said.say("tcf.allow", name=entry.name)}
    if letter == "p":
        labels[f"o{entry.id}"] = said.say("tcf.object", name=entry.name)
    return {
        "name": entry.name,
        "description": entry.description,
        "illustrations": list(entry.illustrations),
        "switches": _switches(labels, framework.marks),
    }


def _vendor(vendor: ListedVendor, listed: VendorList, framework: Framework, said: Texts) -> Document:
    grounds = [
        ("tcf.by_consent", vendor.purposes, listed.purposes),
        ("tcf.by_interest", vendor.legitimate - CONSENT_ONLY, listed.purposes),
        ("tcf.special_purposes", vendor.special_purposes, listed.special_purposes),
        ("tcf.features", vendor.features, listed.features),
        ("tcf.special_features", vendor.special_features, listed.special_features),
        ("tcf.data", vendor.data, listed.data_categories),
    ]
    facts = [
        {"label": said[key], "text": said.list([entries[number].name for number in sorted(ids) if number in entries])}
        for key, ids, entries in grounds
        if ids
    ]
    if vendor.days_kept:
        facts.append({"label": said["column.retention"], "text": said.duration(f"{vendor.days_kept} days")})
    labels = {
        f"v{vendor.id}": said.say("preferences.allow_vendor", vendor=vendor.name),
        f"j{vendor.id}": said.say("tcf.object", name=vendor.name),
    }
    return {
        "name": vendor.name,
        "facts": facts,
        "links": [
            {"label": label, "href": href}
            for label, href in (
                (said.say("preferences.privacy", vendor=vendor.name), vendor.privacy),
                (said["tcf.interest"], vendor.interest),
            )
            if href
        ],
        "switches": _switches(labels, framework.marks),
    }


def _switches(labels: dict[str, str], marks: frozenset[str]) -> list[Document]:
    """What can be decided of one thing, by its marks: consenting to it, and objecting to the interest claimed in it."""
    return [{"mark": mark, "label": label} for mark, label in labels.items() if mark in marks]
