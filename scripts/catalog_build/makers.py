"""What a vendor's cookies mostly are, by the word it is called. Does not know where the facts come from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from catalog_build.normal import CATEGORIES, NO_TRACKER, CookieFact, HostFact

SHORTEST, LONGEST = 5, 14  # letters of a name that tells, and that somebody would put into a cookie's
COMMON = 0.3  # of a vendor's cookies and hosts: the strictest category that is as common as this counts
# Companies called by words that others use as well.
WORDLIKE = frozenset(
    """
    adjust adobe akamai amazon apple batch branch cabin canvas chameleon cloud cloudflare common convert counter
    default delta digital direct django domain drupal event express factors first flask front gauges global
    google harvest human imperva iterable joomla laravel magento metadata microsoft nearby online optimal oracle
    partner pixel platform rambler refiner research salesforce server session shopify shore signal singular
    social split spring square squarespace stape stream stripe symfony target toast track traffic trustpilot
    united unity update usercentrics various visit visitor webflow widget window wordpress world
    """.split()  # noqa: SIM905
)


def makers(cookies: Iterable[CookieFact], hosts: Iterable[HostFact]) -> Iterator[str]:
    """A line each: the word, the vendor, the category."""
    kinds: dict[str, Counter[str]] = {}
    for cookie in cookies:
        kinds.setdefault(cookie.vendor, Counter())[cookie.category] += 1
    for host in hosts:
        if host.vendor in kinds and host.path == "/" and host.verdict != NO_TRACKER:
            kinds.setdefault(host.vendor, Counter())[host.verdict] += 1
    for vendor, count in kinds.items():
        word = re.sub(r"[^a-z0-9]+", "", vendor.lower())
        if SHORTEST <= len(word) <= LONGEST and word not in WORDLIKE:
            common = [kind for kind in reversed(CATEGORIES) if count[kind] >= COMMON * count.total()]
            yield f"{word}\t{vendor}\t{common[0]}"
