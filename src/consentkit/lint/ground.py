"""What a check stands on: a policy, a place, and what the law asks for there. Knows no rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from consentkit.law.table import Row
from consentkit.policy import Policy
from consentkit.policy.values import Text


@dataclass(frozen=True, slots=True)
class Ground:
    """A policy as it is read in one place. `templates` are the site's own, by name."""

    policy: Policy
    code: str
    row: Row
    templates: Mapping[str, str] = field(default_factory=dict)

    def said_at(self, key: str) -> str:
        """Where the policy has its own word on the place: on it, or on its country; where it would, if it has none."""
        said = self.policy.jurisdiction
        for code in (self.code, self.code.partition("-")[0]):
            place = (said.places or {}).get(code)
            if place and getattr(place, key) is not None:
                return f"jurisdiction.places.{code}.{key}"
            if key == "regime" and code in said.regimes:
                return f"jurisdiction.regimes.{code}"
        return f"jurisdiction.places.{self.code}.{key}"


class Fault(NamedTuple):
    """What is wrong at a place in the policy, and how to mend it."""

    place: str
    message: str
    remedy: str
    value: str = ""


def notice_texts(ground: Ground) -> Iterator[tuple[str, str]]:
    """Everything in the site's own words that a visitor may read, with its place."""
    policy = ground.policy
    for language, said in (policy.texts or {}).items():
        yield from ((f"texts.{language}.{key}", text) for key, text in said.items())
    for category, words in policy.categories.items():
        yield from spelled(f"categories.{category}.description", words.description)
    for index, vendor in enumerate(policy.vendors):
        said_of = {name: getattr(vendor, name) for name in ("purpose", "data", "stop", "transfer", "justification")}
        for name, text in said_of.items():
            yield from spelled(f"vendors[{index}].{name}", text)
        for position, cookie in enumerate(vendor.cookies):
            yield from spelled(f"vendors[{index}].cookies[{position}].purpose", cookie.purpose)
    if policy.keep:
        yield from spelled("keep.reason", policy.keep.reason)
    for index, own in enumerate(policy.cookies):
        yield from spelled(f"cookies[{index}].purpose", own.purpose)
        yield from spelled(f"cookies[{index}].justification", own.justification)


def spelled(place: str, text: Text | None) -> Iterator[tuple[str, str]]:
    """A text with its place, in each language that it is written in."""
    if isinstance(text, str):
        yield place, text
    elif text is not None:
        yield from ((f"{place}.{language}", words) for language, words in text.items())
