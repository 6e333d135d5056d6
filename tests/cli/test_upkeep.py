"""erase, prune, backup, restore, upgrade: what the ledger's keeper types, and what is printed."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from consentkit.ledger.opening import open_ledger
from consentkit.ledger.record import ConsentRecord
from consentkit.ledger.spool import Batch, Spool
from consentkit.ledger.store import NewEntry
from consentkit.seal import Sealer

from .conftest import MOMENT, NOTICE, Run, add, settings_of

VISITOR = "ab" * 16


def stats(run: Run, site: Path) -> int:
    entries = json.loads(run("ledger", "stats", "--data", site, "--json").stdout)["entries"]
    assert isinstance(entries, int)
    return entries


def rows(site: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(site / "ledger.db")) as connection:
        found = connection.execute(sql).fetchall()
        connection.commit()
    return found


def verified(run: Run, site: Path, tmp_path: Path) -> str:
    run("export", "--format", "bundle", "-o", tmp_path / "bundle", "--data", site)
    vkey = run("ledger", "vkey", "--data", site).stdout.strip()
    return run("verify", tmp_path / "bundle", "--vkey", vkey).stderr


def test_erase(run: Run, site: Path, tmp_path: Path) -> None:
    """An owner erases a visitor by id; the numbers come on stdout, and the next export verifies."""
    first = stats(run, site) - 3
    erased = run("ledger", "erase", "--visitor", VISITOR, "--data", site)
    assert erased.stdout.split() == [str(first + at) for at in range(3)]
    assert "Backups and exports made before still hold them" in erased.stderr
    assert "Anchored" in verified(run, site, tmp_path)
    assert VISITOR.encode() not in b"".join(path.read_bytes() for path in site.iterdir() if path.is_file())
    assert "no such record" in run("ledger", "erase", "--visitor", VISITOR, "--data", site, code=1).stderr


def test_erase_by_receipt(run: Run, site: Path, tmp_path: Path) -> None:
    """A person's receipt is enough to have all that is theirs erased."""
    (record,) = rows(site, "SELECT record FROM ck_entries WHERE visitor IS NOT NULL LIMIT 1")
    receipt = json.loads(bytes(record[0]))["id"]  # type: ignore[arg-type]
    assert len(run("ledger", "erase", "--receipt", receipt, "--data", site).stdout.split()) == 3
    assert run("ledger", "erase", "--receipt", receipt, "--data", site, code=1).stdout == ""


@pytest.mark.parametrize("options", [[], ["--visitor", VISITOR, "--entry", "2"]])
def test_erase_whom(run: Run, site: Path, options: list[str]) -> None:
    """Nothing is erased unless it is said once, and clearly, what."""
    size = stats(run, site)
    assert "one of" in run("ledger", "erase", *options, "--data", site, code=2).stderr
    assert stats(run, site) == size


def test_erase_what_waits(run: Run, site: Path) -> None:
    """A choice that still waited in the spool is erased with the others."""
    settings = settings_of(site)
    record = rows(site, "SELECT record, salt, leaf_hash FROM ck_entries WHERE visitor IS NOT NULL LIMIT 1")[0]
    spooled = json.loads(bytes(record[0]))  # type: ignore[arg-type]
    spooled = ConsentRecord(**{name: value for name, value in spooled.items() if name != "v"} | {"id": "cd" * 16})
    salt = b"s" * 32
    batch = Batch((NewEntry(b"", MOMENT, VISITOR, spooled.to_bytes(), salt),), (NOTICE,), MOMENT)
    Spool(site / "spool-shop", Sealer(settings.secrets, "spool", "shop")).put(batch)
    assert len(run("ledger", "erase", "--visitor", VISITOR, "--data", site).stdout.split()) == 4
    assert (site / "spool-shop").read_bytes() == b""


def test_prune(run: Run, site: Path, tmp_path: Path) -> None:
    """What is older than the policy's retention goes; a dry run only counts it."""
    rows(site, "UPDATE ck_entries SET time = 1000 WHERE visitor IS NOT NULL")
    size = stats(run, site)
    preview = run("ledger", "prune", "--dry-run", "--data", site).stderr
    assert "3 records would be erased: they are from before" in preview
    assert stats(run, site) == size
    assert "3 records were erased" in run("ledger", "prune", "--data", site).stderr
    assert stats(run, site) == size + 1
    assert "0 records were erased" in run("ledger", "prune", "--data", site).stderr
    assert "Anchored" in verified(run, site, tmp_path)


