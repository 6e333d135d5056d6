"""Entries as Parquet: the columns of rows.py, typed, for programs that read many.

Knows rows and pyarrow, which the extra `parquet` installs; not where the file lies. A group of rows is written at a
time: memory stays flat.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO

from consentkit.errors import ConfigError, Problem
from consentkit.export.rows import COLUMNS, rows
from consentkit.ledger.store import Entry

_GROUP = 10_000
_LISTS = ("categories", "vendors")


def write_parquet(file: BinaryIO, entries: Iterable[Entry]) -> None:
    """Write one table. Raises ConfigError where pyarrow is not installed."""
    try:
        import pyarrow as arrow
        from pyarrow.parquet import ParquetWriter
    except ImportError:
        remedy = "Install it: pip install 'consentkit[parquet]'"
        problem = Problem("consentkit.E060", "parquet", "pyarrow is not installed.", remedy)
        raise ConfigError("export", [problem]) from None
    types = dict.fromkeys(COLUMNS, arrow.string()) | {
        "number": arrow.int64(),
        "time": arrow.timestamp("ms", tz="UTC"),
        "gpc": arrow.bool_(),
        **dict.fromkeys(_LISTS, arrow.list_(arrow.string())),
    }
    schema = arrow.schema([(name, types[name]) for name in COLUMNS])
    with ParquetWriter(file, schema, compression="zstd") as writer:
        for group in _groups(map(_typed, rows(entries))):
            writer.write_table(arrow.Table.from_pylist(group, schema))


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"time": datetime.fromisoformat(row["time"])} if "time" in row else row


def _groups(values: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while group := list(islice(values, _GROUP)):
        yield group
