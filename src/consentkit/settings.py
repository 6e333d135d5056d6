"""How the owner sets consentkit up: arguments, then CONSENTKIT_… variables, then defaults that work in development.

Reads the environment and the key files, once, at the start. In production nothing is invented: a secret or a key that
is not set stops the start and names the setting.
"""

from __future__ import annotations

import os
import secrets as randomness
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from consentkit.errors import ConfigError, MalformedError, Problem
from consentkit.policy import Policy, load_policy, parse_policy
from consentkit.tlog import Signer

DATA = Path(".consentkit")
POLICY = Path("consent.toml")
SHORTEST_SECRET = 16


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the kit is built from.

    `secrets` seal our cookies, oldest to newest. `signer` signs the ledger's checkpoints; its name is the log origin.
    `database` is an SQLAlchemy URL. `data` is a folder of ours for what must lie outside the database.
    """

    policy: Policy
    secrets: tuple[str, ...]
    signer: Signer
    database: str
    data: Path
    production: bool


def load_settings(
    policy: Policy | Mapping[str, Any] | str | Path | None = None,
    database: str | None = None,
    data: str | Path | None = None,
    secret: str | None = None,
    signing_key: str | None = None,
    production: bool | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Settings:
    """The settings as they stand. Raises ConfigError with every problem in them.

    Arguments go before variables: CONSENTKIT_POLICY, _DATABASE, _DATA, _SECRET, _SIGNING_KEY, _ENV, _TRUSTED_PROXIES.
    A secret may be several, separated by spaces, oldest first. A signing key is its text or the path of its file.
    """
    found: list[Problem] = []
    live = production if production is not None else environ.get("CONSENTKIT_ENV", "") == "production"
    declared = _policy(policy, environ, found)
    folder = Path(data or environ.get("CONSENTKIT_DATA") or DATA)
    own = _KeyFolder(folder, _origin(declared))
    sealing = _secrets(secret or environ.get("CONSENTKIT_SECRET"), live, own, found)
    signer = _signer(signing_key or environ.get("CONSENTKIT_SIGNING_KEY"), live, own, found)
    if found or signer is None:
        raise ConfigError("settings", found)
    if own.used and not live:
        warnings.warn(
            f"consentkit made its keys in {folder}: fine for development. In production set CONSENTKIT_SECRET and "
            "CONSENTKIT_SIGNING_KEY (`consentkit ledger keygen` prints both) and CONSENTKIT_ENV=production.",
            stacklevel=3,
        )
    url = database or environ.get("CONSENTKIT_DATABASE") or f"sqlite:///{folder / 'ledger.db'}"
    return Settings(declared, sealing, signer, url, folder, live)


def new_secret() -> str:
    """A secret for CONSENTKIT_SECRET: 256 random bits."""
    return randomness.token_urlsafe(32)


def _policy(
    given: Policy | Mapping[str, Any] | str | Path | None, environ: Mapping[str, str], found: list[Problem]
) -> Policy:
    if isinstance(given, Policy):
        policy = given
    else:
        source = given or environ.get("CONSENTKIT_POLICY") or (POLICY if POLICY.exists() else None)
        try:
            policy = parse_policy({}, "defaults") if source is None else load_policy(source)
        except ConfigError as error:
            found.extend(error.problems)
            policy = Policy()
    return _with_proxies(policy, environ.get("CONSENTKIT_TRUSTED_PROXIES", ""), found)


def _with_proxies(policy: Policy, listed: str, found: list[Problem]) -> Policy:
    try:
        networks = tuple(ip_network(part) for part in listed.replace(",", " ").split())
    except (ValueError, ValidationError) as error:
        remedy = 'List networks, such as "10.0.0.0/8 192.0.2.1".'
        found.append(Problem("consentkit.E022", "CONSENTKIT_TRUSTED_PROXIES", f"{error}.", remedy, listed[:60]))
        return policy
    return policy.model_copy(update={"trusted_proxies": policy.trusted_proxies + networks}) if networks else policy


def _origin(policy: Policy) -> str:
    """The log origin for a new key: a schema-less URL of the site's (C2SP tlog-checkpoint)."""
    return f"{policy.site.hosts[0] if policy.site.hosts else policy.site.id}/consent-log"


def _secrets(given: str | None, live: bool, own: _KeyFolder, found: list[Problem]) -> tuple[str, ...]:
    if given:
        values = tuple(given.split())
        if any(len(value) < SHORTEST_SECRET for value in values):
            message = f"is shorter than {SHORTEST_SECRET} characters: it could be guessed."
            remedy = "Take the one that `consentkit ledger keygen` prints."
            found.append(Problem("consentkit.E021", "CONSENTKIT_SECRET", message, remedy))
        return values
    if live:
        message = "is not set, and in production none is invented: visitors' choices would not survive a restart."
        found.append(Problem("consentkit.E020", "CONSENTKIT_SECRET", message, _KEYGEN))
        return ()
    return (own.secret(),)


def _signer(given: str | None, live: bool, own: _KeyFolder, found: list[Problem]) -> Signer | None:
    if not given and live:
        message = "is not set, and in production none is invented: the ledger would change its name."
        found.append(Problem("consentkit.E020", "CONSENTKIT_SIGNING_KEY", message, _KEYGEN))
        return None
    if not given:
        return own.signer()
    try:
        text = given if given.startswith("PRIVATE+KEY+") else Path(given).read_text(encoding="ascii").strip()
        return Signer.from_text(text)
    except (OSError, UnicodeDecodeError, MalformedError):
        message = "is neither a signing key nor a readable file with one."
        found.append(Problem("consentkit.E023", "CONSENTKIT_SIGNING_KEY", message, _KEYGEN))
        return None


_KEYGEN = "Set it to what `consentkit ledger keygen` prints."


class _KeyFolder:
    """Keys made once for development: mode 0600 in a folder of ours, which tells git to leave it alone."""

    def __init__(self, folder: Path, origin: str) -> None:
        self._folder = folder
        self._origin = origin
        self.used = False

    def secret(self) -> str:
        return self._kept("secret", new_secret)

    def signer(self) -> Signer:
        return Signer.from_text(self._kept("signing.key", lambda: Signer.generate(self._origin).to_text()))

    def _kept(self, name: str, make: Any) -> str:
        path = self._folder / name
        if not path.exists():
            self.used = True
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_once(self._folder / ".gitignore", "*\n")
            _write_once(path, make() + "\n")
        return path.read_text(encoding="ascii").strip()


def _write_once(path: Path, text: str) -> None:
    """Write a file whole or not at all; when several processes start at once, the first one's stays."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{randomness.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
