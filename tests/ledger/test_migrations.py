"""Tables of an earlier version: refused by an app that starts, brought forward by the owner, with all their data."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from consentkit.errors import ConfigError, LedgerOutdated
from consentkit.ledger import migrations
from consentkit.ledger.database import Database, connect
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.migrations import migrate, upgrade
from consentkit.ledger.schema import FIRST as FIRST_REVISION
from consentkit.ledger.schema import REVISION
from consentkit.ledger.store import Store
from consentkit.ledger.tables import METADATA
from tests.postgres import running

from .checking import check_ledger
from .conftest import MOMENT, NOTICE, POLICY, SIGNER, Open, choose, made
from .rows import Rows, all_rows, use_everything

# The tables that the migrations make; others are new, and made when they are missing.
VERSIONS = Path(migrations.__file__).parent / "versions"
MIGRATED = ("ck_logs", "ck_entries", "ck_tiles", "ck_documents")


@pytest.fixture(scope="module")
def server() -> Iterator[object]:
    with running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Both kinds of database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'db' / 'ledger.db'}"
        return
    with request.getfixturevalue("server").database() as url:
        yield url


def execute(url: str, *statements: str) -> None:
    """Somebody works on the database by hand."""
    engine = connect(Database(url).url)
    with engine.connect().execution_options(consentkit_write=True) as connection, connection.begin():
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def columns(url: str) -> dict[str, set[str]]:
    engine = connect(Database(url).url)
    found = inspect(engine)
    names = {table: {column["name"] for column in found.get_columns(table)} for table in MIGRATED}
    engine.dispose()
    return names


def made_by_the_first_version(url: str) -> None:
    """Make the tables as version 0.1 did, which knew no revisions."""
    engine = connect(Database(url).url)
    with engine.connect().execution_options(consentkit_write=True) as connection, connection.begin():
        migrate(connection, None, FIRST_REVISION)
        connection.execute(text("DROP TABLE ck_revision"))
    engine.dispose()


def test_new(reopen: Open, database_url: str) -> None:
    """A new database has the tables of today, and says so; nothing needs to be upgraded."""
    choose(reopen())
    assert upgrade(Database(database_url)) == (REVISION, REVISION)


def test_migrations_make_what_the_app_makes(database_url: str, reopen: Open) -> None:
    """Whoever upgraded has the same columns as whoever began today."""
    made_by_the_first_version(database_url)
    assert upgrade(Database(database_url)) == (FIRST_REVISION, REVISION)
    assert columns(database_url) == {name: set(METADATA.tables[name].c.keys()) for name in MIGRATED}
    choose(reopen())


def test_older_is_refused(database_url: str, reopen: Open) -> None:
    """An app does not start on older tables, changes nothing, and names the command."""
    made_by_the_first_version(database_url)
    before = columns(database_url)
    with pytest.raises(LedgerOutdated, match="consentkit ledger upgrade") as refused:
        reopen().check()
    assert (refused.value.found, refused.value.needed) == (FIRST_REVISION, REVISION)
    assert columns(database_url) == before


def test_newer_is_refused(database_url: str, reopen: Open) -> None:
    """An app does not start on tables of a later version, and the upgrade does not touch them."""
    choose(reopen())
    execute(database_url, "UPDATE ck_revision SET version_num = '9999'")
    with pytest.raises(LedgerOutdated, match="later consentkit"):
        reopen().check()
    with pytest.raises(LedgerOutdated, match="later consentkit"):
        upgrade(Database(database_url))


def test_down_and_up_with_data(database_url: str, reopen: Open) -> None:
    """All that was recorded is the same after going back a version and coming again; then new choices are taken."""
    ledger = reopen()
    told = [choose(ledger, f"{number:032x}") for number in range(300)]
    ledger.close()
    assert upgrade(Database(database_url), FIRST_REVISION) == (REVISION, FIRST_REVISION)
    assert "number" not in columns(database_url)["ck_documents"]
    with pytest.raises(LedgerOutdated):
        reopen().check()
    assert upgrade(Database(database_url)) == (FIRST_REVISION, REVISION)
    ledger = reopen()
    ledger.check()
    assert [entry.leaf_hash for entry in check_ledger(ledger, SIGNER)] == [entry.leaf_hash for entry in told]
    choose(ledger)


# What a revision added, and going back to the one before it takes away.
ADDED = {"0002": {("ck_documents", "number"), ("ck_logs", "pruned")}}


def rows_of(url: str, without: set[tuple[str, str]]) -> Rows:
    """All that is in the database, but for its revision and these columns."""
    store = Store(url, "shop")
    with store.transaction() as connection:
        rows = all_rows(connection)
    store.forget()
    del rows["ck_revision"]
    return {
        table: [{name: value for name, value in row.items() if (table, name) not in without} for row in found]
        for table, found in rows.items()
    }


def test_every_step_with_data_in_every_table(database_url: str, reopen: Open) -> None:
    """Each step back and forward again leaves every row of every table as it was, but for what that step is about."""
    revisions = sorted(path.name[:4] for path in VERSIONS.glob("0*.py"))
    assert revisions[-1] == REVISION
    assert {*ADDED} == {*revisions[1:]}
    ledger = reopen()
    use_everything(ledger)
    ledger.close()
    gone: set[tuple[str, str]] = set()
    for before, revision in reversed(list(pairwise(revisions))):
        gone |= ADDED[revision]
        kept = rows_of(database_url, gone)
        assert all(kept.values())
        assert upgrade(Database(database_url), before) == (REVISION, before)
        assert upgrade(Database(database_url)) == (before, REVISION)
        assert rows_of(database_url, gone) == kept
    ledger = reopen()
    ledger.check()
    choose(ledger)


def test_documents_from_before(database_url: str, reopen: Open) -> None:
    """A policy that was in force before documents were entries becomes one when it is next named, once."""
    ledger = reopen()
    ledger.append(made(), MOMENT, [])
    ledger.close()
    upgrade(Database(database_url), FIRST_REVISION)
    body = POLICY.body.decode().replace("'", "''")
    value = f"'{body}'" if database_url.startswith("sqlite") else f"convert_to('{body}', 'UTF8')"
    execute(database_url, f"INSERT INTO ck_documents VALUES ('shop', '{POLICY.hash}', 'policy', {value})")
    upgrade(Database(database_url))
    ledger = reopen()
    for _ in range(2):
        ledger.append(made(), MOMENT, [POLICY, NOTICE])
    statements = [entry.number for entry in ledger.store.entries() if entry.statement]
    assert statements == [1, 2]
    assert {document.hash for document in ledger.store.documents()} == {POLICY.hash, NOTICE.hash}


WITHOUT = """
import sys
sys.modules["alembic"] = None
from tests.ledger.test_migrations import *
ledger = Ledger(Store(sys.argv[1], "shop"), SIGNER, Path(sys.argv[2]))
ledger.check()
choose(ledger)
ledger.close()
try:
    upgrade(Database(sys.argv[1]), FIRST_REVISION)
except ConfigError as error:
    assert "consentkit.E027" in str(error) and "consentkit[upgrade]" in str(error)
else:
    sys.exit("upgraded without Alembic")
"""


def test_without_alembic(tmp_path: Path) -> None:
    """An app runs without Alembic; the upgrade asks for it by name."""
    command = [sys.executable, "-c", WITHOUT, f"sqlite:///{tmp_path / 'ledger.db'}", str(tmp_path / "outside")]
    subprocess.run(command, cwd=Path(__file__).parents[2], check=True)
    assert ConfigError
    assert Ledger
    assert Store
