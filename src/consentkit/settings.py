"""How the owner sets consentkit up: arguments, then CONSENTKIT_… variables, then defaults that work in development.

Reads the environment and the key files, once, at the start. In production nothing is invented: a secret or a key that
is not set stops the start and names the setting.
"""

from __future__ import annotations

import os
import secrets as randomness
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import wraps
from ipaddress import ip_network
from pathlib import Path
from typing import Any, TypeVar, cast

from consentkit.errors import ConfigError, MalformedError, Problem
from consentkit.keyfile import read_key, write_once
from consentkit.keyplace import served_folder, work_tree
from consentkit.policy import Policy, load_policy, parse_policy
from consentkit.policy.values import Network
from consentkit.tlog import Signer

DATA = Path(".consentkit")
POLICY = Path("consent.toml")
SHORTEST_SECRET = 16
Init = TypeVar("Init", bound=Callable[..., None])
# What every integration takes by name: the first five are settings, the others the kit's own.
KEYWORDS = ("policy", "database", "data", "secret", "signing_key", "clock", "minor")
_KEY_FILE = "signing.key"
# What lies in a folder of ours, for its .gitignore.
_OURS = "secret\nsigning.key*\nledger.db*\ncheckpoint-*\nspool-*\n"
# SQLite in memory: good for a suite.
_FORGETFUL = ("sqlite://", "sqlite:///", "sqlite:///:memory:")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the kit is built from.

    `secrets` seal our cookies, oldest to newest. `signer` signs the ledger's checkpoints; its name is the log origin;
    `key_file` is where it lies, None where a setting holds the key itself.
    `database` is an SQLAlchemy URL. `data` is a folder of ours for what must lie outside the database.
    """

    policy: Policy
    secrets: tuple[str, ...] = field(repr=False)
    signer: Signer
    database: str = field(repr=False)  # may hold a password
    data: Path
    production: bool
    key_file: Path | None = None


def load_settings(
    policy: Policy | Mapping[str, Any] | str | Path | None = None,
    database: str | None = None,
    data: str | Path | None = None,
    secret: str | None = None,
    signing_key: str | None = None,
    production: bool | None = None,
    invent: bool = True,
    environ: Mapping[str, str] = os.environ,
) -> Settings:
    """The settings as they stand. Raises ConfigError with every problem in them.

    Arguments go before variables: CONSENTKIT_POLICY, _DATABASE, _DATA, _SECRET, _SIGNING_KEY, _ENV, _TRUSTED_PROXIES.
    A secret may be several, separated by spaces, oldest first. A signing key is its text or the path of its file.
    `invent` allows new keys where none are set or kept, outside production.
    """
    found: list[Problem] = []
    live = production if production is not None else _is_live(environ.get("CONSENTKIT_ENV", ""), found)
    proxies = _proxies(environ.get("CONSENTKIT_TRUSTED_PROXIES", ""), found)
    source = policy if policy is not None else environ.get("CONSENTKIT_POLICY") or (POLICY if POLICY.exists() else None)
    declared = _policy(source, proxies, found)
    folder = Path(data or environ.get("CONSENTKIT_DATA") or DATA)
    keys = _KeyFolder(folder, found, live=live, invent=invent)
    sealing = _secrets(secret or environ.get("CONSENTKIT_SECRET"), keys, found)
    signer, key_file = _signer(signing_key or environ.get("CONSENTKIT_SIGNING_KEY"), keys, _origin(declared), found)
    url = database or environ.get("CONSENTKIT_DATABASE") or f"sqlite:///{folder / 'ledger.db'}"
    if live and url in _FORGETFUL:
        warnings.warn(
            f"CONSENTKIT_DATABASE is {url}: every record of consent is gone with the process. Outside of tests write "
            'the URL of a database that lasts, such as "sqlite:////var/lib/site/consent.db".',
            stacklevel=3,
        )
    if found or signer is None:
        raise ConfigError("settings", found)
    if live and source is None:
        warnings.warn(
            f"consentkit.C003 CONSENTKIT_POLICY is not set and there is no {POLICY} in {Path.cwd()}: visitors are told "
            "of no vendor and of nobody responsible. Set it to the policy's path (`consentkit init` writes one).",
            stacklevel=3,
        )
    if keys.used:
        warnings.warn(
            f"consentkit made its keys in {folder}: fine for development. In production set CONSENTKIT_SECRET and "
            "CONSENTKIT_SIGNING_KEY (`consentkit ledger keygen` prints both) and CONSENTKIT_ENV=production.",
            stacklevel=3,
        )
    # An app may change its folder.
    return Settings(declared, sealing, signer, url, folder.absolute(), live, key_file and key_file.absolute())


def refuse_unknown(where: str, names: Iterable[str], known: tuple[str, ...] = KEYWORDS) -> None:
    """Raises ConfigError with every name that is no setting, and what may be meant. `where` says who was given them."""
    found = []
    for name in names:
        near = get_close_matches(name, known, n=1)
        meant = f"Perhaps {near[0]} is meant. " if near else ""
        remedy = f"{meant}There are {', '.join(known)}."
        found.append(Problem("consentkit.E030", f"{where}[{name!r}]", "is no setting.", remedy))
    if found:
        raise ConfigError(where, found)


def only_settings(init: Init) -> Init:
    """An integration's `__init__` that answers a keyword which is no setting as `refuse_unknown` does."""

    @wraps(init)
    def checked(self: object, *args: Any, **given: Any) -> None:
        refuse_unknown(type(self).__name__, [name for name in given if name not in KEYWORDS and name != "app"])
        init(self, *args, **given)

    return cast(Init, checked)


