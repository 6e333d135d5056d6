"""What is allowed at present, in the words of a notice's document. Knows the document and a decision; not HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from consentkit.decision import Decision
from consentkit.policy import OPTIONAL_CATEGORIES
from consentkit.signals.tcf.said import consents


def allowed_names(doc: Mapping[str, Any], decision: Decision, marks: Iterable[str] = ()) -> list[str]:
    """The titles of the categories that are allowed, and the vendors allowed one by one in the others; last the
    framework, if any of its `marks` allows something.
    """
    names = []
    for category in doc["categories"]:
        if category["id"] not in OPTIONAL_CATEGORIES:
            continue
        if category["id"] in decision.granted:
            names.append(category["title"])
        else:
            names += [vendor["name"] for vendor in category["vendors"] if vendor["id"] in decision.vendors]
    return names + ([doc["framework"]["heading"]] if any(map(consents, marks)) and "framework" in doc else [])
