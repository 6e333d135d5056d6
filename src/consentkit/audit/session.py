"""What an auditor's browser carries: the sealed cookie of a session, and the token that proves an action was meant.

Knows seals; not the ledger, nor which grants there are. The cookie names a grant and its session; both are asked for
in the ledger each time, so a seal alone opens nothing. The token is bound to the session: another session's is worth
nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import NamedTuple

from consentkit.errors import SealError
from consentkit.seal import Sealer
from consentkit.settings import Settings

_LONGEST = 400


class Session(NamedTuple):
    """Which grant, and the secret name of its one session."""

    grant: str
    secret: str


class Sessions:
    """Seals and opens for one site."""

    def __init__(self, settings: Settings) -> None:
        site = settings.policy.site.id
        self._cookies = Sealer(settings.secrets, "audit", site)
        self._tokens = Sealer(settings.secrets, "audit action", site)

    def format(self, session: Session) -> str:
        """The cookie's value."""
        return self._cookies.seal(f"{session.grant} {session.secret}".encode())

    def parse(self, value: str) -> Session | None:
        """The session in a cookie's value; None for all that was not sealed here."""
        try:
            grant, _, secret = self._cookies.open(value[:_LONGEST]).decode().partition(" ")
        except (SealError, UnicodeDecodeError):
            return None
        return Session(grant, secret)

    def token(self, session: Session) -> str:
        """What the forms of a signed-in auditor carry."""
        return self._tokens.seal(_bound(session))

    def accepts(self, session: Session, token: str) -> bool:
        """Whether a token is of that auditor's sign-in."""
        try:
            return hmac.compare_digest(self._tokens.open(token[:_LONGEST]), _bound(session))
        except SealError:
            return False


def cookie_name(secure: bool) -> str:
    # A __Host- cookie cannot be set by a neighbour on another subdomain (RFC 6265bis §4.1.3.2); only https has it.
    return "__Host-audit" if secure else "audit"


def _bound(session: Session) -> bytes:
    return hashlib.sha256(f"{session.grant} {session.secret}".encode()).digest()
