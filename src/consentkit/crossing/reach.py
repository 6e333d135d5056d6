"""Whether another site answers, before any visitor is sent there: who is sent to a site that is down sees no page.

Knows URLs and sockets; not what is asked for there, nor by whom. It is asked in a thread of its own, so that a server
with one worker can answer itself.
"""

from __future__ import annotations

import logging
import threading
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from consentkit.policy.domains import is_loopback

_LOG = logging.getLogger("consentkit")
_FRESH_SECONDS = 60
# For how long a visitor is kept waiting, and for how long an answer may take to be one.
_PATIENCE_SECONDS = 0.5
_TIMEOUT_SECONDS = 3


class Reach:
    """One site as it was found last. Looks again after a minute, when somebody is to be sent there."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looked: float | None = None
        self._answers = False

    def answers(self, url: str, now: float) -> bool:
        """Whether it answered at `url`; nobody is sent to a site that has never yet."""
        with self._lock:
            stale = self._looked is None or not 0 <= now - self._looked < _FRESH_SECONDS
            if stale:
                self._looked = now
        if stale:
            looking = threading.Thread(target=self._look, args=[url], name="consentkit-reach", daemon=True)
            looking.start()
            looking.join(_PATIENCE_SECONDS)
        return self._answers

    def _look(self, url: str) -> None:
        found = asks(url)
        if not found:
            _LOG.warning("consentkit.E172 %s does not answer: visitors are asked where they are", url)
        self._answers = found


def asks(url: str) -> bool:
    """Whether a GET of this URL is answered with 204."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    # Browsers look such names up nowhere (RFC 6761 §6.3); not every system's resolver knows them.
    address = "127.0.0.1" if is_loopback(host) else host
    connect = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = connect(address, parts.port, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}", headers={"Host": parts.netloc})
        return connection.getresponse().status == 204
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
