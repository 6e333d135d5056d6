"""Copies of an SQLite ledger: taking one while the app writes, checking it, putting it back.

Knows files and SQLite; no keys. A copy holds the records in the clear, so it is readable by its owner alone. Whether a
copy that was put back may be signed for is asked of the checkpoint outside (Ledger.check), not here.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from consentkit.errors import LedgerError, MalformedError
from consentkit.tlog import Frontier

_PAGES = 1000
_SUFFIXES = ("", "-wal", "-shm")
Progress = Callable[[int, int, int], object]


def back_up(file: Path, target: Path, progress: Progress) -> dict[str, int]:
    """Copy a database that may be in use to a new file; its sites, with the number of their entries.

    Raises LedgerError for a copy that does not add up: then there is no new file.
    """
    with _drafted(target) as draft, closing(sqlite3.connect(draft)) as copy:
        with closing(_reader(file)) as source:
            # One reading transaction around all steps: what others write meanwhile does not start it over.
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM ck_logs").fetchone()
            source.backup(copy, pages=_PAGES, progress=progress)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
        copy.close()
        return check_copy(draft)


def check_copy(file: Path) -> dict[str, int]:
    """The sites in a copy, with the number of their entries. Raises LedgerError if their hashes do not add up."""
    try:
        with closing(_reader(file)) as copy:
            logs = copy.execute("SELECT site, size, frontier FROM ck_logs ORDER BY site").fetchall()
            for site, size, edge in logs:
                frontier = Frontier()
                query = "SELECT leaf_hash FROM ck_entries WHERE site = ? ORDER BY number"
                for (leaf,) in copy.execute(query, [site]):
                    frontier.append(leaf)
                if (frontier.size, frontier.to_bytes()) != (size, edge):
                    raise LedgerError(f"{file}: the entries of {site!r} are not those that its log row speaks of")
    except (sqlite3.Error, MalformedError, TypeError) as error:
        raise LedgerError(f"{file} is no copy of a ledger: {error}") from error
    return {site: size for site, size, _ in logs}


def put_back(source: Path, file: Path) -> Path | None:
    """Put a copy in a database's place, with no app running; what lay there is kept beside it, under the name returned.

    Raises LedgerError for a copy that does not add up, or where an earlier one is still beside it.
    """
    check_copy(source)
    aside = file.with_name(f"{file.name}.replaced")
    if aside.exists():
        raise LedgerError(f"{aside} is there from an earlier time: look whether it is needed, and move it away")
    with _drafted(file, replaces=True) as draft:
        with source.open("rb") as reading, draft.open("wb") as writing:
            while chunk := reading.read(1 << 20):
                writing.write(chunk)
        there = file.exists()
        for suffix in _SUFFIXES:
            old = file.with_name(file.name + suffix)
            if old.exists():
                old.rename(aside.with_name(aside.name + suffix))
    return aside if there else None


def _reader(file: Path) -> sqlite3.Connection:
    if not file.exists():
        raise LedgerError(f"{file}: there is no such file")
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)


@contextmanager
def _drafted(target: Path, *, replaces: bool = False) -> Iterator[Path]:
    """A file for its owner's eyes alone, under its name only when it is whole and on the disk."""
    if target.exists() and not replaces:
        raise LedgerError(f"{target} is there already, and is not overwritten")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.part")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield draft
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)
