"""What a cookie or a URL is, and why: declared by the site, else on a list of its own, else needed by its framework,
else catalogued, else unknown.

Knows the policy and the catalogue. Says what a thing *is*; what to do with it, the unknown above all, is the guard's.
Guesses nothing: that is what `cascade` adds, for people who look.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from consentkit.catalog import (
    NEEDLES,
    cloaked_host,
    cloaked_path,
    find_cookie,
    find_tracker,
    registrable,
    tracker_hosts,
)
from consentkit.category import Category
from consentkit.classification.answer import (
    FIRST_PARTY,
    NEEDED,
    UNKNOWN,
    Classification,
    as_cloaked,
    as_found,
    as_tracked,
)
from consentkit.classification.declared import Declared
from consentkit.once import once

if TYPE_CHECKING:
    from consentkit.policy import Policy

# Our own cookies: the sealed choice, what scripts may read of it, the mark of who is signed in, the errand of who is on
# the way to another site and back, and the TC string.
OURS = ("ck", "ck_s", "ck_u", "ck_h", "ck_tc")
_MEMO = 4096
# Session libraries cut what is too long for one cookie into "name.0", "name-chunk-0"; some into "name_0", "nameC1".
_CHUNK = re.compile(r"(?P<whole>.+?)(?:[-_.]chunks?[-_.]?[0-9]{1,2}|\.[0-9]{1,2}|(?P<loose>__?[0-9]{1,2}|C[0-9]{1,2}))")
# Browsers need no slashes after the scheme, take any number of them, and backslashes as well (WHATWG URL §4.4).
_ABSOLUTE = re.compile(r"(?:(?:https?|wss?):[/\\]*|[/\\]{2,})(?P<authority>[^/\\?#]*)(?P<path>[^#]*)", re.IGNORECASE)


class Classifier:
    """Classifies for one policy, or for nobody's. Long-lived; remembers what it was asked, within bounds.

    `needed` gives the names under which the site's framework keeps logins and tokens; it is asked once, when the first
    cookie is.
    """

    def __init__(self, policy: Policy | None = None, needed: Callable[[], Iterable[str]] = tuple) -> None:
        signals = policy.signals if policy else None
        self._own_hosts = frozenset(policy.site.hosts if policy else ())
        self._holds_cloaked = policy is not None and policy.hold_cloaked
        self._spared = tuple(place.partition("/") for place in signals.spared_tags) if signals else ()
        self._declared = Declared.by(policy) if policy else Declared()
        self._asked_for_needed = needed
        self._memo: dict[tuple[str, str], Classification] = {}

    def cookie(self, name: str) -> Classification:
        """A cookie by its name."""
        return self._remembered(("cookie", name)) or self._remember(("cookie", name), self._cookie(name))

    def url(self, url: str, own_host: str = "") -> Classification:
        """What a page asks for by this URL; relative ones, and those on a host of the site's own, are first party."""
        parts = split_url(url)
        if parts is None:
            return self._relative(url, own_host) if self._holds_cloaked else FIRST_PARTY
        host, path = parts
        own = host == own_host or host in self._own_hosts
        key = ("own url" if own else f"url {own_host}" if self._holds_cloaked else "url", host + path)
        return self._remembered(key) or self._remember(key, self._url(host, path, own_host if not own else host))

    def spares(self, url: str) -> bool:
        """Whether a page may load this without consent, though it is somebody's: the policy asks for it."""
        parts = split_url(url) if self._spared else None
        return parts is not None and any(
            parts[0] == host and parts[1].startswith(slash + path) for host, slash, path in self._spared
        )

    @property
    def own_paths(self) -> tuple[str, ...]:
        """What addresses on the site's own hosts hold that may yet be no first party's."""
        return NEEDLES if self._holds_cloaked else ()

    def _url(self, host: str, path: str, own_host: str) -> Classification:
        if declared := self._declared.place(host, path):
            return declared
        own = host == own_host
        found = FIRST_PARTY if own else _catalogued(host, path)
        if self._holds_cloaked and (own or found.category is None):
            near = not own and bool(own_host) and registrable(host) == registrable(own_host)
            cloak = cloaked_path(path) if own or near else None
            return as_cloaked(cloak) if (cloak := cloak or (cloaked_host(host) if near else None)) else found
        return found

    def _relative(self, url: str, own_host: str) -> Classification:
        path = "/" + url.lstrip("./")
        cloak = cloaked_path(path)
        return (self._declared.place(own_host, path) or as_cloaked(cloak)) if cloak else FIRST_PARTY

    def _cookie(self, name: str) -> Classification:
        """A name as it stands, else the whole that it is a chunk of."""
        found = self._named(name)
        if found.category is None and (chunk := _CHUNK.fullmatch(name)):
            whole = self._named(chunk["whole"])
            # "_1" is behind many a name: where only the catalogue speaks of the whole, it may spare but not hold.
            if not chunk["loose"] or whole.reason == "declared" or whole.category == Category.ESSENTIAL:
                return whole
        return found

    def _named(self, name: str) -> Classification:
        if name.removeprefix("__Host-") in OURS:
            return Classification(Category.ESSENTIAL, "", "declared", "consentkit")
        if found := self._declared.cookie(name):
            return found
        if name in self._needed:
            return NEEDED
        return as_found(known, "catalogued") if (known := find_cookie(name)) else UNKNOWN

    @once
    def _needed(self) -> frozenset[str]:
        return frozenset(self._asked_for_needed())

    def listed_at(self, name: str, domain: str) -> Classification | None:
        """What the site's own lists say of a domain's cookie, if they name that domain."""
        return self._declared.cookie_at(name, domain)

    def lists(self, host: str) -> bool:
        """Whether policy or catalogue have a line for exactly this host."""
        return (
            self._declared.names(host) or host in tracker_hosts() or (self._holds_cloaked and bool(cloaked_host(host)))
        )

    def _remembered(self, key: tuple[str, str]) -> Classification | None:
        return self._memo.get(key)

    def _remember(self, key: tuple[str, str], found: Classification) -> Classification:
        if len(self._memo) >= _MEMO:
            self._memo.clear()
        self._memo[key] = found
        return found


def host_of(authority: str) -> str:
    """The host in a URL's authority or a Host header, lower-case, without user, port or final dot."""
    host = authority.rpartition("@")[2].lower()
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].rstrip(".")


def split_url(url: str) -> tuple[str, str] | None:
    """The host and the path with its query, as a browser reads them; None of a relative URL."""
    match = _ABSOLUTE.match(url)
    if not match:
        return None
    path = match["path"].replace("\\", "/")
    return host_of(match["authority"]), path if path.startswith("/") else "/" + path


def _catalogued(host: str, path: str) -> Classification:
    known = find_tracker(host, path)
    return as_tracked(known) if known else UNKNOWN
