"""Which Set-Cookie lines leave the server.

Knows header bytes, a Classifier and a Decision; not HTML, not whose request it is.
"""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from consentkit.classifier import Classification
from consentkit.decision import EVERYTHING, Decision
from consentkit.policy import Category

# Nobody may lose a login over us: an undeclared cookie passes under a name that says login, CSRF or cart.
_SPARED = re.compile(
    r"(?:^|[-_.])(?:sid|sess|auth|jwt|token|(?:access|refresh|id|auth|user)[-_.]?token"
    r"|remember\w*|login\w*|cart\w*|basket\w*|checkout\w*)(?:$|[-_.])|session|csrf|xsrf|logged[-_.]?in",
    re.IGNORECASE,
)


class SetCookie(NamedTuple):
    """A Set-Cookie line, as far as the guard must know it (RFC 6265 §5.2)."""

    name: str
    path: str | None
    http_only: bool
    lasting: bool
    deletes: bool


def parse_set_cookie(line: bytes, now: float) -> SetCookie:
    """Read a line as browsers do: attributes in any case, the last of each kind counts, Max-Age before Expires.

    `now` in Unix seconds tells a deletion from a date to come.
    """
    pair, *attributes = line.decode("latin-1").split(";")
    name = pair.partition("=")[0]
    said: dict[str, str] = {}
    for attribute in attributes:
        key, _, content = attribute.partition("=")
        said[key.strip().lower()] = content.strip()
    lasting, deletes = "max-age" in said or "expires" in said, False
    age = said.get("max-age", "")
    if re.fullmatch(r"-?[0-9]+", age):
        deletes = age.startswith("-") or not age.strip("0")
    elif "expires" in said:
        deletes = _before(said["expires"], now)
    return SetCookie(name.strip(), said.get("path"), "httponly" in said, lasting, deletes)


def may_leave(cookie: SetCookie, found: Classification, decision: Decision) -> bool:
    """Whether a cookie of this classification may be set under this decision."""
    if cookie.deletes or found.category == Category.ESSENTIAL:
        return True
    if found.category is not None:
        return decision.allows(found.category, found.vendor_id)
    if decision.granted >= EVERYTHING:
        return True
    # The unknown: what no script can read and the browser forgets has the shape of a server session.
    return (cookie.http_only and not cookie.lasting) or _SPARED.search(cookie.name) is not None


def declaring(name: str, category: str | None) -> str:
    """The TOML that would declare a cookie, to be pasted from the log. The name is not ours, so it is escaped."""
    shown = name[:128].encode("ascii", "backslashreplace").decode().replace("\\", "\\\\").replace('"', '\\"')
    clean = "".join(char for char in shown if char.isprintable())
    return f'[[cookies]]\nname = "{clean}"\ncategory = "{category or "…"}"\npurpose = "…"\nretention = "…"'


def _before(expires: str, now: float) -> bool:
    try:
        return parsedate_to_datetime(expires).timestamp() <= now
    except (ValueError, TypeError, IndexError, OverflowError):
        return False
