"""classify: what cookies and URLs are, and why. Reads names, tables, HAR files and browsers' exports."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click

from consentkit.catalog import uses
from consentkit.classification.answer import Classification
from consentkit.classification.cascade import classifier_of, judge_cookie, judge_url
from consentkit.classification.classifier import Classifier
from consentkit.classification.traits import described
from consentkit.cli.common import FINDING, json_option, plain
from consentkit.cli.tables import Met, read_met
from consentkit.settings import POLICY


@click.command()
@click.argument("names", nargs=-1)
@click.option("--domain", default="", help="The domain the cookie is set for.")
@click.option("--retention", default="", help='How long it is kept: "session", "13 months".')
@click.option("--attributes", default="", help='As in a Set-Cookie line: "HttpOnly; SameSite=None".')
@click.option("--value", help="Its value: looked at for its shape, and kept nowhere.")
@click.option("--site", default="", help="The host whose page it was met on.")
@click.option("--url", "urls", multiple=True, help="A URL that a page asks for; may be given again.")
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A CSV table (name, domain, retention, attributes), a HAR file, or a browser's export of cookies.",
)
@click.option("--uses", "list_uses", is_flag=True, help="Print what cookies can be for, and in which category that is.")
@click.option("--policy", type=click.Path(dir_okay=False, path_type=Path), help="Default: the app's.")
@json_option
def classify(
    names: tuple[str, ...],
    urls: tuple[str, ...],
    path: Path | None,
    list_uses: bool,
    policy: Path | None,
    site: str,
    as_json: bool,
    **told: str,
) -> None:
    """Say what cookies (by name) or trackers (by URL) are, and why; exit 1 if one is unknown.

    A name with "//" in it is taken for a URL. With --file the answers stand in the file's order; with --json
    beside it they are one JSON array.
    """
    if list_uses:
        _print_uses(as_json)
        return
    if not (names or urls or path):
        raise click.UsageError("Name a cookie, a --url or a --file.")
    classifier = classifier_of(policy or os.environ.get("CONSENTKIT_POLICY") or (POLICY if POLICY.exists() else None))
    traits = described(**told)
    asked = [Met(name, traits, site, is_url="//" in name) for name in names]
    asked += [Met(url, traits, site, is_url=True) for url in urls]
    judged = [(met, _judged(met, classifier)) for met in (*asked, *(read_met(path, site) if path else ()))]
    if as_json and path:
        click.echo(json.dumps([_as_json(met, what) for met, what in judged]))
    else:
        for met, what in judged:
            click.echo(json.dumps(_as_json(met, what)) if as_json else f"{plain(met.name)}\t{_sentence(what)}")
    if not judged:
        click.echo(f"{path}: no cookie is in it. Browsers leave them out of HAR files unless asked for them.", err=True)
    if any(what.category is None for _, what in judged):
        raise SystemExit(FINDING)


def _judged(met: Met, classifier: Classifier) -> Classification:
    if met.is_url:
        return judge_url(classifier, met.name, met.site)
    return judge_cookie(classifier, met.name, met.traits, met.site)


def _as_json(met: Met, what: Classification) -> dict[str, Any]:
    """Never the value."""
    return {"name": met.name, "domain": met.traits.domain, **what._asdict(), "purpose": what.purpose}


def _sentence(what: Classification) -> str:
    sure = f"{what.confidence:.2f}" if what.category and what.reason != "declared" else ""
    by = " ".join(part for part in (what.vendor, what.source and f"({what.source})", what.rule, sure) if part)
    return "\t".join([what.category or "unknown", what.reason, by]).rstrip()


def _print_uses(as_json: bool) -> None:
    for use in uses().values():
        click.echo(json.dumps(use._asdict()) if as_json else f"{use.category}\t{use.name}\t{use.words}")
