"""Somebody writes into the database: what the server notices, and what an auditor finds."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from consentkit.errors import BundleError, LedgerRollback, LedgerUnavailable
from consentkit.ledger.bundle import write_bundle
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.verify import Report, verify_bundle

from .conftest import NOTICE, SIGNER, Open, choose
from .test_trouble import execute


def exported(ledger: Ledger) -> Report:
    """What an auditor finds in an export."""
    bundle = BytesIO()
    write_bundle(bundle, SIGNER, ledger.checkpoint(), ledger.store.documents(), ledger.store.entries())
    bundle.seek(0)
    return verify_bundle(bundle, SIGNER.verifier)


@pytest.mark.parametrize("start", [True, False], ids=["at the start", "while running"])
def test_entries_deleted(start: bool, reopen: Open, tmp_path: Path) -> None:
    """A server does not start on a log from which rows were taken, and never hands out a proof over what is left."""
    ledger = reopen()
    last = [choose(ledger) for _ in range(5)][-1]
    ledger.close()
    execute(tmp_path, "DELETE FROM ck_entries WHERE number = 2")
    if start:
        with pytest.raises(LedgerRollback):
            reopen().check()
    else:
        assert ledger.receipt(last)["proof"] is None


def test_checkpoint_file_spoiled(reopen: Open, tmp_path: Path) -> None:
    """A spoiled checkpoint outside the database stops the start, and says which file it is."""
    ledger = reopen()
    choose(ledger)
    ledger.close()
    (file,) = (tmp_path / "outside").iterdir()
    file.write_text("nonsense", encoding="utf-8")
    with pytest.raises(LedgerRollback, match=file.name):
        reopen().check()


@pytest.mark.parametrize("left", [b"", bytes(179)])
def test_checkpoint_file_lost(left: bytes, reopen: Open, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where the power went before the checkpoint was on the disk the site starts, says so, and keeps a new one."""
    ledger = reopen()
    choose(ledger)
    ledger.close()
    (file,) = (tmp_path / "outside").iterdir()
    file.write_bytes(left)
    again = reopen()
    again.check()
    assert caplog.text.count("consentkit.D012") == 1
    choose(again)
    again.close()
    assert file.read_bytes().startswith(SIGNER.name.encode())


TAMPERING = {
    "record": "UPDATE ck_entries SET record = replace(CAST(record AS TEXT), 'banner', 'other') WHERE number = 3",
    "salt": "UPDATE ck_entries SET salt = zeroblob(32) WHERE number = 3",
    "leaf": "UPDATE ck_entries SET leaf_hash = zeroblob(32) WHERE number = 3",
    "erased": "UPDATE ck_entries SET record = NULL, salt = NULL WHERE number = 3",
    "swapped": "UPDATE ck_entries SET record = (SELECT record FROM ck_entries WHERE number = 4) WHERE number = 3",
    "deleted": "DELETE FROM ck_entries WHERE number = 3",
    "cut": "DELETE FROM ck_entries WHERE number >= 3",
    "added": "INSERT INTO ck_entries SELECT site, 99, leaf_hash, time, visitor, record, salt FROM ck_entries LIMIT 1",
}


@pytest.mark.parametrize("sql", TAMPERING.values(), ids=TAMPERING)
def test_tampered(sql: str, reopen: Open, tmp_path: Path) -> None:
    """Whatever is changed in a row is found in the next export, with the entry where one is at fault."""
    ledger = reopen()
    for _ in range(6):
        choose(ledger)
    assert exported(ledger).proven
    execute(tmp_path, sql)
    report = exported(ledger)
    assert not report.consistent
    assert {finding.part for finding in report.findings} == {"entries.jsonl"}
    if "= 3" in sql and "DELETE" not in sql:
        assert {finding.entry for finding in report.findings} == {3}


@pytest.mark.parametrize("spoiled", [b"not JSON", b'{"choice": "accept_all"}', b"\xff"])
def test_record_that_is_none(spoiled: bytes, reopen: Open, tmp_path: Path) -> None:
    """A record that cannot be ours stops the export, and is named."""
    ledger = reopen()
    choose(ledger)
    choose(ledger)
    execute(tmp_path, "UPDATE ck_entries SET record = ? WHERE number = 1", spoiled)
    with pytest.raises(BundleError, match=r"entries\.jsonl, entry 1: the database was written to by others"):
        exported(ledger)


def test_tampered_document(ledger: Ledger, tmp_path: Path) -> None:
    """A policy or notice whose text was changed is found, and so are the entries that name it."""
    choose(ledger)
    execute(tmp_path, "UPDATE ck_documents SET body = ? WHERE kind = 'notice'", b'{"layer":"other"}')
    report = exported(ledger)
    assert {finding.part for finding in report.findings} == {"documents.jsonl", "entries.jsonl"}
    execute(tmp_path, "UPDATE ck_documents SET body = ? WHERE kind = 'notice'", NOTICE.body)


@pytest.mark.parametrize("spoil", ["UPDATE ck_logs SET frontier = x'00'", "UPDATE ck_logs SET size = -1"])
def test_log_row_spoiled(spoil: str, ledger: Ledger, tmp_path: Path) -> None:
    """A log row that makes no sense is a ledger that cannot be written, not a crash."""
    choose(ledger)
    kept = ledger.store.head()
    execute(tmp_path, spoil)
    with pytest.raises(LedgerUnavailable):
        choose(ledger)
    execute(tmp_path, "UPDATE ck_logs SET size = 3, frontier = ?", kept.to_bytes())
