"""What a site declares: who it is, which vendors and cookies it uses, for what, for how long, under which rules.

Values only: knows no file, no request and no visitor. Every default of the policy stands here and nowhere else.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from consentkit.category import Category
from consentkit.policy.base import Declared
from consentkit.policy.domains import Domains
from consentkit.policy.duration import parse_duration
from consentkit.policy.imports import Import
from consentkit.policy.jurisdiction import Country, Jurisdiction, MinimumAge, age
from consentkit.policy.signals import Signalling
from consentkit.policy.theme import Theme
from consentkit.policy.values import (
    Certificate,
    CookieName,
    Countries,
    CspSource,
    Duration,
    Host,
    HostPath,
    Identifier,
    Language,
    Link,
    Network,
    PathPrefix,
    Service,
    Text,
    VerifierKey,
    Words,
)
from consentkit.policy.wording import OwnTexts


class Site(Declared):
    """The service as a visitor knows it. `id` names it in seals and in the ledger: never change it lightly."""

    id: Identifier = "site"
    name: Words = "This site"
    hosts: tuple[Host, ...] = ()


class Controller(Declared):
    """Who decides why and how personal data is used (GDPR 4(7)), and how to reach them (GDPR 13(1)(a))."""

    name: Words
    contact: Words
    address: Words | None = None
    country: Country | None = None


class Entity(Controller):
    """One company of a group, responsible on hosts of its own; its country is the default jurisdiction there."""

    hosts: Annotated[tuple[Host, ...], Field(min_length=1, max_length=100)]


class Authority(Declared):
    """To whom a visitor may complain (GDPR 13(2)(d))."""

    name: Words
    url: Link | None = None


class Accounts(Declared):
    """That choices follow who signs in, and by which rule the two are merged (`accounts.merging`)."""

    merge: Literal["latest", "strictest"] = "latest"


class Keep(Declared):
    """How long a law has records kept, whoever wants them erased, and which law that is (GDPR 17(3)(b))."""

    period: Duration
    reason: Text


class Cookie(Declared):
    """A cookie, storage key or pixel of a vendor. `name` may end in "*"; `retention` is "session" or a duration."""

    name: CookieName
    purpose: Text
    retention: Duration
    path: Annotated[str, StringConstraints(pattern=r"^/[!-+\--:<-~]*$", max_length=1000)] = "/"


class OwnCookie(Cookie):
    """A cookie that the site sets for itself. `justification` is why the service cannot do without an essential one."""

    category: Category
    justification: Text | None = None


class Vendor(Declared):
    """A company that receives data. `hosts` cover their subdomains; "host/path" covers what starts with that path.

    `data` says what it receives, `stop` how a visitor stops it later, and `transfer` what protects data that leaves the
    European Economic Area (GDPR 46). `processed` are the countries where it works on the data; unset, its own.
    """

    id: Identifier
    name: Words
    category: Category
    purpose: Text
    hosts: tuple[HostPath, ...] = ()
    cookies: tuple[Cookie, ...] = ()
    privacy_url: Link | None = None
    country: Country | None = None
    data: Text | None = None
    stop: Text | None = None
    transfer: Text | None = None
    justification: Text | None = None
    # Counts visits for this site alone and tells nobody else: what `jurisdiction.profiles` may exempt.
    statistical: bool | None = None
    processed: Countries | None = None

    @property
    def places(self) -> tuple[Country, ...]:
        """Where the data goes, as far as it is known."""
        return self.processed or ((self.country,) if self.country else ())


class CategoryWords(Declared):
    """What a category is for on this site, in the site's own words."""

    description: Text


# The kinds of fetch that one of our policies may tell apart (CSP3 §6.1); those left out follow `default-src`.
CspDirective = Literal[
    "connect-src", "font-src", "frame-src", "img-src", "manifest-src", "media-src", "object-src", "script-src",
    "style-src", "worker-src",
]  # fmt: skip


class Csp(Declared):
    """The Content-Security-Policy that follows each decision, and the third parties in it that need no consent.

    `hosts` may be asked for anything, those in `only` for one kind of fetch.
    """

    mode: Literal["off", "learn", "enforce"] = "off"
    hosts: tuple[CspSource, ...] = Field(default=(), max_length=200)
    only: dict[CspDirective, tuple[CspSource, ...]] = Field(default_factory=dict)


class Witness(Declared):
    """Who cosigns the ledger's checkpoints (C2SP tlog-witness): where it is asked, and the key it signs with."""

    url: Service
    vkey: VerifierKey


