"""Django's settings as ours: the CONSENTKIT dict, and the one kit of this process that follows from it.

Knows Django's settings; not requests. Nothing is read at import.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from sqlalchemy import URL

from consentkit.errors import ConfigError, Problem
from consentkit.kit import ConsentKit
from consentkit.settings import Settings, load_settings, refuse_unknown

_NAMES = ("policy", "database", "data", "secret", "signing_key", "production")
# What the kit itself takes, beside its settings.
_OURS = ("clock", "minor")
# Under what names Django keeps logins and its tokens against forged requests.
_NEEDED = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME")


@cache
def site_kit() -> ConsentKit:
    """The kit of this process, built with the first handler: all of Django's handlers share it."""
    given = _given()
    return ConsentKit(
        site_settings(),
        **{name: given[name] for name in _OURS if name in given},
        needed=lambda: [getattr(settings, name) for name in _NEEDED],
    )


@cache
def in_production() -> bool:
    """Whether DEBUG was off when the site started: Django's test runner turns it off later, which is no production."""
    return not settings.DEBUG


def site_settings() -> Settings:
    """What CONSENTKIT says, or the defaults. Raises ConfigError with every problem in it."""
    given = {"production": in_production(), **_given()}
    for name in _OURS:
        given.pop(name, None)
    refuse_unknown("CONSENTKIT", sorted(given.keys() - set(_NAMES)), (*_NAMES, *_OURS))
    if (alias := str(given.get("database"))) in settings.DATABASES:
        given["database"] = _url(alias, settings.DATABASES[alias])
    return load_settings(**given)


def _given() -> dict[str, Any]:
    return dict(getattr(settings, "CONSENTKIT", {}))


def _url(alias: str, database: dict[str, Any]) -> str:
    """The SQLAlchemy URL of one of Django's databases."""
    engine = database["ENGINE"].rpartition(".")[2]
    if engine == "sqlite3":
        url = URL.create("sqlite", database=str(database["NAME"]))
    elif engine == "postgresql":
        driver = "psycopg" if find_spec("psycopg") else "psycopg2"  # Django takes either
        user, password, host = (database.get(key) or None for key in ("USER", "PASSWORD", "HOST"))
        port = int(database.get("PORT") or 0) or None
        url = URL.create(f"postgresql+{driver}", user, password, host, port, str(database["NAME"]))
    else:
        remedy = "Name one of sqlite3 or postgresql, or write an SQLAlchemy URL."
        raise ConfigError(
            "CONSENTKIT", [_problem("E031", "CONSENTKIT['database']", "is of a kind we cannot use.", remedy, alias)]
        )
    return url.render_as_string(hide_password=False)


def _problem(number: str, place: str, message: str, remedy: str, value: str = "") -> Problem:
    return Problem(f"consentkit.{number}", place, message, remedy, value)


def _forget(*, setting: str, **_: Any) -> None:
    """A test overrides settings: the next handler gets a kit of its own."""
    if setting in ("CONSENTKIT", "DATABASES", *_NEEDED):
        if site_kit.cache_info().currsize:
            site_kit().close()
        site_kit.cache_clear()


setting_changed.connect(_forget)
