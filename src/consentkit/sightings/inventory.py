"""The cookie names an app was seen to set or receive: for saying each thing once, for expiring what has to go, and for
the owner's list.

Knows Set-Cookie lines, names and days: never a value, nothing of a visitor. In memory and bounded; what the list needs
goes to the database in the background, so that one command sees what all workers saw.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta

from consentkit.classification.answer import UNKNOWN, Classification
from consentkit.classification.cascade import classifier_of, judge_cookie
from consentkit.classification.classifier import OURS
from consentkit.classification.family import family_of
from consentkit.classification.learned import Traits
from consentkit.errors import LedgerUnavailable
from consentkit.guard.outbound import Cookies
from consentkit.guard.set_cookie import SetCookie, declaring
from consentkit.later import Later
from consentkit.ledger.sightings import MOST_PATHS, Sighting, Sightings
from consentkit.sightings.hearsay import Hearsay
from consentkit.visitor.network import Origin

_LOG = logging.getLogger("consentkit")
_MOST_NAMES = 1000
# Names that come from visitors must not use up the lines of those the app sets.
_MOST_HIDDEN = 100
_MOST_OF_A_FAMILY = 3
_MOST_SHAPES = 4000
_LONGEST_NAME = 128
_DAY = 86400
_WRITE_SECONDS = 30
_READ_SECONDS = 60
# Paths other than "/" that can be written back into a header.
_PATH = re.compile(r"/[!-:<-~]{1,1000}")


class Inventory:
    """Remembers for one process. Losing a race between threads loses a log line or a day, nothing else."""

    def __init__(self, sightings: Sightings, *, enforces: bool) -> None:
        self._sightings = sightings
        self._would = "" if enforces else "would be "
        self._paths: dict[str, set[str]] = {}
        self._said: set[str] = set()
        self._said_hidden: set[str] = set()
        self._families: dict[str, list[str]] = {}
        self._hearsay = Hearsay()
        self._pending: dict[str, Sighting] = {}
        self._lock = threading.Lock()
        self._later = Later(self._write, _WRITE_SECONDS)
        self._last_seen: Mapping[str, date] = {}
        self._read_again = 0.0
        self._begin_day(0)

    def notice(self, cookies: Cookies, now: float) -> None:
        """Take in one response's Set-Cookie lines; each cookie held is named once in the log."""
        self._look_at_calendar(now)
        for cookie in cookies.seen:
            if cookie[:-1] not in self._shapes:
                self._add_set(cookie)
        for cookie, found in cookies.held:
            if cookie.name not in self._said and len(self._said) < _MOST_NAMES:
                self._said.add(cookie.name)
                self._say_held(cookie, found)

    def receive(self, names: Collection[str], origin: Origin, now: float) -> None:
        """Take in the names a browser sent: listed if the app sets them, or if several networks send them."""
        self._look_at_calendar(now)
        if self._received.issuperset(names):
            return
        for name in names:
            attempt = hash((name, origin.client))
            if name not in self._received and attempt not in self._attempts:
                if len(self._attempts) >= _MOST_SHAPES:
                    self._attempts.clear()
                self._attempts.add(attempt)
                self._add_received(name, origin)

    def hide(self, hidden: Mapping[str, Classification]) -> None:
        """Say once of each cookie that the app does not get to see it."""
        for name, found in hidden.items():
            if name not in self._said and name not in self._said_hidden and len(self._said_hidden) < _MOST_HIDDEN:
                self._said_hidden.add(name)
                self._say(f"{self._would}hidden from the app", name, found)

    def paths(self, name: str) -> frozenset[str]:
        """The paths, other than "/", under which the app set this cookie."""
        return frozenset(self._paths.get(name, ()))

    def last_seen(self, now: float) -> Mapping[str, date]:
        """Names, and the day any worker last saw each. Read anew once a minute; none while the database is away."""
        if now >= self._read_again:
            self._read_again = now + _READ_SECONDS
            try:
                self._last_seen = {each.name: _date(each.last) for each in self._sightings.all()}
            except LedgerUnavailable:
                self._last_seen = {}
        return self._last_seen

    def close(self) -> None:
        """Write what is not written yet."""
        self._later.close()

    def _look_at_calendar(self, now: float) -> None:
        if (day := int(now // _DAY)) != self._day:
            self._begin_day(day)

    def _begin_day(self, day: int) -> None:
        """What was seen is seen anew each day: so its last day is known."""
        self._day = day
        self._shapes: set[tuple[object, ...]] = set()
        self._received: set[str] = set()
        self._attempts: set[int] = set()
        self._hearsay.new_day()

    def _add_set(self, cookie: SetCookie) -> None:
        if len(self._shapes) < _MOST_SHAPES:
            self._shapes.add(cookie[:-1])
        path = cookie.path if cookie.path and _PATH.fullmatch(cookie.path) else None
        if path and (cookie.name in self._paths or len(self._paths) < _MOST_NAMES):
            paths = self._paths.setdefault(cookie.name, set())
            if len(paths) < MOST_PATHS:
                paths.add(path)
        if not cookie.deletes and not cookie.nameless and (name := self._listed(cookie.name)):
            where = (path,) if path else ()
            self._record(Sighting(name, True, False, self._day, self._day, where, _attributes(cookie), cookie.lifetime))

    def _add_received(self, name: str, origin: Origin) -> None:
        known = name in self._families.get(family_of(name), ())
        if known or self._hearsay.believes(name, origin.network):
            self._received.add(name)
            if listed := self._listed(name):
                self._record(Sighting(listed, False, True, self._day, self._day))

    def _listed(self, name: str) -> str | None:
        """The name it is listed under: of a family with an id in its names a few stand for all. None if there is no
        room, or it is not to be listed."""
        if len(name) > _LONGEST_NAME or name.removeprefix("__Host-") in OURS:
            return None
        family = family_of(name)
        members = self._families.get(family)
        if members is None:
            if len(self._families) >= _MOST_NAMES:
                return None
            members = self._families[family] = []
        if name not in members:
            if len(members) >= _MOST_OF_A_FAMILY:
                return members[0]
            members.append(name)
        return name

    def _record(self, sighting: Sighting) -> None:
        self._wait(sighting._replace(name=escaped(sighting.name)))
        self._later.soon()

    def _wait(self, sighting: Sighting) -> None:
        with self._lock:
            known = self._pending.get(sighting.name)
            self._pending[sighting.name] = known.merge(sighting) if known else sighting

    def _write(self) -> bool:
        with self._lock:
            batch, self._pending = self._pending, {}
        try:
            self._sightings.add(batch)
        except LedgerUnavailable:  # the ledger says so in the log; what waits is bounded, and waits on
            for sighting in batch.values():
                self._wait(sighting)
            return False
        return True

    def _say_held(self, cookie: SetCookie, found: Classification) -> None:
        if cookie.nameless and found.category is None:
            # What stands in for its name may be a piece of its value, which belongs in no log.
            _LOG.warning(
                "consentkit.G012 %sheld a cookie without a name. Nothing can declare it: give it one.", self._would
            )
        else:
            self._say(f"{self._would}held", cookie.name, found, _guess(cookie) if found.category is None else UNKNOWN)

    def _say(self, verb: str, name: str, found: Classification, likely: Classification = UNKNOWN) -> None:
        lines = declaring(name, found.category, found.purpose)
        if found.reason == "declared":
            _LOG.info("consentkit.G010 %s until there is consent, as declared:\n%s", verb, lines)
        else:
            guess = f"; a guess: {likely.category}, {likely.confidence:.2f}" if likely.category else ""
            what = f"{found.category}, says the catalogue" if found.category else f"nobody knows it{guess}"
            _LOG.warning("consentkit.G011 %s a cookie (%s). To declare it:\n%s", verb, what, lines)


def _guess(cookie: SetCookie) -> Classification:
    """What `consentkit classify` would say of a cookie that nobody knows: the guard goes by no guess, its owner may."""
    same_site = cookie.same_site.lower()
    traits = Traits("", cookie.lifetime or 0, cookie.http_only, cookie.secure, same_site)
    return judge_cookie(classifier_of(None), cookie.name, traits)


def escaped(name: str) -> str:
    """A name in plain ASCII, for a database and a terminal: a byte that is not a printable sign as "\\xe9"."""
    signs = (char if "!" <= char <= "~" and char != "\\" else f"\\x{ord(char):02x}" for char in name)
    return "".join(signs)[:_LONGEST_NAME]


def _date(day: int) -> date:
    return date(1970, 1, 1) + timedelta(days=day)


def _attributes(cookie: SetCookie) -> str:
    said: Iterable[tuple[object, str]] = (
        (cookie.http_only, "HttpOnly"),
        (cookie.secure, "Secure"),
        (cookie.same_site, f"SameSite={cookie.same_site}"),
        (cookie.partitioned, "Partitioned"),
    )
    return "; ".join(word for value, word in said if value)
