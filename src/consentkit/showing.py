"""What a visitor is shown of ours, on the site's pages and on our own: banner, link, widget, preferences.

Knows an Exchange and its kit; not how a page is rewritten, nor what becomes of a choice.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from consentkit import cookie as cookies
from consentkit.decision import EVERYTHING, Basis
from consentkit.framing import marks_set
from consentkit.http import parse_query
from consentkit.once import once
from consentkit.page import Layer, Look, Occasion, Withdraws, in_ascii, is_asked_then
from consentkit.policy import Category, Regime
from consentkit.preview import Preview, preview_in
from consentkit.signals.tcf.said import consents

if TYPE_CHECKING:
    from consentkit.exchange import Exchange

_LONGEST_TAG = 35  # characters of a language tag  RFC 5646 §4.4.1
_UTF8 = ("utf-8", "utf8")


class Showing:
    """The side of one exchange that faces the visitor."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._kit = exchange.kit
        self._head = exchange.head
        self._root = exchange.head.root_path
        self._placed: set[Layer] = set()
        self._utf8 = False
        self._said = parse_query(self._head.query).get("lang", "")[:_LONGEST_TAG] if exchange.is_ours else ""

    def hear(self, language: str) -> None:
        """The page says which language it is in: what goes into it is in the same, if we have that."""
        self._said = language[:_LONGEST_TAG]

    def write_in(self, label: str) -> None:
        """The page's head says how it is encoded: beyond ASCII only UTF-8 is worth writing as it is."""
        self._utf8 = label.lower() in _UTF8

    def spelled(self, markup: bytes) -> bytes:
        """What goes into the page, as its encoding has it."""
        return markup if self._utf8 else in_ascii(markup)

    @property
    def language(self) -> str:
        """The page's own language, else what the visitor's browser asks for, else the site's first."""
        wished = self._exchange.visitor.language
        return self._kit.pages.language((self._said, wished)) if self._said else wished

    @property
    def shared_language(self) -> str:
        """The language of what is the same for everybody: nobody's wish counts."""
        return self._kit.pages.language((self._said,))

    @property
    def asks(self) -> bool:
        """Whether this visitor is to be shown the banner."""
        return self._exchange.decision.ask and self._exchange.visitor.asks

    @once
    def preview(self) -> Preview | None:
        """The look in which the site's owner wants to see the banner on this page."""
        return preview_in(self._kit.previews, self._head.query, self._exchange.now)

    @property
    def occasion(self) -> Occasion:
        """What the words shown to this visitor depend on."""
        decision = self._exchange.decision
        minor = decision.basis is Basis.MINOR
        lapse = (decision.lapsed, decision.added, decision.again)
        visitor = self._exchange.visitor
        asks_age = visitor.asks_age and not minor
        asked_then = is_asked_then(self._kit.policy, self._kit.coming, decision)
        return Occasion(
            decision.gpc, *lapse, asks_age=asks_age, minor=minor, entity=visitor.entity, asked_then=asked_then
        )

    @property
    def is_personal(self) -> bool:
        """Whether a template has placed what is this visitor's: such a page is no longer for everybody."""
        own_link = "preferences" in self._placed and self._link_is_own
        return "banner" in self._placed or own_link or self.preview is not None

    def inserts(self, *, shared: bool) -> bool:
        """Whether something of ours goes first into a page: it may be framed, or have all of it from its template."""
        if shared:
            return True
        if self.preview:
            return "banner" not in self._placed
        return not self._exchange.visitor.is_framed and ("banner" if self.asks else "preferences") not in self._placed

    def insert(self, route: str, nonce: str, *, styled: str | None, shared: bool) -> bytes:
        """What goes first into a page: the banner for someone to be asked, else the link to change one's mind.

        `styled` is the nonce by which the page's policy lets a `<style>` count, "" where it needs none: then the link
        asks for no sheet of ours. None where nothing helps.
        A page for everybody also carries the widget, which finds out who it is that reads it.
        """
        if self.preview:
            return self.spelled(self._previewed(self.preview))
        link_placed = "preferences" in self._placed
        if shared:
            link = b"" if link_placed else self._kit.pages.reopen(self.shared_language, self._root, withdraws="later")
            return self.spelled(link + self._widget(nonce))
        if self.asks:
            return self.spelled(self._first_layer(route, nonce))
        return self.spelled(self._own_reopen("sheet") if styled is None else self._own_reopen("style", styled))

    def lead(self, nonce: str, *, inline: bool, shared: bool) -> bytes:
        """What goes before the first script of a page: the signals, and the guard unless everything is allowed.

        Markup that a script of the page has asked for joins a page that has it already.
        """
        if self._exchange.visitor.is_fetched and not shared:
            return b""
        pages, decision = self._kit.pages, None if shared else self._exchange.decision
        chosen = decision is not None and self._exchange.standing is not None and decision.basis is not Basis.MINOR
        who = {"chosen": chosen, "asked": self.asks and not self._exchange.visitor.is_framed}
        markup = pages.signals(decision, self._state, self._root, nonce=nonce, inline=inline, **who)
        if decision is None or not decision.granted >= EVERYTHING:
            markup += pages.guard(decision, self._state, self._root, nonce=nonce)
        return self.spelled(markup)

    def place_banner(self, route: str = "", nonce: str = "") -> str:
        """The banner for a visitor who is still to be asked, else nothing, as HTML for this place in the page.

        `nonce` is what the page's Content-Security-Policy asks of scripts, if it does.
        """
        if self._exchange.renders_shared or self._exchange.left_alone:
            return ""
        self._placed.add("banner")
        if self.preview:
            return in_ascii(self._previewed(self.preview)).decode()
        return in_ascii(self._first_layer(route, nonce)).decode() if self.asks else ""

    def place_reopen(self) -> str:
        """The link to the preferences and the button that withdraws, as HTML for this place in the page."""
        self._placed.add("preferences")
        if self._link_is_own:
            return in_ascii(self._own_reopen("none")).decode()
        return in_ascii(self._kit.pages.reopen(self.language, self._root, withdraws="later", look="none")).decode()

    def banner(self, return_to: str, route: str = "", *, counted: bool = False) -> bytes:
        """The first layer, with a token that names what it shows; `counted` on a page of its visitor's own."""
        notice, now = self._kit.notice(self._exchange, "banner"), self._exchange.now
        if counted:
            self._kit.funnel.count("shown", now)
        token = self._kit.token(notice, route, now, counted=counted)
        return self._kit.pages.banner(
            notice, self._exchange.decision, token=token, return_to=return_to, root=self._root
        )

    def settled(self) -> bytes:
        """What stands in the banner's stead for who is not asked, and that their signal was honoured if it was: the
        page that asks is the same for everybody, and cannot say so.
        """
        return self._kit.pages.settled(self._exchange.decision, self.language if self._is_honoured else "")

    def preferences(self, return_to: str, message: str | None = None) -> bytes:
        """The second layer, likewise; `message` is the key of why the visitor is asked again."""
        notice = self._kit.notice(self._exchange, "preferences")
        return self._kit.pages.preferences(
            notice,
            self._exchange.decision,
            token=self._kit.token(notice, "", self._exchange.now),
            return_to=return_to,
            root=self._root,
            message=message,
            marks=marks_set(self._exchange),
        )

    def where_from(self) -> str:
        """Where one of our pages was opened from: as its address says, else as the browser does; "" if from outside."""
        if asked := parse_query(self._head.query).get("return_to"):
            return asked
        referer = self._head.text(b"referer")
        _, _, rest = referer.partition("://")
        host, slash, path = rest.partition("/")
        return slash + path if host.lower() == self._exchange.origin.host else ""

    def _previewed(self, preview: Preview) -> bytes:
        """The banner in a look of its own: without a token, a record or a script."""
        pages, theme = self._kit.pages, preview.over(self._kit.policy.theme)
        rules = replace(self._exchange.rules, regime=preview.regime)
        return pages.preview(pages.language((preview.language,)), rules, theme, self._root)

    def _first_layer(self, route: str, nonce: str) -> bytes:
        # A page that a browser fetches ahead may never be seen.
        seen = b"prefetch" not in (self._head.header(b"sec-purpose") or b"")
        later = self._kit.pages.reopen(self.language, self._root, withdraws="later", look="banner")
        return self.banner(self.here, route, counted=seen) + self._widget(nonce, later)

    def _widget(self, nonce: str, later: bytes = b"") -> bytes:
        return self._kit.pages.widget(self._state, self._root, nonce=nonce, later=later)

    @property
    def _state(self) -> str:
        """Which cookie our scripts may read, and which policy it must fit."""
        shown = self._exchange.attributes.prefix + cookies.SHOWN_NAME
        return f"{shown}.{self._kit.shelf.current.short[: cookies.POLICY_LETTERS]}"

    def _own_reopen(self, look: Look, nonce: str = "") -> bytes:
        """The link for this visitor: where nobody asks, it is what says that the browser's signal was honoured. Beside
        it stands the button that withdraws, for whoever has allowed something: one press, as granting took.
        """
        # Who is still asked may allow something on this very page.
        otherwise: Withdraws = "later" if self.asks else "never"
        return self._kit.pages.reopen(
            self.language,
            self._root,
            honoured=self._is_honoured,
            withdraws="now" if self._has_granted else otherwise,
            look=look,
            nonce=nonce,
        )

    @property
    def _link_is_own(self) -> bool:
        """Whether a link that a template places tells of this visitor: in which language, and what they allow."""
        own_words = self._has_granted or self._is_honoured
        other_language = self.language != self._kit.pages.languages[0]
        return other_language or (own_words and not self._exchange.renders_shared)

    @property
    def _is_honoured(self) -> bool:
        """Whether the browser's signal took effect where no banner says so."""
        decision = self._exchange.decision
        return decision.regime is not Regime.OPT_IN and decision.gpc and not decision.allows(Category.MARKETING)

    @property
    def _has_granted(self) -> bool:
        """Whether something stands that the visitor has allowed, here or under the framework."""
        decision = self._exchange.decision
        return decision.consented or (decision.was_chosen and any(map(consents, marks_set(self._exchange))))

    @property
    def here(self) -> str:
        """The page's own address, as a path on its host; for the answer to a form, where that form was."""
        if self._head.method not in ("GET", "HEAD"):
            return self.where_from() or f"{self._root}/"
        # The path is decoded: a "?" or "%" in it is a character of a name.
        path = quote(f"{self._root}{self._head.path}", safe="/:@!$&'()*+,;=~")
        return f"{path}?{self._head.query}" if self._head.query else path
