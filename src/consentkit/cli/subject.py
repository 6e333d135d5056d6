"""Commands about one person: what is held of them, and its erasure."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from consentkit.accounts.linking import spelled
from consentkit.cli.common import FINDING, counted, data_option, json_option, opened_ledger, output
from consentkit.ledger.access import held_about
from consentkit.ledger.erasure import Forgotten, find_receipt, forget, forget_entries, override
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.links import Links
from consentkit.policy import localised
from consentkit.policy.model import Keep
from consentkit.seal import Pseudonym, Pseudonyms
from consentkit.settings import Settings

_visitor_option: Callable[[Any], Any] = click.option("--visitor", help="The id, 32 hex digits: a receipt shows it.")
_receipt_option: Callable[[Any], Any] = click.option("--receipt", help="The id of one of the person's receipts.")
_user_option: Callable[[Any], Any] = click.option("--user", help="The user id, as the app gives it to `link`.")
_also_kept_option: Callable[[Any], Any] = click.option(
    "--also-kept",
    is_flag=True,
    help="Erase also what the policy's `keep` keeps, as a court may order: the log says so.",
)
_NOTHING = "There is no such record."
_IN_THE_WAY = "Old pages remain in the database's write-ahead log while others read: run it again later."


@click.group()
def subject() -> None:
    """Answer a person who asks what is held of them, or wants it erased."""


@subject.command()
@_visitor_option
@_receipt_option
@_user_option
@click.option("-o", "--output", "path", type=click.Path(dir_okay=False, path_type=Path), help="Default: stdout.")
@data_option
def access(visitor: str | None, receipt: str | None, user: str | None, path: Path | None, data: Path | None) -> None:
    """Write all that the ledger holds of a person, as JSON; exit 1 if that is nothing.

    It holds their records with proofs, and the policies and notices these name; of a user, on every browser where they
    signed in. `consentkit verify` checks it.
    """
    _see_one(visitor=visitor, receipt=receipt, user=user)
    with opened_ledger(data) as (settings, opened):
        found = _visitors(settings, opened, visitor, receipt, user)
        held = held_about(opened, found) if found else None
    if held is None or not held["receipts"]:
        click.echo(_NOTHING, err=True)
        raise SystemExit(FINDING)
    with output(path) as file:
        file.write(json.dumps(held, ensure_ascii=False, indent=2).encode() + b"\n")
    said = counted(len(held["receipts"]), "record")
    click.echo(f"{said}, of this person and nobody else: hand them to no other.", err=True)


@subject.command(name="erase")
@_visitor_option
@_receipt_option
@_user_option
@_also_kept_option
@data_option
@json_option
def erase_subject(
    visitor: str | None, receipt: str | None, user: str | None, also_kept: bool, data: Path | None, as_json: bool
) -> None:
    """Erase all records of a person, and print their numbers; exit 1 if there are none.

    What remains is a hash that tells nothing of anybody, and an entry that lists the numbers. What a law keeps, by the
    policy's word, stays until then, and is said.
    """
    _see_one(visitor=visitor, receipt=receipt, user=user)

    def forgotten(settings: Settings, opened: Ledger, moment: int) -> Forgotten:
        found = _visitors(settings, opened, visitor, receipt, user)
        return forget(opened, found, moment, settings.policy.kept_milliseconds)

    _erase(forgotten, data, also_kept=also_kept, as_json=as_json)


@subject.command()
@data_option
@json_option
def links(data: Path | None, as_json: bool) -> None:
    """Say how many links to accounts each secret is needed for; exit 1 if any was made under one that is gone."""
    with opened_ledger(data) as (settings, opened):
        counts = Links(opened.store).by_key()
        keys = _accounts(settings).keys
    lost = sum(count for key, count in counts.items() if key not in keys)
    held = [counts.get(key, 0) for key in keys]
    if as_json:
        click.echo(json.dumps({"secrets": held, "lost": lost}))
    for place, count in enumerate(held, 1):
        newest = " (the newest)" if place == len(held) else ""
        click.echo(f"{counted(count, 'link')} under secret {place} of {len(held)}{newest}.", err=True)
    if lost:
        click.echo(
            f"{counted(lost, 'link')} under a secret that is not set any more: put it back, before the others.",
            err=True,
        )
        raise SystemExit(FINDING)


@click.command()
@_visitor_option
@_receipt_option
@click.option("--entry", "entries", type=click.IntRange(0), multiple=True, help="The number of an entry; repeatable.")
@_also_kept_option
@data_option
@json_option
def erase(
    visitor: str | None,
    receipt: str | None,
    entries: tuple[int, ...],
    also_kept: bool,
    data: Path | None,
    as_json: bool,
) -> None:
    """Erase all records of a visitor, or single ones, and print their numbers; exit 1 if there are none.

    What remains is a hash that tells nothing of anybody, and an entry that lists the numbers. What a law keeps, by the
    policy's word, stays until then, and is said.
    """
    _see_one(visitor=visitor, receipt=receipt, entry=entries)

    def erased(settings: Settings, opened: Ledger, moment: int) -> Forgotten:
        keep = settings.policy.kept_milliseconds
        if entries:
            return forget_entries(opened, entries, moment, keep)
        return forget(opened, _visitors(settings, opened, visitor, receipt, None), moment, keep)

    _erase(erased, data, also_kept=also_kept, as_json=as_json)


def tell_of_rest(clean: bool) -> None:
    """Say so where the database still holds what was erased."""
    if not clean:
        click.echo(_IN_THE_WAY, err=True)


def _see_one(**ways: object) -> None:
    """Raise UsageError unless somebody is named in just one way."""
    if sum(way not in (None, ()) for way in ways.values()) != 1:
        raise click.UsageError("Give one of " + ", ".join(f"--{name}" for name in ways) + ".")


def _visitors(
    settings: Settings, opened: Ledger, visitor: str | None, receipt: str | None, user: str | None
) -> list[str]:
    if user is not None:
        return [link.visitor for link in Links(opened.store).of(_named(settings, user))]
    found = visitor or find_receipt(opened, receipt or "")
    return [found] if found else []


def _named(settings: Settings, user: str) -> Sequence[Pseudonym]:
    return _accounts(settings).of(spelled(user))


def _accounts(settings: Settings) -> Pseudonyms:
    return Pseudonyms(settings.secrets, "account", settings.policy.site.id)


def _erase(
    erasing: Callable[[Settings, Ledger, int], Forgotten], data: Path | None, *, also_kept: bool, as_json: bool
) -> None:
    moment = int(time.time() * 1000)
    with opened_ledger(data) as (settings, opened):
        done = erasing(settings, opened, moment)
        if also_kept and done.kept:
            done = Forgotten([*done.erased, *override(opened, done.kept, moment)], {})
        clean = opened.store.database.scrub()
    kept = {number: _day(due) for number, due in done.kept.items()}
    if as_json:
        click.echo(json.dumps({"erased": done.erased, "scrubbed": clean} | ({"kept": kept} if kept else {})))
    else:
        for number in done.erased:
            click.echo(number)
    if kept and settings.policy.keep:
        _tell_of_law(settings.policy.keep, kept)
    if not done.erased and not kept:
        click.echo(_NOTHING, err=True)
        raise SystemExit(FINDING)
    copies = " Backups and exports made before still hold them." if done.erased else ""
    click.echo(f"Erased {counted(len(done.erased), 'record')}.{copies}", err=True)
    tell_of_rest(clean)


def _tell_of_law(keep: Keep, kept: Mapping[int, str]) -> None:
    days = ", ".join(f"{number} until {day}" for number, day in kept.items())
    click.echo(f"Kept: {days}, by the policy's keep.reason ({keep.period}): {localised(keep.reason, 'en')}", err=True)
    click.echo("`ledger prune` erases them after that.", err=True)


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1000, UTC).date().isoformat()
