"""Who is asking: what the headers of a request say of its visitor, and what follows for them.

Knows a kit, a request's head and its origin; neither the path nor any response. A browser asks for many things with the
same headers: what they say is worked out once, and remembered for a minute.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from consentkit import cookie as cookies
from consentkit.accounts.mark import Mark, parse_mark
from consentkit.classification.classifier import host_of
from consentkit.cookie import Attributes
from consentkit.decision import CLOCK_SKEW, EVERYTHING, Basis, Decision, Signals, Standing, decide
from consentkit.errors import SealError
from consentkit.guard.caching import rendering_key
from consentkit.guard.expiry import expirable
from consentkit.guard.inbound import unwanted
from consentkit.http import RequestHead, parse_cookies, preferred_languages
from consentkit.law.regime import rules_for
from consentkit.once import once
from consentkit.signals.applies import applies
from consentkit.signals.gpc import sends_gpc
from consentkit.tc_cookie import parse_tc_cookie
from consentkit.token import LIFE_SECONDS
from consentkit.visitor.device import is_bot
from consentkit.visitor.network import Origin

if TYPE_CHECKING:
    from consentkit.kit import ConsentKit

# What a visitor is told by, beside the origin: everything below reads these and no other header.
_TELLING = (b"cookie", b"accept-language", b"user-agent", b"sec-fetch-dest", b"sec-gpc")
_MEMO = 1024
_LONGEST = 1024  # of the headers of one that is remembered
_SECONDS = 60
# Banner and placeholders carry tokens that age: a copy of them may be kept for half their life.
_AGE = LIFE_SECONDS // 2


class Visitor:
    """A browser as it shows itself at one moment, good until the moment `until` (both Unix seconds).

    Of a `minor`, by the app's word, nothing that was chosen counts.
    """

    def __init__(self, kit: ConsentKit, head: RequestHead, origin: Origin, now: float, *, minor: bool = False) -> None:
        self._kit, self._is_minor, self.since = kit, minor, now
        self._wanted, self._agent = head.header(b"accept-language"), head.text(b"user-agent")
        self._destination = head.header(b"sec-fetch-dest")
        self.host = host_of(origin.host)
        self.attributes = Attributes(kit.policy.cookie_domain, origin.scheme == "https")
        self.entity = kit.policy.entity_of(self.host)
        seat = self.entity.country if self.entity else None
        self.rules = rules_for(kit.policy, origin.country or seat)
        self.located = origin.located
        self.signals = Signals(gpc=(kit.policy.honour_gpc or self.rules.gpc) and sends_gpc(head.headers))
        self._pairs = parse_cookies(head)
        self.cookies = dict(self._pairs)
        self.standing = self._standing()
        self.decision = self.decide(self.standing, now)
        ends = [now + _SECONDS, (now // _AGE + 1) * _AGE]
        if self.standing:
            ends.append(self.standing.time + self.memory(self.standing))
        self.until = min(ends)

    @property
    def place_by(self) -> str:
        """On whose word the visitor is in the jurisdiction whose rules hold; the strictest hold on nobody's."""
        if self.located or (self.entity and self.entity.country):
            return self.located or "host"
        return "default" if self._kit.policy.jurisdiction.default else "nobody"

    def decide(self, standing: Standing | None, now: float) -> Decision:
        """The decision for this visitor if `standing` is what they chose."""
        if self._is_minor:
            return Decision.for_minor(self.rules, self.signals)
        shelf = self._kit.shelf
        made_under = shelf.edition(standing.policy) if standing else None
        return decide(shelf.current, self.rules, standing, made_under, self.signals, int(now))

    @once
    def mark(self) -> Mark | None:
        """That whoever asks is signed in, and to which visitor id the account's choices go here."""
        values = [value for key, value in self._pairs if key == self.attributes.prefix + cookies.MARK_NAME]
        if self._kit.policy.accounts is None or len(values) != 1:
            return None
        try:
            mark = parse_mark(self._kit.marks, values[0], int(self.since))
        except SealError:
            return None
        # A choice of another's beside it: one of the two was planted, or is left from before.
        others = self.standing and not self.standing.minor and self.standing.visitor != mark.visitor
        return None if others else mark

    @once
    def tc(self) -> str | None:
        """The TC string that belongs to the choice that stands."""
        values = [value for key, value in self._pairs if key == self.attributes.prefix + cookies.TC_NAME]
        if self.standing is None or len(values) != 1:
            return None
        return parse_tc_cookie(self._kit.tc_strings, values[0], self.standing)

    @property
    def holder(self) -> str | None:
        """The visitor id whose records are this visitor's own; an account's are nobody's without a mark."""
        if self.mark:
            return self.mark.visitor
        standing = self.standing
        return None if standing is None or standing.minor or standing.lent else standing.visitor

    @once
    def is_doubled(self) -> bool:
        """Whether there are several cookies where one of ours should be: from another domain's days, or planted."""
        names = [name.removeprefix("__Host-") for name, _ in self._pairs]
        return any(names.count(name) > 1 for name in cookies.KEPT)

    @once
    def language(self) -> str:
        return self._kit.pages.language(preferred_languages(self._wanted))

    @once
    def asks(self) -> bool:
        """Whether this visitor is to be shown the banner: nobody asks a machine."""
        return self.decision.ask and not is_bot(self._agent)

    @property
    def asks_age(self) -> bool:
        """Whether a yes must come with an age: whoever has given a yes under such a policy has said theirs."""
        declared, standing = self._kit.policy.minimum_age, self.standing
        return declared is not None and declared.ask and not (standing and (standing.choice.grants or standing.minor))

    @once
    def dropped(self) -> list[str]:
        """The cookies this browser sent and its visitor has not allowed, as far as they can be dropped."""
        return self.dropped_under(self.decision)

    def dropped_under(self, decision: Decision) -> list[str]:
        """The same if `decision` were theirs."""
        return list(filter(expirable, unwanted(self.cookies, self._kit.classifier, decision)))

    @once
    def key(self) -> str:
        """What a page for this visitor depends on, beside the app."""
        decision = self.decision
        age = "" if decision.granted >= EVERYTHING else int(self.since // _AGE)
        allowed = (*sorted(decision.granted), "and", *sorted(decision.vendors), "lapsed", *sorted(decision.lapsed))
        shown = (self.language, self.is_framed, self.is_fetched, self.asks)
        place = (
            decision.regime,
            self.rules.memory_days,
            self.rules.closes,
            *sorted(self.rules.exempt),
            self.asks_age,
            decision.gpc,
            decision.basis is Basis.MINOR,
            self.standing is not None,
        )
        told = applies(self._kit.policy, decision, asked=self.asks)
        return rendering_key(self._kit.rendering, *shown, *place, age, *allowed, *([told] if told else []))

    @property
    def is_framed(self) -> bool:
        """Whether the page is shown inside another, which has our banner or link itself."""
        return self._destination in (b"iframe", b"frame", b"embed", b"object", b"fencedframe")

    @property
    def is_fetched(self) -> bool:
        """Whether a script asked, not somebody who goes there."""
        return self._destination == b"empty"

    @property
    def stands_alone(self) -> bool:
        """Whether the browser says that the page fills a tab: in a frame, or put together by a script, it may not."""
        return self._destination == b"document"

    def _standing(self) -> Standing | None:
        """The choice in this browser's cookie. Of two values one is planted, and neither counts."""
        name = self.attributes.prefix + cookies.NAME
        values = [value for key, value in self._pairs if key == name]
        if not values and self.attributes.secure:  # from before the policy named a domain
            values = [value for key, value in self._pairs if key == f"__Host-{cookies.NAME}"]
        if len(values) != 1:
            return None
        try:
            standing = self._kit.standing_cookie.parse(values[0])
        except SealError:
            return None
        age = int(self.since) - standing.time
        # Past its memory a choice is nobody's: whoever chooses next is somebody new.
        return standing if -CLOCK_SKEW <= age < self.memory(standing) else None

    def memory(self, standing: Standing) -> int:
        """For how many seconds a choice holds. Browsers keep a session for weeks; what an age told us must not last."""
        return 86400 if standing.minor else self.rules.memory_days * 86400


class Visitors:
    """The visitors of the last minute, for one kit. Bounded; two threads that race meet somebody twice."""

    def __init__(self, kit: ConsentKit) -> None:
        self._kit = kit
        self._known: dict[tuple[object, ...], Visitor] = {}

    def meet(self, head: RequestHead, origin: Origin, now: float, *, minor: bool = False) -> Visitor:
        """Whoever asks with these headers."""
        if len(head.by_name) != len(head.headers):
            return Visitor(
                self._kit, head, origin, now, minor=minor
            )  # of a header that came twice, the key would hold one
        told = tuple(map(head.by_name.get, _TELLING))
        key = (origin.scheme, origin.host, origin.country, origin.located, minor, told)
        known = self._known.get(key)
        if known is None or not known.since <= now < known.until:
            known = Visitor(self._kit, head, origin, now, minor=minor)
            if sum(map(len, filter(None, (origin.host, *told)))) <= _LONGEST:
                if len(self._known) >= _MEMO:
                    self._known.clear()
                self._known[key] = known
        return known
