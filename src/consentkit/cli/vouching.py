"""Commands by which others come to vouch for the ledger: checkpoint, cosign, prove."""

from __future__ import annotations

from pathlib import Path

import click

from consentkit.cli.common import FINDING, data_option, opened_ledger, plain
from consentkit.ledger.receipt import extra_of
from consentkit.ledger.vouching import vouch
from consentkit.tlog import LogProof, format_proof, open_checkpoint, prove_inclusion


@click.command()
@data_option
def checkpoint(data: Path | None) -> None:
    """Print a signed checkpoint over everything recorded so far: keep it, and history cannot be rewritten unseen."""
    with opened_ledger(data) as (_, opened):
        click.echo(opened.checkpoint(), nl=False)


@click.command()
@data_option
def cosign(data: Path | None) -> None:
    """Have the witnesses and the timestamp authority of the policy vouch for everything recorded so far.

    Prints the checkpoint with their signatures. Run it by a timer, once a day or more often; exit 1 if any of them
    does not vouch.
    """
    with opened_ledger(data) as (settings, opened):
        log = settings.policy.log
        if not log.witnesses and not log.timestamps:
            raise click.UsageError("the policy names neither [[log.witnesses]] nor [log.timestamps].")
        vouched = vouch(opened, log)
    click.echo(vouched.anchor.note, nl=False)
    for each in vouched.by:
        click.echo(f"Vouched for by the {plain(each)}.", err=True)
    for error in vouched.failed:
        click.echo(f"MISSING  {error.ident} {plain(str(error))}", err=True)
    if vouched.failed:
        raise SystemExit(FINDING)


@click.command()
@click.argument("number", type=click.IntRange(min=0))
@data_option
def prove(number: int, data: Path | None) -> None:
    """Print the proof of entry NUMBER (C2SP tlog-proof): `consentkit verify` checks it with nothing else at hand.

    It holds the record and its salt. Where the record was erased nothing is left to prove.
    """
    with opened_ledger(data) as (_, opened):
        note = opened.checkpoint()
        size = open_checkpoint(note, [opened.verifier]).size
        entry = next(opened.store.entries(number, min(number + 1, size)), None)
        if entry is None:
            raise click.UsageError(f"there are {size} entries, numbered from 0.")
        path = prove_inclusion(number, size, opened.store.read_hashes)
        click.echo(format_proof(LogProof(number, path, note, extra_of(entry))), nl=False)
