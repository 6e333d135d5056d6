"""Writes the tables of docs/law.md: the places, the exemptions and the linter's rules, as the product reads them.

    python scripts/law.py            writes them
    python scripts/law.py --check    compares instead; exit code 1 where they differ

Knows the tables and the marks between which they stand; the words around them are written by hand.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import get_args

from consentkit.law.table import UNKNOWN, Row, profiles, rows
from consentkit.lint.rules import Severity, rules
from consentkit.texts.culture import culture

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "law.md"
_PART = re.compile(r"(<!-- (places|exemptions|rules) -->\n).*?(?=<!-- end -->)", re.S)


def places() -> Iterator[str]:
    yield from _head("", "place", "who must move first", "remembered", "beside that", "on whose word", "as of")
    for row in rows():
        code = "–" if row.code == UNKNOWN else f"`{row.code}`"
        days = f"{row.memory} days"
        looked = row.as_of if row.looked_up else f"{row.as_of}, not looked up"
        yield _line(code, _name(row.code), row.regime, days, "; ".join(_beside(row)), row.source, looked)


def exemptions() -> Iterator[str]:
    yield from _head("name", "place", "a cookie lasts", "on whose word", "as of")
    for each in profiles().values():
        days = f"{each.longest_cookie} days at most"
        yield _line(f"`{each.name}`", _name(each.place), days, each.source, each.as_of)


def linted() -> Iterator[str]:
    yield from _head("id", "rule", "what is right", "error in", "warning in", "on whose word")
    for rule in rules().values():
        where = [_where(rule.severity, severity) for severity in get_args(Severity)]
        yield _line(f"`{rule.ident}`", rule.name, rule.says, *where, rule.source)


def _beside(row: Row) -> Iterator[str]:
    if row.closes:
        yield "a cross that refuses"
    if row.gpc:
        yield "`Sec-GPC` is followed whatever the policy says"
    if row.most:
        yield f"at most {row.most} days"
    if row.longest_cookie:
        yield f"cookies for {row.longest_cookie} days at most"


def _name(code: str) -> str:
    nation, _, part = code.partition("-")
    if code == UNKNOWN:
        return "anywhere else, or unknown"
    name = culture("en").country(nation)
    return f"{name}, {part}" if part else name


def _where(severities: Mapping[str, Severity], severity: Severity) -> str:
    rest = "the rest" if len(severities) > 1 else "everywhere"
    names = {"*": rest, "opt_in": "opt-in", "opt_out": "opt-out"}
    return ", ".join(names.get(key, key) for key, weight in severities.items() if weight == severity)


def _head(*titles: str) -> Iterator[str]:
    yield _line(*titles)
    yield "|" + "---|" * len(titles)


def _line(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def build(text: str) -> str:
    """The document with its tables as they are now."""
    made: dict[str, Iterable[str]] = {"places": places(), "exemptions": exemptions(), "rules": linted()}
    return _PART.sub(lambda match: match[1] + "\n".join(made[match[2]]) + "\n", text)


def main(arguments: list[str]) -> int:
    text = DOCUMENT.read_text(encoding="utf-8")
    built = build(text)
    if arguments == ["--check"]:
        if built != text:
            print(f"{DOCUMENT.name} is out of date: run python scripts/law.py", file=sys.stderr)
        return int(built != text)
    DOCUMENT.write_text(built, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
