"""What a site says of cookies and hosts itself: in its policy, and on the lists of its own that the policy names.

Knows no catalogue, and nothing of a request. The policy's word goes before its lists, the longer name before the
shorter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from consentkit.catalog import Names, bare_name, uses
from consentkit.category import Category
from consentkit.classification.answer import Classification, as_found

if TYPE_CHECKING:  # whoever has a policy has paid for reading it; whoever has none need not
    from consentkit.policy import Policy


class Declared:
    """Names and hosts, each with what is said of it. Empty until something is."""

    def __init__(self) -> None:
        self._cookies: dict[str, Classification] = {}
        self._prefixes: list[tuple[str, Classification]] = []
        self._hosts: dict[str, list[tuple[str, Classification]]] = {}
        self._listed: Names | None = None

    @classmethod
    def by(cls, policy: Policy) -> Declared:
        """What this policy and its lists say. Raises ConfigError where a list cannot be read."""
        from consentkit.policy.duration import parse_duration

        said = cls()
        for vendor in policy.vendors:
            found = Classification(vendor.category, vendor.id, "declared", f"vendors.{vendor.id}")
            for cookie in vendor.cookies:
                said._name(cookie.name, found._replace(lasts=parse_duration(cookie.retention)))
            for place in vendor.hosts:
                host, _, path = place.partition("/")
                said._place(host, f"/{path}", found._replace(rule=place))
        for rule in policy.imports:  # until it is read it must not be dropped
            for name in rule.cookie_names:
                said._name(name, Classification(Category.ESSENTIAL, "", "declared", "imports"))
        for own in policy.cookies:
            lasts = parse_duration(own.retention)
            said._name(own.name, Classification(own.category, "", "declared", "cookies", lasts=lasts))
        if policy.catalog:
            said._take_lists(policy.catalog)
        said._prefixes.sort(key=lambda pair: -len(pair[0]))
        for paths in said._hosts.values():
            paths.sort(key=lambda pair: -len(pair[0]))  # stable: what is declared stays before what is listed
        return said

    def cookie(self, name: str) -> Classification | None:
        """A cookie by its name, or by the name without what that promises to browsers."""
        bare = bare_name(name)
        if found := self._declared(name) or self._declared(bare):
            return found
        known = (self._listed.find(name) or self._listed.find(bare)) if self._listed else None
        return as_found(known, "listed") if known else None

    def cookie_at(self, name: str, domain: str) -> Classification | None:
        """What the lists say of a domain's cookie, if they name that domain."""
        known = self._listed.find(name, domain) if self._listed and domain else None
        return as_found(known, "listed") if known and "@" in known.name else None

    def place(self, host: str, path: str) -> Classification | None:
        """What a host serves under a path; what is said of a host holds for those below it."""
        while host:
            for prefix, found in self._hosts.get(host, ()):
                if path.startswith(prefix):
                    return found
            host = host.partition(".")[2]
        return None

    def names(self, host: str) -> bool:
        """Whether there is a line for exactly this host."""
        return host in self._hosts

    def _declared(self, name: str) -> Classification | None:
        if found := self._cookies.get(name):
            return found
        return next((found for prefix, found in self._prefixes if name.startswith(prefix)), None)

    def _name(self, name: str, found: Classification) -> None:
        found = found._replace(rule=name)
        if name.endswith("*"):
            self._prefixes.append((name[:-1], found))
        else:
            self._cookies[name] = found

    def _place(self, host: str, path: str, found: Classification) -> None:
        self._hosts.setdefault(host, []).append((path, found))

    def _take_lists(self, paths: tuple[str, ...]) -> None:
        from consentkit.catalog.lists import read_lists  # with a reader of TOML, which few need

        cookies, hosts = read_lists(paths)
        self._listed = Names(cookies) if cookies else None
        for theirs, source in hosts:
            use = theirs.use if theirs.use in uses() else ""
            category = uses()[use].category if use else None
            rule = theirs.host + theirs.path.rstrip("/")
            self._place(
                theirs.host,
                theirs.path,
                Classification(category, theirs.vendor, "listed", source, use=use, rule=rule),
            )
