"""Parquet: the rows again, typed."""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime

import pytest
from pyarrow import parquet

from consentkit.errors import ConfigError
from consentkit.export.parquet import write_parquet
from consentkit.export.rows import COLUMNS
from tests.export.ledgers import ERASED, STATEMENT, entry


def test_typed() -> None:
    """Times are times, lists are lists, and what is not there is null."""
    file = io.BytesIO()
    write_parquet(file, [entry(3), ERASED, STATEMENT])
    table = parquet.read_table(io.BytesIO(file.getvalue()))
    assert tuple(table.column_names) == COLUMNS
    first, erased = table.to_pylist()
    assert first["time"] == datetime(2026, 11, 23, 9, 30, 0, 123_000, UTC)
    assert (first["number"], first["categories"], first["gpc"]) == (3, ["analytics", "functional"], False)
    assert {name: value for name, value in erased.items() if value is not None} == {
        "number": 7,
        "leaf_hash": "05" * 32,
    }


def test_groups() -> None:
    """A table of many rows is written in groups: nobody needs memory for all of them."""
    file = io.BytesIO()
    write_parquet(file, (entry(number) for number in range(10_001)))
    assert parquet.ParquetFile(io.BytesIO(file.getvalue())).num_row_groups == 2


def test_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has no pyarrow is told what to install."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigError, match=r"consentkit\.E060.*pip install 'consentkit\[parquet\]'"):
        write_parquet(io.BytesIO(), [])
