"""Commands about the ledger's keys: vkey, keygen, rotate, continue."""

from __future__ import annotations

from pathlib import Path

import click

from consentkit.cli.common import data_option, opened_ledger, settings_for, unchecked_ledger
from consentkit.ledger.succession import move
from consentkit.ledger.succession import rotate as rotate_key
from consentkit.settings import new_secret
from consentkit.tlog import Signer


@click.command()
@data_option
def vkey(data: Path | None) -> None:
    """Print the verifier key: hand it to auditors by another way than the exports."""
    click.echo(settings_for(data).signer.verifier.to_text())


@click.command()
@click.argument("name")
def keygen(name: str) -> None:
    """Print a new secret and signing key. NAME becomes the log's origin, such as example.com/consent-log."""
    click.echo(f"CONSENTKIT_SECRET={new_secret()}")
    click.echo(f"CONSENTKIT_SIGNING_KEY={Signer.generate(name).to_text()}")
    click.echo("Keep both out of the code and out of backups of the database.", err=True)


@click.command()
@data_option
def rotate(data: Path | None) -> None:
    """Print a new signing key of the same name, to which the one in use hands over.

    The handover is an entry of the ledger, signed by both keys: whoever holds the old verifier key can go on with it.
    """
    with opened_ledger(data) as (settings, opened):
        _tell(rotate_key(opened, settings.signer))


@click.command(name="continue")
@click.argument("name")
@data_option
def continue_(name: str, data: Path | None) -> None:
    """Print a signing key under which the log goes on as NAME: after a backup was restored, or a replica took over.

    The log refuses to sign a second history under its old name. What was signed there, and is missing now, can be seen
    in every later export.
    """
    with unchecked_ledger(data) as (settings, opened):
        _tell(move(opened, settings.signer, name))


def _tell(signer: Signer) -> None:
    click.echo(f"CONSENTKIT_SIGNING_KEY={signer.to_text()}")
    click.echo(
        "Set it in place of the old key (or write what follows the = into the file that holds it), start every worker "
        f"anew, and give auditors the new verifier key:\n{signer.verifier.to_text()}",
        err=True,
    )
