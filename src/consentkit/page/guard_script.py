"""The guard script as one policy's sites serve it: what it goes by first, then its code, in one file.

Knows Policy and files of this package; not visitors. The same for every visitor of a site, so that it may be kept for
ever: who has allowed what stands in the tag that loads it, or in the readable cookie.
"""

from __future__ import annotations

import json

from consentkit.page.assets import Asset, asset_of, assets
from consentkit.page.guard_table import format_table
from consentkit.policy import Policy
from consentkit.policy.sources import source_table

NAME = "guard.js"


def guard_script(policy: Policy) -> Asset:
    """The file. Where the policy's Content-Security-Policy is enforced, it begins by narrowing that, and sees more."""
    parts = [format_table(policy)]
    if policy.csp.mode == "enforce":
        parts += [
            f"const SOURCES={json.dumps(source_table(policy).format())};".encode("ascii"),
            assets()["tighten.js"].data,
            assets()["strict.js"].data,
        ]
    else:
        parts.append(assets()[NAME].data)
    # In a block: the names are nobody else's.
    return asset_of(NAME, b"{" + b"".join(parts) + b"}")
