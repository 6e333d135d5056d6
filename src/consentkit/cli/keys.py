"""Commands about the ledger's keys: vkey, keygen, rotate, continue."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from consentkit.cli.common import data_option, json_option, opened_ledger, settings_for, unchecked_ledger
from consentkit.keyfile import next_key, put_next
from consentkit.ledger.succession import move, refuse_same_name
from consentkit.ledger.succession import rotate as rotate_key
from consentkit.settings import Settings, new_secret
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


_print_option: Callable[[Any], Any] = click.option(
    "--print", "printed", is_flag=True, help="Print the new key, where you keep it elsewhere; change no file."
)


@click.command()
@_print_option
@data_option
@json_option
def rotate(printed: bool, data: Path | None, as_json: bool) -> None:
    """Have the signing key hand over to a new one of the same name, and put that in its place.

    The handover is an entry of the ledger, signed by both keys: whoever holds the old verifier key can go on with it.
    A key that lies in a file is put there, and the one before it stays beside it; one that a variable holds is
    printed. Workers take the new key when they are next started; those that still have the old one do no harm.
    Stopped in the middle, run it again.
    """
    with opened_ledger(data) as (settings, opened):
        new = _follower(settings, settings.signer.name, printed)
        rotate_key(opened, settings.signer, new)
        _install(settings, new, printed, as_json)


@click.command(name="continue")
@click.argument("name")
@_print_option
@data_option
@json_option
def continue_(name: str, printed: bool, data: Path | None, as_json: bool) -> None:
    """Go on as NAME, under a new key: after a backup was restored, or a replica took over.

    The log refuses to sign a second history under its old name. What was signed there, and is missing now, can be seen
    in every later export. The key is put in place as `rotate` does.
    """
    with unchecked_ledger(data) as (settings, opened):
        refuse_same_name(settings.signer, name)
        new = _follower(settings, name, printed)
        move(opened, settings.signer, name, new)
        _install(settings, new, printed, as_json)


def _follower(settings: Settings, name: str, printed: bool) -> Signer:
    """The key that is to follow; where it will lie in a file it lies beside it already."""
    if printed or settings.key_file is None:
        return Signer.generate(name)
    return next_key(settings.key_file, name)


def _install(settings: Settings, new: Signer, printed: bool, as_json: bool) -> None:
    """Put the new key where the old one was, or hand it to the owner; and say what is left to do."""
    vkey = new.verifier.to_text()
    if printed or settings.key_file is None:
        facts = {"vkey": vkey, "setting": f"CONSENTKIT_SIGNING_KEY={new.to_text()}"}
        done, out = "Set it in place of the old key, wherever the site runs.", facts["setting"]
    else:
        kept = put_next(settings.key_file)
        facts = {"vkey": vkey, "file": str(settings.key_file), "kept": str(kept)}
        done = f"The new key is in {settings.key_file}, the one before it in {kept}. Other hosts need the file as well."
        out = vkey
    click.echo(json.dumps(facts) if as_json else out)
    click.echo(f"{done} Start every worker anew, and give auditors the new verifier key:\n{vkey}", err=True)
