"""The way back to the preferences, on every page of the site: a link, and beside it the button that withdraws.

Knows Policy and language; not who the visitor is, nor what the page's Content-Security-Policy says.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Literal

from consentkit.page.additions import announcement
from consentkit.page.mould import Mould
from consentkit.page.sheets import REOPEN, sheets
from consentkit.policy import Policy
from consentkit.texts import texts

_KEPT = 64  # languages × what it says × its looks

Look = Literal["style", "sheet", "banner", "none"]
"""Where it has its looks from: itself, a sheet of ours, that of the banner in whose place it stands, or the page."""
Withdraws = Literal["never", "later", "now"]
"""Whether it has the button: "later" is hidden until the widget learns that this visitor has allowed something."""


class Reopen:
    """Makes it for one policy, and for the one that follows on a day to come."""

    def __init__(self, policy: Policy, coming: Policy | None, render: Callable[..., str]) -> None:
        self._policy, self._coming, self._render = policy, coming, render
        self._sheet = sheets(policy.theme)[REOPEN]
        self._moulded = lru_cache(_KEPT)(self._mould)

    def __call__(
        self,
        language: str,
        root: str = "",
        *,
        honoured: bool = False,
        withdraws: Withdraws = "never",
        look: Look = "sheet",
        nonce: str = "",
    ) -> bytes:
        """At most 200 characters beside its looks and its button, with the default prefix and no root; more while a
        version to come is announced, which it is to those as well whom no banner asks.

        `honoured` has it say that the browser's signal was, where no banner does (CCPA regulations §7025(c)(6));
        `withdraws` says whether it has the button. Its `look` is "style" on the pages of who has decided, which ask for
        nothing of ours, unless their policy forbids it: `nonce` is for that. One that the site has placed has "none".
        """
        return self._moulded(language, root, honoured, withdraws, look, bool(nonce)).fill(nonce=nonce)

    def _mould(
        self, language: str, root: str, honoured: bool, withdraws: Withdraws, look: Look, has_nonce: bool
    ) -> Mould:
        said = texts(language, self._policy.texts)
        news = announcement(self._policy, self._coming, said, asked=False)[:1]
        values = {
            "language": language,
            "here": root + self._policy.prefix,
            "label": " ".join([*([f"{said['honoured']}."] if honoured else []), *news, said["reopen"]]),
            "withdraw": said["button.withdraw"] if withdraws != "never" else "",
            "waits": withdraws == "later",
            "look": look,
            "sheet": self._sheet.name,
            "style": self._sheet.data.decode("ascii"),
            "has_nonce": has_nonce,
        }
        return Mould(partial(self._render, "reopen.html", **values), "nonce")
