"""Commands about the cookies a site uses: seen, knowledge."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from functools import reduce
from pathlib import Path
from typing import Any

import click

from consentkit.classification.answer import Classification
from consentkit.classification.cascade import judge_cookie
from consentkit.classification.classifier import Classifier
from consentkit.classification.family import family_of
from consentkit.classification.learned import Traits
from consentkit.classification.traits import parse_attributes
from consentkit.cli.common import FINDING, data_option, json_option, output, plain, settings_for
from consentkit.cli.declarations import Seen, declarations
from consentkit.export.knowledge import Knowledge, format_knowledge
from consentkit.ledger.sightings import Sighting, Sightings
from consentkit.ledger.store import Store
from consentkit.policy import Category, Policy, localised
from consentkit.policy.model import Cookie
from consentkit.settings import Settings

_SETTLED = ("catalogued", "listed", "declared")
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
    found = _all_seen(settings)
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


@cookies.command()
@data_option
@click.option("-o", "--output", "path", type=click.Path(dir_okay=False, path_type=Path), help="Default: stdout.")
def knowledge(data: Path | None, path: Path | None) -> None:
    """Write what is declared, and what was seen beside it, as knowledge for the EDPB's Website Auditing Tool (JSON)."""
    settings = settings_for(data)
    found = _all_seen(settings)
    rows = [*_declared(settings.policy, found), *_undeclared(found)]
    with output(path) as file:
        file.write(json.dumps(format_knowledge(rows), indent=2, ensure_ascii=False).encode() + b"\n")


def _all_seen(settings: Settings) -> list[Seen]:
    store = Store(settings.database, settings.policy.site.id)
    try:
        return gathered(Sightings(store.database, settings.policy.site.id).all(), Classifier(settings.policy))
    finally:
        store.forget()


def _declared(policy: Policy, found: Iterable[Seen]) -> Iterator[Knowledge]:
    """What the policy says, with the day it was last seen; else that from which the policy holds."""
    days = {each.name: _date(each.sighting.last) for each in found}
    own = (policy.controller.name if policy.controller else "", policy.privacy_policy)
    rows: list[tuple[str, str | None, Category, Cookie]] = [(*own, one.category, one) for one in policy.cookies]
    for vendor in policy.vendors:
        rows += [(vendor.name, vendor.privacy_url, vendor.category, one) for one in vendor.cookies]
    for controller, link, category, cookie in rows:
        comment = f"{localised(cookie.purpose, 'en')} ({cookie.retention})"
        day = days.get(cookie.name, policy.effective)
        yield Knowledge(cookie.name, "", category.value, controller, "controller", day, link or "", "", comment)


def _undeclared(found: Iterable[Seen]) -> Iterator[Knowledge]:
    for each in found:
        if each.what.reason != "declared":
            category, vendor = each.what.category or "", each.what.vendor
            reference = f"{each.what.reason} {each.what.source} {each.what.rule}".rstrip()
            comment = f"{each.what.purpose} ({each.retention or 'unknown'})".lstrip()
            day = _date(each.sighting.last)
            yield Knowledge(plain(each.name), "", category, vendor, "consentkit", day, "", reference, comment)


def gathered(sightings: Iterable[Sighting], classifier: Classifier) -> list[Seen]:
    """Sightings by the line that declares them, else by family where its members are the same; the doubtful first."""
    groups: dict[tuple[str, Classification], list[Sighting]] = {}
    for sighting in sightings:
        what = classifier.cookie(sighting.name)
        line = what.rule if what.reason == "declared" else ""
        groups.setdefault((line or family_of(sighting.name), what), []).append(sighting)
    found = []
    for (family, what), group in groups.items():
        sighting = reduce(Sighting.merge, group)
        name = family if len(group) > 1 or what.reason in ("catalogued", "declared") else group[0].name
        judged = what if what.category else _judged(sighting, classifier)
        if judged.reason == "learned":
            found.append(Seen(name, sighting, what, judged))
        else:
            found.append(Seen(name, sighting, judged))
    return sorted(found, key=_doubt)


def _judged(sighting: Sighting, classifier: Classifier) -> Classification:
    """What a cookie that nobody lists most likely is, by its name and by how it was set."""
    http_only, secure, same_site = parse_attributes(sighting.attributes)
    lifetime = sighting.lifetime if sighting.lifetime is not None else 0 if sighting.is_set else None
    traits = Traits("", lifetime, http_only, secure, same_site)
    return judge_cookie(classifier, sighting.name, traits)


def _doubt(each: Seen) -> tuple[object, ...]:
    """The unknown first, then what is likely, then what is catalogued, then what is declared."""
    what = each.what
    settled = _SETTLED.index(what.reason) + 1 if what.reason in _SETTLED else 0
    return settled, what.confidence if not settled else 0, what.category or "", each.name


def _row(each: Seen) -> tuple[str, ...]:
    return (
        plain(each.name),
        each.what.category or "unknown",
        _why(each),
        _use(each.sighting),
        _day(each.sighting.last),
        each.retention or "–",
        plain(each.sighting.attributes) or "–",
    )


def _why(each: Seen) -> str:
    what = each.what
    by = {
        "declared": what.source,
        "listed": f"{what.vendor or 'a cookie'}, says {what.source}",
        "catalogued": f"{what.vendor or 'a cookie'}, says the catalogue ({what.source})",
    }
    if what.reason in by:
        return by[what.reason]
    if what.category:
        return f"likely: {what.reason} {plain(what.rule)} ({what.confidence:.2f})"
    guess = f"; a guess: {each.guess.category} ({each.guess.confidence:.2f})" if each.guess else ""
    return f"neither declared nor catalogued{guess}"


def _use(sighting: Sighting) -> str:
    return " and ".join(word for used, word in ((sighting.is_set, "set"), (sighting.received, "received")) if used)


def _day(number: int) -> str:
    return _date(number).isoformat()


def _date(number: int) -> date:
    return datetime.fromtimestamp(number * 86400, UTC).date()


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
    return f"{total} cookie{'' if total == 1 else 's'} seen, {undeclared} of them not declared.{hint}"


def _as_json(each: Seen) -> dict[str, Any]:
    sighting, what = each.sighting, each.what
    return {
        "name": each.name,
        "category": what.category,
        "reason": what.reason,
        "vendor": what.vendor,
        "source": what.source,
        "confidence": what.confidence,
        "purpose": what.purpose,
        "guess": each.guess and each.guess.category,
        "set": sighting.is_set,
        "received": sighting.received,
        "first": _day(sighting.first),
        "last": _day(sighting.last),
        "paths": sighting.paths,
        "attributes": sighting.attributes,
        "lifetime": sighting.lifetime,
        "retention": each.retention,
    }
