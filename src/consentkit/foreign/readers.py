"""The cookies of six tools, each as its version of today writes it (docs/migration.md says which, and how it was seen).

Knows formats; not what an answer means here. A reader takes the cookie's value and all cookies by name, and returns
what was said, None where nothing was, or raises ForeignError. Consent that was only implied is none (CJEU C-673/17
§62).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from consentkit.errors import ForeignError
from consentkit.foreign.said import LONGEST, Said, moment, once_each, said

Cookies = Mapping[str, str]
Reader = Callable[[str, Cookies], Said | None]

# OneTrust's second cookie: there once a visitor has closed the banner, and when (the first one is there before that).
_CLOSED = "OptanonAlertBoxClosed"
_GROUP = re.compile(r"([A-Za-z0-9_-]{1,64}):([01])")
# {stamp:'…',necessary:true,preferences:false,…,method:'explicit',ver:1,utc:1591105862934,region:'gb'}
_COOKIEBOT = re.compile(r"\{(\w+:(?:'[^'{}]*'|true|false|-?\d{1,16})(?:,\w+:(?:'[^'{}]*'|true|false|-?\d{1,16}))*)\}")
_MEMBER = re.compile(r"(\w+):('[^']*'|true|false|-?\d+)")
# Where it asks nobody; and its short word for whoever allowed nothing, which names no categories.
_COOKIEBOT_ABROAD, _COOKIEBOT_NO = "-1", "0"
_COOKIEBOT_OPTIONAL = ("preferences", "statistics", "marketing")
_STATES = {"true": True, "false": False}
_DECLINED = "-1"
_ISO_START = re.compile(r"\d{4}-\d{2}-\d{2}T")


def read(tool: str, value: str, cookies: Cookies) -> Said | None:
    """What a tool's cookie says. Raises ForeignError for one that the tool would not have written."""
    if len(value) > LONGEST:
        raise ForeignError(tool, f"longer than {LONGEST} characters")
    return READERS[tool](value, cookies)


def _onetrust(value: str, cookies: Cookies) -> Said | None:
    """A query string with groups=C0001:1,C0002:0 in it."""
    if _CLOSED not in cookies:
        return None
    try:
        fields = parse_qsl(value, keep_blank_values=True, strict_parsing=True, max_num_fields=100, errors="strict")
    except ValueError:
        raise ForeignError("onetrust", "no query string", value) from None
    groups = [text for name, text in fields if name == "groups"]
    if len(groups) != 1:
        raise ForeignError("onetrust", "not one `groups`", value)
    found = [_GROUP.fullmatch(part) for part in groups[0].split(",") if part]
    if not all(found):
        raise ForeignError("onetrust", "groups that are not C0001:1,C0002:0", groups[0])
    answers = once_each("onetrust", ((match[1], match[2] == "1") for match in found if match))
    return said("onetrust", answers, moment("onetrust", unquote(cookies[_CLOSED])))


def _cookiebot(value: str, _: Cookies) -> Said | None:
    """An object as JavaScript writes it, with its commas in percent."""
    if value == _COOKIEBOT_ABROAD:
        return None
    if value == _COOKIEBOT_NO:
        return said("cookiebot", dict.fromkeys(_COOKIEBOT_OPTIONAL, False))
    whole = _COOKIEBOT.fullmatch(_plain("cookiebot", value))
    if not whole:
        raise ForeignError("cookiebot", "no object", value)
    members = dict(_MEMBER.findall(whole[1]))
    if members.get("method") != "'explicit'":
        return None
    flags = {name: text == "true" for name, text in members.items() if text in _STATES}
    utc = members.get("utc", "")
    return said("cookiebot", flags, int(utc) // 1000 if utc.isdigit() else None)


def _vanilla(value: str, _: Cookies) -> Said | None:
    """JSON: the categories accepted, and in each the services accepted, if it has any ("category.service" for us).

    It does not name what was refused. A category with services may have been accepted in part, and the cookie does not
    say of how many: only its services count.
    """
    tool = "vanilla-cookieconsent"
    data = _object(tool, value)
    categories: Any = data.get("categories")
    services = data.get("services", {})
    if not isinstance(services, dict) or not all(map(_is_names, (categories, *services.values()))):
        raise ForeignError(tool, "no lists of categories and services", value)
    whole = [(name, True) for name in categories if not services.get(name)]
    parts = [(f"{name}.{service}", True) for name in categories for service in services.get(name, ())]
    time = moment(tool, data.get("lastConsentTimestamp", data.get("consentTimestamp")))
    found = said(tool, once_each(tool, [*whole, *parts]), time) or Said(frozenset(), frozenset(), time)
    return found._replace(lists=True)


def _klaro(value: str, _: Cookies) -> Said | None:
    """JSON: true or false by service. It is written when somebody has answered."""
    data = _object("klaro", value)
    if not all(isinstance(answer, bool) for answer in data.values()):
        raise ForeignError("klaro", "an answer that is neither true nor false", value)
    return said("klaro", data)


def _tarteaucitron(value: str, _: Cookies) -> Said | None:
    """!service=true!other=false, and "wait" for those not answered."""
    lead, *parts = _plain("tarteaucitron", value).split("!")
    pairs = [part.partition("=") for part in parts]
    if lead or any(state not in (*_STATES, "wait") for _, _, state in pairs):
        raise ForeignError("tarteaucitron", "not !service=true!other=false", value)
    answers = once_each("tarteaucitron", ((name, _STATES[state]) for name, _, state in pairs if state in _STATES))
    return said("tarteaucitron", answers)


def _django(value: str, _: Cookies) -> Said | None:
    """group=2026-01-31T10:00:00+00:00|other=-1: which version of a group was accepted, or that it was declined.

    That is when the group was last changed, not when the visitor chose.
    """
    tool = "django-cookie-consent"
    text = value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value  # as Django quotes it (RFC 2109)
    pairs = [part.partition("=") for part in text.split("|")] if text else []
    if not all(equals and (state == _DECLINED or _ISO_START.match(state)) for _, equals, state in pairs):
        raise ForeignError(tool, "not group=time|other=-1", value)
    return said(tool, once_each(tool, ((name, state != _DECLINED) for name, _, state in pairs)))


READERS: dict[str, Reader] = {
    "onetrust": _onetrust,
    "cookiebot": _cookiebot,
    "vanilla-cookieconsent": _vanilla,
    "klaro": _klaro,
    "tarteaucitron": _tarteaucitron,
    "django-cookie-consent": _django,
}


def _plain(tool: str, value: str) -> str:
    try:
        return unquote(value, errors="strict")
    except UnicodeDecodeError:
        raise ForeignError(tool, "not UTF-8 in percent", value) from None


def _object(tool: str, value: str) -> dict[str, Any]:
    """A JSON object. Raises ForeignError, also where one name stands twice: its readers would differ."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(found)) != len(found):
            raise ForeignError(tool, "one name twice", value)
        return dict(found)

    try:
        data = json.loads(_plain(tool, value), object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        raise ForeignError(tool, "no JSON", value) from None
    if not isinstance(data, dict):
        raise ForeignError(tool, "no object", value)
    return data


def _is_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)
