"""Cookies met elsewhere: a table (CSV), a browser's traffic (HAR), or a browser's export of its cookies.

Knows files and what stands in them; not what a cookie is. Values are handed on in memory, for their shape. Files are
strangers' and may say anything: what cannot be read is named with its place, and nothing is guessed.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import click

from consentkit.catalog import registrable
from consentkit.classification.learned import Traits
from consentkit.classification.traits import described, parse_domain

_LARGEST = 200_000_000
_URL_COLUMNS = ("url", "host")
_PARTING = ",;\t"
_DOOMSDAY = 253402300800  # the year 10000, after which there are no dates


class Met(NamedTuple):
    """A cookie or URL to be judged."""

    name: str
    traits: Traits
    site: str
    is_url: bool = False


def read_met(path: Path, site: str = "") -> Iterator[Met]:
    """Everything in a file, in its order. Raises UsageError where it is none of the three."""
    if path.stat().st_size > _LARGEST:
        raise click.UsageError(f"{path}: larger than {_LARGEST // 1_000_000} MB; give a part of it.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise click.UsageError(f"{path}: not UTF-8 text.") from None
    if text.lstrip()[:1] not in ("{", "["):
        return _of_lines(text, path, site)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"{path}: neither JSON nor a table: {error}") from None
    return iter(_of_json(data, path, site))


def _of_lines(text: str, path: Path, site: str) -> Iterator[Met]:
    first = text.partition("\n")[0]
    if (first.startswith("# ") and "ookie" in first) or first.count("\t") == 6:
        return _of_cookie_jar(text.splitlines(), site)
    # Spreadsheets part columns by what their country uses: the sign met most often in the head is the one.
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(_PARTING, key=first.count))
    columns = {(name or "").strip().lower(): name for name in rows.fieldnames or ()}
    if "name" not in columns and not columns.keys() & set(_URL_COLUMNS):
        raise click.UsageError(f"{path}: a table needs a column `name`; there are {', '.join(columns) or 'none'}.")
    try:
        return iter([_of_row({key: (row.get(name) or "") for key, name in columns.items()}, site) for row in rows])
    except csv.Error as error:
        raise click.UsageError(f"{path}, after line {rows.line_num}: {error}.") from None


def _of_row(row: Mapping[str, str], site: str) -> Met:
    own = row.get("site", "") or site
    if "name" not in row:
        url = row.get("url") or f"https://{row['host']}/"
        return Met(url if "//" in url else f"https://{url}", Traits(), own, is_url=True)
    told = {key: row.get(key, "") for key in ("domain", "retention", "attributes")}
    return Met(row["name"].strip(), described(**told, value=row.get("value")), own)


def _of_cookie_jar(lines: Iterable[str], site: str) -> Iterator[Met]:
    """Seven fields parted by tabs, as curl and wget write them: domain, …, secure, expires, name, value."""
    for line in lines:
        http_only = line.startswith("#HttpOnly_")
        fields = line.removeprefix("#HttpOnly_").split("\t")
        if len(fields) == 7 and (http_only or not line.startswith("#")):
            domain, _, _, secure, expires, name, value = fields
            lifetime = 0 if expires.strip() == "0" else None
            yield Met(name, Traits(parse_domain(domain), lifetime, http_only, secure == "TRUE", "", value), site)


def _of_json(data: Any, path: Path, site: str) -> list[Met]:
    """A HAR file, the export of a browser or of a crawler (a list of cookies), or a list under "cookies"."""
    if isinstance(data, dict) and isinstance(data.get("log"), dict):
        return _of_har(data["log"].get("entries"))
    export = data if isinstance(data, dict) else {"cookies": data}
    if not isinstance(export.get("cookies"), list):
        raise click.UsageError(f"{path}: neither a HAR file nor a list of cookies.")
    return [_of_export(cookie, site) for cookie in _cookies(export)]


def _of_har(entries: Any) -> list[Met]:
    """Each cookie that a response set or a request carried, once by name and domain.

    What scripts set is met in requests alone, which say neither how long it is kept nor for which domain.
    """
    told: dict[tuple[str, str], Met] = {}
    carried: dict[tuple[str, str], Met] = {}
    site = ""
    for entry in entries if isinstance(entries, list) else ():
        request, response = (entry.get(key) if isinstance(entry, dict) else None for key in ("request", "response"))
        if not isinstance(request, dict) or not isinstance(response, dict):
            continue
        host = parse_domain(str(request.get("url", "")))
        site = site or host
        started = _moment(entry.get("startedDateTime"))
        for cookie in _cookies(response):
            met = _of_export({"domain": host, **cookie}, site, started)
            told.setdefault((met.name, met.traits.domain), met)
        for cookie in _cookies(request):
            carried.setdefault((cookie["name"], registrable(host)), _of_export({"domain": host, **cookie}, site))
    for name, domain in told:
        carried.pop((name, registrable(domain)), None)
    return [*told.values(), *carried.values()]


def _cookies(message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Those that a request or a response lists, with what it says of each."""
    listed = message.get("cookies")
    for cookie in listed if isinstance(listed, list) else ():
        if isinstance(cookie, dict) and isinstance(cookie.get("name"), str) and cookie["name"]:
            yield {key: value for key, value in cookie.items() if value not in (None, "")}


def _of_export(cookie: Mapping[str, Any], site: str, now: float | None = None) -> Met:
    http_only, secure = (bool(cookie.get(key)) for key in ("httpOnly", "secure"))
    same_site = re.sub(r"[^a-z]", "", str(cookie.get("sameSite", "")).lower())
    same_site = {"norestriction": "none", "strict": "strict", "lax": "lax", "none": "none"}.get(same_site, "")
    value = cookie.get("value")
    domain = parse_domain(str(cookie.get("domain") or cookie.get("host") or ""))
    lifetime = _lifetime(cookie, now)
    shape = value if isinstance(value, str) else None
    return Met(str(cookie["name"]), Traits(domain, lifetime, http_only, secure, same_site, shape), site)


def _lifetime(cookie: Mapping[str, Any], now: float | None) -> int | None:
    if cookie.get("session") is True:
        return 0
    ends = next((cookie[key] for key in ("expirationDate", "expires", "expiry") if cookie.get(key) is not None), None)
    moment = ends if isinstance(ends, int | float) else _moment(ends)
    if moment is not None and moment <= 0:
        return 0
    # JSON as others write it knows Infinity and NaN, which are no moments.
    if moment is None or now is None or not moment < _DOOMSDAY:
        return None
    return max(int(moment - now), 0)


def _moment(text: object) -> float | None:
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except (ValueError, OverflowError):
        return None
