"""Entries as rows: CSV for a spreadsheet, JSON lines for a program.

Knows entries; not which were asked for, nor where they go. The columns are stable: new ones are added at the end,
none changes its meaning.

    number        place in the ledger, from 0
    time          when the server recorded it, RFC 3339 in UTC
    id            the receipt's id
    visitor       random id of the browser
    choice        accept_all, refuse_all, custom or withdraw
    categories    what it allowed, separated by spaces (JSON: a list)
    vendors       vendors allowed one by one, likewise
    policy        SHA-256 of the policy in force
    notice        SHA-256 of the words shown; empty where nobody can say any more
    language      of those words
    jurisdiction  ISO 3166 code, ZZ where unknown
    regime        opt_in, opt_out or notice_only
    gpc           whether the browser sent the signal
    device        phone, tablet, desktop, bot or other
    method        layer and way: "banner form", "preferences fetch"
    route         the pattern of the page's route, where it is known
    leaf_hash     what stands for this entry in the log, hex
    salt          what the record was committed with, hex
    law           the rule that was applied, and on whose word the visitor was there: "US-CA 2026-11; place by header"
    site          whose log it is
    account       keyed hash of the account whose choice it is, where somebody signed in
    chosen        when it had been made, where it was taken over: from an account, another site, another tool
    tc            the TC string, where the choice was made under IAB Europe's framework

With `"v": 1`, and without number, leaf_hash and salt, a row is the record that was committed; what a record does not
say is missing (CSV: empty). A row whose record was erased has only its number and leaf_hash. Where the log speaks of
itself (ledger/statement.py) there is no row: numbers may skip some.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from consentkit import canonical
from consentkit.ledger.store import Entry

COLUMNS = (
    "number",
    "time",
    "id",
    "visitor",
    "choice",
    "categories",
    "vendors",
    "policy",
    "notice",
    "language",
    "jurisdiction",
    "regime",
    "gpc",
    "device",
    "method",
    "route",
    "leaf_hash",
    "salt",
    "law",
    "site",
    "account",
    "chosen",
    "tc",
)


def rows(entries: Iterable[Entry]) -> Iterator[dict[str, Any]]:
    """Each choice as values under the names of COLUMNS, without those it does not have."""
    return (_row(entry) for entry in entries if entry.statement is None)


def json_lines(entries: Iterable[Entry]) -> Iterator[bytes]:
    """One JSON object a line, with the keys of COLUMNS."""
    for row in rows(entries):
        yield canonical.encode(row) + b"\n"


def csv_lines(entries: Iterable[Entry]) -> Iterator[bytes]:
    """CSV (RFC 4180) in UTF-8, a header first."""
    yield _csv_line(COLUMNS)
    for row in rows(entries):
        yield _csv_line([_cell(row.get(column, "")) for column in COLUMNS])


def _row(entry: Entry) -> dict[str, Any]:
    row: dict[str, Any] = {"number": entry.number, "leaf_hash": entry.leaf_hash.hex()}
    if entry.record is not None and entry.salt is not None:
        record = canonical.decode(entry.record)
        row |= {column: record[column] for column in COLUMNS if column in record}
        row["salt"] = entry.salt.hex()
    return row


def _cell(value: Any) -> str:
    if isinstance(value, list):
        text = " ".join(value)
    elif isinstance(value, bool):
        text = "true" if value else "false"
    else:
        text = str(value)
    # A spreadsheet would run these as formulas (CWE-1236).
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text


def _csv_line(cells: Iterable[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().encode()
