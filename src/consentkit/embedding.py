"""The placeholders of one page: for each held frame, whom it speaks of and what it can offer.

Knows an Exchange and its kit, and what the author wrote of a frame; not how a placeholder looks. Trusted for: no frame
asks for consent on a page that may be shared, or that may itself stand inside another (clickjacking).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from consentkit.guard.iframe import Iframe, read_iframe
from consentkit.page.embed import Door
from consentkit.policy import Category, Regime, Vendor

if TYPE_CHECKING:
    from consentkit.exchange import Exchange


class Embedding:
    """What HtmlRewriter asks for each held `iframe`. Lives as long as one response."""

    def __init__(self, exchange: Exchange, route: str, *, shared: bool) -> None:
        self._exchange = exchange
        self._embeds = exchange.kit.pages.embeds
        self._route = route
        self._shared = shared
        self._tokens: dict[str, str] = {}

    def __call__(self, label: str, attributes: Mapping[bytes, bytes]) -> bytes:
        """What to write into a frame held under this label; b"" leaves it empty."""
        frame = read_iframe(attributes)
        if frame is None:
            return b""
        vendor, door = self._vendor(label), self._door(frame)
        if vendor and self._may_ask(frame) and (asking := self._asking(vendor, door)):
            return self._exchange.showing.spelled(asking)
        pointing = self._pointing(vendor.name if vendor else frame.host, label, frame, door)
        return self._exchange.showing.spelled(pointing)

    def _vendor(self, label: str) -> Vendor | None:
        """The declared vendor in a label, "category vendor", if it is the only one."""
        return self._embeds.vendor(label.partition(" ")[2])

    def _door(self, frame: Iframe) -> Door:
        if self._embeds.opens_in_tab and not frame.may("allow-popups"):
            return Door("")
        return Door(frame.address, frame.referrer_policy)

    def _asking(self, vendor: Vendor, door: Door) -> bytes:
        exchange, kit = self._exchange, self._exchange.kit
        gpc = exchange.signals.gpc and vendor.category is Category.MARKETING
        notice = self._embeds.notice(vendor, exchange.showing.language, exchange.rules, gpc=gpc)
        if notice is None:
            return b""
        if (token := self._tokens.get(vendor.id)) is None:
            token = self._tokens[vendor.id] = kit.token(kit.shelf.show(notice), self._route, exchange.now)
        return self._embeds.asking(
            notice, door, token=token, return_to=exchange.showing.here, root=exchange.head.root_path
        )

    def _pointing(self, name: str, label: str, frame: Iframe, door: Door) -> bytes:
        if not name:
            return b""
        showing, root = self._exchange.showing, self._exchange.head.root_path
        language = showing.shared_language if self._shared else showing.language
        categories = tuple(dict.fromkeys(part.partition(" ")[0] for part in label.split(", ")))
        return self._embeds.pointing(name, categories, language, door, target=self._target(frame), root=root)

    def _may_ask(self, frame: Iframe) -> bool:
        """Whether a form may stand here: on a page of its own, for one visitor, in a frame that can send it.

        Where silence allows, adding to what is allowed would make consent of it: that visitor goes to the preferences.
        """
        exchange = self._exchange
        chosen = exchange.standing is not None or exchange.rules.regime is Regime.OPT_IN
        can_send = frame.may("allow-forms") and frame.may("allow-same-origin") and frame.may_leave
        return chosen and can_send and not self._shared and exchange.visitor.stands_alone

    def _target(self, frame: Iframe) -> str:
        """Where a link to the preferences opens: never in place of a page that only frames ours."""
        if frame.may_leave and (self._shared or not self._exchange.visitor.is_framed):
            return "_top"
        return "_blank" if frame.may("allow-popups-to-escape-sandbox") else ""
