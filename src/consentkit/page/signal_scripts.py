"""The scripts by which other software in a page is told of the decision, as one policy's sites serve them.

Knows Policy and files of this package; not visitors: what is allowed stands in the tag, or in the readable cookie. They
go before the first script of a page, so that whoever asks has an answer. None are there until the policy names one.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from consentkit.page.assets import Asset, asset_of, assets
from consentkit.policy import Policy
from consentkit.signals.consent_mode import told
from consentkit.signals.gpp.table import script_table
from consentkit.signals.tcf import format_tc
from consentkit.signals.tcf.said import Framework

VENDOR_LIST = "vendor-list.json"
_SIGNALS, _GPP, _TCF = "signals.js", "gpp.js", "tcf.js"


class SignalScript(NamedTuple):
    """A file. One that `is_small` may be written into the page: then no network can keep it from going first."""

    asset: Asset
    is_small: bool = False


def signal_scripts(policy: Policy, framework: Framework | None) -> tuple[SignalScript, ...]:
    """Those the policy asks for, in the order in which they run."""
    scripts = []
    if policy.signals and policy.signals.gpp:
        scripts.append(SignalScript(_with_table(_GPP, "GPP", script_table(policy.signals.gpp))))
    if framework:
        scripts.append(SignalScript(_with_table(_TCF, "TCF", _tcf_table(policy, framework))))
    if rows := told(policy):
        scripts.append(SignalScript(_with_table(_SIGNALS, "TOLD", rows), is_small=True))
    return tuple(scripts)


def vendor_list(framework: Framework) -> Asset:
    """The list as it was published, for whoever asks our script for it: browsers may not ask its publisher."""
    return asset_of(VENDOR_LIST, framework.file)


def _with_table(file: str, name: str, table: Any) -> Asset:
    """A script with what it goes by in front of it; in a block, for the name is nobody else's."""
    head = f"const {name}={json.dumps(table, separators=(',', ':'))};".encode("ascii")
    return asset_of(file, b"{" + head + assets()[file].data.strip() + b"}")


def _tcf_table(policy: Policy, framework: Framework) -> dict[str, Any]:
    """The table that widget/src/tcf reads. The string that allows nothing is the same as long as the policy is."""
    return {
        "cmpId": framework.settings.cmp_id,
        "cmpVersion": framework.settings.cmp_version,
        "vendorList": framework.listed.version,
        "list": vendor_list(framework).name,
        "policyVersion": framework.listed.policy_version,
        "host": policy.cookie_domain is None,
        "nothing": format_tc(framework.said(framework.objecting, policy.effective, policy.first_language)),
    }
