"""ConsentKit: everything that lives as long as the process, wired on one screen."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache, partial

from consentkit import __version__
from consentkit.classification.classifier import Classifier
from consentkit.cookie import StandingCookie
from consentkit.crossing.desk import Crossing
from consentkit.errors import LedgerOutdated, LedgerUnavailable
from consentkit.exchange import Exchange
from consentkit.guard.caching import rendering_key
from consentkit.guard.csp import Csp
from consentkit.guard.notes import Notes
from consentkit.guard.rewritings import Rewritings
from consentkit.guard.suspects import Suspects
from consentkit.http import RequestHead
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.links import Links
from consentkit.ledger.opening import open_ledger
from consentkit.ledger.sightings import Sightings
from consentkit.limit import ChoiceLimit, RateLimit
from consentkit.page import Layer, Notice, Pages, as_listed
from consentkit.policy import fingerprint
from consentkit.seal import Pseudonyms, Sealer
from consentkit.settings import Settings
from consentkit.shelf import Shelf
from consentkit.sightings.funnel import Funnel
from consentkit.sightings.hosts import HostsInUse
from consentkit.sightings.inventory import Inventory
from consentkit.token import RenderToken, format_token
from consentkit.versions import Stored, Version, history, moment_of, settle, stored
from consentkit.visitor.geo import locator
from consentkit.visitor.minors import Minor, watchful
from consentkit.visitor.visitor import Visitors

_LOG = logging.getLogger("consentkit")
_TOKENS = 64


class ConsentKit:
    """One site's consent. A face makes one at the start and asks it for an Exchange per request.

    Raises LedgerRollback if the ledger is older than what was signed for, and LedgerOutdated if its tables are of
    another version. A database that does not answer stops nothing: pages go on, trackers stay held, choices are kept.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], float] = time.time,
        minor: Minor | None = None,
        ledger: Ledger | None = None,
        needed: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        """`needed` gives the names of cookies under which the site's framework keeps logins and tokens.

        With a `ledger` that is open already, the kit of the next version: what is declared counts as in force."""
        settings = replace(settings, policy=as_listed(settings.policy))
        self.ledger = ledger or open_ledger(settings)
        settings, self.coming = (settings, None) if ledger else settle(settings, self.ledger, clock())
        site = settings.policy.site.id
        self._clock = clock
        self.policy = settings.policy
        self.enforces = settings.policy.mode == "enforce"
        self.shelf = Shelf(self.ledger, settings.policy)
        self.classifier = Classifier(settings.policy, needed)
        self.pages = Pages(settings.policy, self.coming)
        self.locate = locator(settings.policy.jurisdiction.database)
        self.rewritings = Rewritings()
        self.suspects = Suspects(self.classifier.lists, self.classifier.own_paths)
        self.inventory = Inventory(Sightings(self.ledger.store.database, site), enforces=self.enforces)
        self.notes = Notes(enforces=self.enforces)
        self.is_minor = watchful(minor)
        self.limit = ChoiceLimit()
        self.csp = Csp(settings.policy)
        self.hosts = HostsInUse(settings.policy, self.ledger.store)
        self.funnel = Funnel(self.ledger.store)
        self.reports_limit = RateLimit(what="reports")
        self.tokens = Sealer(settings.secrets, "render", site)
        self._token = lru_cache(_TOKENS)(partial(format_token, self.tokens))  # the same for all within a second
        self.links = Links(self.ledger.store)
        self.accounts = Pseudonyms(settings.secrets, "account", site)
        self.marks = Sealer(settings.secrets, "mark", site)
        self.erasures = Sealer(settings.secrets, "erasure", site)
        self.tc_strings = Sealer(settings.secrets, "tc", site)
        self.previews = Sealer(settings.secrets, "preview", site)
        self.crossing = Crossing(settings, self.ledger.store, self.shelf, self.notes)
        self.standing_cookie = StandingCookie(Sealer(settings.secrets, "cookie", site), self.shelf.edition)
        policy = settings.policy
        facts = (self.shelf.current.fingerprint, policy.prefix, policy.csp, policy.cookie_domain)
        self.rendering = rendering_key(__version__, *facts, self.coming and fingerprint(self.coming))
        self.shared_key = rendering_key(self.rendering, "shared")
        self.visitors = Visitors(self)
        declared = [*settings.policy.cookies, *(cookie for v in settings.policy.vendors for cookie in v.cookies)]
        self._paths = [(cookie.name, cookie.path) for cookie in declared if cookie.path != "/"]
        self._open_ledger()
        # Made at once: on the day nobody waits for it.
        following = replace(settings, policy=self.coming) if self.coming else None
        self._next = following and ConsentKit(following, lambda: self._clock(), minor, self.ledger, needed)

    def exchange(self, head: RequestHead) -> Exchange:
        """One request and its response, under the version that is in force when it begins."""
        now = self._clock()
        if self._next and now >= moment_of(self._next.policy.effective):
            return self._next.exchange(head)
        return Exchange(self, head, now)

    @property
    def versions(self) -> list[Version]:
        """Every version of the policy, the latest first."""
        return history(self._known, self.policy, self.coming, self._clock())

    def notice(self, exchange: Exchange, layer: Layer) -> Notice:
        """The notice for this visitor, on record before it is shown."""
        occasion = exchange.showing.occasion
        return self.shelf.show(self.pages.notice(layer, exchange.showing.language, exchange.rules, occasion))

    def token(self, notice: Notice, route: str, now: float, *, counted: bool = False) -> str:
        """The render token for a page that shows this notice."""
        return self._token(RenderToken(int(now), notice.hash, self.shelf.current.short, route, counted))

    def paths_of(self, name: str) -> list[str]:
        """The paths, beside "/", under which a cookie may have been set: as declared, and as seen."""
        declared = (
            path
            for pattern, path in self._paths
            if name == pattern or (pattern[-1] == "*" and name.startswith(pattern[:-1]))
        )
        return [*declared, *self.inventory.paths(name)]

    def close(self) -> None:
        """Write what waits, and let go of the database."""
        for kit in (self, self._next) if self._next else (self,):
            kit.hosts.flush()
            kit.inventory.close()
            kit.funnel.close()
        self.ledger.close()

    def _open_ledger(self) -> None:
        self._known: list[Stored] = []
        try:
            self.ledger.check()
            self.shelf.load()
            self._known = stored(self.ledger.store)
        except LedgerOutdated:  # it will not change by itself
            raise
        except LedgerUnavailable as error:
            _LOG.error("%s %s; choices wait in the spool until it does", error.ident, error)
        finally:
            # A server that loads the app and then forks must not hand down connections.
            self.ledger.store.forget()
