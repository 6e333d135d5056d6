"""The part of the second layer that IAB Europe's framework asks for: purposes, vendors, and objections to interests.

Knows the site's part of the vendor list, and language; not HTML, nor what anybody has chosen. The words of purposes,
features and kinds of data are the official ones, in the languages the site has given; around them stand ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from consentkit.errors import ConfigError, Problem, SignalError
from consentkit.policy import Policy
from consentkit.signals.tcf.said import Framework, open_framework
from consentkit.signals.tcf.text import CONSENT_ONLY
from consentkit.signals.tcf.vendor_list import Entry, ListedVendor, VendorList
from consentkit.texts import Texts

Document = dict[str, Any]

# The kinds of the list in the order in which they are shown, and the letter of the marks by which one consents to them.
_GROUPS = {"purposes": "p", "special_features": "f", "special_purposes": "", "features": ""}


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
    if missing := sorted(set(settings.vendors) - framework.vendors.keys()):
        numbers = ", ".join(map(str, missing))
        remedy = "Take them out of signals.tcf.vendors, or fetch a newer list."
        message = f"these vendors are not on version {framework.listed.version} of the list, or no longer: {numbers}."
        raise ConfigError(place, [Problem("consentkit.E142", "signals.tcf.vendors", message, remedy, numbers)])
    return framework


def framework_part(framework: Framework, said: Texts, language: str) -> Document:
    """What is shown of it, as part of the notice: every switch has the mark that a form sends for it."""
    listed = framework.in_language(language)
    vendors = sorted(framework.vendors.values(), key=lambda vendor: vendor.name.casefold())
    return {
        "heading": said["tcf.heading"],
        "lead": said.say("tcf.lead", vendors=said.count("vendors", len(vendors))),
        "list": {"version": listed.version, "policy": listed.policy_version},
        "groups": [_group(kind, letter, listed, framework, said) for kind, letter in _GROUPS.items()],
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


def _item(entry: Entry, letter: str, framework: Framework, said: Texts) -> Document:
    objection = f"o{entry.id}" if letter == "p" else ""
    return {
        "name": entry.name,
        "description": entry.description,
        "illustrations": list(entry.illustrations),
        "switches": _switches(f"{letter}{entry.id}", objection, entry.name, framework.marks, said),
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
        "switches": _switches(f"v{vendor.id}", f"j{vendor.id}", vendor.name, framework.marks, said),
    }


def _switches(consent: str, objection: str, name: str, marks: frozenset[str], said: Texts) -> list[Document]:
    """What can be decided of one thing: consenting to it, and objecting to the interest claimed in it."""
    labels = {
        consent: said.say("preferences.allow_vendor", vendor=name),
        objection: said.say("tcf.object", name=name),
    }
    return [{"mark": mark, "label": label} for mark, label in labels.items() if mark in marks]
