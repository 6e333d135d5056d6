"""What kind of device a user agent says it is. The only importer of user_agents.

A hint and never a proof: visitors write this header. `is_bot` is cheap and may run on a page; `family` costs up to a
millisecond for a new string and runs only when a choice is recorded.
"""

from __future__ import annotations

import re
from functools import lru_cache

# Robots that read pages for others and name themselves. Tools in a person's hand (curl) are served like a person, and
# a Cubot is a telephone.
_BOT = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|lighthouse|inspectiontool|facebookexternalhit|feedfetcher|embedly|mediapartners",
    re.IGNORECASE,
)
_LONGEST = 512


def is_bot(user_agent: str) -> bool:
    """Whether the string names itself a robot. A missing one is taken for a person's."""
    return bool(user_agent) and _BOT.search(user_agent[:_LONGEST]) is not None


def family(user_agent: str) -> str:
    """ "phone", "tablet", "desktop", "bot" or "other": all a consent record keeps of a device."""
    return _family(user_agent[:_LONGEST])


@lru_cache(maxsize=4096)
def _family(user_agent: str) -> str:
    from user_agents import parse  # 0.2 s of tables: loaded by the first choice, not by the import of consentkit

    agent = parse(user_agent)
    if agent.is_bot:
        return "bot"
    if agent.is_tablet:
        return "tablet"
    if agent.is_mobile:
        return "phone"
    return "desktop" if agent.is_pc else "other"
