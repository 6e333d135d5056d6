"""Commands about the ledger: stats here, and the others put together."""

from __future__ import annotations

import json
from pathlib import Path

import click

from consentkit.cli.common import data_option, json_option, opened_ledger
from consentkit.cli.keys import continue_, keygen, rotate, vkey
from consentkit.cli.subject import erase
from consentkit.cli.upkeep import backup, prune_, restore, upgrade
from consentkit.cli.vouching import checkpoint, cosign, prove
from consentkit.ledger.record import utc


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


for _command in (checkpoint, cosign, prove, vkey, keygen, rotate, continue_, erase, prune_, backup, restore, upgrade):
    ledger.add_command(_command)
