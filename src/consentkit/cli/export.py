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

from consentkit.cli.common import counted, data_option, opened_ledger, output
from consentkit.errors import MalformedError
from consentkit.export.declared import silences
from consentkit.export.forms import FORMS, ROWS, Log, write_out
from consentkit.export.words import LANGUAGES
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.selection import Selection
from consentkit.ledger.store import Entry, Store
from consentkit.policy import OPTIONAL_CATEGORIES, declaration
from consentkit.settings import Settings
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
@click.option("--format", "form", type=click.Choice(FORMS), default="csv", show_default=True)
@click.option(
    "-o", "--output", "path", type=click.Path(dir_okay=False, path_type=Path, allow_dash=True), help="Default: stdout."
)
@_selecting
@click.option("--site", metavar="ID", help="Rows of this site, where several share the database; else the policy's.")
@click.option(
    "--language",
    type=click.Choice(list(LANGUAGES)),
    default="en",
    show_default=True,
    help="Of what a bundle says to people: the summary, and how to check it.",
)
@data_option
def export(
    form: str,
    path: Path | None,
    since: datetime | None,
    until: datetime | None,
    category: str | None,
    vendor: str | None,
    visitor: str | None,
    site: str | None,
    language: str,
    data: Path | None,
) -> None:
    """Write the ledger out: rows, records in the structure of ISO/IEC TS 27560, or the bundle that `verify` checks."""
    selection = _selection(_milliseconds(since), _milliseconds(until), category, vendor, visitor)
    path = None if path == Path("-") else path
    with opened_ledger(data) as (settings, ledger):
        log = _log(settings, ledger, language) if site in (None, ledger.store.site) else _rows_of(settings, site, form)
        with output(path) as file, _progress(log.ledger.store.entries(0, log.size), log.size) as entries:
            shown = write_out(form, file, log, selection, entries)
        said = list(silences(declaration(settings.policy))) if form in ("27560", "kantara") else []
    choices, size = counted(shown, "choice"), counted(log.size, "entry", "entries")
    named = site or settings.signer.name
    click.echo(f"{choices} in {size} of {named}" + (f", to {path}" if path else ""), err=True)
    if said:
        click.echo(f"Said to be not declared, for want of it in the policy: {', '.join(said)}.", err=True)


def _selection(
    since: int | None, until: int | None, category: str | None, vendor: str | None, visitor: str | None
) -> Selection:
    if since is not None and until is not None and since >= until:
        raise click.UsageError("--since is not before --until: nothing can be between them.")
    try:
        return Selection(since, until, category, vendor, visitor)
    except MalformedError as error:
        remedy = "A vendor is named by its id in the policy, a visitor by 32 hexadecimal digits."
        raise click.UsageError(f"{error}. {remedy}") from None


def _log(settings: Settings, ledger: Ledger, language: str) -> Log:
    checkpoint = ledger.checkpoint()
    size = parse_checkpoint(checkpoint.partition("\n\n")[0] + "\n").size
    return Log(settings, ledger, checkpoint, size, language)


def _rows_of(settings: Settings, site: str, form: str) -> Log:
    """The log of another site in the same database, as far as it can be read without that site's policy and key."""
    store = Store(settings.database, site)
    sites = store.sites()
    if site not in sites:
        raise click.UsageError(f"--site {site}: no log of it is in this database. There are {', '.join(sites)}.")
    if form not in ROWS:
        remedy = "Give that site's settings: its policy and keys, with --data or CONSENTKIT_POLICY and _SIGNING_KEY."
        raise click.UsageError(f"--site {site}: the form {form} speaks in the site's own name. {remedy}")
    return Log(settings, Ledger(store, settings.signer, settings.data), "", store.head().size)


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
