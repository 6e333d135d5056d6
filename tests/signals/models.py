"""Random models of what GPP and TC strings can say, and strings that were published with the specifications."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from consentkit.signals.bits import runs
from consentkit.signals.gpp import SECTIONS
from consentkit.signals.gpp.sections import section_of
from consentkit.signals.tcf import TcString
from consentkit.signals.tcf.text import CONSENT_ONLY

# From the specifications, and from the tests of IABTechLab/iabgpp-es (modules/cmpapi/test/encoder/section).
GPP_HEADERS = {"DBABM": [2], "DBABMA": [2], "DBACNY": [2, 6], "DBACNYA": [2, 6], "DBABjw": [5, 6], "DBABLA": [7]}
TC_STRING = "CQSbk4AQSbk4ANwAAAENAwCgAAAAAAAAAAYgACPAAAAA.IDKQA4AAgAKAGQAygAAA.YAAAAAAAAAAA"


def gpp_section(prefix: str, random: Random) -> list[dict[str, Any]]:
    """A section with any values it can have, with or without what follows its core, now and then an earlier version."""
    segments = []
    for table in section_of(prefix, random.choice([1, 2])).segments:
        values = {}
        for name, codec in table.items():
            least = 1 if name == "MspaCoveredTransaction" else 0
            if name in ("Version", "MspaVersion", "SubsectionType"):
                values[name] = codec.blank
            elif name == "Gpc":
                values[name] = random.random() < 0.5
            elif isinstance(codec.blank, tuple):
                values[name] = tuple(random.randint(0, 2) for _ in codec.blank)
            else:
                values[name] = random.randint(least, 2)
        segments.append(values)
    return segments if random.random() < 0.8 else segments[:1]


def gpp_model(random: Random) -> dict[str, Any]:
    """One to four sections."""
    chosen = random.sample(sorted(SECTIONS), random.randint(1, 4))
    return {prefix: gpp_section(prefix, random) for prefix in sorted(chosen, key=lambda name: SECTIONS[name].id)}


def some(random: Random, most: int, among: list[int] | None = None) -> frozenset[int]:
    """A few of the ids, or nearly all, or runs of them."""
    pool = among or list(range(1, most + 1))
    share = random.choice([0.0, 0.02, 0.3, 0.9, 1.0])
    picked = {number for number in pool if random.random() < share}
    if not among and random.random() < 0.5:
        start = random.randint(1, most)
        picked |= set(range(start, min(most, start + random.randint(0, 80)) + 1))
    return frozenset(picked)


def tc_model(random: Random, vendors: int = 900) -> TcString:
    most = random.choice([5, 60, vendors])
    legitimate = [purpose for purpose in range(1, 25) if purpose not in CONSENT_ONLY]
    restrictions = {
        (random.randint(1, 11), random.randint(0, 2)): tuple(runs(found))
        for _ in range(random.randint(0, 3))
        if (found := some(random, most))
    }
    publisher = {
        "publisher_purposes": some(random, 24),
        "publisher_legitimate": some(random, 24),
        "custom": (0, frozenset(), frozenset()),
    }
    return TcString(
        day=date(2026, 3, 1) + timedelta(days=random.randint(0, 3000)),
        cmp_id=random.randint(2, 4095),
        cmp_version=random.randint(0, 4095),
        screen=random.randint(0, 63),
        language=random.choice(["EN", "DE", "FR", "ZZ"]),
        vendor_list=7,  # the writer among the judges says what its list says
        policy_version=4,
        own_texts=random.random() < 0.5,
        special_features=some(random, 12),
        purposes=some(random, 24),
        legitimate_purposes=some(random, 24, legitimate),
        purpose_one_undisclosed=random.random() < 0.5,
        publisher_country=random.choice(["DE", "FR", "AA"]),
        vendors=some(random, most),
        legitimate_vendors=some(random, most),
        restrictions=restrictions,
        disclosed=some(random, most),
        publisher=publisher if random.random() < 0.5 else None,
    )
