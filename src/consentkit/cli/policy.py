"""Commands about the policy: init, check, schema."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from importlib.resources import files
from operator import attrgetter
from pathlib import Path
from typing import Any

import click

from consentkit.cli.answer import ask, policy_problems
from consentkit.cli.common import FINDING, json_option
from consentkit.cli.wiring import read_wiring, wiring_problems
from consentkit.errors import ConfigError, Problem
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
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--app", "target", help="Look at an app instead, named as for its server: module:name.")
@json_option
def check(path: Path | None, target: str | None, as_json: bool) -> None:
    """Say everything that is wrong with a policy (consent.toml), or with how an app is put together.

    Exit 1 if anything is. An app is imported, its middleware is looked at, and its front page is asked for once.
    """
    if path and target:
        raise click.UsageError("--app looks at the policy that the app itself uses: leave PATH out.")
    source = path or POLICY
    try:
        policy, problems = _read_app(target) if target else (load_policy(source), [])
    except ConfigError as error:
        _report(error.problems, str(error), as_json)
        raise SystemExit(FINDING) from None
    if problems:
        _report(problems, "\n  ".join([f"{target}: {len(problems)} found", *map(str, problems)]), as_json)
        raise SystemExit(FINDING)
    if as_json:
        click.echo(json.dumps({"problems": [], "fingerprint": fingerprint(policy)}))
    cookies = len(policy.cookies) + sum(len(vendor.cookies) for vendor in policy.vendors)
    click.echo(
        f"{target or source} is fine: version {policy.version}, {len(policy.vendors)} vendors, {cookies} cookies, "
        f"fingerprint {fingerprint(policy)[:16]}.",
        err=True,
    )


def _report(problems: Sequence[Problem], text: str, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"problems": [asdict(problem) for problem in problems]}))
    click.echo(text, err=True)


def _read_app(target: str) -> tuple[Policy, list[Problem]]:
    """The policy of an app, and what is wrong with how it is put together. Raises ConfigError."""
    app = _load_app(target)
    wiring = read_wiring(app)
    production = os.environ.get("CONSENTKIT_ENV", "").strip().lower() == "production"
    problems = wiring_problems(wiring, production=production)
    try:
        problems += policy_problems(ask(app))
    except ConfigError:
        raise
    except Exception as error:  # the app's own affair, whatever it is
        message = f"its front page could not be asked for ({str(error)[:500] or error!r}); the rest was looked at."
        problems.append(Problem("consentkit.W009", target, message, "Start the app, and mend what it says."))
    return wiring.policy or Policy(), problems


def _load_app(target: str) -> Any:
    """The app of that name, found from the folder one is in, as servers do; a factory is called."""
    module, _, name = target.partition(":")
    sys.path.insert(0, os.getcwd())
    try:
        app = attrgetter((name or "app").removesuffix("()"))(import_module(module))
        return app() if name.endswith("()") else app
    except ConfigError:
        raise
    except Exception as error:
        raise click.UsageError(f"--app {target}: it cannot be imported ({error!r}).") from error


@click.command()
def schema() -> None:
    """Print the JSON Schema of the policy: every key, its shape and its default."""
    click.echo(json.dumps(Policy.model_json_schema(), indent=2))
