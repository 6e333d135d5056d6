"""The versions of a policy: those that were in force, the one that is, and one whose day is still to come.

Knows the ledger's documents and today's date; no visitor. Which version is in force is read from the ledger, which kept
each when it was first shown: so the owner writes the new version with its date, and nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from consentkit import canonical
from consentkit.errors import ConsentkitError, LedgerUnavailable, MalformedError
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.store import Store
from consentkit.policy import Policy, fingerprint, parse_policy, set_up_as
from consentkit.policy.version import BEFORE_US
from consentkit.settings import Settings

_LOG = logging.getLogger("consentkit")


class Version(NamedTuple):
    """One version as visitors are told of it: its name, from when it holds, and when it was first shown, if it was."""

    name: str
    effective: date
    updated: date | None


class Stored(NamedTuple):
    """A policy as the ledger keeps it, and the day on which it was first shown."""

    hash: str
    said: dict[str, Any]
    day: date | None

    @property
    def version(self) -> Version:
        return Version(str(self.said["version"]), date.fromisoformat(self.said["effective"]), self.day)


def moment_of(day: date) -> float:
    """The Unix time at which a day begins, in UTC: a version holds from then on."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()


def today(now: float) -> date:
    """The day of a Unix time, in UTC."""
    return datetime.fromtimestamp(now, UTC).date()


def settle(settings: Settings, ledger: Ledger, now: float) -> tuple[Settings, Policy | None]:
    """The settings under the version in force, and the version to come, if what is declared is that."""
    declared = settings.policy
    if declared.effective <= today(now):
        return settings, None
    try:
        before = _before(declared, stored(ledger.store))
    except LedgerUnavailable as error:
        _LOG.error(
            "consentkit.D010 nobody knows which version was in force: %s holds from now on (%s)",
            declared.version,
            error,
        )
        return settings, None
    if before is None:
        _LOG.warning(
            "consentkit.D011 effective = %s is still to come, and no version was in force before: %s holds from now on",
            declared.effective,
            declared.version,
        )
        return settings, None
    return replace(settings, policy=before), declared


def stored(store: Store) -> list[Stored]:
    """The policies that were in force, in the order in which they were first shown. Raises LedgerUnavailable."""
    places = store.places("policy")
    found = []
    for document in sorted(store.documents("policy"), key=lambda each: places.get(each.hash) or 0):
        number = places.get(document.hash)
        entry = None if number is None else next(iter(store.entries(number, number + 1)), None)
        try:
            each = Stored(document.hash, dict(canonical.decode(document.body)), entry and today(entry.time / 1000))
            if not each.version.name.startswith(BEFORE_US):
                found.append(each)
        except (MalformedError, KeyError, TypeError, ValueError):  # not of our making
            continue
    return found


def history(known: Sequence[Stored], current: Policy, coming: Policy | None, now: float) -> list[Version]:
    """Every version, the latest first; one that was changed without another name or date is one."""
    found = {each.version[:2]: each.version for each in known}
    found.setdefault((current.version, current.effective), Version(current.version, current.effective, today(now)))
    if coming:
        found[coming.version, coming.effective] = Version(coming.version, coming.effective, None)
    return sorted(found.values(), key=lambda version: version.effective, reverse=True)


def _before(declared: Policy, known: Sequence[Stored]) -> Policy | None:
    """The version that holds until the declared one does, set up as this one is: the last that came to be shown."""
    own = fingerprint(declared)
    for each in reversed(known):
        if each.hash == own:
            continue
        try:
            before = parse_policy(set_up_as(declared, each.said), f"policy {each.hash}")
        except ConsentkitError as error:
            _LOG.warning("consentkit.D004 an old policy cannot be read any more: %s", error)
            continue
        if before.site.id == declared.site.id:
            return before
    return None
