"""Commands about one person: what is held of them, and its erasure."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from consentkit.cli.common import FINDING, data_option, json_option, opened_ledger, output
from consentkit.ledger.access import held_about
from consentkit.ledger.erasure import erase_visitor, find_receipt
from consentkit.ledger.ledger import Ledger

_visitor_option: Callable[[Any], Any] = click.option("--visitor", help="The id, 32 hex digits: a receipt shows it.")
_receipt_option: Callable[[Any], Any] = click.option("--receipt", help="The id of one of the person's receipts.")
_NOTHING = "There is no such record."
_IN_THE_WAY = "Old pages remain in the database's write-ahead log while others read: run it again later."


@click.group()
def subject() -> None:
    """Answer a person who asks what is held of them, or wants it erased."""


@subject.command()
@_visitor_option
@_receipt_option
@click.option("-o", "--output", "path", type=click.Path(dir_okay=False, path_type=Path), help="Default: stdout.")
@data_option
def access(visitor: str | None, receipt: str | None, path: Path | None, data: Path | None) -> None:
    """Write all that the ledger holds of a person, as JSON; exit 1 if that is nothing.

    It holds their records with proofs, and the policies and notices these name. `consentkit verify` checks it.
    """
    _see_one(visitor, receipt)
    with opened_ledger(data) as (_, opened):
        found = _visitor(opened, visitor, receipt)
        held = held_about(opened, found) if found else None
    if held is None or not held["receipts"]:
        click.echo(_NOTHING, err=True)
        raise SystemExit(FINDING)
    with output(path) as file:
        file.write(json.dumps(held, ensure_ascii=False, indent=2).encode() + b"\n")
    click.echo(f"{len(held['receipts'])} records. They are this person's: hand them to nobody else.", err=True)


@subject.command(name="erase")
@_visitor_option
@_receipt_option
@data_option
@json_option
def erase_subject(visitor: str | None, receipt: str | None, data: Path | None, as_json: bool) -> None:
    """Erase all records of a person, and print their numbers; exit 1 if there are none.

    What remains is a hash that tells nothing of anybody, and an entry that lists the numbers.
    """
    _see_one(visitor, receipt)
    _erase(lambda opened: _erased_of(opened, visitor, receipt), data, as_json)


@click.command()
@_visitor_option
@_receipt_option
@click.option("--entry", "entries", type=click.IntRange(0), multiple=True, help="The number of an entry; repeatable.")
@data_option
@json_option
def erase(visitor: str | None, receipt: str | None, entries: tuple[int, ...], data: Path | None, as_json: bool) -> None:
    """Erase all records of a visitor, or single ones, and print their numbers; exit 1 if there are none.

    What remains is a hash that tells nothing of anybody, and an entry that lists the numbers.
    """
    _see_one(visitor, receipt, entries)
    if entries:
        _erase(lambda opened: opened.erase(sorted(set(entries)), _now()), data, as_json)
    else:
        _erase(lambda opened: _erased_of(opened, visitor, receipt), data, as_json)


def tell_of_rest(clean: bool) -> None:
    """Say so where the database still holds what was erased."""
    if not clean:
        click.echo(_IN_THE_WAY, err=True)


def _see_one(*ways: object) -> None:
    """Raise UsageError unless somebody is named in just one way."""
    if sum(map(bool, ways)) != 1:
        raise click.UsageError("Give one of " + ", ".join(["--visitor", "--receipt", "--entry"][: len(ways)]) + ".")


def _visitor(opened: Ledger, visitor: str | None, receipt: str | None) -> str | None:
    return visitor or find_receipt(opened, receipt or "")


def _erased_of(opened: Ledger, visitor: str | None, receipt: str | None) -> list[int]:
    found = _visitor(opened, visitor, receipt)
    return erase_visitor(opened, found, _now()) if found else []


def _erase(erasing: Callable[[Ledger], list[int]], data: Path | None, as_json: bool) -> None:
    with opened_ledger(data) as (_, opened):
        erased = erasing(opened)
        clean = opened.store.database.scrub()
    if as_json:
        click.echo(json.dumps({"erased": erased, "scrubbed": clean}))
    else:
        for number in erased:
            click.echo(number)
    if not erased:
        click.echo(_NOTHING, err=True)
        raise SystemExit(FINDING)
    click.echo(f"Erased {len(erased)} records. Backups and exports made before still hold them.", err=True)
    tell_of_rest(clean)


def _now() -> int:
    return int(time.time() * 1000)
