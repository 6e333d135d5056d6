"""Commands for the ledger's keeper: prune, backup, restore, upgrade."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from consentkit.cli.common import FINDING, counted, data_option, opened_ledger, settings_for, unchecked_ledger
from consentkit.cli.subject import tell_of_rest
from consentkit.errors import LedgerRollback, LedgerUnavailable
from consentkit.ledger import migrations
from consentkit.ledger.copies import back_up, put_back
from consentkit.ledger.database import Database
from consentkit.ledger.erasure import prune, to_prune
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.numbers import Numbers
from consentkit.ledger.record import utc
from consentkit.policy.duration import parse_duration

_ON_POSTGRESQL = (
    "This is for SQLite. PostgreSQL copies itself: `pg_dump --format=custom --table='ck_*' DATABASE`, and `pg_restore` "
    "to put it back; for a copy that loses nothing, archive its WAL."
)


@click.command(name="prune")
@click.option("--dry-run", is_flag=True, help="Erase nothing; say how many records would be erased, and from when.")
@data_option
def prune_(dry_run: bool, data: Path | None) -> None:
    """Erase all records older than the policy's `retention`. It may be stopped, and goes on where it was.

    So are those that somebody wanted erased and that a law kept until now (`keep`).
    """
    with opened_ledger(data) as (settings, opened):
        moment, count = _now(), 0
        before = moment - parse_duration(settings.policy.retention) * 1000
        steps = prune(opened, before, moment, dry=dry_run)
        with click.progressbar(length=to_prune(opened), label="Looking", file=sys.stderr) as bar:
            for step in steps:
                bar.update(step.seen)
                count += step.erased
        clean = dry_run or opened.store.database.scrub()
    done = "would be erased" if dry_run else "was erased" if count == 1 else "were erased"
    since = f"they are from before {utc(before)[:10]} ({settings.policy.retention}), or kept by law until now"
    click.echo(f"{counted(count, 'record')} {done}: {since}." if count else f"0 records {done}.", err=True)
    tell_of_rest(clean)


@click.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@data_option
def backup(target: Path, data: Path | None) -> None:
    """Copy the database to TARGET, while the app goes on; the copy is checked. SQLite only."""
    file = _file(data)
    with click.progressbar(length=0, label="Copying", file=sys.stderr) as bar:

        def progress(_: int, remaining: int, total: int) -> None:
            bar.length = total
            bar.update(total - remaining - bar.pos)

        sites = back_up(file, target, progress)
    for site, size in sites.items():
        click.echo(f"{site}: {counted(size, 'entry', 'entries')}, whole.", err=True)
    click.echo("It holds records of people: keep it no longer than you keep them. The keys are not in it.", err=True)


@click.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@data_option
def restore(source: Path, data: Path | None) -> None:
    """Put the copy SOURCE in the database's place, with the app stopped. What lay there is kept beside it. SQLite only.

    Exit 1 if the ledger may not go on under its name: it was signed for further than the copy goes.
    """
    file = _file(data)
    with unchecked_ledger(data) as (_, replaced):
        erased = _erased_in(replaced)
    aside = put_back(source, file)
    if aside:
        click.echo(f"What was there is now {aside}.", err=True)
    with unchecked_ledger(data) as (_, restored):
        again = 0
        for entry in restored.store.entries():
            if entry.salt is not None and entry.number in erased:
                click.echo(entry.number)
                again += 1
        if again:
            remedy = "Once the ledger goes on erase them again: `consentkit ledger erase --entry NUMBER …` and `prune`."
            click.echo(
                f"Of what was erased {counted(again, 'record')} came back; stdout has the numbers. {remedy}", err=True
            )
        try:
            restored.check()
        except LedgerRollback as error:
            click.echo(str(error), err=True)
            raise SystemExit(FINDING) from None
        click.echo(
            f"{counted(restored.store.head().size, 'entry', 'entries')}: all that was signed for is there.", err=True
        )


def _erased_in(ledger: Ledger) -> Numbers:
    """The numbers without a record: what was erased from the database that is being replaced."""
    erased = Numbers()
    try:
        for entry in ledger.store.entries():
            if entry.record is None:
                erased.add(entry.number)
    except LedgerUnavailable:
        click.echo("What is there cannot be read: repeat the erasures since the copy was taken.", err=True)
    return erased


@click.command()
@data_option
def upgrade(data: Path | None) -> None:
    """Bring the ledger's tables to what this version needs, with the app stopped and a copy kept."""
    before, after = migrations.upgrade(Database(settings_for(data).database))
    if before == after:
        click.echo(f"The tables are of revision {after} already.", err=True)
    else:
        click.echo(f"The tables are of revision {after} now; they were of {before or 'none'}.", err=True)


def _file(data: Path | None) -> Path:
    file = Database(settings_for(data).database).file
    if file is None:
        raise click.UsageError(_ON_POSTGRESQL)
    return file


def _now() -> int:
    return int(time.time() * 1000)
