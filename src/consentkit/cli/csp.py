"""The csp command: the hosts in use, what the policy makes of each, and the lines that would declare the rest."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import click

from consentkit.catalog import tracks
from consentkit.classification.answer import Classification
from consentkit.classification.classifier import Classifier
from consentkit.cli.common import FINDING, data_option, json_option, settings_for
from consentkit.ledger.hosts import KEPT_DAYS, Sighting, sightings
from consentkit.ledger.store import Store
from consentkit.policy import Category, Policy
from consentkit.policy.sources import SourceTable, reaches, source_table


@dataclass(frozen=True, slots=True)
class HostInUse:
    """One host: where it was met and how often, what it is, and for whom the policy lets it through.

    It carries its port where that is not the usual one.
    `allowed` is "everybody", "with consent" or "nobody". `only_reported` hosts were named by browsers alone, and
    anybody can write a report. `tracks` says that it is known for tracking, under some of its paths at least.
    """

    host: str
    places: dict[str, int]
    last: str
    category: str | None
    vendor: str
    reason: str
    allowed: str
    only_reported: bool
    tracks: bool

    @property
    def asks(self) -> bool:
        """Whether it may be let through with consent only, as far as anybody knows."""
        return self.category not in (None, Category.ESSENTIAL)


@click.command()
@data_option
@json_option
def csp(data: Path | None, as_json: bool) -> None:
    """List the hosts in use, and print the lines that would declare them; exit 1 if enforcing would stop any."""
    settings = settings_for(data)
    policy, store = settings.policy, Store(settings.database, settings.policy.site.id)
    hosts = hosts_in_use(policy, sightings(store, datetime.now(UTC).date()))
    store.forget()
    stopped = [host for host in hosts if host.allowed == "nobody"]
    opened = [host for host in hosts if host.allowed == "everybody" and host.asks]
    if as_json:
        facts = {"mode": policy.csp.mode, "header_bytes": len(source_table(policy).widest)}
        click.echo(json.dumps({**facts, "hosts": [asdict(host) for host in hosts]}))
    else:
        click.echo(_table(hosts), nl=False, err=True)
        click.echo(proposal(policy, stopped), nl=False)
    click.echo(_verdict(policy, hosts, stopped, opened), err=True)
    if stopped or opened:
        raise SystemExit(FINDING)


def hosts_in_use(policy: Policy, seen: Iterable[Sighting]) -> list[HostInUse]:
    """What was seen, host by host (`seen` is in that order), with what the policy says of each."""
    classifier, table = Classifier(policy), source_table(policy)
    return [_host(host, list(met), classifier, table) for host, met in groupby(seen, lambda sighting: sighting.host)]


def proposal(policy: Policy, stopped: Iterable[HostInUse]) -> str:
    """Lines for the policy that would declare these hosts; those that only reports name are comments."""
    stopped = list(stopped)
    known = [host for host in stopped if host.category is not None]
    vendors = [_vendor(policy, list(hosts)) for _, hosts in groupby(sorted(known, key=_owner), _owner)]
    unknown = [host for host in stopped if host.category is None]
    return "\n".join([*([_unasked(policy, unknown)] if unknown else []), *vendors])


def _host(host: str, met: list[Sighting], classifier: Classifier, table: SourceTable) -> HostInUse:
    found: Classification = classifier.url(f"https://{host}/")
    directives = {sighting.place if sighting.is_reported else "" for sighting in met}
    everybody, anybody = table.text(lambda category, vendor: False), table.widest
    allowed = "nobody"
    if all(reaches(everybody, host, directive) for directive in directives):
        allowed = "everybody"
    elif all(reaches(anybody, host, directive) for directive in directives):
        allowed = "with consent"
    return HostInUse(
        host,
        {sighting.place: sighting.times for sighting in met},
        max(sighting.last for sighting in met),
        found.category,
        found.vendor,
        found.reason,
        allowed,
        all(sighting.is_reported for sighting in met),
        found.reason != "declared" and tracks(host.partition(":")[0]),
    )


def _table(hosts: Iterable[HostInUse]) -> str:
    lines = []
    for host in hosts:
        places = ", ".join(f"{place} {times}" for place, times in host.places.items())
        what = f"{host.category or 'unknown'} ({' '.join(filter(None, [host.reason, host.vendor]))})"
        reported = ", only reported" if host.only_reported else ""
        lines.append(f"{host.host:<40} {host.allowed:<12} {what}; {places}; last {host.last}{reported}\n")
    return "".join(lines)


def _verdict(policy: Policy, hosts: list[HostInUse], stopped: list[HostInUse], opened: list[HostInUse]) -> str:
    if not hosts:
        off = ' Set csp.mode to "learn" first.' if policy.csp.mode == "off" else ""
        return f"No other host was met in the last {KEPT_DAYS} days.{off}"
    said = [f"{len(hosts)} hosts in use; enforcing would stop {len(stopped)} of them for everybody."]
    said += [
        f"{host.host} ({host.vendor}, {host.category}) is let through for everybody: declare it as a vendor."
        for host in opened
    ]
    return "\n".join(said)


def _owner(host: HostInUse) -> tuple[str, str]:
    return host.vendor, host.category or ""


def _vendor(policy: Policy, hosts: list[HostInUse]) -> str:
    """A declaration to be completed by its owner. All of it is a comment where nobody but reports speaks for it."""
    vendor, category = _owner(hosts[0])
    taken = {declared.id for declared in policy.vendors}
    ident = re.sub(r"[^a-z0-9]+", "-", vendor.lower()).strip("-")[:50] or "vendor"
    ident = ident if ident not in taken else f"{ident}-{category}"
    # A vendor is declared by names, and may be asked at any port.
    names = [host.host.partition(":")[0] for host in hosts]
    sure = [name for name, host in zip(names, hosts, strict=True) if not host.only_reported]
    lines = [
        "[[vendors]]",
        f'id = "{ident}"',
        f"name = {json.dumps(vendor, ensure_ascii=False)}",
        f'category = "{category}"',
        'purpose = "…"',
        f"hosts = {json.dumps(list(dict.fromkeys(sure or names)))}",
    ]
    doubtful = [f"# {host.host}: only reported." for host in hosts if host.only_reported]
    return "\n".join([*doubtful, *(lines if sure else [f"# {line}" for line in lines])]) + "\n"


def _unasked(policy: Policy, hosts: list[HostInUse]) -> str:
    """The table of what needs no consent, with what nobody knows: the owner takes out what does."""
    lines = ["# In the place of [csp]. Keep what needs no consent; declare the others as vendors."]
    lines += ["[csp]", f'mode = "{policy.csp.mode}"', "hosts = ["]
    lines += [f"  {json.dumps(source)}," for source in policy.csp.hosts]
    lines += [*_entries(hosts), "]"]
    lines += [f"only.{directive} = {json.dumps(sources)}" for directive, sources in policy.csp.only.items()]
    return "\n".join(lines) + "\n"


def _entries(hosts: Iterable[HostInUse]) -> Iterator[str]:
    for host in hosts:
        if host.tracks:
            yield f'  # "{host.host}",  tracks under some of its paths: name the path that you use'
        elif host.only_reported:
            yield f'  # "{host.host}",  only reported: make sure that it is yours'
        else:
            yield f'  "{host.host}",'
