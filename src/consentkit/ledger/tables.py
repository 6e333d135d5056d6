"""The ledger's tables. The only importer of sqlmodel.

Every key begins with the site: each site is a log of its own, so that sites can be spread over databases.
Trusted for: nothing an auditor must believe; what they check is recomputed from the rows. Whoever can write these
tables can lose or spoil entries, and cannot do so unnoticed once a checkpoint has been seen.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, LargeBinary, Table, TextClause, text
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
    # Below this number no record is left that pruning could take.
    pruned: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})


class EntryRow(_Table, table=True):
    """One entry. `record` and `salt` may be erased; `leaf_hash` stays. A record without a salt is a statement."""

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
    """A policy, notice or list of code, once, under the SHA-256 of its bytes; `number` is the entry that says so."""

    __tablename__ = "ck_documents"

    site: str = Field(primary_key=True, max_length=64)
    hash: str = Field(primary_key=True, max_length=64)
    kind: str = Field(max_length=16)
    body: bytes = Field(sa_type=LargeBinary)
    # None where it is from before documents were entries: it becomes one when it is next named.
    number: int | None = Field(default=None, sa_type=BigInteger)


class CheckpointRow(_Table, table=True):
    """A checkpoint the public was given, or that others vouch for. `kept` ones stay: they are an auditor's anchors."""

    __tablename__ = "ck_checkpoints"

    site: str = Field(primary_key=True, max_length=64)
    key: str = Field(primary_key=True, max_length=8)  # the ID of the key that signed it, in hex
    size: int = Field(primary_key=True, sa_type=BigInteger)
    time: int = Field(sa_type=BigInteger)
    note: str
    timestamp: bytes | None = Field(default=None, sa_type=LargeBinary)
    kept: bool


class SeenRow(_Table, table=True):
    """A cookie's name as the app was seen to set or receive it: never a value, and nothing of a visitor."""

    __tablename__ = "ck_seen"

    site: str = Field(primary_key=True, max_length=64)
    name: str = Field(primary_key=True, max_length=128)
    is_set: bool
    received: bool
    first: int
    last: int
    paths: str
    attributes: str
    lifetime: int | None = Field(default=None, sa_type=BigInteger)


class RevisionRow(_Table, table=True):
    """Of which revision these tables are: Alembic's own table, under a name of ours."""

    __tablename__ = "ck_revision"

    version_num: str = Field(primary_key=True, max_length=32)


class HostRow(_Table, table=True):
    """A host that pages asked for, or that browsers reported, by where it stood: never by whom or on which page.

    `place` is "html", "link", or the directive of a report; the dates are days.
    """

    __tablename__ = "ck_hosts"

    site: str = Field(primary_key=True, max_length=64)
    host: str = Field(primary_key=True, max_length=253)
    place: str = Field(primary_key=True, max_length=16)
    count: int = Field(sa_type=BigInteger)
    first: str = Field(max_length=10)
    last: str = Field(max_length=10)


class GrantRow(_Table, table=True):
    """Leave to look into a site's ledger. Of the secret in its link, and of its session, only the SHA-256 is here."""

    __tablename__ = "ck_grants"

    site: str = Field(primary_key=True, max_length=64)
    id: str = Field(primary_key=True, max_length=32)
    name: str = Field(max_length=80)
    role: str = Field(max_length=16)
    secret: bytes = Field(sa_type=LargeBinary)
    session: bytes | None = Field(default=None, sa_type=LargeBinary)
    made: int = Field(sa_type=BigInteger)
    expires: int = Field(sa_type=BigInteger)
    revoked: bool


class LinkRow(_Table, table=True):
    """A visitor id that is an account's. Of the account only a keyed hash is here; `key` says under which secret."""

    __tablename__ = "ck_links"
    __table_args__ = (Index("ck_links_account", "site", "account"),)

    site: str = Field(primary_key=True, max_length=64)
    visitor: str = Field(primary_key=True, max_length=32)
    account: str = Field(max_length=64)
    key: str = Field(max_length=8)
    time: int = Field(sa_type=BigInteger)


class DueRow(_Table, table=True):
    """A record that somebody wants erased and the law keeps until a moment (Unix milliseconds): it goes then."""

    __tablename__ = "ck_due"

    site: str = Field(primary_key=True, max_length=64)
    number: int = Field(primary_key=True, sa_type=BigInteger)
    due: int = Field(sa_type=BigInteger)


class DayRow(_Table, table=True):
    """How many choices of a kind a day had, by one thing that a record says: counts, and nothing of a person."""

    __tablename__ = "ck_days"

    site: str = Field(primary_key=True, max_length=64)
    # Before the day: a page of figures asks for one dimension over a month.
    dimension: str = Field(primary_key=True, max_length=16)
    day: str = Field(primary_key=True, max_length=10)
    value: str = Field(primary_key=True, max_length=200)
    choice: str = Field(primary_key=True, max_length=16)
    count: int = Field(sa_type=BigInteger)


class CountedRow(_Table, table=True):
    """Up to which entry a site's choices are in the counts by day. Its row is the lock that counting takes."""

    __tablename__ = "ck_counted"

    site: str = Field(primary_key=True, max_length=64)
    number: int = Field(sa_type=BigInteger)


class ReceiptRow(_Table, table=True):
    """Where the record of a receipt is: `key` is the beginning of its id. Erased with the record."""

    __tablename__ = "ck_receipts"
    __table_args__ = (Index("ck_receipts_key", "site", "key"),)

    site: str = Field(primary_key=True, max_length=64)
    number: int = Field(primary_key=True, sa_type=BigInteger)
    key: int = Field(sa_type=BigInteger)


class FiledRow(_Table, table=True):
    """Up to which entry a site's receipts are filed. Its row is the lock that filing takes, and erasing."""

    __tablename__ = "ck_filed"

    site: str = Field(primary_key=True, max_length=64)
    number: int = Field(sa_type=BigInteger)


class TicketRow(_Table, table=True):
    """A ticket that was taken, by the SHA-256 of its nonce, until it would be worth nothing anyway."""

    __tablename__ = "ck_tickets"

    site: str = Field(primary_key=True, max_length=64)
    hash: str = Field(primary_key=True, max_length=64)
    expires: int = Field(sa_type=BigInteger)


METADATA = _Table.metadata


def insert_if_new(table: Table) -> TextClause:
    """An INSERT of whole rows that passes over those whose key is there already.

    Others may put in the same row at the same time. This is what also a table can do whose rows lie on other servers:
    there is no unique index over all of them to name.
    """
    names = table.columns.keys()
    values = ", ".join(f":{name}" for name in names)
    return text(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({values}) ON CONFLICT DO NOTHING")  # noqa: S608
