"""Sites over three real PostgreSQL servers: a database for each, or partitions of one; and any engine that is named."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from consentkit.errors import LedgerRollback, LedgerUnavailable
from consentkit.ledger import intake
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.spool import Spool
from consentkit.ledger.store import Entry, NewEntry, Store
from consentkit.ledger.tables import METADATA
from tests.postgres import Own, running_own
from tests.waiting import until

from .checking import check_ledger
from .conftest import FIRST, SIGNER, choose
from .rows import all_rows, use_everything
from .test_spool import SEALER
from .test_tampering import exported

SITES = ("shop", "blog", "club")
NAMED = "CONSENTKIT_TEST_CITUS_URL"
WRITERS = 3
EACH = 12
PAGE = Path(__file__).parents[2] / "docs" / "scale.md"
SHARDED = [table.name for table in METADATA.sorted_tables if "site" in table.c]


WRITING = """
import sys
from pathlib import Path
from consentkit.ledger import database
from consentkit.tlog import Signer
from tests.ledger import conftest, test_shards
database._BUSY_SECONDS = 60  # a busy machine is no fault of theirs
conftest.SIGNER = test_shards.SIGNER = Signer.from_text(sys.argv[2])
urls = dict(each.split("=", 1) for each in sys.argv[4:])
ledgers = {site: test_shards.ledger_of(Path(sys.argv[1]), site, url) for site, url in urls.items()}
for _ in range(int(sys.argv[3])):
    for site, ledger in ledgers.items():
        entry = conftest.choose(ledger)
        print(site, entry.number, entry.leaf_hash.hex(), flush=True)
for ledger in ledgers.values():
    ledger.close()
"""


@pytest.fixture(scope="module")
def servers() -> Iterator[list[Own]]:
    with ExitStack() as stack:
        yield [stack.enter_context(running_own()) for _ in SITES]


@pytest.fixture
def databases(servers: list[Own]) -> Iterator[list[str]]:
    """A new database on each server, with our tables in it."""
    with ExitStack() as stack:
        urls = [stack.enter_context(server.database()) for server in servers]
        for url in urls:
            prepared(url)
        yield urls


@pytest.fixture
def partitioned(servers: list[Own], databases: list[str]) -> str:
    """The database on the first server, of which partitions lie on the others, made as docs/scale.md says."""
    know_each_other(servers, databases)
    execute(databases[0], block("tables.sql"))
    return databases[0]


@pytest.fixture(params=["a database each", "partitions", "named"])
def urls(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """Where each site is written to."""
    if request.param == "a database each":
        yield dict(zip(SITES, request.getfixturevalue("databases"), strict=True))
    elif request.param == "partitions":
        yield dict.fromkeys(SITES, request.getfixturevalue("partitioned"))
    elif url := os.environ.get(NAMED):
        distribute(url)
        yield dict.fromkeys(SITES, url)
    else:
        pytest.skip(f"no distributed engine is named: {NAMED}=postgresql://…/an-empty-database")


def know_each_other(servers: list[Own], databases: list[str]) -> None:
    """Tell the first server of the others, as docs/scale.md says."""
    script = block("servers.sql").replace("user 'consent'", "user 'postgres'")
    hosts = re.findall(r"host '(.*?)', dbname '(.*?)'", script)
    for (host, name), server, url in zip(hosts, servers[1:], databases[1:], strict=True):
        here = f"host '{server.folder}', dbname '{make_url(url).database}'"
        script = script.replace(f"host '{host}', dbname '{name}'", here)
    execute(databases[0], script)


def block(name: str) -> str:
    """A block of SQL out of the document."""
    found = re.search(rf"^```sql\n-- {name}.*?\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def execute(url: str, script: str) -> list[tuple[object, ...]]:
    plain = make_url(url).set(drivername="postgresql").render_as_string(False)
    with psycopg.connect(plain, autocommit=True) as connection:
        cursor = connection.execute(script)  # type: ignore[call-overload]
        return list(cursor.fetchall()) if cursor.description else []


def prepared(url: str) -> None:
    """Make the tables, as the first app to start does."""
    store = Store(url, SITES[0])
    store.head()
    store.forget()


def distribute(url: str) -> None:
    """Spread the tables over the engine's hosts by site, where that is for us to say."""
    prepared(url)
    if execute(url, "SELECT 1 FROM pg_extension WHERE extname = 'citus'"):
        there = {name for (name,) in execute(url, "SELECT logicalrelid::text FROM pg_dist_partition")}
        for name in SHARDED:
            if name not in there:
                execute(url, f"SELECT create_distributed_table('{name}', 'site')")


