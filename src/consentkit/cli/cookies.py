"""Commands about the cookies a site uses: seen."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path
from typing import Any

import click

from consentkit.classifier import Classification, Classifier
from consentkit.cli.common import FINDING, data_option, json_option, plain, settings_for
from consentkit.cli.declarations import Seen, declarations
from consentkit.family import family_of
from consentkit.ledger.sightings import Sighting, Sightings
from consentkit.ledger.store import Store

_DOUBT = {"unknown": 0, "catalogued": 1, "declared": 2}
_COLUMNS = ("COOKIE", "CATEGORY", "WHY", "USE", "LAST SEEN", "KEPT FOR", "ATTRIBUTES")


@click.group()
def cookies() -> None:
    """Look at the cookies the site uses."""


@cookies.command()
@data_option
@json_option
@click.option("--toml", "as_toml", is_flag=True, help="Print what would declare the undeclared ones, to be pasted.")
def seen(data: Path | None, as_json: bool, as_toml: bool) -> None:
    """List every cookie the app was seen to set or receive, the doubtful first; exit 1 if one is not declared."""
    if as_json and as_toml:
        raise click.UsageError("--json and --toml exclude each other.")
    settings = settings_for(data)
    store = Store(settings.database, settings.policy.site.id)
    try:
        found = gathered(Sightings(store.database, settings.policy.site.id).all(), Classifier(settings.policy))
    finally:
        store.forget()
    undeclared = [each for each in found if each.what.reason != "declared"]
    if as_toml:
        click.echo(declarations(undeclared, settings.policy), nl=False)
    elif as_json:
        for each in found:
            click.echo(json.dumps(_as_json(each)))
    elif found:
        _print_table([_COLUMNS, *(_row(each) for each in found)])
    click.echo(_summary(len(found), len(undeclared), hinting=not as_toml), err=True)
    if undeclared:
        raise SystemExit(FINDING)


def gathered(sightings: Iterable[Sighting], classifier: Classifier) -> list[Seen]:
    """Sightings by family, where its members are the same thing; the doubtful first."""
    groups: dict[tuple[str, Classification], list[Sighting]] = {}
    for sighting in sightings:
        groups.setdefault((family_of(sighting.name), classifier.cookie(sighting.name)), []).append(sighting)
    found = [
        Seen(
            name if len(group) > 1 or what.reason == "catalogued" else group[0].name,
            reduce(Sighting.merge, group),
            what,
        )
        for (name, what), group in groups.items()
    ]
    return sorted(found, key=lambda each: (_DOUBT.get(each.what.reason, 0), each.what.category or "", each.name))


def _row(each: Seen) -> tuple[str, ...]:
    return (
        plain(each.name),
        each.what.category or "unknown",
        _why(each.what),
        _use(each.sighting),
        _day(each.sighting.last),
        each.retention or "–",
        plain(each.sighting.attributes) or "–",
    )


def _why(what: Classification) -> str:
    by = {"declared": what.source, "catalogued": f"{what.vendor or 'a cookie'}, says the catalogue ({what.source})"}
    return by.get(what.reason, "neither declared nor catalogued")


def _use(sighting: Sighting) -> str:
    return " and ".join(word for used, word in ((sighting.is_set, "set"), (sighting.received, "received")) if used)


def _day(number: int) -> str:
    return datetime.fromtimestamp(number * 86400, UTC).date().isoformat()


def _print_table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _summary(total: int, undeclared: int, *, hinting: bool) -> str:
    if not total:
        return (
            "No cookie was seen yet: use the site for a while. What browsers send is listed once several networks did."
        )
    hint = " `consentkit cookies seen --toml` prints what would declare them." if undeclared and hinting else ""
    return f"{total} cookies seen, {undeclared} of them not declared.{hint}"


def _as_json(each: Seen) -> dict[str, Any]:
    sighting, what = each.sighting, each.what
    return {
        "name": each.name,
        "category": what.category,
        "reason": what.reason,
        "vendor": what.vendor,
        "source": what.source,
        "set": sighting.is_set,
        "received": sighting.received,
        "first": _day(sighting.first),
        "last": _day(sighting.last),
        "paths": sighting.paths,
        "attributes": sighting.attributes,
        "lifetime": sighting.lifetime,
        "retention": each.retention,
    }
