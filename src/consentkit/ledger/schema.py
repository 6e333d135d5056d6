"""Which tables a ledger's database must have, and of which revision.

Knows tables and one number; not rows. A database without any of ours gets all of them. New tables may be added to one
that has some; changes to those it has are migrations (`consentkit ledger upgrade`), never made by an app that starts:
other workers may still run the version before.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, insert, inspect, select, text
from sqlalchemy.schema import CreateIndex, CreateTable

from consentkit.errors import LedgerOutdated
from consentkit.ledger.tables import METADATA, EntryRow, RevisionRow

# The newest file in migrations/versions.
REVISION = "0002"
# What a database from before there were revisions is.
FIRST = "0001"

_REVISIONS = METADATA.tables[RevisionRow.__tablename__]
# One number for all who might create the tables at once (pg_advisory_xact_lock).
_LOCK = 0x636B5F736368656D


def prepare(engine: Engine) -> None:
    """See that the tables are there. Raises LedgerOutdated for those of another revision."""
    with engine.connect() as connection, connection.begin():
        if _complete(connection):
            return
    with engine.connect().execution_options(consentkit_write=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            # CREATE TABLE IF NOT EXISTS fails where two processes come to it at the same time.
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if not _complete(connection):
            create(connection)


def create(connection: Connection) -> None:
    """Make the tables that are missing, and say of which revision they are."""
    for table in METADATA.sorted_tables:
        connection.execute(CreateTable(table, if_not_exists=True))
        for index in table.indexes:
            connection.execute(CreateIndex(index, if_not_exists=True))
    if connection.execute(select(_REVISIONS)).first() is None:
        connection.execute(insert(_REVISIONS).values(version_num=REVISION))


def revision_of(connection: Connection) -> str | None:
    """The revision of the tables in a database; None if there are none of ours."""
    names = set(inspect(connection).get_table_names())
    if RevisionRow.__tablename__ in names:
        found = connection.execute(select(_REVISIONS.c.version_num)).scalar_one_or_none()
        if found is not None:
            return str(found)
    return FIRST if EntryRow.__tablename__ in names else None


def _complete(connection: Connection) -> bool:
    found = revision_of(connection)
    if found not in (None, REVISION):
        raise LedgerOutdated(found, REVISION)
    return found == REVISION and set(METADATA.tables) <= set(inspect(connection).get_table_names())
