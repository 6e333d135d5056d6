"""From a TOML file or a mapping to a Policy, or to every problem at once.

Knows files; does not know what a policy means. What is wrong in one part hides nothing of the others.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from consentkit.errors import ConfigError, Problem
from consentkit.policy.checks import problems
from consentkit.policy.mistakes import causes, problem_of
from consentkit.policy.model import Policy
from consentkit.policy.sound import Sound, sound_part
from consentkit.policy.values import Network

# What a check may find only because this part could not be read.
_FOLLOWS = {
    "languages": "consentkit.E014",
    "vendors": "consentkit.E016",
    "cookies": "consentkit.E016",
    "trusted_proxies": "consentkit.E017",
}


class Reading(NamedTuple):
    """A policy as far as it can be read (None if nothing can), and all that is wrong with it.

    `sound` says what was left out; None where nothing was.
    """

    policy: Policy | None
    problems: list[Problem]
    sound: Sound | None = None


def load_policy(source: str | Path | Mapping[str, Any], proxies: Sequence[Network] = ()) -> Policy:
    """The policy in a TOML file (a path) or in a mapping of the same shape; `proxies` are trusted beside its own.

    Raises ConfigError with every problem found: in reading, in the shape, and in what the parts say together.
    """
    if isinstance(source, Mapping):
        return parse_policy(source, "policy", proxies)
    return parse_policy(read_file(Path(source)), str(source), proxies)


def read_file(path: Path) -> dict[str, Any]:
    """What stands in a policy's file. Raises ConfigError for one that cannot be read."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        remedy = "Write one with `consentkit init`, or set CONSENTKIT_POLICY to where it is."
        raise _unreadable(path, f"cannot be read: {error.strerror}.", remedy) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _unreadable(path, f"is not TOML in UTF-8: {error}.", "Mend the file at that place.") from error
    return _beside(path, data)


def _beside(path: Path, data: dict[str, Any]) -> dict[str, Any]:
    """The policy with its own lists, templates and database found from where it stands itself."""
    lists, theme, law = data.get("catalog"), data.get("theme"), data.get("jurisdiction")
    if isinstance(lists, list) and all(isinstance(each, str) and each for each in lists):
        data = {**data, "catalog": [str(path.parent / each) for each in lists]}
    if isinstance(theme, dict) and isinstance(folder := theme.get("templates"), str) and folder:
        data = {**data, "theme": {**theme, "templates": str(path.parent / folder)}}
    if isinstance(law, dict) and isinstance(database := law.get("database"), str) and database:
        data = {**data, "jurisdiction": {**law, "database": str(path.parent / database)}}
    signals = data.get("signals")
    if isinstance(signals, dict) and isinstance(tcf := signals.get("tcf"), dict):
        data = {**data, "signals": {**signals, "tcf": _framework_beside(path, tcf)}}
    return data


def _framework_beside(path: Path, tcf: dict[str, Any]) -> dict[str, Any]:
    listed, words = tcf.get("vendor_list"), tcf.get("translations")
    if isinstance(listed, str) and listed:
        tcf = {**tcf, "vendor_list": str(path.parent / listed)}
    if isinstance(words, dict) and all(isinstance(each, str) and each for each in words.values()):
        tcf = {**tcf, "translations": {language: str(path.parent / each) for language, each in words.items()}}
    return tcf


def parse_policy(data: Mapping[str, Any], source: str, proxies: Sequence[Network] = ()) -> Policy:
    """The policy in `data`. Raises ConfigError naming `source` with every problem."""
    read = read_policy(data, proxies)
    if read.problems or read.policy is None:
        raise ConfigError(source, read.problems)
    return read.policy


def read_policy(data: Mapping[str, Any], proxies: Sequence[Network] = ()) -> Reading:
    """The policy in `data` without what is wrong in its shape, and everything that is wrong with it."""
    if proxies and isinstance(own := data.get("trusted_proxies", []), list | tuple):
        data = {**data, "trusted_proxies": [*own, *proxies]}
    try:
        policy = Policy.model_validate(data)
    except ValidationError as error:
        details = causes(error.errors())
        sound = sound_part(data, details)
        found = [problem_of(detail) for detail in details]
        if sound is None:
            return Reading(None, found)
        return Reading(sound.policy, [*found, *_problems_elsewhere(sound)], sound)
    return Reading(policy, problems(policy))


def _problems_elsewhere(sound: Sound) -> list[Problem]:
    """What the checks say of the parts that are well-formed, so that one reading shows everything."""
    doubtful = {_FOLLOWS.get(key) for key in sound.blamed}
    return [
        problem._replace(place=sound.restore(problem.place), message=sound.restore(problem.message))
        for problem in problems(sound.policy)
        if not sound.blames(problem.place) and problem.ident not in doubtful
    ]


def _unreadable(path: Path, message: str, remedy: str) -> ConfigError:
    return ConfigError(str(path), [Problem("consentkit.E000", str(path), message, remedy)])
