"""Commands about what is known of trackers: lists, fetch."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import click

from consentkit.catalog.published import LISTS, Published, converted
from consentkit.cli.common import data_option, json_option, output
from consentkit.errors import ConfigError, Problem
from consentkit.settings import DATA

_PATIENCE_SECONDS = 60
_LONGEST = 50 * 2**20
_REMEDY = "Try again later, or name another address of it with --from."


@click.group()
def catalog() -> None:
    """Fetch lists of trackers that may not be shipped with consentkit."""


@catalog.command()
@json_option
def lists(as_json: bool) -> None:
    """Name the lists that can be fetched, with their publishers and licences."""
    for one in LISTS.values():
        told = {"name": one.name, "publisher": one.publisher, "licence": one.licence, "url": one.url}
        click.echo(json.dumps(told) if as_json else "\t".join(told.values()))


@catalog.command()
@click.argument("name", type=click.Choice(sorted(LISTS)))
@click.option("--from", "url", help="Another address of the list: a mirror, or an earlier version.")
@data_option
def fetch(name: str, url: str | None, data: Path | None) -> None:
    """Fetch a list from its publisher, for your own site, and say how the policy takes it in.

    It is kept beside the keys, under lists/, in the form of a list of your own. Nothing is ever fetched by itself.
    """
    published = LISTS[name]
    published = published._replace(url=url or published.url)
    folder = Path(data or os.environ.get("CONSENTKIT_DATA") or DATA) / "lists"
    try:
        text = converted(published, _fetched(published))
    except ValueError as error:
        raise _problem(published, str(error)) from None
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = (folder / f"{name}.toml").absolute()
    with output(path) as file:
        file.write(f"# Fetched on {datetime.now(UTC).date()} by `consentkit catalog fetch {name}`.\n{text}".encode())
    click.echo(path)
    click.echo(f"{published.publisher}: {published.licence}. To use it, write into the policy:", err=True)
    click.echo(f"catalog = [{json.dumps(str(path))}]", err=True)


def _fetched(published: Published) -> str:
    """The text behind the list's address. Raises ConfigError where there is none."""
    if urlsplit(published.url).scheme not in ("https", "http"):
        raise _problem(published, "its address is no web address")
    try:
        # The scheme is looked at above, and urllib follows redirects to web addresses only.
        with urlopen(Request(published.url), timeout=_PATIENCE_SECONDS) as answer:  # noqa: S310
            body: bytes = answer.read(_LONGEST + 1)
    except (OSError, HTTPException, ValueError) as error:
        raise _problem(published, f"it cannot be fetched: {error}") from None
    if len(body) > _LONGEST:
        raise _problem(published, f"it is longer than {_LONGEST} bytes")
    return body.decode("utf-8", "replace")


def _problem(published: Published, message: str) -> ConfigError:
    return ConfigError("catalog", [Problem("consentkit.E044", published.name, f"{message}.", _REMEDY, published.url)])
