"""Facts about cookies and hosts, and the one spelling of each. Does not know where a fact comes from."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple

CATEGORIES = ("essential", "functional", "analytics", "marketing")  # the later is the stricter
NO_TRACKER = "none"
SILENT = "silent"


class HostFact(NamedTuple):
    host: str
    path: str
    verdict: str  # a category, NO_TRACKER or SILENT
    vendor: str
    source: str


class CookieFact(NamedTuple):
    name: str  # "name", "name@domain", or a pattern
    category: str
    use: str
    vendor: str
    retention: str
    source: str


_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800, "month": 2628000, "year": 31536000}
_UNITS = {"sec": "second", "min": "minute", "hr": "hour"}


def normal_retention(text: str) -> str:
    """The longest time named in `text`, as "13 months"; "session", "persistent", or "" where no time is named."""
    text = text.lower()
    times = [
        (int(count), _UNITS.get(unit, unit))
        for count, unit in re.findall(r"\b(\d+) ?(second|sec|minute|min|hour|hr|day|week|month|year)s?\b", text)
    ]
    if times:
        return _spell(*max(times, key=lambda time: time[0] * _SECONDS[time[1]]))
    if re.search(r"\bsessions?\b", text):
        return "session"
    return "persistent" if re.search(r"persistent|forever|unlimited|never|local storage", text) else ""


def _spell(count: int, unit: str) -> str:
    """In the largest unit that leaves no rest: 365 days and 12 months are 1 year, 24 hours 1 day, 2 weeks 14 days."""
    if unit == "week":
        count, unit = count * 7, "day"
    for larger, smaller, size in (
        ("minute", "second", 60),
        ("hour", "minute", 60),
        ("day", "hour", 24),
        ("year", "day", 365),
        ("year", "month", 12),
    ):
        if unit == smaller and count and count % size == 0:
            count, unit = count // size, larger
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


_PLAIN = re.compile(
    r"[a-z0-9]{1,3}|(user|session|visitor|client|device|customer|guest)[_-]?(id|uid|data|token|name)?|viewer|uuid|"
    r"sessions?id|sess|csrf_?token|visits?|token|login|auth|lang|locale|language|country|currency|status|version|"
    r"check|test|store|data|info|europe|tracking|opt_?out|referr?er|welcome-\*|sharing_\*|partner-\*|data-\*",
    re.IGNORECASE,
)


def is_plain_word(name: str) -> bool:
    """Whether any application may call its own cookie that, so that one vendor's use of the name says nothing."""
    return _PLAIN.fullmatch(name) is not None


# Names and beginnings of names that say something of one vendor's cookie, and that anybody may choose for their own.
_ANYBODYS = re.compile(
    r"last_visit|custom_data|session_depth|session_tracker|audit|audience|ref(_?id|_?code\*)|affiliate(_?id)?\*?|aff_?id\*?"
    r"|referral_?(code)?\*|data-(c|ts)?\*|data-c-ts|partner[-_]?(id)?\*?|checkforpermission|is_unique(_1)?|is_returning"
    r"|first_session|(chat_session|chatbox|chatwidget|chat-widget|livechat|live_chat|chatvisitor|batch)\*|login_?redirect"
    r"|(auth|api|access|login|user)_?token|login_info|authentication_flag|samesite|(form[-_]|formdata|contact_form|popup[-_]|dismiss_|compare-|visitor_?group|opt_?in_)\*"
    r"|(post_view|signal_|split_|keen|divi|fusion-?|bricks|ally|recite|gravity|gform|captcha|_captcha|sublime|affid)\*"
    r"|pageviewcount|nextid|webid|site_identity|recordid|ssid|snid|conversion|token_v2|jotform_session|globalsessionid\*"
    r"|order|visit|route|node|requests|google_push|stape|pardot|monsido|sonar|elementor|mbox|check|iterable\*|attentive\*"
    r"|page_services|localization|currency|pipe-session\*|checkout-?\*|sp_m|sp_t|_t_tests|loglevel|logged_in|c|whoson"
    r"|tracking_session_id_\*|total_count_\*|usersync|csync|popunder\*|affinity\*|khaos|preferred_currency|apollo_\*",
    re.IGNORECASE,
)


def is_telling(name: str) -> bool:
    """Whether a name is its vendor's alone, so that it may be catalogued; the others are only hints.

    A pattern needs four characters before its "*", and letters among them that mean something.
    """
    if "@" in name:
        return True
    if _ANYBODYS.fullmatch(name) or is_plain_word(name):
        return False
    before, star, _ = name.partition("*")
    return not star or (len(before) >= 4 and (before[0] in "_." or sum(map(str.isalnum, before)) >= 4))


def is_suffix(host: str, suffixes: frozenset[str]) -> bool:
    return host in suffixes or f"*.{host.partition('.')[2]}" in suffixes


def is_refused(host: str, suffixes: frozenset[str]) -> bool:
    """Whether a row for `host` would speak for the sites of strangers, or for no name at all."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+", host)
        return labels is None or is_suffix(host, suffixes)
    return True


def is_matchable(name: str, shortest: int) -> bool:
    """Whether `name` is a cookie-name (RFC 6265 §4.1.1), perhaps with one "*" and `shortest` characters before it."""
    if not re.fullmatch(r"[!#$%&'*+\-.^_`|~0-9A-Za-z:/@]+", name) or name.count("*") > 1:
        return False
    return "*" not in name or name.index("*") >= shortest


def is_covered(name: str, pattern: str) -> bool:
    """Whether a lookup of `name` could end at `pattern`."""
    before, star, after = pattern.partition("*")
    if not star:
        return name == pattern
    return name.startswith(before) and name.endswith(after) and len(name) >= len(before) + len(after)
