"""The command check: what is wrong with a policy, its templates, by the law too, or with how an app is put together."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from inspect import isfunction, signature
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

import click

from consentkit.cli.answer import ask, policy_problems
from consentkit.cli.common import FINDING, json_option
from consentkit.cli.wiring import read_wiring, wiring_problems
from consentkit.errors import ConfigError, Problem
from consentkit.lint import Finding, breaches, lint
from consentkit.page import Pages, as_listed
from consentkit.page.templating import own_templates
from consentkit.policy import Policy, asked_again, fingerprint, load_policy, read_file, read_policy
from consentkit.policy.sound import Sound
from consentkit.settings import POLICY
from consentkit.visitor.geo import locator

_CODE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", re.ASCII)


class _Checked(NamedTuple):
    """What was looked at, and all that was found: problems stop a start, findings are the law's."""

    name: str
    policy: Policy
    problems: list[Problem]
    findings: list[Finding]

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity == "error"]

    @property
    def advice(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity != "error"]


def _codes(_: click.Context, __: click.Parameter, given: Sequence[str]) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(each for code in given for each in code.upper().replace(",", " ").split()))
    for code in codes:
        if not _CODE.fullmatch(code):
            raise click.BadParameter(f"{code[:20]!r} is no code of a place, such as FR or US-CA.")
    return codes


@click.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--app", "target", help="Look at an app instead, named as for its server: module:name.")
@click.option(
    "--jurisdiction",
    "places",
    multiple=True,
    callback=_codes,
    help="By whose law: FR, US-CA, or several. Those that the policy names, unless you say otherwise.",
)
@click.option("--since", type=click.Path(dir_okay=False, path_type=Path), help="Say who is asked again after this one.")
@json_option
def check(path: Path | None, target: str | None, places: tuple[str, ...], since: Path | None, as_json: bool) -> None:
    """Say everything that is wrong with a policy (consent.toml), by the law too, or with how an app is put together.

    Exit 1 if anything is wrong; advice alone is none. An app is imported, its middleware is looked at, and its front
    page is asked for once. docs/law.md lists the rules. --since names the policy as it was before a change.
    """
    if path and target:
        raise click.UsageError("--app looks at the policy that the app itself uses: leave PATH out.")
    try:
        checked = _check_app(target, places) if target else _check_file(path or POLICY, places)
    except ConfigError as error:
        checked = _Checked(error.source, Policy(), list(error.problems), breaches(error.problems, Policy(), places))
    again = asked_again(as_listed(load_policy(since)), checked.policy) if since else None
    if as_json:
        click.echo(json.dumps(_data(checked) | ({} if again is None else {"asks_again": again})))
    click.echo("\n".join([_text(checked), *_change(checked.policy, again)]), err=True)
    if checked.problems or checked.errors:
        raise SystemExit(FINDING)


def _check_file(path: Path, places: Sequence[str]) -> _Checked:
    """A policy in a file; what is wrong in one part of it hides nothing of the others."""
    read = read_policy(read_file(path))
    if read.policy is None:
        return _Checked(str(path), Policy(), read.problems, [])
    wrong, templates = _files(read.policy)
    policy = read.policy if wrong else as_listed(read.policy)
    problems = [*read.problems, *wrong]
    findings = [*breaches(problems, policy, places), *_lint(policy, places, templates, read.sound)]
    return _Checked(str(path), policy, problems, findings)


def _lint(policy: Policy, places: Sequence[str], templates: Mapping[str, str], sound: Sound | None) -> list[Finding]:
    """The findings; what is there only because something could not be read is left out."""
    found = lint(policy, places, templates)
    if sound is None:
        return found
    return [finding.moved(sound.restore) for finding in found if not sound.blames(finding.problem.place)]


def _files(policy: Policy) -> tuple[list[Problem], Mapping[str, str]]:
    """What is wrong with the files that the policy names, and what stands in the site's own templates."""
    wrong: list[Problem] = []
    for part in (lambda: Pages(policy), lambda: locator(policy.jurisdiction.database)):
        try:
            part()
        except ConfigError as error:
            wrong += error.problems
    try:
        return wrong, own_templates(policy.theme.templates)
    except (OSError, UnicodeDecodeError):  # named among the problems already
        return wrong, {}


def _check_app(target: str, places: Sequence[str]) -> _Checked:
    """An app: its policy, and what is wrong with how it is put together. Raises ConfigError."""
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
    if wiring.policy is None:
        return _Checked(target, Policy(), problems, [])
    _, templates = _files(wiring.policy)
    return _Checked(target, wiring.policy, problems, lint(wiring.policy, places, templates))


def _load_app(target: str) -> Any:
    """The app of that name, found from the folder one is in, as servers do; a factory is called."""
    module, _, name = target.partition(":")
    sys.path.insert(0, os.getcwd())
    try:
        app = attrgetter((name or "app").removesuffix("()"))(import_module(module))
        if name.endswith("()"):
            return app()
    except ConfigError:
        raise
    except Exception as error:
        raise click.UsageError(f"--app {target}: it cannot be imported ({error!r}).") from error
    if isfunction(app) and all(each.default is not each.empty for each in signature(app).parameters.values()):
        raise click.UsageError(f"--app {target}: it is no app, but may make one: write {target}().")
    return app


def _data(checked: _Checked) -> dict[str, Any]:
    """For programs: what stops a start or is unlawful, what is advice, and the fingerprint of what is neither."""
    wrong = [*(problem._asdict() for problem in checked.problems), *(finding.to_dict() for finding in checked.errors)]
    said = {"problems": wrong, "advice": [finding.to_dict() for finding in checked.advice]}
    return said if wrong else {**said, "fingerprint": fingerprint(checked.policy)}


def _text(checked: _Checked) -> str:
    """For people: what is wrong first, then advice."""
    name, policy = checked.name, checked.policy
    wrong, advice = [*checked.problems, *checked.errors], checked.advice
    lines = [f"{name}: {_count(len(wrong), 'problem')}", *map(str, wrong)] if wrong else []
    if advice:
        lines += [f"{name}: {_count(len(advice), 'piece', 'pieces')} of advice", *map(str, advice)]
    shown = "\n".join(line if line.startswith(f"{name}: ") else f"  {line}" for line in lines)
    if wrong:
        return shown
    cookies = len(policy.cookies) + sum(len(vendor.cookies) for vendor in policy.vendors)
    declared = f"{_count(len(policy.vendors), 'vendor')}, {_count(cookies, 'cookie')}"
    fine = f"{name} is fine: version {policy.version}, {declared}, fingerprint {fingerprint(policy)[:16]}."
    return f"{shown}\n{fine}" if shown else fine


def _change(policy: Policy, again: Mapping[str, Sequence[str]] | None) -> Iterator[str]:
    """Who is asked again when this policy comes into force, and for what."""
    if again is not None and not again:
        yield "Nobody is asked again."
    for category, vendors in (again or {}).items():
        names = ", ".join(vendor or "what the site sets itself" for vendor in vendors)
        yield f"From {policy.effective} on, whoever allowed {category} is asked again, for: {names}."


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
