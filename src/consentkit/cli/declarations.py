"""The TOML that would declare cookies that were seen: what is known is filled in, and "…" where the owner must write.

Knows sightings, what they are, and the policy as it is; prints nothing. A name is a stranger's: every word is quoted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from consentkit.catalog import find_cookie
from consentkit.classification.answer import Classification
from consentkit.errors import MalformedError
from consentkit.guard.set_cookie import is_declarable
from consentkit.ledger.sightings import Sighting
from consentkit.policy import Category, Policy
from consentkit.policy.duration import format_duration, parse_duration

_OWNER = "…"
# The longest that browsers keep a cookie, and that a policy may say (RFC 6265bis §5.5).
_LONGEST = parse_duration("400 days")


class Seen(NamedTuple):
    """Cookies of one family, as one sighting, and what they are. `name` is as a policy may declare it."""

    name: str
    sighting: Sighting
    what: Classification
    guess: Classification | None = None  # of the unknown: too weak to be declared without a look

    @property
    def retention(self) -> str:
        """How long the app asks for, else what the catalogue says; empty where nobody knows."""
        if self.sighting.lifetime is not None:
            return format_duration(min(max(self.sighting.lifetime, 0), _LONGEST))
        if self.sighting.is_set:
            return "session"
        return _catalogued_retention(self.sighting.name)


def _catalogued_retention(name: str) -> str:
    known = find_cookie(name)
    try:
        return format_duration(min(parse_duration(known.retention), _LONGEST)) if known else ""
    except MalformedError:  # unsaid there, or "persistent"
        return ""


def declarations(seen: Sequence[Seen], policy: Policy) -> str:
    """Tables to paste at the end of a policy, the site's own cookies first, then each vendor with its own."""
    theirs: dict[tuple[str, str], list[Seen]] = {}
    blocks: list[str] = []
    for each in seen:
        if not is_declarable(each.name):
            blocks.append(f"# No policy can declare a cookie with this name; give it another: {_quoted(each.name)}")
        elif each.what.category in (None, Category.ESSENTIAL) or not each.what.vendor:
            blocks.append(_own(each))
        else:
            theirs.setdefault((each.what.vendor, each.what.category), []).append(each)
    declared = {vendor.id: vendor.name for vendor in policy.vendors}
    blocks += [_vendor(key, cookies, declared) for key, cookies in _identified(theirs)]
    return "\n\n".join(blocks) + "\n" if blocks else ""


def _identified(
    theirs: Mapping[tuple[str, str], list[Seen]],
) -> Iterator[tuple[tuple[str, str, str], list[Seen]]]:
    """Each group with an id: the vendor's name, and the category behind it where a vendor has several."""
    names = [vendor for vendor, _ in theirs]
    for (vendor, category), cookies in theirs.items():
        slug = re.sub(r"[^a-z0-9]+", "-", vendor.lower()).strip("-")[:40].strip("-") or "vendor"
        yield (f"{slug}-{category}" if names.count(vendor) > 1 else slug, vendor, category), cookies


def _own(each: Seen) -> str:
    return _remark(each) + _table(
        "cookies",
        name=each.name,
        category=each.what.category or _OWNER,
        purpose=each.what.purpose or _OWNER,
        retention=each.retention or _OWNER,
    )


def _remark(each: Seen) -> str:
    """Who says so, where it is not the owner."""
    if each.what.category is None:
        return f"# A guess: {each.guess.category} ({each.guess.confidence:.2f}).\n" if each.guess else ""
    if each.what.reason not in ("catalogued", "listed"):
        return f"# A guess ({each.what.reason}, {each.what.confidence:.2f}): look closer before you declare it.\n"
    return f"# {_plain(each.what.vendor)}, says the catalogue.\n" if each.what.vendor else ""


def _vendor(key: tuple[str, str, str], cookies: list[Seen], declared: Mapping[str, str]) -> str:
    ident, name, category = key
    tables = [
        ("" if each.what.reason in ("catalogued", "listed") else _remark(each))
        + _table(
            "vendors.cookies",
            name=each.name,
            purpose=each.what.purpose or _OWNER,
            retention=each.retention or _OWNER,
        )
        for each in cookies
    ]
    if ident in declared:
        # At the end of a file they would belong to whichever vendor comes last.
        lines = [f'Move these under the vendor "{ident}", which you declare already:', *"\n\n".join(tables).split("\n")]
        return "\n".join(f"# {line}".rstrip() for line in lines)
    purposes = dict.fromkeys(each.what.purpose for each in cookies if each.what.purpose)
    vendor = _table("vendors", id=ident, name=name, category=category, purpose=" ".join(purposes) or _OWNER)
    return "\n\n".join([vendor, *tables])


def _table(header: str, **values: str) -> str:
    return "\n".join([f"[[{header}]]", *(f"{key} = {_quoted(value)}" for key, value in values.items())])


def _quoted(text: str) -> str:
    # JSON's escapes are TOML's as well (TOML 1.0 "String").
    return json.dumps(_plain(text), ensure_ascii=False)


def _plain(text: str) -> str:
    return "".join(char for char in text if char.isprintable())
