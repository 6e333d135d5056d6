"""What several commands share: where the settings come from, and where output goes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp
from typing import Any, BinaryIO

import click

from consentkit.ledger.ledger import Ledger
from consentkit.ledger.opening import open_ledger
from consentkit.settings import POLICY, Settings, load_settings

FINDING = 1

data_option: Callable[[Any], Any] = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder that holds policy, keys and ledger, as `consentkit demo --data` makes it.",
)
json_option: Callable[[Any], Any] = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def settings_for(data: Path | None) -> Settings:
    """The settings the app has; a command makes no keys. Raises ConfigError."""
    if data is not None and not data.is_dir():
        raise click.UsageError(f"--data {data}: there is no such folder.")
    policy = data / POLICY if data and (data / POLICY).exists() else None
    return load_settings(policy=policy, data=data, invent=False)


@contextmanager
def opened_ledger(data: Path | None) -> Iterator[tuple[Settings, Ledger]]:
    """The ledger, checked against its last checkpoint. Raises LedgerRollback, LedgerUnavailable."""
    with unchecked_ledger(data) as (settings, ledger):
        ledger.check()
        yield settings, ledger


@contextmanager
def unchecked_ledger(data: Path | None) -> Iterator[tuple[Settings, Ledger]]:
    """The ledger as it is, also where it was set back."""
    settings = settings_for(data)
    ledger = open_ledger(settings)
    try:
        yield settings, ledger
    finally:
        ledger.close()


def counted(number: int, one: str, more: str = "") -> str:
    """A number and its noun: "1 entry", "2 entries"; `more` where it is not `one` with an s."""
    return f"{number} {one if number == 1 else more or one + 's'}"


def plain(text: str) -> str:
    """A text out of a stranger's file, without what would command a terminal."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text[:500])


@contextmanager
def output(path: Path | None) -> Iterator[BinaryIO]:
    """A file to write, whole or not at all; stdout where none is named."""
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    # What leaves the ledger is about persons: a new file, and its owner's alone.
    handle, name = mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    draft = Path(name)
    try:
        with open(handle, "wb") as file:
            yield file
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
