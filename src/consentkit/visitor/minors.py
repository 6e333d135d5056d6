"""The app's word that a visitor cannot consent alone: asked of a function of the app's, or given within a request.

Knows a request's head; not ages, nor what follows. Trusted for: nobody whom the app
calls a minor is asked for anything, and an app that cannot say counts as one that says yes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from consentkit.carried import exchange_of
from consentkit.http import RequestHead

if TYPE_CHECKING:
    from consentkit.decision import Decision

_LOG = logging.getLogger("consentkit")
# Whether a request comes from a minor. Asked at most once for each, also on our own pages; it must not block for long.
Minor = Callable[[RequestHead], bool]


def watchful(minor: Minor | None) -> Minor:
    """The app's function, or one that knows nobody; if it fails, the visitor counts as a minor and the page goes on."""

    def ask(head: RequestHead) -> bool:
        if minor is None:
            return False
        try:
            return bool(minor(head))
        except Exception:
            _LOG.exception("consentkit.R002 the app could not say whether a visitor is a minor: taken for yes")
            return True

    return ask


def mark_minor(request: Any) -> Decision | None:
    """Say that this request comes from a minor; returns what holds from here on, None where nothing of ours is at work.

    Takes the request of any framework, an ASGI scope or a WSGI environ. Call it before the response begins.
    """
    exchange = exchange_of(request)
    return None if exchange is None else exchange.mark_minor()
