"""What a visitor is shown of ours, on the site's pages and on our own: banner, link, widget, preferences.

Knows an Exchange and its kit; not how a page is rewritten, nor what becomes of a choice.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

from consentkit import cookie as cookies
from consentkit.decision import EVERYTHING
from consentkit.device import is_bot
from consentkit.http import parse_query, preferred_languages
from consentkit.page import Layer

if TYPE_CHECKING:
    from consentkit.exchange import Exchange

_FRAMES = (b"iframe", b"frame", b"embed", b"object", b"fencedframe")


class Showing:
    """The side of one exchange that faces the visitor."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._kit = exchange.kit
        self._head = exchange.head
        self._root = exchange.head.root_path
        self._placed: set[Layer] = set()

    @cached_property
    def language(self) -> str:
        return self._kit.pages.language(preferred_languages(self._head.header(b"accept-language")))

    @cached_property
    def asks(self) -> bool:
        """Whether this visitor is to be shown the banner: nobody asks a machine."""
        return self._exchange.decision.ask and not is_bot(self._head.text(b"user-agent"))

    @property
    def is_framed(self) -> bool:
        """Whether the page is shown inside another, which has our banner or link itself."""
        return self._head.header(b"sec-fetch-dest") in _FRAMES

    @property
    def is_fetched(self) -> bool:
        """Whether a script asked, not somebody who goes there."""
        return self._head.header(b"sec-fetch-dest") == b"empty"

    @property
    def stands_alone(self) -> bool:
        """Whether the browser says that the page fills a tab: in a frame, or put together by a script, it may not."""
        return self._head.header(b"sec-fetch-dest") == b"document"

    @property
    def is_personal(self) -> bool:
        """Whether a template has placed what is this visitor's: such a page is no longer for everybody."""
        in_own_language = "preferences" in self._placed and self.language != self._kit.pages.languages[0]
        return "banner" in self._placed or in_own_language

    def insert(self, route: str, nonce: str, *, shared: bool) -> bytes:
        """What goes first into a page: the banner for someone to be asked, else the link to change one's mind.

        A page for everybody also carries the widget, which finds out who it is that reads it.
        """
        link_placed = "preferences" in self._placed
        if shared:
            return (b"" if link_placed else self._reopen(self._kit.pages.languages[0])) + self._widget(nonce)
        if self.is_framed:
            return b""
        if self.asks:
            return b"" if "banner" in self._placed else self._first_layer(route, nonce)
        return b"" if link_placed else self._reopen(self.language)

    def lead(self, nonce: str, *, shared: bool) -> bytes:
        """What goes before the first script of a page: the guard, unless everything is allowed.

        Markup that a script of the page has asked for joins a page that has it already.
        """
        if shared:
            return self._kit.pages.guard(None, self._state, self._root, nonce=nonce)
        decision = self._exchange.decision
        if self.is_fetched or decision.granted >= EVERYTHING:
            return b""
        return self._kit.pages.guard(decision, self._state, self._root, nonce=nonce)

    def place_banner(self, route: str = "", nonce: str = "") -> str:
        """The banner for a visitor who is still to be asked, else nothing, as HTML for this place in the page.

        `nonce` is what the page's Content-Security-Policy asks of scripts, if it does.
        """
        if self._exchange.renders_shared or self._exchange.left_alone:
            return ""
        self._placed.add("banner")
        return self._first_layer(route, nonce).decode("ascii") if self.asks else ""

    def place_reopen(self) -> str:
        """The link to the preferences, as HTML for this place in the page."""
        self._placed.add("preferences")
        return self._reopen(self.language).decode("ascii")

    def banner(self, return_to: str, route: str = "") -> bytes:
        """The first layer, with a token that names what it shows."""
        notice = self._kit.notice(self._exchange, "banner")
        token = self._kit.token(notice, route, self._exchange.now)
        return self._kit.pages.banner(
            notice, self._exchange.decision, token=token, return_to=return_to, root=self._root
        )

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
        )

    def where_from(self) -> str:
        """Where one of our pages was opened from: as its address says, else as the browser does; "" if from outside."""
        if asked := parse_query(self._head.query).get("return_to"):
            return asked
        referer = self._head.text(b"referer")
        _, _, rest = referer.partition("://")
        host, slash, path = rest.partition("/")
        return slash + path if host.lower() == self._exchange.origin.host else ""

    def _first_layer(self, route: str, nonce: str) -> bytes:
        return self.banner(self.here, route) + self._widget(nonce, self._reopen(self.language))

    def _widget(self, nonce: str, later: bytes = b"") -> bytes:
        return self._kit.pages.widget(self._state, self._root, nonce=nonce, later=later)

    @property
    def _state(self) -> str:
        """Which cookie our scripts may read, and which policy it must fit."""
        shown = self._exchange.attributes.prefix + cookies.SHOWN_NAME
        return f"{shown}.{self._kit.shelf.current.short[: cookies.POLICY_LETTERS]}"

    def _reopen(self, language: str) -> bytes:
        return self._kit.pages.reopen(language, self._root)

    @property
    def here(self) -> str:
        """The page's own address, as a path on its host."""
        # The path is decoded: a "?" or "%" in it is a character of a name.
        path = quote(f"{self._root}{self._head.path}", safe="/:@!$&'()*+,;=~")
        return f"{path}?{self._head.query}" if self._head.query else path