def new_secret() -> str:
    """A secret for CONSENTKIT_SECRET: 256 random bits."""
    return randomness.token_urlsafe(32)


def _policy(
    source: Policy | Mapping[str, Any] | str | Path | None, proxies: tuple[Network, ...], found: list[Problem]
) -> Policy:
    if isinstance(source, Policy):
        return source.model_copy(update={"trusted_proxies": source.trusted_proxies + proxies})
    try:
        return parse_policy({}, "defaults", proxies) if source is None else load_policy(source, proxies)
    except ConfigError as error:
        found.extend(error.problems)
        return Policy()


def _is_live(value: str, found: list[Problem]) -> bool:
    """Whether this is production. A word that is almost it must not quietly mean the opposite."""
    word = value.strip().lower()
    if word not in ("", "production", "development", "test", "testing", "staging"):
        remedy = 'Write "production", or "development".'
        found.append(Problem("consentkit.E045", "CONSENTKIT_ENV", "no environment that we know.", remedy, value[:40]))
    return word == "production"


def _proxies(listed: str, found: list[Problem]) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(part) for part in listed.replace(",", " ").split())
    except ValueError as error:
        remedy = 'List networks, such as "10.0.0.0/8 192.0.2.1".'
        found.append(Problem("consentkit.E022", "CONSENTKIT_TRUSTED_PROXIES", f"{error}.", remedy, listed[:60]))
        return ()


def _origin(policy: Policy) -> str:
    """The log origin for a new key: a schema-less URL of the site's (C2SP tlog-checkpoint)."""
    return f"{policy.site.hosts[0] if policy.site.hosts else policy.site.id}/consent-log"


def _secrets(given: str | None, keys: _KeyFolder, found: list[Problem]) -> tuple[str, ...]:
    text = given or keys.kept("CONSENTKIT_SECRET", "secret", new_secret)
    if text is None:
        return ()
    values = tuple(text.split())
    if not values or any(len(value) < SHORTEST_SECRET for value in values):
        message = f"is shorter than {SHORTEST_SECRET} characters: it could be guessed."
        remedy = "Take the one that `consentkit ledger keygen` prints."
        found.append(Problem("consentkit.E021", "CONSENTKIT_SECRET", message, remedy))
    return values


