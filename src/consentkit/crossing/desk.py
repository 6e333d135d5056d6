"""What lives as long as the process for choices that come from elsewhere: from another of the sites, or another tool.

Knows a policy's declarations, seals and tables; not requests. Trusted for: nothing is asked of, sent to or believed
from a site that the policy does not list.
"""

from __future__ import annotations

from consentkit.crossing.reach import Reach
from consentkit.foreign.adopting import Imports
from consentkit.guard.notes import Notes
from consentkit.ledger.store import Store
from consentkit.ledger.tickets import Tickets
from consentkit.limit import RateLimit
from consentkit.seal import Sealer
from consentkit.settings import Settings
from consentkit.shelf import Shelf
from consentkit.visitor.network import Origin

# Of visitors from one network: an office where everybody comes to work at once.
_PER_MINUTE = 600
_DEFAULT_PORT = {"http": ":80", "https": ":443"}


class Crossing:
    """One site's crossings. `is_open` says whether there is anything that a visitor could bring along."""

    def __init__(self, settings: Settings, store: Store, shelf: Shelf, notes: Notes) -> None:
        policy, site = settings.policy, settings.policy.site.id
        self.domains = policy.domains
        self.imports = Imports(policy, shelf.admit, notes) if policy.imports else None
        # A page for everybody leads nobody away: a cache would lead everybody.
        self.is_open = (self.domains is not None or self.imports is not None) and policy.render == "personal"
        self.errands = Sealer(settings.secrets, "errand", site)
        self.sealer = Sealer(settings.secrets, "ticket", site)
        self.tickets = Tickets(store)
        self.limit = RateLimit(_PER_MINUTE, what="choices from elsewhere")
        self.reach = Reach()

    def site(self, origin: Origin) -> str:
        """The site that was asked, as the policy lists it; "" where that lists no such site."""
        here = f"{origin.scheme}://{origin.host.removesuffix(_DEFAULT_PORT[origin.scheme])}"
        return here if self.domains and here in (self.domains.origin, *self.domains.sites) else ""

    def keeps(self, site: str) -> bool:
        """Whether this site keeps the choice for all."""
        return self.domains is not None and site == self.domains.origin

    def may_ask(self, asked: str, asking: str) -> bool:
        """Whether one site answers another: the one that keeps the choice is asked by all, and asks all."""
        if self.domains is None or asked == asking:
            return False
        keeper, listed = self.domains.origin, {self.domains.origin, *self.domains.sites}
        return {asked, asking} <= listed and keeper in (asked, asking)
