"""Commands for the auditor's pages: who is let in, and serving them.

Knows links and settings; what a grant may do, the pages say.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

import click

from consentkit.cli.common import FINDING, data_option, json_option, opened_ledger, plain
from consentkit.ledger.days import count_days
from consentkit.ledger.filing import file_receipts
from consentkit.ledger.grants import ROLES, Grant, Grants, Role
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.record import utc
from consentkit.ledger.statement import of_access

_LONGEST_NAME = 80
_AT_ONCE = 10_000
_SECONDS = {"h": 3600, "d": 86400}
_LASTS = re.compile(r"([1-9][0-9]{0,2})([hd])", re.ASCII)


def _lasting(_: click.Context, __: click.Parameter, value: str) -> int:
    """How long a grant lasts, in seconds."""
    match = _LASTS.fullmatch(value)
    if not match:
        raise click.BadParameter(f'{value!r} is no such time: write "7d" or "12h".')
    return int(match[1]) * _SECONDS[match[2]]


@click.group()
def audit() -> None:
    """Let auditors in, and serve the pages they see."""


@audit.command()
@click.option("--name", required=True, help="Who it is for: only you see it.")
@click.option("--role", type=click.Choice(ROLES), default="viewer", show_default=True)
@click.option("--expires", callback=_lasting, default="7d", show_default=True, help="When link and session end.")
@click.option("--url", default="http://127.0.0.1:8100", show_default=True, help="Where the pages are.")
@data_option
@json_option
def invite(name: str, role: Role, expires: int, url: str, data: Path | None, as_json: bool) -> None:
    """Print a link that lets one person in, once. Its secret is kept nowhere: send it to that person only."""
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise click.UsageError(f"--name is up to {_LONGEST_NAME} printable characters.")
    now = int(time.time())
    with opened_ledger(data) as (_, ledger):
        grant, secret = Grants(ledger.store).invite(name, role, now, now + expires)
        _record(ledger, grant, "invitation")
    link = f"{url.rstrip('/')}/enter/{grant.id}/{secret}"
    click.echo(json.dumps({"id": grant.id, "link": link}) if as_json else link)
    click.echo(f"Grant {grant.id} for {name}: {role}, until {_moment(grant.expires)}. It opens once.", err=True)


@audit.command(name="list")
@data_option
@json_option
def list_(data: Path | None, as_json: bool) -> None:
    """Print all grants there ever were, oldest first: their ids are those in the access log."""
    with opened_ledger(data) as (_, ledger):
        grants = Grants(ledger.store).all()
    now = int(time.time())
    if as_json:
        click.echo(json.dumps([{**grant._asdict(), "state": _state(grant, now)} for grant in grants]))
        return
    for grant in grants:
        words = (grant.id, grant.role, _state(grant, now), _moment(grant.expires), plain(grant.name))
        click.echo("  ".join(words))


@audit.command()
@click.argument("grant")
@data_option
def revoke(grant: str, data: Path | None) -> None:
    """End a grant, by its id, and its session at once; exit 1 if there is none to end."""
    with opened_ledger(data) as (_, ledger):
        grants = Grants(ledger.store)
        if not grants.revoke(grant):
            click.echo("There is no such grant, or it is revoked already.", err=True)
            raise SystemExit(FINDING)
        _record(ledger, next(each for each in grants.all() if each.id == grant), "revocation")
    click.echo("Revoked.", err=True)


@audit.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8100, show_default=True)
@data_option
def serve(port: int, data: Path | None) -> None:
    """Serve the pages on this machine until Ctrl+C. Put a proxy with https before it for others."""
    from consentkit.audit.serve import run

    with opened_ledger(data) as (settings, ledger):
        _prepare(ledger)
        run(settings, ledger, port)


def _prepare(ledger: Ledger) -> None:
    """Count and file what was not yet: the first page need not."""
    for label, step in (("Counting", count_days), ("Filing", file_receipts)):
        done, size = step(ledger.store, _AT_ONCE)
        with click.progressbar(length=size, label=label, file=sys.stderr) as bar:
            bar.update(done)
            while done < size:
                before = done
                done, size = step(ledger.store, _AT_ONCE)
                bar.update(done - before)


def _record(ledger: Ledger, grant: Grant, what: str) -> None:
    moment = int(time.time() * 1000)
    ledger.state(of_access(utc(moment), grant.id, grant.role, what), moment)


def _state(grant: Grant, now: int) -> str:
    if grant.revoked:
        return "revoked"
    if grant.expires <= now:
        return "expired"
    return "entered" if grant.used else "invited"


def _moment(seconds: int) -> str:
    return utc(seconds * 1000)
