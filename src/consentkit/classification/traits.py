"""What files and people say of a cookie, as the traits a classifier weighs. Knows texts, and believes none of them.

Retention stands in cookie tables as "2 Years", "session", "13 months", "persistent" or "1 year, 1 month"; attributes as
"HttpOnly; Secure; SameSite=None"; a domain as ".example.com", "www.example.com/path" or a URL.
"""

from __future__ import annotations

import re

from consentkit.classification.learned import Traits

_SECONDS = {"s": 1, "mi": 60, "h": 3600, "d": 86400, "w": 604800, "mo": 2592000, "y": 31536000}
_TIME = re.compile(
    r"(?P<count>[0-9]{1,6}(?:[.,][0-9]{1,3})?|\ban?\b|\bone\b)[ \u00a0-]*"
    r"(?P<unit>s(?:ec|ek)|mi|h(?:ou)?r|stunde|heure|uur|d\b|da[yg]|tag|jour|dagen|w(?:ee)?k|woche|semaine"
    r"|mo|mes|mies|maand|måned|y(?:ea)?r?s?\b|jahr|jaar|an(?:s|née)?\b|año|anni|anno|år|rok|lat)",
    re.IGNORECASE,
)
_UNITS = {
    "s": ("sec", "sek"),
    "mi": ("mi",),
    "h": ("hour", "hr", "stunde", "heure", "uur"),
    "d": ("d", "day", "dag", "tag", "jour", "dagen"),
    "w": ("wk", "week", "woche", "semaine"),
    "mo": ("mo", "mes", "mies", "maand", "måned"),
}  # anything else that matches is a year
_KINDS = {word: unit for unit, words in _UNITS.items() for word in words}
_SESSION = re.compile(r"sess|sitzung|browser|closed|zitting|sesión|sesja", re.IGNORECASE)
_FOREVER = re.compile(r"persist|perman|forever|never|unlimited|local ?storage|unbegrenzt|illimit", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z][a-z0-9-]+")
_LONGEST = 200


def parse_retention(text: str) -> int | None:
    """Seconds; 0 for a session, the longest of several times, None where none is said."""
    text = text[:_LONGEST].strip()
    times = [_seconds(match) for match in _TIME.finditer(text)]
    if times:
        return max(times)
    if _SESSION.search(text):
        return 0
    return 10 * _SECONDS["y"] if _FOREVER.search(text) else None


def parse_attributes(text: str) -> tuple[bool, bool, str]:
    """HttpOnly, Secure, SameSite, out of a Set-Cookie line's or a table's own words."""
    words = re.sub(r"[^a-z=]+", " ", text[:_LONGEST].lower().replace("samesite ", "samesite=").replace(":", "="))
    same_site = re.search(r"samesite[= ]+(none|lax|strict)", words)
    compact = words.replace(" ", "")
    no_http = "httponly=false" in compact or "httponly=0" in text.lower()
    return (
        "httponly" in compact and not no_http,
        "secure" in words and "secure=false" not in compact,
        (same_site[1] if same_site else ""),
    )


def parse_domain(text: str) -> str:
    """The host in what a table calls a domain; empty where there is none in it."""
    plain = text[:_LONGEST].strip().lower()
    plain = re.sub(r"^[a-z]+://", "", plain).lstrip(".*")
    host = re.split(r"[/:\s,;(]", plain, maxsplit=1)[0].rstrip(".")
    return host if _HOST.fullmatch(host) else ""


def described(domain: str = "", retention: str = "", attributes: str = "", value: str | None = None) -> Traits:
    """The traits behind four texts, any of them empty."""
    http_only, secure, same_site = parse_attributes(attributes)
    return Traits(parse_domain(domain), parse_retention(retention), http_only, secure, same_site, value)


def _seconds(match: re.Match[str]) -> int:
    count = match["count"].replace(",", ".")
    number = float(count) if count[0].isdigit() else 1.0
    return int(number * _SECONDS[_KINDS.get(match["unit"].lower(), "y")])
