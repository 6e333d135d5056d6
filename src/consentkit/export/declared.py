"""What the policy named by a record declared, as plain values.

Knows the ledger's documents. A declaration is read as it was stored, not through today's model: a later version of
consentkit may ask for more than was declared then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from consentkit import canonical
from consentkit.ledger.store import Document
from consentkit.policy import localised

Declaration = dict[str, Any]
UNDECLARED = "not declared"
# Policies in force within one export: far fewer than this in any year.
_KEPT = 64


def reader(find: Callable[[str], Document | None]) -> Callable[[str], Declaration]:
    """A function from a policy's SHA-256 to what it declared: nothing where the ledger does not have it."""

    @lru_cache(_KEPT)
    def declared(hash: str) -> Declaration:
        document = find(hash)
        return canonical.decode(document.body) if document else {}

    return declared


def controller(policy: Declaration, field: str) -> str:
    """A field of the controller's; UNDECLARED where the policy was silent."""
    return str((policy.get("controller") or {}).get(field) or UNDECLARED)


def site_name(policy: Declaration) -> str:
    return str((policy.get("site") or {}).get("name") or UNDECLARED)


def vendors(policy: Declaration, category: str) -> list[Declaration]:
    return [vendor for vendor in policy.get("vendors", ()) if vendor["category"] == category]


def own_cookies(policy: Declaration, category: str) -> list[Declaration]:
    return [cookie for cookie in policy.get("cookies", ()) if cookie["category"] == category]


def wording(text: Any, language: str) -> str:
    return localised(text, language)


def silences(policy: Declaration) -> Iterator[str]:
    """The settings an exported record asks for and the policy does not have."""
    for field in ("name", "contact", "address"):
        if controller(policy, field) == UNDECLARED:
            yield f"controller.{field}"
    if not (policy.get("site") or {}).get("hosts"):
        yield "site.hosts"