def ledger_of(folder: Path, site: str, url: str, spool: Spool | None = None) -> Ledger:
    return Ledger(Store(url, site), SIGNER, folder / site / "outside", spool)


def check_all(folder: Path, urls: Mapping[str, str]) -> dict[str, dict[int, str]]:
    """Verify every site's log wholly; the leaf hashes of its choices, by their numbers."""
    found = {}
    for site, url in urls.items():
        ledger = ledger_of(folder, site, url)
        ledger.check()
        found[site] = {entry.number: entry.leaf_hash.hex() for entry in check_ledger(ledger, SIGNER)}
        assert ledger.published() == ledger.published()
        ledger.close()
    return found


def test_writers_everywhere(urls: dict[str, str], tmp_path: Path) -> None:
    """Several workers write to several sites at once: each log is whole, and has what its visitors were told."""
    command = [sys.executable, "-c", WRITING, str(tmp_path), SIGNER.to_text(), str(EACH)]
    command += [f"{site}={url}" for site, url in urls.items()]
    running = [
        subprocess.Popen(command, cwd=PAGE.parents[1], stdout=subprocess.PIPE, text=True) for _ in range(WRITERS)
    ]
    told = [line.split() for process in running for line in process.communicate(timeout=120)[0].splitlines()]
    assert [process.returncode for process in running] == [0] * WRITERS
    assert len(told) == WRITERS * EACH * len(SITES)
    there = check_all(tmp_path, urls)
    assert all(there[site][int(number)] == leaf for site, number, leaf in told)


@pytest.mark.parametrize("name", ["tables.sql", "move.sql"])
def test_all_tables_are_named(name: str) -> None:
    """Whoever follows the document leaves none of our tables behind: a site's rows are all on one server."""
    assert sorted(re.findall(r"'(ck_\w+)'", block(name))) == sorted(SHARDED)


def test_moved(servers: list[Own], databases: list[str], tmp_path: Path) -> None:
    """A site that is moved to another server goes on there as if nothing had been, with all it ever had."""
    old = ledger_of(tmp_path, "blog", databases[0])
    use_everything(old)
    with old.store.transaction() as connection:
        rows = all_rows(connection)
    old.close()
    know_each_other(servers, databases)
    execute(databases[0], block("move.sql"))
    moved = ledger_of(tmp_path, "blog", databases[1])
    moved.check()
    with moved.store.transaction() as connection:
        assert all_rows(connection) == rows
    choose(moved)
    assert exported(moved).proven
    moved.close()
    with pytest.raises(LedgerRollback):
        old.check()
    old.close()


def test_each_site_on_its_server(partitioned: str, databases: list[str], tmp_path: Path) -> None:
    """A site's rows lie on its server and nowhere else, and its log can be verified there without the others."""
    for site in SITES:
        ledger = ledger_of(tmp_path, site, partitioned)
        choose(ledger)
        assert ledger.store.database.scrub()
        ledger.close()
    for site, url in zip(SITES, databases, strict=True):
        table = "ck_entries_here" if url == partitioned else "ck_entries"
        assert execute(url, f"SELECT DISTINCT site FROM {table}") == [(site,)]
    assert check_all(tmp_path, dict(zip(SITES[1:], databases[1:], strict=True)))


def test_a_server_away(partitioned: str, servers: list[Own], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one server is away the sites of the others go on; its own site's choices wait, and are logged once."""
    monkeypatch.setattr(intake, "_RETRY_SECONDS", 0.1)
    ledgers = {
        site: ledger_of(tmp_path, site, partitioned, Spool(tmp_path / f"spool-{site}", SEALER)) for site in SITES
    }
    for ledger in ledgers.values():
        choose(ledger)
    servers[1].stop()
    try:
        assert isinstance(choose(ledgers["blog"], "cd" * 16), NewEntry)
        assert isinstance(choose(ledgers["shop"]), Entry)
        assert isinstance(choose(ledgers["club"]), Entry)
        with pytest.raises(LedgerUnavailable):
            ledgers["blog"].checkpoint()
    finally:
        servers[1].start()
    until(lambda: not ledgers["blog"].away)
    assert isinstance(choose(ledgers["blog"]), Entry)
    for ledger in ledgers.values():
        ledger.close()
    counts = {site: len(numbers) for site, numbers in check_all(tmp_path, dict.fromkeys(SITES, partitioned)).items()}
    assert counts == {"shop": 2, "blog": 3, "club": 2}
    assert ledgers["blog"].store.head().size == FIRST + 3
    ledgers["blog"].close()
