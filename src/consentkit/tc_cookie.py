"""The cookie that carries a visitor's TC string: the string as advertisers' scripts read it, and a seal of ours.

Knows text and seals; not what a string says. The seal names the choice that the string belongs to: one that was
planted, or is left of an older choice, is nobody's. On the server the string is trusted for what this visitor chose
under the framework, and opens nothing by itself; in the page it is trusted as far as `ck_s` is, which is not at all.
"""

from __future__ import annotations

import hashlib
import hmac

from consentkit.decision import Standing
from consentkit.errors import SealError
from consentkit.seal import Sealer

# Browsers refuse a cookie of more than 4096 bytes, name and attributes included (RFC 6265bis §5.5).
LONGEST = 3800
_BETWEEN = "~"  # in no TC string, and in no seal


def format_tc_cookie(sealer: Sealer, text: str, standing: Standing) -> str | None:
    """The cookie's value; None for a string that no cookie can carry."""
    value = f"{text}{_BETWEEN}{sealer.seal(_belonging(text, standing))}"
    return value if len(value) <= LONGEST else None


def parse_tc_cookie(sealer: Sealer, value: str, standing: Standing) -> str | None:
    """The string in a value, if we wrote it for this choice."""
    text, _, seal = value.partition(_BETWEEN)
    try:
        sealed = sealer.open(seal)
    except SealError:
        return None
    return text if hmac.compare_digest(sealed, _belonging(text, standing)) else None


def _belonging(text: str, standing: Standing) -> bytes:
    said = f"{standing.visitor} {standing.time} {text}"
    return hashlib.sha256(said.encode("utf-8", "replace")).digest()[:16]
