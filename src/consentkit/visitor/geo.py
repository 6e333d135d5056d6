"""Where an address is, by a database in MaxMind's format that the site has got for itself.

Knows the file; no request and no policy. An address is looked up in memory and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from consentkit.errors import ConfigError, Problem
from consentkit.visitor.network import Locate, place_code

_PLACE = "jurisdiction.database"


def locator(path: str | None) -> Locate | None:
    """The look-up in a database file; None without one. Raises ConfigError for a file that is none."""
    if path is None:
        return None
    try:
        import maxminddb
    except ImportError:
        raise _problem(
            "E102", path, "the package that reads it is not installed.", "pip install consentkit[geo]"
        ) from None
    try:
        get: Callable[[str], Any] = maxminddb.open_database(path).get
    except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
        remedy = "Name a file in MaxMind's format, such as GeoLite2-Country.mmdb."
        raise _problem("E103", path, f"it cannot be read ({type(error).__name__}).", remedy) from None

    def locate(client: str) -> str | None:
        try:
            return _place_in(get(client))
        except (ValueError, maxminddb.InvalidDatabaseError):  # no address, or a damaged part of the file
            return None

    return locate


def _place_in(found: Any) -> str | None:
    """The country in a database's entry, and its first part where that is told."""
    country = _code(found, "country")
    if country is None or len(country) != 2 or not country.isascii() or not country.isalpha():
        return None
    parts = found.get("subdivisions") or [{}]
    return place_code(country, (_code({"part": parts[0]}, "part") if isinstance(parts, list) else None) or "")


def _code(found: Any, key: str) -> str | None:
    inner = found.get(key) if isinstance(found, dict) else None
    code = inner.get("iso_code") if isinstance(inner, dict) else None
    return code if isinstance(code, str) else None


def _problem(number: str, path: str, message: str, remedy: str) -> ConfigError:
    return ConfigError("settings", [Problem(f"consentkit.{number}", _PLACE, message, remedy, path)])
