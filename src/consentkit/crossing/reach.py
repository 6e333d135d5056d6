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
        if fault := fault_of(url):
            _LOG.warning("consentkit.E172 %s does not answer (%s): visitors are asked where they are", url, fault)
        self._answers = not fault


def fault_of(url: str) -> str:
    """Why a GET of this URL is not answered with 204; "" if it is."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    # Browsers look such names up nowhere (RFC 6761 §6.3); not every system's resolver knows them.
    address = "127.0.0.1" if is_loopback(host) else host
    connect = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = connect(address, parts.port, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}", headers={"Host": parts.netloc})
        status = connection.getresponse().status
        return "" if status == 204 else f"status {status}"
    except (OSError, HTTPException, UnicodeError) as error:  # the last: a name with a label of more than 63 letters
        return f"{type(error).__name__}: {error}"
    finally:
        connection.close()
