"""Commands about the policy: init, check, schema, classify."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path

import click

from consentkit.classifier import Classification, Classifier
from consentkit.cli.common import FINDING, json_option
from consentkit.errors import ConfigError
from consentkit.policy import Policy, fingerprint, load_policy
from consentkit.settings import POLICY


@click.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path), default=POLICY)
def init(path: Path) -> None:
    """Write a commented policy to start from (consent.toml)."""
    text = files("consentkit.policy").joinpath("starter.toml").read_text(encoding="utf-8")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise click.UsageError(f"{path} exists already, and is not overwritten.") from None
    click.echo(f"Wrote {path}. Say who you are, what you set and whom you use; then: consentkit check", err=True)


@click.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path), default=POLICY)
@json_option
def check(path: Path, as_json: bool) -> None:
    """Say everything that is wrong with a policy; exit 1 if anything is."""
    try:
        policy = load_policy(path)
    except ConfigError as error:
        if as_json:
            click.echo(json.dumps({"problems": [asdict(problem) for problem in error.problems]}))
        click.echo(str(error), err=True)
        raise SystemExit(FINDING) from None
    if as_json:
        click.echo(json.dumps({"problems": [], "fingerprint": fingerprint(policy)}))
    cookies = len(policy.cookies) + sum(len(vendor.cookies) for vendor in policy.vendors)
    click.echo(
        f"{path} is fine: version {policy.version}, {len(policy.vendors)} vendors, {cookies} cookies, "
        f"fingerprint {fingerprint(policy)[:16]}.",
        err=True,
    )


@click.command()
def schema() -> None:
    """Print the JSON Schema of the policy: every key, its shape and its default."""
    click.echo(json.dumps(Policy.model_json_schema(), indent=2))


@click.command()
@click.argument("names", nargs=-1, required=True)
@click.option("--policy", type=click.Path(dir_okay=False, path_type=Path), help="Default: the app's.")
@json_option
def classify(names: tuple[str, ...], policy: Path | None, as_json: bool) -> None:
    """Say what cookies (by name) or trackers (by URL) are, and why; exit 1 if one is unknown."""
    source: Path | str | dict[str, object] = (
        policy or os.environ.get("CONSENTKIT_POLICY") or (POLICY if POLICY.exists() else {})
    )
    classifier = Classifier(load_policy(source))
    found = {name: classifier.url(name) if "//" in name else classifier.cookie(name) for name in names}
    for name, what in found.items():
        click.echo(json.dumps({"name": name, **what._asdict()}) if as_json else f"{name}\t{_sentence(what)}")
    if any(what.category is None for what in found.values()):
        raise SystemExit(FINDING)


def _sentence(what: Classification) -> str:
    by = " ".join(part for part in (what.vendor, what.source and f"({what.source})") if part)
    return "\t".join([what.category or "unknown", what.reason, by]).rstrip()