class Timestamps(Declared):
    """An authority that says when a checkpoint existed (RFC 3161), and its root certificate, as PEM."""

    url: Service
    root: Certificate


class Log(Declared):
    """Who may see the ledger's hashes, and who vouches for them."""

    public: bool = True
    witnesses: tuple[Witness, ...] = Field(default=(), max_length=16)
    timestamps: Timestamps | None = None


class Policy(Declared):
    """Everything a site declares, complete. Built by `consentkit.policy.load`, or plainly for tests."""

    version: Words = "1"
    effective: date = date(2026, 1, 1)
    privacy_policy: Link | None = None
    imprint: Link | None = None
    # The languages offered, the first where nobody's wish is known; unset, all we have, and English first.
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] | None = None
    # The site's own words in the place of ours: language → key → text.
    texts: dict[Language, OwnTexts] | None = None
    site: Site = Site()
    controller: Controller | None = None
    # Companies of the group that are responsible on some hosts in the place of `controller`.
    entities: Annotated[tuple[Entity, ...], Field(max_length=100)] | None = None
    authority: Authority | None = None
    # Where personal data is processed; a vendor elsewhere says what protects the transfer. "EU" stands for its members.
    processing: Countries | None = None
    categories: dict[Category, CategoryWords] = Field(default_factory=dict)
    vendors: tuple[Vendor, ...] = Field(default=(), max_length=1000)
    cookies: tuple[OwnCookie, ...] = Field(default=(), max_length=1000)
    jurisdiction: Jurisdiction = Jurisdiction()
    retention: Duration = "3 years"
    keep: Keep | None = None
    accounts: Accounts | None = None
    honour_gpc: bool = True
    minimum_age: Annotated[MinimumAge, BeforeValidator(age)] | None = None
    # Sites on other domains that share one choice, and where it is kept for them.
    domains: Domains | None = None
    # Paths, and all below them, that are for children: nobody is asked there, and nothing that needs consent runs.
    children: tuple[PathPrefix, ...] | None = None
    # Which other software in a page is told of the decision.
    signals: Signalling | None = None

    # How the server goes about it: not part of what visitors are told, nor of the fingerprint.
    mode: Literal["enforce", "report"] = "enforce"
    render: Literal["personal", "shared"] = "personal"
    prefix: PathPrefix = "/_privacy"
    cookie_domain: Host | None = None
    csp: Csp = Csp()
    theme: Theme = Theme()
    # Whether the app gets to see cookies that browsers send without consent, from before or set by scripts.
    hide_cookies: bool = False
    # Whether trackers on the site's own hosts, in the clothes of the site, are held though nothing declares them.
    hold_cloaked: bool = False
    # Lists of vendors of the site's own, beside the catalogue: files, relative to the policy's.
    catalog: tuple[Annotated[str, StringConstraints(min_length=1, max_length=1000)], ...] = Field(
        default=(), max_length=50
    )
    # Paths, and all below them, of which we stay out: an admin, an API, a webhook.
    exclude: tuple[PathPrefix, ...] = ()
    trusted_proxies: tuple[Network, ...] = ()
    log: Log = Log()
    # What other tools' cookies say of choices made before, and what of ours that is.
    imports: Annotated[tuple[Import, ...], Field(max_length=20)] = ()

    @property
    def kept_milliseconds(self) -> int:
        """For how long a law keeps a record that somebody wants erased: 0 where none does."""
        return parse_duration(self.keep.period) * 1000 if self.keep else 0

    @property
    def first_language(self) -> str:
        """The language of what is the same for everybody."""
        return self.languages[0] if self.languages else "en"

    def entity_of(self, host: str) -> Entity | None:
        """The company that is responsible on a host in the place of the controller, if one is."""
        return next((entity for entity in self.entities or () if host in entity.hosts), None)

    def controller_of(self, host: str) -> Controller | None:
        """Who answers for a host."""
        return self.entity_of(host) or self.controller


# What may change without changing anything a visitor was told.
OPERATIONAL: dict[str, Any] = {
    **dict.fromkeys(("mode", "render", "prefix", "cookie_domain", "csp", "hide_cookies", "hold_cloaked"), True),
    **dict.fromkeys(("catalog", "exclude", "imports", "log", "theme", "trusted_proxies"), True),
    "jurisdiction": dict.fromkeys(("country_header", "region_header", "database"), True),
    "signals": {"tcf": {"vendor_list": True, "translations": True}},
}
