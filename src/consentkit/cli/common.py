"""What several commands share: where the settings come from, and where output goes."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import click

from consentkit.ledger.ledger import Ledger
from consentkit.ledger.store import Store
from consentkit.settings import POLICY, Settings, load_settings

FINDING = 1

data_option: Callable[[Any], Any] = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder that holds policy, keys and ledger, as `consentkit demo --data` makes it.",
)
json_option: Callable[[Any], Any] = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def settings_for(data: Path | None) -> Settings:
    """The settings the app would have. Raises ConfigError."""
    if data is not None and not data.is_dir():
        raise click.UsageError(f"--data {data}: there is no such folder.")
    policy = data / POLICY if data and (data / POLICY).exists() else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that keys are for development is said when an app starts
        return load_settings(policy=policy, data=data)


@contextmanager
def opened_ledger(data: Path | None) -> Iterator[tuple[Settings, Ledger]]:
    """The ledger, checked against its last checkpoint. Raises LedgerRollback, LedgerUnavailable."""
    settings = settings_for(data)
    ledger = Ledger(Store(settings.database, settings.policy.site.id), settings.signer, settings.data)
    ledger.check()
    try:
        yield settings, ledger
    finally:
        ledger.close()


@contextmanager
def output(path: Path | None) -> Iterator[BinaryIO]:
    """A file to write, whole or not at all; stdout where none is named."""
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    draft = path.with_name(f".{path.name}.part")
    try:
        with draft.open("wb") as file:
            yield file
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
