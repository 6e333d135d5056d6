"""Bringing a ledger's tables from one revision to the next. Run by hand, with the app stopped; needs Alembic.

Knows tables; not rows' meaning. Only this folder imports Alembic: an app starts, and goes on, without it.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from consentkit.errors import ConfigError, LedgerOutdated, Problem
from consentkit.ledger.database import Database, connect
from consentkit.ledger.schema import REVISION, create, revision_of
from consentkit.ledger.tables import RevisionRow


def upgrade(database: Database, to: str = REVISION) -> tuple[str | None, str | None]:
    """Bring the tables to a revision, in one transaction; the revision there was, and the one there is.

    Raises ConfigError where Alembic is not installed, LedgerOutdated for tables of a later consentkit.
    """
    engine = connect(database.url)
    try:
        with engine.connect().execution_options(consentkit_write=True) as connection, connection.begin():
            before = revision_of(connection)
            if before is not None and before > REVISION:
                raise LedgerOutdated(before, REVISION)
            if before is not None and before != to:
                migrate(connection, before, to)
            if to == REVISION:
                create(connection)
            return before, revision_of(connection)
    finally:
        engine.dispose()


def migrate(connection: Connection, before: str | None, to: str) -> None:
    """Run the steps from one revision to another, up or down."""
    try:
        from alembic import command
        from alembic.config import Config
    except ImportError:
        remedy = "Install consentkit[upgrade], and run it again."
        message = "changing the ledger's tables needs Alembic, which is not installed."
        raise ConfigError("ledger", [Problem("consentkit.E027", "ledger", message, remedy)]) from None
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    config.attributes["version_table"] = RevisionRow.__tablename__
    if before is not None:
        command.stamp(config, before)  # a database from before there were revisions says nothing of its own
    step = command.downgrade if before is not None and to < before else command.upgrade
    step(config, to)
