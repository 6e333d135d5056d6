"""One request and its response, from the first byte to the last.

Does no I/O but in `reply`. A face (ASGI, WSGI, Django) knows five names of it: `is_ours`, `reply`, `start`, `feed`,
`finish`; and `request`, the head that the app should see.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from consentkit import cookie as cookies
from consentkit import routes
from consentkit.classifier import host_of
from consentkit.cookie import Attributes
from consentkit.decision import CLOCK_SKEW, Decision, Signals, Standing, decide
from consentkit.errors import SealError
from consentkit.guard.caching import for_the_app, is_shared, may_be_page, personal, rendering_key, with_key
from consentkit.guard.coding import coding_for
from consentkit.guard.expiry import expirable, expire
from consentkit.guard.guard import HtmlGuard, PassThrough, Terms, filter_cookies, is_html
from consentkit.guard.inert import is_inert
from consentkit.guard.nonce import script_nonce
from consentkit.http import Header, Reply, RequestHead, ResponseHead, parse_cookies
from consentkit.network import Origin, origin_of
from consentkit.regime import Rules, rules_for
from consentkit.showing import Showing
from consentkit.signals.gpc import sends_gpc
from consentkit.token import LIFE_SECONDS

if TYPE_CHECKING:
    from consentkit.kit import ConsentKit

# What a page for everybody is rendered with: nothing granted, whoever asked first.
SHARED = Decision(ask=False)
_UNTOUCHED = PassThrough()


class Exchange:
    """One request under one kit. `now` is Unix time in seconds.

    What it takes to know the visitor is worked out when it is first asked for: most responses never ask.
    """

    def __init__(self, kit: ConsentKit, head: RequestHead, now: float) -> None:
        self.kit = kit
        self.head = head
        self.now = now
        self.is_ours = routes.is_ours(head.path, kit.policy)
        self.left_alone = not kit.enforces or _below(head.path, kit.policy.exclude)
        self._body: PassThrough | HtmlGuard = _UNTOUCHED

    # ── what a face calls ──

    def reply(self, body: bytes = b"") -> Reply:
        """Our own answer. The one method that may block: run it where that does no harm."""
        return routes.reply(self, body)

    @cached_property
    def request(self) -> RequestHead:
        """The request as the app should see it."""
        return self.head if self.left_alone else for_the_app(self.head, lambda: (self._key, self._shared_key))

    def start(self, head: ResponseHead, route: str = "") -> ResponseHead:
        """The response's head as it may go out. `route` is the app's pattern for the page, where a face knows it."""
        self._body = _UNTOUCHED
        if is_inert(head) and not self._may_expire:
            return head
        shared = (self.renders_shared or is_shared(head)) and not self.showing.is_personal
        terms = Terms(self.kit.classifier, SHARED if shared else self.decision, self.host)
        filtered, found = filter_cookies(head, terms, self.now)
        self.kit.inventory.notice(found)
        if self.left_alone:
            return head
        page = is_html(filtered)
        if page or (filtered.status == 304 and self._conditional):
            filtered = with_key(filtered, self._shared_key if shared else self._key)
        if page:
            filtered = self._start_page(filtered, terms, self.showing.insert(route, script_nonce(head), shared=shared))
            filtered = filtered if shared else personal(filtered)
        return filtered if shared or not self._may_expire else filtered.plus(*self.expiring(self.decision))

    @property
    def rewrites(self) -> bool:
        """Whether the body will change: then its length is known only at the end."""
        return self._body.rewrites

    def feed(self, chunk: bytes) -> bytes:
        """The bytes that are ready after a piece of the body."""
        return self._body.feed(chunk)

    def finish(self, last: bytes = b"") -> bytes:
        """The rest of the body, after its last piece."""
        return self._body.finish(last)

    # ── who is asking, and what they may be given ──

    @cached_property
    def origin(self) -> Origin:
        return origin_of(self.head, self.kit.policy)

    @cached_property
    def rules(self) -> Rules:
        return rules_for(self.kit.policy, self.origin.country)

    @cached_property
    def signals(self) -> Signals:
        return Signals(gpc=self.kit.policy.honour_gpc and sends_gpc(self.head.headers))

    @cached_property
    def cookies(self) -> dict[str, str]:
        """The cookies this browser sent; of several with one name the last."""
        return dict(self._pairs)

    @cached_property
    def standing(self) -> Standing | None:
        """The choice in this browser's cookie. Of two values one is planted, and neither counts."""
        name = self.attributes.prefix + cookies.NAME
        values = [value for key, value in self._pairs if key == name]
        if len(values) != 1:
            return None
        try:
            standing = self.kit.standing_cookie.parse(values[0])
        except SealError:
            return None
        age = int(self.now) - standing.time
        # Past its memory a choice is nobody's: whoever chooses next is somebody new.
        return standing if -CLOCK_SKEW <= age < self.rules.memory_days * 86400 else None

    @cached_property
    def decision(self) -> Decision:
        """What holds for this visitor."""
        return self.decide(self.standing)

    # ── what our own routes ask ──

    @cached_property
    def showing(self) -> Showing:
        """What this visitor is shown."""
        return Showing(self)

    @property
    def renders_shared(self) -> bool:
        return self.kit.policy.render == "shared"

    @property
    def host(self) -> str:
        return host_of(self.origin.host)

    @property
    def attributes(self) -> Attributes:
        return Attributes(self.kit.policy.cookie_domain, self.origin.scheme == "https")

    def decide(self, standing: Standing | None) -> Decision:
        """The decision for this visitor if `standing` is what they chose."""
        made_under = self.kit.shelf.edition(standing.policy) if standing else None
        return decide(self.kit.shelf.current, self.rules, standing, made_under, self.signals, int(self.now))

    def correcting(self) -> list[Header]:
        """The line by which the readable cookie says what holds now, where it says something else."""
        shown = cookies.format_shown(self.decision, self.kit.shelf.current)
        if self.standing is None or self.cookies.get(self.attributes.prefix + cookies.SHOWN_NAME) == shown:
            return []
        left = self.standing.time + self.rules.memory_days * 86400 - int(self.now)
        line = cookies.set_line(cookies.SHOWN_NAME, shown, max(left, 0), self.attributes, http_only=False)
        return [(b"set-cookie", line)]

    def expiring(self, decision: Decision) -> list[Header]:
        """Lines that drop the cookies this browser sent and `decision` does not allow, as many as fit."""
        unwanted = [name for name in self.cookies if expirable(name) and self._unwanted(name, decision)]
        secure = self.attributes.secure
        return expire(unwanted, self.host, self.kit.paths_of, secure=secure, turn=int(self.now))

    # ── how it is done ──

    @property
    def _may_expire(self) -> bool:
        """Whether cookies from before a choice are dropped with this response: with what a browser shows only."""
        return self.head.header(b"cookie") is not None and may_be_page(self.head)

    @cached_property
    def _pairs(self) -> tuple[tuple[str, str], ...]:
        return parse_cookies(self.head)

    def _unwanted(self, name: str, decision: Decision) -> bool:
        found = self.kit.classifier.cookie(name)
        return found.category is not None and not decision.allows(found.category, found.vendor_id)

    def _start_page(self, head: ResponseHead, terms: Terms, insert: bytes) -> ResponseHead:
        if self.head.method != "HEAD":
            coding = coding_for(head.header(b"content-encoding"))
            assert coding is not None  # is_html has looked
            self._body = HtmlGuard(terms, insert, coding, self.kit.may_hold)
        # Last-Modified and ranges speak of the app's bytes; ours also change with a choice.
        return head.without(b"content-length", b"last-modified", b"accept-ranges")

    @property
    def _conditional(self) -> bool:
        return self.request.header(b"if-none-match") != self.head.header(b"if-none-match")

    @cached_property
    def _key(self) -> str:
        decision = self.decision
        # The banner carries a token that ages: a copy of it may be kept for half its life.
        age = int(self.now) // (LIFE_SECONDS // 2) if decision.ask else ""
        allowed = (*sorted(decision.granted), "and", *sorted(decision.vendors), "lapsed", *sorted(decision.lapsed))
        shown = (self.showing.language, self.showing.is_framed)
        return rendering_key(self.kit.rendering, *shown, decision.regime, decision.gpc, age, *allowed)

    @cached_property
    def _shared_key(self) -> str:
        return rendering_key(self.kit.rendering, "shared")


def _below(path: str, prefixes: tuple[str, ...]) -> bool:
    return bool(prefixes) and any(path == prefix or path.startswith(prefix + "/") for prefix in prefixes)
