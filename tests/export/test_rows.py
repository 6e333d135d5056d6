"""Rows: what an auditor's spreadsheet and programs read, and nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit import canonical
from consentkit.export import rows
from consentkit.export.rows import COLUMNS, csv_lines, json_lines
from consentkit.ledger.record import leaf_of
from consentkit.ledger.store import Entry
from tests.export.ledgers import ERASED, SALT, entry


def table(*entries: Entry) -> list[dict[str, str]]:
    text = b"".join(csv_lines(entries)).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_columns() -> None:
    """The columns of an export are those its documentation lists, in that order."""
    assert next(csv_lines([])) == ",".join(COLUMNS).encode() + b"\r\n"
    documented = [
        line.split()[0] for line in (rows.__doc__ or "").split("meaning.\n\n")[1].split("\n\n")[0].splitlines()
    ]
    assert tuple(documented) == COLUMNS


def test_row() -> None:
    """A row says who chose what, when, under which words, and what stands for it in the log."""
    (row,) = table(entry(3, gpc=True, vendors=("acme",)))
    assert row["number"] == "3"
    assert row["categories"] == "analytics functional"
    assert row["vendors"] == "acme"
    assert row["gpc"] == "true"
    assert row["salt"] == SALT.hex()
    assert row["leaf_hash"] == entry(gpc=True, vendors=("acme",)).leaf_hash.hex()
    assert [name for name, value in row.items() if not value] == ["account", "chosen", "tc"]


def test_json() -> None:
    """The same for a program, with lists as lists and truth as truth."""
    (line,) = json_lines([entry(3)])
    value = json.loads(line)
    assert line.endswith(b"}\n")
    assert set(value) == set(COLUMNS) - {"account", "chosen", "tc"}
    assert (value["categories"], value["gpc"], value["number"]) == (["analytics", "functional"], False, 3)


def test_a_row_is_its_record() -> None:
    """Whoever has a row, of a choice that followed an account too, computes from it what stands for it in the log."""
    followed = entry(4, account="12" * 32, chosen="2026-11-01T08:00:00.000Z", tc="CQ", vendors=("acme",))
    for one in (entry(3), followed):
        record = json.loads(next(json_lines([one])))
        number, leaf, salt = (record.pop(name) for name in ("number", "leaf_hash", "salt"))
        assert leaf_of(canonical.encode(record | {"v": 1}), bytes.fromhex(salt)).hex() == leaf
        assert number == one.number
    (row,) = table(followed)
    assert (row["account"], row["chosen"], row["tc"]) == ("12" * 32, "2026-11-01T08:00:00.000Z", "CQ")


def test_erased() -> None:
    """Of an erased record there is its place and its hash, and nothing about anybody."""
    (row,) = table(ERASED)
    assert {name: value for name, value in row.items() if value} == {"number": "7", "leaf_hash": "05" * 32}
    assert json.loads(next(json_lines([ERASED]))) == {"number": 7, "leaf_hash": "05" * 32}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_formulas(start: str) -> None:
    """A spreadsheet runs nothing that a visitor or a page's route brought into the ledger (CWE-1236)."""
    formula = f"{start}cmd|' /C calc'!A0"
    (row,) = table(entry(route=formula, vendors=(formula,), language=formula))
    for column in ("route", "vendors", "language"):
        assert row[column] == "'" + formula


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text(text: str) -> None:
    """Whatever a field holds, a row stays one row and the field keeps its words."""
    (row,) = table(entry(route=text))
    assert row["route"].removeprefix("'") == text.removeprefix("'")
    assert not row["route"].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert json.loads(next(json_lines([entry(route=text)])))["route"] == text


def test_memory_is_flat() -> None:
    """An export of any size is written as it is read: nothing piles up."""

    def many() -> Iterator[Entry]:
        for number in range(1500):
            yield one._replace(number=number)

    one = entry()
    tracemalloc.start()
    for _ in csv_lines(many()):
        pass
    for _ in json_lines(many()):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20
