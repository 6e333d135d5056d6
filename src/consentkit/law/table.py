"""What each place asks for, read from jurisdictions.toml.

Knows no policy and no visitor. A row is complete: what it leaves out it has from its country, its group, or the
strictest row. An unknown place has the strictest row, and so has a visitor of whom nobody says where they are.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

UNKNOWN = "ZZ"  # ISO 3166-1's user-assigned code, as CLDR uses it for "unknown region"


@dataclass(frozen=True, slots=True)
class Row:
    """One place's rules. Days are whole days; `least`, `most` and `longest_cookie` are None where nobody says it.

    `code` is the row's own, which may be that of a country for a part of it, or UNKNOWN. `looked_up` says that the
    source was held against what is published of it, and is not only given as it is commonly cited.
    """

    code: str
    regime: str
    memory: int
    closes: bool
    gpc: bool
    source: str
    as_of: str
    group: str | None = None
    languages: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    longest_cookie: int | None = None
    looked_up: bool = True


@dataclass(frozen=True, slots=True)
class Profile:
    """An exemption that a site may take up in one place: statistics of its own that run until somebody refuses."""

    name: str
    place: str
    longest_cookie: int
    source: str
    as_of: str


def row_of(code: str) -> Row:
    """The row for a place ("FR", "US-CA"): its own, its country's, or the strictest."""
    rows = _rows()
    return rows.get(code) or rows.get(code.partition("-")[0]) or rows[UNKNOWN]


def rows() -> Iterator[Row]:
    """Every row, the strictest first, then as they stand in the file."""
    return iter(_rows().values())


@cache
def profiles() -> Mapping[str, Profile]:
    """The exemptions, by name."""
    return {name: Profile(name=name, **said) for name, said in _data()["profiles"].items()}


@cache
def adequate() -> frozenset[str]:
    """The countries outside the EEA to which data may go without more (GDPR 45), and the EEA itself."""
    return frozenset(_data()["adequate"]["places"]) | {row.code for row in rows() if row.group == "EEA"}


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads(files("consentkit.law").joinpath("jurisdictions.toml").read_text(encoding="utf-8"))


@cache
def _rows() -> Mapping[str, Row]:
    strictest, groups, places = (_data()[name] for name in ("strictest", "groups", "places"))
    found = {UNKNOWN: _row(UNKNOWN, strictest)}
    for code, said in places.items():
        nation = places.get(code.partition("-")[0], {})
        inherited = strictest | groups.get(said.get("group"), {}) | (nation if nation is not said else {})
        found[code] = _row(code, inherited | said)
    return found


_KEYS = {field.name for field in fields(Row)} - {"code"} | {"name"}


def _row(code: str, said: Mapping[str, Any]) -> Row:
    if strange := said.keys() - _KEYS:
        raise ValueError(f"{code}: no such key: {', '.join(sorted(strange))}")
    values = {key: value for key, value in said.items() if key != "name"}
    return Row(code, **values | {"languages": tuple(said.get("languages", ()))})
