"""What a site's templates may use: the decision, and the banner and the link where the author wants them.

Knows an Exchange, and how to say that HTML is safe; not which framework or which template language asks. Where no
middleware of ours is at work there is no Exchange: then nothing is granted and nothing is placed.
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from consentkit.decision import Decision
from consentkit.exchange import Exchange


def template_names(exchange: Exchange | None, route: str = "") -> dict[str, Any]:
    """`consent`, `consent_banner(nonce)` and `consent_link()`; `route` is the app's pattern for the page.

    A page whose Content-Security-Policy asks scripts for a nonce passes it; others leave it out.
    """
    return {
        "consent": exchange.decision if exchange else Decision(),
        "consent_banner": lambda nonce="": Markup(  # noqa: S704  our own HTML
            exchange.showing.place_banner(route, nonce) if exchange else ""
        ),
        "consent_link": lambda: Markup(exchange.showing.place_reopen() if exchange else ""),  # noqa: S704
    }