def test_backup_and_restore(run: Run, site: Path, tmp_path: Path) -> None:
    """A copy is put back by one command, and nothing is lost that was signed for."""
    size = stats(run, site)
    assert f"shop: {size} entries, whole" in run("ledger", "backup", tmp_path / "copy", "--data", site).stderr
    (site / "ledger.db").unlink()
    restored = run("ledger", "restore", tmp_path / "copy", "--data", site)
    assert f"{size} entries: all that was signed for is there" in restored.stderr
    assert "Anchored" in verified(run, site, tmp_path)


def test_restore_what_is_older(run: Run, site: Path, tmp_path: Path) -> None:
    """An older copy is put back with a warning and exit status 1, and the newer database is kept beside it."""
    run("ledger", "backup", tmp_path / "copy", "--data", site)
    add(site, 2)
    refused = run("ledger", "restore", tmp_path / "copy", "--data", site, code=1)
    assert "consentkit ledger continue NAME" in refused.stderr
    assert (site / "ledger.db.replaced").exists()
    run("ledger", "continue", "shop.example/second", "--data", site)
    assert json.loads(run("ledger", "stats", "--data", site, "--json").stdout)["origin"] == "shop.example/second"


def test_restore_brings_back_what_was_erased(run: Run, site: Path, tmp_path: Path) -> None:
    """Records that were erased since the copy are named when it is put back."""
    run("ledger", "backup", tmp_path / "copy", "--data", site)
    erased = run("ledger", "erase", "--visitor", VISITOR, "--data", site).stdout
    restored = run("ledger", "restore", tmp_path / "copy", "--data", site, code=1)
    assert restored.stdout == erased
    assert "3 records came back" in restored.stderr


def test_restore_over_a_broken_database(run: Run, site: Path, tmp_path: Path) -> None:
    """A database that cannot be read any more is replaced, which is what a copy is for."""
    run("ledger", "backup", tmp_path / "copy", "--data", site)
    (site / "ledger.db").write_bytes(b"broken" * 1000)
    assert "repeat the erasures" in run("ledger", "restore", tmp_path / "copy", "--data", site).stderr


def test_not_for_postgresql(run: Run, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For PostgreSQL the command says which of its own programs makes a copy."""
    monkeypatch.setenv("CONSENTKIT_DATABASE", "postgresql://user:pass-word@localhost/shop")
    for command in (["backup", tmp_path / "copy"], ["restore", site / "consent.toml"]):
        refused = run("ledger", *command, "--data", site, code=2)
        assert "pg_dump" in refused.stderr
        assert "pass-word" not in refused.output


def test_upgrade(run: Run, site: Path, tmp_path: Path) -> None:
    """Older tables stop every command, and one command brings them forward."""
    assert "already" in run("ledger", "upgrade", "--data", site).stderr
    ledger = open_ledger(settings_of(site))
    size = ledger.store.head().size
    ledger.close()
    rows(site, "ALTER TABLE ck_logs DROP COLUMN pruned")
    rows(site, "ALTER TABLE ck_documents DROP COLUMN number")
    rows(site, "DROP TABLE ck_revision")
    for command in (["ledger", "stats"], ["export"], ["ledger", "prune"]):
        assert "consentkit ledger upgrade" in run(*command, "--data", site, code=2).stderr
    run("ledger", "backup", tmp_path / "copy", "--data", site)
    assert "0002 now; they were of 0001" in run("ledger", "upgrade", "--data", site).stderr
    assert stats(run, site) == size
    assert "Anchored" in verified(run, site, tmp_path)


def test_as_documented(run: Run, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever types the commands of the documents, from top to bottom, has done all of it."""
    monkeypatch.setenv("CONSENTKIT_DATA", str(site))
    monkeypatch.setenv("CONSENTKIT_POLICY", str(site / "consent.toml"))
    text = (Path(__file__).parents[2] / "docs" / "ledger.md").read_text(encoding="utf-8")
    commands = re.findall(r"^    consentkit (.+)$", text, re.MULTILINE)
    assert len(commands) >= 5
    for command in commands:
        run(*command.split())
