"""One request and its response, from the first byte to the last.

Does no I/O but in `reply`. A face (ASGI, WSGI, Django) knows five names of it: `is_ours`, `reply`, `start`, `feed`,
`finish`; and `request`, the head that the app should see.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from consentkit import cookie as cookies
from consentkit import routes
from consentkit.cookie import Attributes
from consentkit.crossing import leaving
from consentkit.decision import Decision, Signals, Standing
from consentkit.embedding import Embedding
from consentkit.guard.caching import confirmed_key, for_the_app, is_shared, may_be_page, rendered, rendering_key
from consentkit.guard.coding import coding_for
from consentkit.guard.document import Document, Unread, document_of
from consentkit.guard.expiry import expire
from consentkit.guard.guard import HtmlGuard, PassThrough, Terms
from consentkit.guard.headers import hold_headers
from consentkit.guard.home import Home
from consentkit.guard.inbound import unwanted, without_cookies
from consentkit.guard.inert import is_inert, tells
from consentkit.guard.nonce import lets_inline, script_nonce, style_nonce
from consentkit.guard.outbound import filter_cookies
from consentkit.http import Header, Headers, Reply, RequestHead, ResponseHead
from consentkit.keeping import sent_back
from consentkit.law.regime import Rules
from consentkit.leftovers import leftovers
from consentkit.once import once
from consentkit.showing import Showing
from consentkit.visitor.network import Origin, origin_of
from consentkit.visitor.visitor import Visitor

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
        self.excluded = bool(kit.policy.exclude) and _below(head.path, kit.policy.exclude)
        self.left_alone = self.excluded or not kit.enforces
        self.is_ours = routes.is_ours(head.path, kit.policy)
        self._leads_away = not self.is_ours and kit.crossing.is_open and leaving.is_due(self)
        self.is_ours |= self._leads_away
        self._body: PassThrough | HtmlGuard = _UNTOUCHED
        self._lines: tuple[Header, ...] = ()

    # ── what a face calls ──

    def reply(self, body: bytes = b"") -> Reply:
        """Our own answer. The one method that may block: run it where that does no harm."""
        return leaving.lead_away(self) if self._leads_away else routes.reply(self, body)

    @once
    def request(self) -> RequestHead:
        """The request as the app should see it."""
        head = self._without_hidden() if self.kit.policy.hide_cookies else self.head
        return head if self.left_alone else for_the_app(head, lambda: (self._key, self._shared_key))

    def hint(self, headers: Headers) -> Headers:
        """Of the headers that an app sends ahead of its response (103, RFC 8297), those that may go."""
        decision = SHARED if self.renders_shared else self.decision
        held = self._hold_headers(ResponseHead(103, headers), self._terms(decision))
        return headers if self.left_alone else held.headers

    def start(self, head: ResponseHead, route: str = "") -> ResponseHead:
        """The response's head as it may go out. `route` is the app's pattern for the page, where a face knows it."""
        started = self._start(head, route)
        if not self._lines:
            return started
        # What sets this visitor's cookies is for nobody else.
        return (started.replacing(b"cache-control", b"private") if is_shared(started) else started).plus(*self._lines)

    def _start(self, head: ResponseHead, route: str) -> ResponseHead:
        self._body = _UNTOUCHED
        governed = None if self.left_alone else self.kit.csp.governs(self.head, head)
        if governed is None and is_inert(head) and not self._may_expire:
            return head
        confirmed = self._confirmed(head)
        shared = self._is_for_everybody(head) if confirmed is None else confirmed == self._shared_key
        terms = self._terms(SHARED if shared else self.decision)
        page = self._document(head)
        filtered = self._filtered(head, terms, page) if tells(head) else head
        self.kit.inventory.receive(self.cookies, self.origin, self.now)
        if self.left_alone:
            return head
        if governed:
            filtered = self.kit.csp.restrict(governed, filtered, None if shared else self.decision, self.head.root_path)
        if page:
            # What is for everybody is the same for whoever asks, and however; a range of bytes (206) is no page.
            alone = self.visitor.stands_alone and not shared and head.status != 206
            page = page._replace(stands_alone=alone)
            self._start_page(filtered, page, terms, script_nonce(head), route)
        if page or governed or confirmed:
            key = self._shared_key if shared else self._key
            filtered = rendered(filtered, key, other_bytes=page is not None, shared=shared)
        return filtered if shared or not self._may_expire else filtered.plus(*self._dropping(head))

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

    @once
    def origin(self) -> Origin:
        return origin_of(self.head, self.kit.policy, self.kit.locate)

    @once
    def visitor(self) -> Visitor:
        return self.kit.visitors.meet(self.head, self.origin, self.now, minor=self.is_minor)

    @property
    def decision(self) -> Decision:
        """What holds for this visitor."""
        return self.visitor.decision

    @once
    def is_minor(self) -> bool:
        """Whether the app says that this visitor cannot consent alone, or the page is for children."""
        return self._is_for_children or self.kit.is_minor(self.head)

    def mark_minor(self) -> Decision:
        """Take the app's word for it in the middle of a request; returns what holds from here on."""
        self.__dict__["is_minor"] = True
        self.__dict__.pop("visitor", None)  # met anew, as a minor
        return self.decision

    def remember(self, *lines: Header) -> Decision:
        """Set these cookies of ours with the response, and go on as the browser will; what holds from then on."""
        names = {line.partition(b"=")[0] for _, line in lines}
        self._lines = (*(each for each in self._lines if each[1].partition(b"=")[0] not in names), *lines)
        head = sent_back(self.head, self._lines)
        self.__dict__["visitor"] = Visitor(self.kit, head, self.origin, self.now, minor=self.is_minor)
        return self.decision

    @property
    def standing(self) -> Standing | None:
        """The choice in this browser's cookie."""
        return self.visitor.standing

    @property
    def rules(self) -> Rules:
        return self.visitor.rules

    @property
    def signals(self) -> Signals:
        return self.visitor.signals

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies this browser sent; of several with one name the last."""
        return self.visitor.cookies

    @property
    def attributes(self) -> Attributes:
        return self.visitor.attributes

    @property
    def host(self) -> str:
        return self.visitor.host

    # ── what our own routes ask ──

    @once
    def showing(self) -> Showing:
        """What this visitor is shown."""
        return Showing(self)

    @property
    def renders_shared(self) -> bool:
        return self.kit.policy.render == "shared"

    def decide(self, standing: Standing | None) -> Decision:
        """The decision for this visitor if `standing` is what they chose."""
        return self.visitor.decide(standing, self.now)

    def correcting(self) -> list[Header]:
        """The line by which the readable cookie says what holds now, where it says something else."""
        shown = cookies.format_shown(self.decision, self.kit.shelf.current)
        if self.standing is None or self.cookies.get(self.attributes.prefix + cookies.SHOWN_NAME) == shown:
            return []
        left = self.standing.time + self.visitor.memory(self.standing) - int(self.now)
        line = cookies.set_line(cookies.SHOWN_NAME, shown, max(left, 0), self.attributes, http_only=False)
        return [(b"set-cookie", line)]

    def expiring(self, decision: Decision) -> list[Header]:
        """Lines that drop the cookies this browser sent and `decision` does not allow, as many as fit."""
        visitor = self.visitor
        names = visitor.dropped if decision is visitor.decision else visitor.dropped_under(decision)
        secure = self.attributes.secure
        return expire(names, self.host, self.kit.paths_of, secure=secure, turn=int(self.now)) if names else []

    # ── how it is done ──

    def _dropping(self, head: ResponseHead) -> list[Header]:
        """Lines that drop what this browser should not have, or has no use for any more."""
        doubled = leftovers(cookies.KEPT, self.cookies, self.attributes, self.host) if self.visitor.is_doubled else []
        arrived = not 300 <= head.status < 400 and leaving.is_back(self)
        return [*self.expiring(self.decision), *doubled, *([leaving.ended_line(self)] if arrived else [])]

    @property
    def _may_expire(self) -> bool:
        """Whether cookies from before a choice are dropped with this response: with what a browser shows only."""
        return b"cookie" in self.head.by_name and may_be_page(self.head)

    @property
    def _is_for_children(self) -> bool:
        return _below(self.head.path, self.kit.policy.children or ())

    def _terms(self, decision: Decision) -> Terms:
        """What a response is guarded by. Of the trackers where nothing is guarded, nobody needs to hear."""
        hear = None if self.excluded else self.kit.notes.undeclared
        return Terms(self.kit.classifier, decision, self.host, hear)

    def _without_hidden(self) -> RequestHead:
        """The request without the cookies that have no consent; in report mode they are only named."""
        hidden = {} if self.excluded else unwanted(self.cookies, self.kit.classifier, self.decision)
        self.kit.inventory.hide(hidden)
        return without_cookies(self.head, hidden) if hidden and not self.left_alone else self.head

    def _document(self, head: ResponseHead) -> Document | None:
        """How the body is read; one that may be markup and cannot be read is named in the log."""
        document = document_of(head, shown=may_be_page(self.head))
        if isinstance(document, Unread):
            if not self.left_alone:
                self.kit.notes.say("consentkit.G002", f"an HTML response was passed on unread: {document.reason}")
            return None
        return document

    def _is_for_everybody(self, head: ResponseHead) -> bool:
        """Whether this response is rendered the same whoever asks, so that any cache may give it to anyone."""
        shared = self.renders_shared or is_shared(head)
        # On a page for everybody the browser's own cookie decides; on one for children nothing may.
        return shared and not self._is_for_children and not self._lines and not self.showing.is_personal

    def _confirmed(self, head: ResponseHead) -> str | None:
        """The key of the browser's copy that a 304 confirms; None for any other response."""
        if head.status != 304 or self.left_alone or (asked := self.head.header(b"if-none-match")) is None:
            return None
        return confirmed_key(head, asked, (self._key, self._shared_key))

    def _filtered(self, head: ResponseHead, terms: Terms, page: Document | None) -> ResponseHead:
        """The response without cookies and headers that have no consent."""
        filtered, found = filter_cookies(head, terms, self.now)
        self.kit.inventory.notice(found._replace(held=[]) if self.excluded else found, self.now)
        for each in () if self.excluded else found.shortened:
            self.kit.notes.shortened(each)
        # What is no page may be kept by any cache: its headers are the same for everybody.
        return self._hold_headers(filtered, terms if page else terms._replace(decision=SHARED))

    def _hold_headers(self, head: ResponseHead, terms: Terms) -> ResponseHead:
        """The response without headers that ask a tracker."""
        filtered, held = hold_headers(head, terms.judge)
        for each in () if self.excluded else held:
            self.kit.notes.held_header(each)
        return filtered

    def _start_page(self, head: ResponseHead, page: Document, terms: Terms, nonce: str, route: str) -> None:
        if self.head.method == "HEAD":
            return
        coding = coding_for(head.header(b"content-encoding"))
        assert coding is not None  # document_of has looked
        terms, suspects = self.kit.hosts.listening(terms, self.kit.suspects, head)
        shared = terms.decision is SHARED
        self.showing.write_in(page.label)
        # Nobody reads what comes with a redirection.
        inserts = not page.xml and not 300 <= head.status < 400 and self.showing.inserts(shared=shared)
        signals = self.kit.policy.signals is not None
        self._body = HtmlGuard(
            terms,
            partial(self.showing.insert, route, nonce, styled=style_nonce(head), shared=shared) if inserts else b"",
            coding,
            suspects,
            document=page,
            lead=self.showing.lead(nonce, inline=signals and lets_inline(head, nonce), shared=shared),
            hear=self.showing.hear,
            embed=Embedding(self, route, shared=shared),
            home=self._home,
            known=self.kit.rewritings if suspects else None,
        )

    @property
    def _home(self) -> Home:
        return Home(self.origin.scheme, self.origin.host, self.head.root_path + self.kit.policy.prefix)

    @property
    def _key(self) -> str:
        preview = self.showing.preview
        return rendering_key(self.visitor.key, preview) if preview else self.visitor.key

    @property
    def _shared_key(self) -> str:
        return self.kit.shared_key


def _below(path: str, prefixes: tuple[str, ...]) -> bool:
    return bool(prefixes) and any(path == prefix or path.startswith(prefix + "/") for prefix in prefixes)
