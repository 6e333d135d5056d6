"""Which frameworks of the advertising world apply to a visitor, as our scripts are told it.

Knows Decision and the policy; no page. The scripts' side of it is widget/src/advertising/visitor.ts.
"""

from __future__ import annotations

from typing import Any

from consentkit.decision import Basis, Decision
from consentkit.law.regime import UNKNOWN
from consentkit.policy import Policy
from consentkit.policy.places import EEA
from consentkit.signals.gpp import applicable

# Where the GDPR holds, or the United Kingdom's of the same words. Where nobody knows, it does.
_GDPR = EEA | {"GB", UNKNOWN}


def applies(policy: Policy, decision: Decision, *, asked: bool) -> dict[str, Any] | None:
    """What holds for the visitor of a decision; `asked` says that the banner is shown. None where no script asks."""
    signals = policy.signals
    if signals is None or not (signals.gpp or signals.tcf):
        return None
    return {
        "gpp": applicable(decision.jurisdiction, signals.gpp) if signals.gpp else None,
        "gpc": decision.gpc,
        "gdpr": decision.jurisdiction.partition("-")[0] in _GDPR or not decision.jurisdiction,
        "minor": decision.basis is Basis.MINOR,
        "asked": asked,
    }
