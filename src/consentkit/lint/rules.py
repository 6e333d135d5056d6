"""The rules of law that a policy can break, read from rules.toml: what each says, on whose word, what it weighs where.

Knows no policy. How a rule is checked is declared.py's and worded.py's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from consentkit.law.table import Row

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Rule:
    """`id` as in "J001"; `says` is what is right. `severity` is by place, group, regime, or "*" for the rest."""

    id: str
    name: str
    says: str
    source: str
    severity: Mapping[str, Severity]

    @property
    def ident(self) -> str:
        return f"consentkit.{self.id}"

    def weighs(self, code: str, row: Row) -> Severity | None:
        """How much it matters in a place whose row this is; None where nobody asks for it."""
        keys = (code, code.partition("-")[0], row.group or "", row.regime, "*")
        return next((self.severity[key] for key in keys if key in self.severity), None)


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by its id, in the order of the file."""
    data = tomllib.loads(files("consentkit.lint").joinpath("rules.toml").read_text(encoding="utf-8"))
    return {id: Rule(id=id, **said) for id, said in data.items()}
