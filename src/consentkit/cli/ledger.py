"""Commands about the ledger itself: stats, checkpoint, vkey, keygen."""

from __future__ import annotations

import json
from pathlib import Path

import click

from consentkit.cli.common import data_option, json_option, opened_ledger, settings_for
from consentkit.ledger.record import utc
from consentkit.settings import new_secret
from consentkit.tlog import Signer


@click.group()
def ledger() -> None:
    """Look after the ledger and its keys."""


@ledger.command()
@data_option
@json_option
def stats(data: Path | None, as_json: bool) -> None:
    """How many entries and documents there are, and since when."""
    with opened_ledger(data) as (settings, opened):
        head = opened.store.head()
        last = max(head.size - 1, 0)
        ends = [*opened.store.entries(0, 1), *opened.store.entries(last, last + 1)]
        facts = {
            "origin": settings.signer.name,
            "entries": head.size,
            "root": head.root().hex(),
            "first": utc(ends[0].time) if ends else None,
            "last": utc(ends[-1].time) if ends else None,
            "policies": opened.store.count("policy"),
            "notices": opened.store.count("notice"),
        }
    if as_json:
        click.echo(json.dumps(facts))
    else:
        for name, value in facts.items():
            click.echo(f"{name:<9} {'–' if value is None else value}")


@ledger.command()
@data_option
def checkpoint(data: Path | None) -> None:
    """Print a signed checkpoint over everything recorded so far: keep it, and history cannot be rewritten unseen."""
    with opened_ledger(data) as (_, opened):
        click.echo(opened.checkpoint(), nl=False)


@ledger.command()
@data_option
def vkey(data: Path | None) -> None:
    """Print the verifier key: hand it to auditors by another way than the exports."""
    click.echo(settings_for(data).signer.verifier.to_text())


@ledger.command()
@click.argument("name")
def keygen(name: str) -> None:
    """Print a new secret and signing key. NAME becomes the log's origin, such as example.com/consent-log."""
    click.echo(f"CONSENTKIT_SECRET={new_secret()}")
    click.echo(f"CONSENTKIT_SIGNING_KEY={Signer.generate(name).to_text()}")
    click.echo("Keep both out of the code and out of backups of the database.", err=True)
