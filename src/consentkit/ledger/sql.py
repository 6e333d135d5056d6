"""The statements of a transaction that writes, handed straight to the driver.

Knows a cursor and how a statement is spelled for it; not when a transaction begins or ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.sql import ClauseElement


class Writer:
    """The statements of one writing transaction, compiled once for the driver."""

    def __init__(self, cursor: Any, compiled: dict[ClauseElement, str], dialect: Any) -> None:
        self._cursor = cursor
        self._compiled = compiled
        self._dialect = dialect

    def row(self, statement: ClauseElement, values: Mapping[str, Any]) -> Any:
        """The first row that a query finds."""
        return self._found(statement, values).fetchone()

    def rows(self, statement: ClauseElement, values: Mapping[str, Any]) -> list[Any]:
        """All rows that a query finds."""
        return list(self._found(statement, values).fetchall())

    def run(self, statement: ClauseElement, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement for each row of values."""
        if len(rows) == 1:
            self._cursor.execute(self._text(statement), rows[0])
        elif rows:
            self._cursor.executemany(self._text(statement), rows)

    def _found(self, statement: ClauseElement, values: Mapping[str, Any]) -> Any:
        # A cursor of its own: in a pipeline the answers to what ran before may still be on their way.
        cursor = self._cursor.connection.cursor()
        cursor.execute(self._text(statement), values)
        return cursor

    def _text(self, statement: ClauseElement) -> str:
        text = self._compiled.get(statement)
        if text is None:
            text = self._compiled[statement] = str(statement.compile(dialect=self._dialect))
        return text
