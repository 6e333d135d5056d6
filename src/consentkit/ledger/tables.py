"""The ledger's four tables. The only importer of sqlmodel.

Every key begins with the site: each site is a log of its own, so that sites can be spread over databases.
Trusted for: nothing an auditor must believe; what they check is recomputed from the rows. Whoever can write these
tables can lose or spoil entries, and cannot do so unnoticed once a checkpoint has been seen.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, LargeBinary
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


# A registry of our own: the host application's SQLModel.metadata stays its own.
class _Table(SQLModel, registry=registry()):
    pass


class LogRow(_Table, table=True):
    """The state of one site's log. Its row is the lock that appends take."""

    __tablename__ = "ck_logs"

    site: str = Field(primary_key=True, max_length=64)
    size: int = Field(sa_type=BigInteger)
    frontier: bytes = Field(sa_type=LargeBinary)


class EntryRow(_Table, table=True):
    """One entry. `record` and `salt` may be erased; `leaf_hash` stays."""

    __tablename__ = "ck_entries"
    __table_args__ = (Index("ck_entries_visitor", "site", "visitor"),)

    site: str = Field(primary_key=True, max_length=64)
    number: int = Field(primary_key=True, sa_type=BigInteger)
    leaf_hash: bytes = Field(sa_type=LargeBinary)
    time: int = Field(sa_type=BigInteger)
    visitor: str | None = Field(default=None, max_length=32)
    record: bytes | None = Field(default=None, sa_type=LargeBinary)
    salt: bytes | None = Field(default=None, sa_type=LargeBinary)


class TileRow(_Table, table=True):
    """The hash over 256**level entries: what is kept so that a proof need not read the whole log."""

    __tablename__ = "ck_tiles"

    site: str = Field(primary_key=True, max_length=64)
    level: int = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_type=BigInteger)
    hash: bytes = Field(sa_type=LargeBinary)


class DocumentRow(_Table, table=True):
    """A policy or notice, stored once, under the SHA-256 of its bytes."""

    __tablename__ = "ck_documents"

    site: str = Field(primary_key=True, max_length=64)
    hash: str = Field(primary_key=True, max_length=64)
    kind: str = Field(max_length=16)
    body: bytes = Field(sa_type=LargeBinary)


METADATA = _Table.metadata