def _signer(
    given: str | None, keys: _KeyFolder, origin: str, found: list[Problem]
) -> tuple[Signer, Path] | tuple[Signer | None, None]:
    """The key, and the file in which it lies, if it lies in one."""
    text = given or keys.kept("CONSENTKIT_SIGNING_KEY", _KEY_FILE, lambda: Signer.generate(origin).to_text())
    if text is None:
        return None, None
    try:
        if not text.startswith("PRIVATE+KEY+"):
            _see_place("CONSENTKIT_SIGNING_KEY", Path(text), found)
            return read_key(Path(text)), Path(text)
        return (Signer.from_text(text), None) if given else (Signer.from_text(text), keys.folder / _KEY_FILE)
    except (OSError, ValueError, MalformedError):
        message = "is neither a signing key nor a readable file with one."
        found.append(Problem("consentkit.E023", "CONSENTKIT_SIGNING_KEY", message, _KEYGEN))
        return None, None


_KEYGEN = "Set it to what `consentkit ledger keygen` prints."


class _KeyFolder:
    """Keys made once for development: mode 0600 in a folder of ours, which tells git to leave it alone."""

    def __init__(self, folder: Path, found: list[Problem], *, live: bool, invent: bool) -> None:
        self.folder = folder
        self._found = found
        self._live = live
        self._invent = invent
        self.used = False

    def kept(self, setting: str, name: str, make: Callable[[], str]) -> str | None:
        """The key kept under `name` for want of a setting, made if it is the first time; None, and why not."""
        path = self.folder / name
        _see_place("CONSENTKIT_DATA", path, self._found)
        try:
            # Where the start is off already nothing is made: a new key might bear another site's name.
            if self._invent and not self._live and not self._found and not path.exists():
                self._prepare(path)
                if not self._found:
                    self.used = True
                    write_once(path, make() + "\n")
            if not self._live and path.exists():
                return path.read_text(encoding="ascii").strip()
        except (OSError, ValueError) as error:
            message = f"is not set, and {path} can be neither read nor made ({error.__class__.__name__})."
            remedy = "Set it, or let CONSENTKIT_DATA name a folder that the app may write to."
            self._found.append(Problem("consentkit.E025", setting, message, remedy))
            return None
        if self._live:
            message = "is not set, and in production none is invented."
            self._found.append(Problem("consentkit.E020", setting, message, _KEYGEN))
        elif not self._invent:
            message = f"is not set, and there is no {path}."
            self._found.append(Problem("consentkit.E020", setting, message, _ELSEWHERE))
        return None

    def _prepare(self, path: Path) -> None:
        """See to a folder in which no commit takes the key along."""
        if not self.folder.exists():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_once(self.folder / ".gitignore", "*\n")
        elif work_tree(path):  # a folder that was there may hold the site's own files: git is told of ours alone
            write_once(self.folder / ".gitignore", _OURS)
        if tree := work_tree(path):
            message = f"would put a key into {path.parent}, which git would commit ({tree})."
            remedy = f"Add {path.name} to {self.folder / '.gitignore'}, or name a folder that is not there yet."
            self._found.append(Problem("consentkit.E038", "CONSENTKIT_DATA", message, remedy))


def _see_place(setting: str, path: Path, found: list[Problem]) -> None:
    """A key does not lie where it is served; where git would commit it the owner is warned."""
    if folder := served_folder(path):
        message = f"puts a key into {folder}, which looks as if it were served to everybody."
        problem = Problem("consentkit.E037", setting, message, "Name a folder outside of everything that is served.")
        if problem not in found:
            found.append(problem)
    elif path.exists() and (tree := work_tree(path)):
        remedy = f"Add it to {tree / '.gitignore'}, or keep it elsewhere."
        warnings.warn(f"the key in {path} lies in a git work tree that would commit it. {remedy}", stacklevel=2)


_ELSEWHERE = "Name the app's folder with --data or CONSENTKIT_DATA; the app makes its keys when it first starts."
