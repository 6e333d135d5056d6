"""What a decision says in the words of GPP: which section applies where, and the fields of it.

Knows Decision and the tables; not scripts, not strings. A field nobody here can know is "not applicable". The IAB's own
agreement (MSPA) is for its signatories: we never claim that a transaction is covered by it.
"""

from __future__ import annotations

from typing import Any, Literal

from consentkit.decision import Basis, Decision
from consentkit.policy import Category
from consentkit.signals.gpp.sections import SECTIONS

Approach = Literal["national", "states"]
NATIONAL = "usnat"
_OPT_OUTS = ("SaleOptOut", "SharingOptOut", "TargetedAdvertisingOptOut")
_OPTED_OUT, _DID_NOT = 1, 2
_NOTICE_GIVEN, _NOT_COVERED, _NO_CONSENT = 1, 2, 1


def applicable(jurisdiction: str, approach: Approach) -> str | None:
    """The prefix of the section for a visitor from there ("US-CA"); None outside the United States."""
    nation, _, state = jurisdiction.partition("-")
    if nation != "US":
        return None
    own = f"us{state.lower()}"
    return own if approach == "states" and own in SECTIONS else NATIONAL


def section_said(prefix: str, decision: Decision) -> list[dict[str, Any]]:
    """The segments of one section for a decision. What is sensitive is not ours to know: it is left blank."""
    said = _said(decision)
    return [
        {name: _fitting(said.get(name, codec.blank), codec.blank) for name, codec in table.items()}
        for table in SECTIONS[prefix].segments
        if table.keys() & said.keys()
    ]


def _fitting(value: Any, blank: Any) -> Any:
    """A value for each, where a field has several."""
    return (value,) * len(blank) if isinstance(blank, tuple) and not isinstance(value, tuple) else value


def _said(decision: Decision) -> dict[str, Any]:
    """All that a decision says, under the names that fields have in one section or another."""
    opted = _DID_NOT if decision.allows(Category.MARKETING) else _OPTED_OUT
    notices = ("SharingNotice", "ProcessingNotice", *(f"{name}Notice" for name in _OPT_OUTS))
    said: dict[str, Any] = dict.fromkeys(notices, _NOTICE_GIVEN) | dict.fromkeys(_OPT_OUTS, opted)
    said |= {"MspaCoveredTransaction": _NOT_COVERED, "Gpc": decision.gpc}
    return said | ({"KnownChildSensitiveDataConsents": _NO_CONSENT} if decision.basis is Basis.MINOR else {})
