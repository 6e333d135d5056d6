"""What is known of a site's cookies, in the form in which the EDPB's Website Auditing Tool takes knowledge in.

Knows rows, not where they come from. The tool reads {"knowledges": [{domain, name, category, source, controller, date,
policy, reference, comment}]}: every value a text, a star for any domain or any end of a name, days as 31/12/2026.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

# The tool's own words. It has none for comfort; what adapts pages to a visitor comes nearest.
_CATEGORIES = {
    "essential": "Technical",
    "functional": "Content customisation",
    "analytics": "Analytics (non exempted)",
    "marketing": "Targeted advertising",
    "": "?",
}


class Knowledge(NamedTuple):
    """One cookie. `category` is ours or empty; `source` says who says so, `day` when."""

    name: str
    domain: str
    category: str
    controller: str
    source: str
    day: date
    policy: str = ""
    reference: str = ""
    comment: str = ""


def format_knowledge(rows: Iterable[Knowledge]) -> dict[str, list[dict[str, str]]]:
    """The document, as plain values."""
    return {"knowledges": [_entry(row) for row in rows]}


def _entry(row: Knowledge) -> dict[str, str]:
    return {
        "domain": row.domain or "*",
        "name": row.name,
        "category": _CATEGORIES[row.category],
        "source": row.source,
        "controller": row.controller,
        "date": row.day.strftime("%d/%m/%Y"),
        "policy": row.policy,
        "reference": row.reference,
        "comment": row.comment,
    }
