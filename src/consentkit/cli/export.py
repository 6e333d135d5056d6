"""The command that writes the ledger out, in the forms others read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import click

from consentkit.cli.common import data_option, opened_ledger, output
from consentkit.errors import MalformedError
from consentkit.export.declared import silences
from consentkit.export.forms import FORMS, Log, write_out
from consentkit.ledger.selection import Selection
from consentkit.ledger.store import Entry
from consentkit.policy import OPTIONAL_CATEGORIES, declaration
from consentkit.tlog import parse_checkpoint

_BAR_STEP = 1000
_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]


def _selecting(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say which entries are meant."""
    for option in (
        click.option("--visitor", metavar="ID", help="Choices of this visitor id."),
        click.option("--vendor", metavar="ID", help="Choices that allowed this vendor by name."),
        click.option(
            "--category",
            type=click.Choice([each.value for each in OPTIONAL_CATEGORIES]),
            help="Choices that allowed this category.",
        ),
        click.option("--until", type=click.DateTime(_MOMENTS), help="Before this moment, in UTC."),
        click.option("--since", type=click.DateTime(_MOMENTS), help="From this moment on, in UTC."),
    ):
        command = option(command)
    return command


@click.command()
@click.option("-o", "--output", "path", type=click.Path(dir_okay=False, path_type=Path), help="Default: stdout.")
def verifier(path: Path | None) -> None:
    """Write the page that checks a bundle in a browser: one file, which needs no network and forbids itself any."""
    with output(path) as file:
        file.write(files("consentkit.export").joinpath("static/verify.html").read_bytes())


@click.command()
@click.option("--format", "form", type=click.Choice(list(FORMS)), default="csv", show_default=True)
@click.option(
    "-o", "--output", "path", type=click.Path(dir_okay=False, path_type=Path, allow_dash=True), help="Default: stdout."
)
@_selecting
@data_option
def export(
    form: str,
    path: Path | None,
    since: datetime | None,
    until: datetime | None,
    category: str | None,
    vendor: str | None,
    visitor: str | None,
    data: Path | None,
) -> None:
    """Write the ledger out: rows, records in the structure of ISO/IEC TS 27560, or the bundle that `verify` checks."""
    try:
        selection = Selection(_milliseconds(since), _milliseconds(until), category, vendor, visitor)
    except MalformedError as error:
        remedy = "A vendor is named by its id in the policy, a visitor by 32 hexadecimal digits."
        raise click.UsageError(f"{error}. {remedy}") from None
    path = None if path == Path("-") else path
    with opened_ledger(data) as (settings, ledger), output(path) as file:
        checkpoint = ledger.checkpoint()
        size = parse_checkpoint(checkpoint.partition("\n\n")[0] + "\n").size
        with _progress(ledger.store.entries(0, size), size) as entries:
            write_out(form, file, Log(settings, ledger, checkpoint, size), selection, entries)
        said = list(silences(declaration(settings.policy))) if form in ("27560", "kantara") else []
    click.echo(f"{size} entries of {settings.signer.name}" + (f" to {path}" if path else ""), err=True)
    if said:
        click.echo(f"Said to be not declared, for want of it in the policy: {', '.join(said)}.", err=True)


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.replace(tzinfo=UTC).timestamp() * 1000)


@contextmanager
def _progress(entries: Iterator[Entry], size: int) -> Iterator[Iterable[Entry]]:
    """A bar of the entries read, where somebody watches."""
    if not sys.stderr.isatty():
        yield entries
        return
    bar: Any = click.progressbar(entries, length=size, label="Exporting", file=sys.stderr, update_min_steps=_BAR_STEP)
    with bar as watched:
        yield watched
