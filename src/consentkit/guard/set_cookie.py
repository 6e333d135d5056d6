"""Which Set-Cookie lines leave the server.

Knows header bytes, a Classifier and a Decision; not HTML, not whose request it is.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from consentkit.classification.answer import Classification
from consentkit.decision import EVERYTHING, Decision
from consentkit.guard.cookie_date import parse_cookie_date
from consentkit.guard.spared import is_spared
from consentkit.policy import Category
from consentkit.policy.values import COOKIE_NAME, LONGEST_NAME

# A comma behind which a cookie seems to begin.
_FOLD = re.compile(rb",(?=[ \t]*[!#$%&'*+.^_`|~0-9A-Za-z-]+=)")
# Where older browsers stop reading; today's drop the whole line (RFC 6265bis §5.6 step 1).
_CUT = re.compile(r"[\0\r\n]")
_SAME_SITE = {"strict": "Strict", "lax": "Lax", "none": "None"}
_SECONDS = re.compile(r"-?[0-9]+", re.ASCII)
# RFC 6265bis §5.6: a longer attribute value is ignored.
_LONGEST_VALUE = 1024
_LONGEST_AGE = 10 * 365 * 86400
_LIFETIMES = (b"max-age", b"expires")
_DECLARABLE = re.compile(COOKIE_NAME)


class SetCookie(NamedTuple):
    """A Set-Cookie line, as far as it must be known. Never its value.

    `name` is the one under which it comes back: a browser sends "=a=b" back as "a=b". `nameless` says that the app gave
    none, so that `name` may be a piece of the value. `lifetime` is what it asks for in seconds; None if it goes with
    the browser, or asks in no way a browser takes.
    """

    name: str
    path: str | None = None
    http_only: bool = False
    lasting: bool = False
    deletes: bool = False
    secure: bool = False
    same_site: str = ""
    partitioned: bool = False
    nameless: bool = False
    lifetime: int | None = None


def unfold(line: bytes) -> list[bytes]:
    """The cookies that a server folded into one line; joined by commas they are the line again.

    A comma in a value belongs to the value, and one in a date has no name behind it. Only behind an attribute can the
    next cookie be told (RFC 6265 §3 warns of folding, and yet proxies and whole frameworks do it).
    """
    if b"," not in line:
        return [line]
    pieces, start = [], 0
    for comma in _FOLD.finditer(line):
        if line.find(b";", start, comma.start()) >= 0:
            pieces.append(line[start : comma.start()])
            start = comma.end()
    return [*pieces, line[start:]]


def parse_set_cookie(line: bytes, now: float) -> SetCookie:
    """Read a line as browsers do: attributes in any case, the last of each kind counts, Max-Age before Expires.

    `now` in Unix seconds tells a deletion from a date to come.
    """
    pair, *attributes = _CUT.split(line.decode("latin-1"), maxsplit=1)[0].split(";")
    name, equals, value = pair.partition("=")
    nameless = not (equals and name.strip(" \t"))
    if nameless:
        name = (value if equals else pair).partition("=")[0]
    said: dict[str, str] = {}
    ages: list[str] = []
    for attribute in attributes:
        key, _, content = attribute.partition("=")
        key, content = key.strip().lower(), content.strip()
        if len(content) <= _LONGEST_VALUE:
            said[key] = content
            if key == "max-age":
                ages.append(content)
    lifetime = _lifetime(ages, said.get("expires"), now)
    return SetCookie(
        name.strip(),
        said.get("path"),
        "httponly" in said,
        "max-age" in said or "expires" in said,
        lifetime is not None and lifetime <= 0,
        "secure" in said,
        _SAME_SITE.get(said.get("samesite", "").lower(), ""),
        "partitioned" in said,
        nameless,
        lifetime,
    )


def may_leave(cookie: SetCookie, found: Classification, decision: Decision) -> bool:
    """Whether a cookie of this classification may be set under this decision."""
    if cookie.deletes or found.category == Category.ESSENTIAL:
        return True
    if found.category is not None:
        return decision.allows(found.category, found.vendor_id)
    if decision.granted >= EVERYTHING:
        return True
    # The unknown: what no script can read and the browser forgets has the shape of a server session.
    return (cookie.http_only and not cookie.lasting) or is_spared(cookie.name)


def outlasts(cookie: SetCookie, found: Classification) -> bool:
    """Whether a cookie asks to be kept for longer than whoever allowed it was told. The essential nobody allowed."""
    if found.lasts is None or found.category == Category.ESSENTIAL:
        return False
    return cookie.lifetime is not None and cookie.lifetime > found.lasts


def shortened(line: bytes, seconds: int) -> bytes:
    """The line with this lifetime; without any, where that is 0, and the cookie goes with the browser."""
    kept = [part for part in line.split(b";") if part.partition(b"=")[0].strip().lower() not in _LIFETIMES]
    return b";".join([*kept, b" Max-Age=%d" % seconds] if seconds else kept)


def is_declarable(name: str) -> bool:
    """Whether a policy may name this cookie."""
    return len(name) <= LONGEST_NAME and _DECLARABLE.fullmatch(name) is not None


def declaring(name: str, category: str | None, purpose: str = "") -> str:
    """The TOML that would declare a cookie, to be pasted from the log. The name is not ours: it may be one that no
    policy takes, and then that is said, in what TOML takes for a comment.
    """
    if len(name) > LONGEST_NAME:
        name = name[: LONGEST_NAME - 1].rstrip("*") + "*"
    if not is_declarable(name):
        return f"# No policy can declare a cookie with this name; give it another: {name!a}"
    said = (name, category or "…", purpose or "…", "…")
    return '[[cookies]]\nname = "{}"\ncategory = "{}"\npurpose = "{}"\nretention = "{}"'.format(*said)


def _lifetime(ages: list[str], expires: str | None, now: float) -> int | None:
    """What a line asks for, in seconds; of two readings the longer, so that only what all browsers drop is a deletion.

    The standard ignores a Max-Age that is no number and takes the one before; Chromium takes the last, or else Expires.
    """
    if not ages and expires is None:
        return None
    numbers = [_age(age) for age in ages if _SECONDS.fullmatch(age)]
    if numbers and _SECONDS.fullmatch(ages[-1]):
        return numbers[-1]
    moment = parse_cookie_date(expires) if expires is not None else None
    if moment is None:
        return max((number for number in numbers if number > 0), default=None)
    return max([*numbers, min(int(moment - now), _LONGEST_AGE)])


def _age(digits: str) -> int:
    # Python refuses to read thousands of digits; browsers take them for the longest they know.
    number = int(digits) if len(digits) < 12 else _LONGEST_AGE if digits.strip("-0") else 0
    return -abs(number) if digits.startswith("-") else min(number, _LONGEST_AGE)
