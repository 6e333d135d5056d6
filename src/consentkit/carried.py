"""Where a request carries its Exchange, whichever framework's request it is.

Knows where faces put it; not what is asked of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from consentkit.exchange import Exchange


def exchange_of(request: Any) -> Exchange | None:
    """The Exchange of a request of any framework, an ASGI scope or a WSGI environ; None where we are not at work."""
    for carrier in (request, getattr(request, "environ", None), getattr(request, "META", None)):
        if isinstance(carrier, Mapping) and (exchange := carrier.get("consentkit.exchange")):
            found: Exchange = exchange
            return found
    return None
