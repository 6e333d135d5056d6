"""Whose law applies, as far as a site may say it: the default place, how a visitor's is told, and what differs there.

Values only: knows neither the table of laws nor any visitor.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from consentkit.errors import MalformedError
from consentkit.policy.base import Declared
from consentkit.policy.duration import parse_duration


class Regime(StrEnum):
    """Who must move first: the visitor to allow (opt_in), to forbid (opt_out), or nobody (notice_only)."""

    OPT_IN = "opt_in"
    OPT_OUT = "opt_out"
    NOTICE_ONLY = "notice_only"


def _days(text: str) -> str:
    try:
        days = parse_duration(text) // 86400
    except MalformedError:
        days = 0
    if not 1 <= days <= 730:
        raise PydanticCustomError("days", "not a number of days, weeks or months")
    return text


def _years(value: object) -> object:
    if value != "law" and (isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 21):
        raise PydanticCustomError("years", "not an age")
    return value


def age(value: object) -> object:
    """The short way of writing a minimum age: the number, or "law", alone."""
    return {"years": value} if isinstance(value, int | str) else value


Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]+$", to_lower=True, max_length=100)]
Memory = Annotated[str, AfterValidator(_days)]
Years = Annotated[int, BeforeValidator(_years)]


class Place(Declared):
    """What the site says of one place, in the stead of our table; what is left out stays as the table has it.

    `source` is on whose word. It becomes part of what visitors are told, and so of the evidence.
    """

    regime: Regime | None = None
    memory: Memory | None = None
    closes: bool | None = None
    gpc: bool | None = None
    source: Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)] | None = None


class Jurisdiction(Declared):
    """Whose law applies. Where nobody trusted says where a visitor is, it is that of `default`; unset, the strictest.

    `country_header` and `region_header` are set by a trusted proxy; `database` is a file in MaxMind's format.
    `regimes` and `places` go before our table. `profiles` are exemptions that the site takes up, by their names in it.
    """

    default: Country | None = None
    country_header: HeaderName | None = None
    region_header: HeaderName | None = None
    database: Annotated[str, StringConstraints(min_length=1, max_length=1000)] | None = None
    regimes: dict[Country, Regime] = Field(default_factory=dict)
    places: dict[Country, Place] | None = None
    profiles: Annotated[tuple[str, ...], Field(max_length=10)] | None = None

    def said_of(self, code: str) -> Place:
        """What the site says of a place ("US-CA"), which its country's word completes."""
        if not self.places and not self.regimes:
            return _NOTHING  # for each new visitor
        nation, places = code.partition("-")[0], self.places or {}
        own, whole = places.get(code, _NOTHING), places.get(nation, _NOTHING)
        regime = own.regime or self.regimes.get(code) or whole.regime or self.regimes.get(nation)
        said = whole.model_dump(exclude_none=True) | own.model_dump(exclude_none=True)
        return Place(**said | ({"regime": regime} if regime else {}))


_NOTHING = Place()


class MinimumAge(Declared):
    """From which age a visitor may consent: a number, or "law" for that of the visitor's country (GDPR 8).

    `countries` says otherwise for some. `ask` has the banner ask for the age of whoever wants to allow something.
    """

    years: Annotated[int | Literal["law"], BeforeValidator(_years)] = "law"
    countries: dict[Country, Years] = Field(default_factory=dict)
    ask: bool = False
