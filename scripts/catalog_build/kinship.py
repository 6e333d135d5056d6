"""Which labelled cookies belong together: so that nothing a model learned from is asked of it again under another name.

Knows names, vendors and domains; not what any of them means. Cookies are kin that share a vendor (whatever it is
called by whom), a registrable domain, or a name that only one vendor would choose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from catalog_build.normal import is_plain_word, is_telling
from consentkit.catalog import registrable

SHORTEST = 5  # of a name, or of a domain's first label, that tells
# Names under which one company's cookies are listed.
HOUSES: Mapping[str, str] = {
    **dict.fromkeys("facebook instagram whatsapp".split(), "meta"),  # noqa: SIM905
    **dict.fromkeys("youtube doubleclick admob".split(), "google"),  # noqa: SIM905
    **dict.fromkeys("bingmicrosoft xandr azuremicrosoft linkedin appnexus clarity".split(), "microsoft"),  # noqa: SIM905
    **dict.fromkeys("bluekai eloqua addthis".split(), "oracle"),  # noqa: SIM905
    **dict.fromkeys("dotomi fastclick mediaplex cj conversantmedia".split(), "epsilon"),  # noqa: SIM905
    "visualwebsiteoptimizer": "vwo",
    "woocommercejetpack": "wordpress",
    "automattic": "wordpress",
    "creativecdn": "rtbhouse",
    "rapleaf": "liveramp",
    "acxiomliveramp": "liveramp",
    "teads": "outbrain",
    "outbrainzemanta": "outbrain",
    "casalemedia": "indexexchange",
    "spotx": "magnite",
    "telaria": "magnite",
    "rocketfuel": "magnite",
    "twitter": "x",
}
_BIG = (
    "google",
    "adobe",
    "microsoft",
    "amazon",
    "yandex",
    "akamai",
    "salesforce",
    "cloudflare",
    "hubspot",
    "zoho",
    "yahoo",
)
_SHARED = frozenset({"google.com", "amazon.com"})  # destinations where many stand


class Kin:
    """Sets that grow together."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}

    def root(self, key: str) -> str:
        while (parent := self._parents.setdefault(key, key)) != key:
            key = parent
        return key

    def join(self, keys: Iterable[str]) -> None:
        first, *others = map(self.root, keys)
        for other in others:
            # The lesser name stands for both, so that the order of the rows does not matter.
            first, other = sorted((first, self.root(other)))
            self._parents[other] = first


def groups(rows: Iterable[tuple[str, str, str]]) -> list[str]:
    """For each (name, domain, vendor) the name of its group."""
    kin, keys = Kin(), [list(_keys(*row)) for row in rows]
    for each in keys:
        kin.join(each)
    return [kin.root(each[0]).partition(":")[2] for each in keys]


def house(vendor: str) -> str:
    """One spelling for a company."""
    plain = re.sub(r"[^a-z0-9]", "", re.sub(r"\.(com|net|de|nl|io)$", "", vendor.lower()))
    return next((big for big in _BIG if plain.startswith(big)), HOUSES.get(plain, plain))


def _keys(name: str, domain: str, vendor: str) -> Iterator[str]:
    stem = name.partition("*")[0].lower()
    yield f"vendor:{house(vendor)}" if vendor else f"name:{stem}"
    if domain:
        owner = registrable(domain)
        if owner not in _SHARED:
            yield f"domain:{owner}"
        if len(label := owner.partition(".")[0]) >= SHORTEST:
            yield f"vendor:{house(label)}"
    if len(stem) >= SHORTEST and is_telling(name) and not is_plain_word(stem):
        yield f"name:{stem}"
