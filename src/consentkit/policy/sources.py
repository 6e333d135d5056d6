"""What a Content-Security-Policy can say of a policy: which hosts are for everybody, and which are whose.

Knows the policy; not who asks, nor what was decided. The sources of vendors are written out for each, so that a policy
text is made by leaving out those who are not allowed: nothing else in it changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote

from consentkit.category import Category
from consentkit.policy.model import Policy

PLACE = "@"
"""Where the sources of allowed vendors go into a template; no source of ours holds this letter."""

# Only hosts are restricted: what a page does with text and bytes of its own stays as the app's policy has it.
# These are no grants: of several policies each can only take away (CSP3 §8.1). 'unsafe-eval' includes WebAssembly.
_OWN_MEANS = "'self' 'unsafe-inline' 'unsafe-eval' data: blob: filesystem: mediastream:"

_USUAL_PORTS = ("80", "443")


class VendorSources(NamedTuple):
    """One declared vendor that needs consent, and what it is reached by."""

    category: str
    vendor: str
    sources: str


class SourceTable(NamedTuple):
    """A policy text in which a place is left for the sources of whoever is allowed, and everybody's sources."""

    template: str
    vendors: tuple[VendorSources, ...]

    def text(self, allows: Callable[[str, str], bool]) -> str:
        """The policy text when `allows(category, vendor)` says who may be reached."""
        allowed = [row.sources for row in self.vendors if allows(row.category, row.vendor)]
        return self.template.replace(f" {PLACE}", "".join(f" {sources}" for sources in allowed))

    @property
    def widest(self) -> str:
        """The text when everybody declared is allowed."""
        return self.text(lambda category, vendor: True)

    def format(self) -> str:
        """The table as text: the template, and a line "category vendor source source…" for each vendor.

        For the first script of a page for everybody, whose header lets every declared vendor through: `tighten` of
        widget/src/guard/tighten.ts makes of it, for a `<meta>`, what `text` makes here. ASCII, the same for every
        visitor, and without quotes other than "'".
        """
        return "\n".join([self.template, *(" ".join(row) for row in self.vendors)])


def reaches(text: str, host: str, directive: str = "") -> bool:
    """Whether a policy text of ours lets a page ask this host for something; with `directive`, for such a thing.

    `host` carries its port where that is not the usual one: without a port, a source is for those (CSP3 "port-part
    matches"). Paths are left aside: a host of which some part may be reached is reached.
    """
    said = {name: sources for name, *sources in (part.split() for part in text.split("; "))}
    lists = [said.get(directive, said["default-src"])] if directive else said.values()
    return any(_names(source, host) for sources in lists for source in sources)


def source_table(policy: Policy) -> SourceTable:
    """The table of a policy. Vendors that are essential are everybody's."""
    essential = [vendor for vendor in policy.vendors if vendor.category is Category.ESSENTIAL]
    asked = [vendor for vendor in policy.vendors if vendor.category is not Category.ESSENTIAL and vendor.hosts]
    everywhere = [
        *_OWN_MEANS.split(),
        *(source for host in policy.site.hosts for source in _any_port(host)),
        *(_of_hosts([policy.cookie_domain]) if policy.cookie_domain else ()),
        *(source for written in policy.csp.hosts for source in _of_source(written)),
        *(source for vendor in essential for source in _of_hosts(vendor.hosts)),
        *(_of_hosts(policy.signals.spared) if policy.signals else ()),
    ]
    # What is not named follows default-src: prefetches too, and what browsers will think of next (CSP3 "default-src").
    # form-action is not there: sending a form is the visitor's act (payment, sign-in), and what a script sends into a
    # frame unseen is stopped as a frame.
    directives = {"default-src": everywhere}
    for directive, sources in sorted(policy.csp.only.items()):
        directives[directive] = [*everywhere, *(source for written in sources for source in _of_source(written))]
    template = "; ".join(f"{name} {' '.join(dict.fromkeys(said))} {PLACE}" for name, said in directives.items())
    rows = [VendorSources(vendor.category.value, vendor.id, " ".join(_of_hosts(vendor.hosts))) for vendor in asked]
    return SourceTable(template, tuple(rows))


def _names(source: str, place: str) -> bool:
    name, _, port = source.rpartition("://")[2].partition("/")[0].partition(":")
    host, _, asked = place.partition(":")
    if port not in ("*", asked) and (asked or port not in _USUAL_PORTS):
        return False
    return host.endswith(name[1:]) if name.startswith("*.") else host == name


def _of_hosts(hosts: Iterable[str]) -> list[str]:
    """Sources for "host" or "host/path", each with its subdomains; those that another one covers are left out."""
    named = list(hosts)
    return [source for host in named if not _is_covered(host, named) for source in _of_host(host)]


def _is_covered(host: str, among: list[str]) -> bool:
    return any(host.partition("/")[0].endswith(f".{other}") for other in among)


def _of_host(host: str) -> Iterator[str]:
    name, slash, path = host.partition("/")
    # CSP never looks at a query (CSP3 "url matches expression"), and takes "," and ";" for the end of a source.
    path = quote(path.partition("?")[0].partition("#")[0], safe="/%:!$&()*+=~")
    # What begins with "/embed" is, in CSP's terms, "/embed" itself and everything below "/embed/".
    paths = [slash + path] if not path or path.endswith("/") else [f"/{path}", f"/{path}/"]
    for below in paths:
        yield from _any_port(name, below)
        yield from _any_port(f"*.{name}", below)


def _any_port(host: str, path: str = "") -> tuple[str, str]:
    # A host without a port stands for the usual ones (CSP3 "port-part match"), and whoever is allowed is so on all.
    return _both_schemes(f"{host}:*{path}")


def _both_schemes(host: str) -> tuple[str, str]:
    # Without a scheme a source is for the page's own and https, never for a WebSocket; "ws" is for "wss" too
    # (CSP3 "scheme-part match").
    return host, f"ws://{host}"


def _of_source(written: str) -> tuple[str, ...]:
    return (written,) if "://" in written else _both_schemes(written)
