"""Commands about the policy: init, schema."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import click

from consentkit.policy import Policy
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
def schema() -> None:
    """Print the JSON Schema of the policy: every key, its shape and its default."""
    click.echo(json.dumps(Policy.model_json_schema(), indent=2))
