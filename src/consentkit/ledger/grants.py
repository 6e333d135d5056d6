"""Leave to look into a ledger, as rows: who was invited, and whose session is open.

Knows rows and hashes; not links, cookies or pages. A grant is invited with a secret that opens one session, once. Only
the SHA-256 of either is kept: whoever reads the table cannot enter with what is in it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any, Literal, NamedTuple, get_args

from sqlalchemy import RowMapping, Select, func, insert, select, update

from consentkit.ledger.record import new_id
from consentkit.ledger.store import Store
from consentkit.ledger.tables import METADATA, GrantRow

Role = Literal["viewer", "exporter", "eraser"]
ROLES: tuple[Role, ...] = get_args(Role)
_GRANTS = METADATA.tables[GrantRow.__tablename__]
# What is compared with where there is no such grant: to be refused takes as long either way.
_NOBODY = bytes(32)


class Grant(NamedTuple):
    """One person's leave; `made` and `expires` are Unix seconds, `used` says that the link has let somebody in."""

    id: str
    name: str
    role: str
    made: int
    expires: int
    used: bool
    revoked: bool


class Grants:
    """The grants of one site. All errors: LedgerUnavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def invite(self, name: str, role: Role, now: int, expires: int) -> tuple[Grant, str]:
        """A new grant, and the secret that opens it once."""
        secret, ident = secrets.token_urlsafe(32), new_id()
        row = {"id": ident, "name": name, "role": role, "made": now, "expires": expires, "revoked": False}
        with self._store.transaction(write=True) as connection:
            connection.execute(insert(_GRANTS).values(site=self._store.site, secret=_hash(secret), session=None, **row))
        return Grant(ident, name, role, now, expires, used=False, revoked=False), secret

    def enter(self, ident: str, secret: str, now: int) -> tuple[Grant, str] | None:
        """Open the one session of a grant: the grant, and what names the session. None whatever the reason."""
        session = secrets.token_urlsafe(32)
        with self._store.transaction(write=True) as connection:
            # One value comes back whether there is such a grant or not.
            kept = self._of(ident).with_only_columns(_GRANTS.c.secret).scalar_subquery()
            fits = hmac.compare_digest(
                connection.execute(select(func.coalesce(kept, _NOBODY))).scalar_one(), _hash(secret)
            )
            # Asked of the database in every case: two who come at once cannot both be let in, and a wrong secret
            # takes no other time than one that is spent.
            opened = connection.execute(
                update(_GRANTS)
                .where(_GRANTS.c.site == self._store.site, _GRANTS.c.id == (ident if fits else ""))
                .where(_GRANTS.c.session.is_(None), _GRANTS.c.expires > now, ~_GRANTS.c.revoked)
                .values(session=_hash(session))
            )
            if opened.rowcount != 1:
                return None
            return _grant(connection.execute(self._of(ident)).mappings().one()), session

    def session(self, ident: str, session: str, now: int) -> Grant | None:
        """The grant whose session this is, if it may still look."""
        with self._store.transaction() as connection:
            row = connection.execute(self._of(ident)).mappings().first()
        fits = hmac.compare_digest((row["session"] if row else None) or _NOBODY, _hash(session))
        return _grant(row) if row and fits and row["expires"] > now and not row["revoked"] else None

    def revoke(self, ident: str) -> bool:
        """End a grant and its session at once; whether there was one to end."""
        with self._store.transaction(write=True) as connection:
            ended = connection.execute(
                update(_GRANTS)
                .where(_GRANTS.c.site == self._store.site, _GRANTS.c.id == ident, ~_GRANTS.c.revoked)
                .values(revoked=True)
            )
            return ended.rowcount == 1

    def all(self) -> list[Grant]:
        """Every grant there ever was, oldest first: the access log names them."""
        query = select(_GRANTS).where(_GRANTS.c.site == self._store.site).order_by(_GRANTS.c.made, _GRANTS.c.id)
        with self._store.transaction() as connection:
            return [_grant(row) for row in connection.execute(query).mappings()]

    def _of(self, ident: str) -> Select[Any]:
        return select(_GRANTS).where(_GRANTS.c.site == self._store.site, _GRANTS.c.id == ident)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _grant(row: RowMapping) -> Grant:
    used = row["session"] is not None
    return Grant(row["id"], row["name"], row["role"], row["made"], row["expires"], used, row["revoked"])
