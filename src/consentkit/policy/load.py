"""From a TOML file or a mapping to a Policy, or to every problem at once.

Knows files and pydantic's words; does not know what a policy means.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from consentkit.errors import ConfigError, Problem
from consentkit.policy.checks import problems
from consentkit.policy.model import Category, Network, Policy

# pydantic's error type → our identifier and the remedy. Anything else is a value of the wrong kind: E003.
_KINDS: dict[str, tuple[str, str]] = {
    "extra_forbidden": (
        "consentkit.E001",
        "Take it out, or look for a spelling mistake; `consentkit schema` lists all keys.",
    ),
    "missing": ("consentkit.E002", "Add it."),
    "enum": ("consentkit.E004", f"Use one of: {', '.join(Category)}."),
    "literal_error": ("consentkit.E004", "Use one of the values listed."),
    "duration": (
        "consentkit.E005",
        'Write "session" or a number and a unit: "180 days", "13 months", "2 years".',
    ),
    "host": (
        "consentkit.E006",
        'Write a host name without scheme or port: "static.example.com"; a vendor\'s may have a path after it.',
    ),
    "csp_source": (
        "consentkit.E028",
        'Write a host such as "cdn.example.net", "*.example.net", "https://example.net:8443" or "example.net/path/"; '
        "a star stands for subdomains, and only below a name of somebody's own.",
    ),
    "link": ("consentkit.E007", 'Write "https://…", a path such as "/privacy", or "mailto:…".'),
    "service": ("consentkit.E034", 'Write where it is asked: "https://witness.example/log".'),
    "witness_key": ("consentkit.E035", 'Write the key its operator publishes: "witness.example+7d2f…+BG…".'),
    "certificate": ("consentkit.E036", 'Paste it as text that begins with "-----BEGIN CERTIFICATE-----".'),
    "prefix": ("consentkit.E008", 'Write a path such as "/_privacy", without dots alone or a slash at the end.'),
    "string_pattern_mismatch": ("consentkit.E009", "Use only the letters this field allows."),
    "colour": ("consentkit.E073", 'Write six hex digits after a number sign: "#1f3a56".'),
    "years": ("consentkit.E074", 'Write a whole number from 1 to 21; for all countries, "law" is another way.'),
    "network": ("consentkit.E022", 'Write a network such as "10.0.0.0/8" or "192.0.2.1".'),
}

_LISTS = {"vendors", "cookies"}
# What a check may find only because this part could not be read.
_FOLLOWS = {
    "languages": "consentkit.E014",
    "vendors": "consentkit.E016",
    "cookies": "consentkit.E016",
    "trusted_proxies": "consentkit.E017",
}
_LIST_PLACE = re.compile(r"(?<![.\w])(vendors|cookies)\[(\d+)\]")


def load_policy(source: str | Path | Mapping[str, Any], proxies: Sequence[Network] = ()) -> Policy:
    """The policy in a TOML file (a path) or in a mapping of the same shape; `proxies` are trusted beside its own.

    Raises ConfigError with every problem found: in reading, in the shape, and in what the parts say together.
    """
    if isinstance(source, Mapping):
        return parse_policy(source, "policy", proxies)
    path = Path(source)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        remedy = "Write one with `consentkit init`, or set CONSENTKIT_POLICY to where it is."
        raise _unreadable(path, f"cannot be read: {error.strerror}.", remedy) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _unreadable(path, f"is not TOML in UTF-8: {error}.", "Mend the file at that place.") from error
    return parse_policy(_beside(path, data), str(path), proxies)


def _beside(path: Path, data: dict[str, Any]) -> dict[str, Any]:
    """The policy with its own lists and templates found from where it stands itself."""
    lists, theme = data.get("catalog"), data.get("theme")
    if isinstance(lists, list) and all(isinstance(each, str) and each for each in lists):
        data = {**data, "catalog": [str(path.parent / each) for each in lists]}
    if isinstance(theme, dict) and isinstance(folder := theme.get("templates"), str) and folder:
        data = {**data, "theme": {**theme, "templates": str(path.parent / folder)}}
    return data


def parse_policy(data: Mapping[str, Any], source: str, proxies: Sequence[Network] = ()) -> Policy:
    """The policy in `data`. Raises ConfigError naming `source` with every problem."""
    if proxies and isinstance(own := data.get("trusted_proxies", []), list | tuple):
        data = {**data, "trusted_proxies": [*own, *proxies]}
    try:
        policy = Policy.model_validate(data)
    except ValidationError as error:
        details = error.errors()
        raise ConfigError(source, [*map(_problem, details), *_problems_elsewhere(data, details)]) from None
    if found := problems(policy):
        raise ConfigError(source, found)
    return policy


def _problems_elsewhere(data: Mapping[str, Any], details: list[ErrorDetails]) -> list[Problem]:
    """What the checks say of the parts that are well-formed, so that one reading shows everything."""
    faulty = {detail["loc"][: 2 if _LISTS & {*detail["loc"][:1]} else 1] for detail in details}
    if () in faulty:  # nothing of it can be read
        return []
    sound = {key: value for key, value in data.items() if (key,) not in faulty}
    places: dict[str, list[int]] = {}
    for key in _LISTS & sound.keys():
        if isinstance(sound[key], list | tuple):
            places[key] = [index for index in range(len(sound[key])) if (key, index) not in faulty]
            sound[key] = [sound[key][index] for index in places[key]]

    def restore(text: str) -> str:
        return _LIST_PLACE.sub(lambda match: f"{match[1]}[{places[match[1]][int(match[2])]}]", text)

    try:
        found = problems(Policy.model_validate(sound))
    except ValidationError:
        return []
    blamed = {location[0] for location in faulty}
    doubtful = {_FOLLOWS.get(str(key)) for key in blamed}
    return [
        replace(problem, place=restore(problem.place), message=restore(problem.message))
        for problem in found
        if problem.place not in blamed and problem.ident not in doubtful
    ]


def _unreadable(path: Path, message: str, remedy: str) -> ConfigError:
    return ConfigError(str(path), [Problem("consentkit.E000", str(path), message, remedy)])


def _problem(detail: ErrorDetails) -> Problem:
    ident, remedy = _KINDS.get(detail["type"], ("consentkit.E003", "Give a value of that kind."))
    value = detail["input"]
    shown = "" if detail["type"] in {"missing", "extra_forbidden"} or isinstance(value, dict | list) else repr(value)
    return Problem(ident, _place(detail["loc"]) or "policy", _sentence(detail["msg"]), remedy, shown[:60])


def _place(location: tuple[int | str, ...]) -> str:
    place = ""
    for part in location:
        if isinstance(part, int):
            place += f"[{part}]"
        elif part not in {"words", "languages"} or not place.endswith(("purpose", "description")):  # the tags of Text
            place += f".{part}" if place else part
    return place


def _sentence(message: str) -> str:
    return message[:1].lower() + message[1:].rstrip(".") + "."
