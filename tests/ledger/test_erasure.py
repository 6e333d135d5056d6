"""Forgetting a person: nothing of them is left in any file, and everything about everybody else holds as before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from consentkit.ledger import erasure
from consentkit.ledger.bundle import write_bundle
from consentkit.ledger.erasure import find_receipt, forget, prune
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.receipt import verify_receipt
from consentkit.ledger.report import Report
from consentkit.ledger.verify import verify_bundle

from .conftest import FIRST, MOMENT, NOTICE, POLICY, SIGNER, Open, choose, made
from .test_trouble import execute

GONE = "cd" * 16


def exported(ledger: Ledger) -> BytesIO:
    bundle = BytesIO()
    write_bundle(bundle, SIGNER, ledger.checkpoint(), ledger.store.documents(), ledger.store.entries())
    bundle.seek(0)
    return bundle


def verified(ledger: Ledger, since: BytesIO | None = None) -> Report:
    return verify_bundle(exported(ledger), SIGNER.verifier, since)


@pytest.fixture
def shared(reopen: Open) -> Iterator[Ledger]:
    """A ledger of which somebody wants to be forgotten; sound when the test is over."""
    ledger = reopen()
    for number in range(40):
        choose(ledger, GONE if number % 5 == 0 else f"{number:032x}")
    yield ledger
    report = verified(reopen())
    assert report.proven, report.findings


def test_nothing_is_left(shared: Ledger, tmp_path: Path) -> None:
    """After an erasure neither the visitor's id, nor a record or salt of theirs, is in any file of the site."""
    theirs = shared.store.entries_of(GONE)
    traces = [
        GONE.encode(),
        *(each.salt for each in theirs),
        *(json.loads(each.record)["id"].encode() for each in theirs),
    ]
    shared.close()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert all(any(trace in path.read_bytes() for path in files) for trace in traces)
    assert forget(shared, [GONE], MOMENT).erased == [each.number for each in theirs]
    assert shared.store.database.scrub()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [(trace, path) for trace in traces for path in files if trace in path.read_bytes()]
    assert shared.store.entries_of(GONE) == []


def test_others_keep_their_proofs(shared: Ledger) -> None:
    """Receipts and exports from before an erasure still verify, and the next export contains the last unaltered."""
    before, mine = exported(shared), shared.store.entries_of(f"{1:032x}")[0]
    receipt = shared.receipt(mine)
    forget(shared, [GONE], MOMENT)
    assert verify_receipt(receipt, SIGNER.verifier).proven
    assert verify_receipt(shared.receipt(mine), SIGNER.verifier).proven
    report = verified(shared, before)
    assert report.proven, report.findings
    assert (report.erased, report.entries) == (8, FIRST + 41)
    before.seek(0)
    assert verify_bundle(before, SIGNER.verifier).proven


def test_what_the_log_says_of_it(shared: Ledger) -> None:
    """The entry of an erasure lists numbers, and nothing that tells of a person."""
    numbers = forget(shared, [GONE], MOMENT).erased
    (entry,) = shared.store.entries(FIRST + 40)
    assert json.loads(entry.statement or b"") == {"indices": numbers, "kind": "erasure", "v": 1}
    assert (entry.visitor, entry.salt) == (None, None)
    (gone,) = shared.store.entries(numbers[0], numbers[0] + 1)
    assert (gone.visitor, gone.record, gone.salt) == (None, None, None)


def test_erased_by_hand_is_found(shared: Ledger, tmp_path: Path) -> None:
    """A record that somebody removed without an entry is missed, also when others were erased in order."""
    forget(shared, [GONE], MOMENT)
    (kept,) = shared.store.entries(FIRST + 1, FIRST + 2)
    execute(tmp_path, "UPDATE ck_entries SET record = NULL, salt = NULL WHERE number = ?", kept.number)
    assert [finding.entry for finding in verified(shared).findings] == [kept.number]
    sql = "UPDATE ck_entries SET record = ?, salt = ? WHERE number = ?"
    execute(tmp_path, sql, kept.record, kept.salt, kept.number)


def test_a_second_time(shared: Ledger) -> None:
    """An erasure repeated finds nothing and says nothing; whoever chooses again under the id is erased again."""
    assert len(forget(shared, [GONE], MOMENT).erased) == 8
    size = shared.store.head().size
    assert forget(shared, [GONE], MOMENT).erased == []
    assert shared.store.head().size == size
    again = choose(shared, GONE)
    assert forget(shared, [GONE], MOMENT).erased == [again.number]


def test_by_receipt(shared: Ledger) -> None:
    """A person who holds nothing but a receipt can be found by its id, and nobody by a made-up one."""
    record = shared.receipt(shared.store.entries_of(GONE)[3])["record"]
    assert find_receipt(shared, record["id"]) == GONE
    assert find_receipt(shared, "0" * 32) is None
    forget(shared, [GONE], MOMENT)
    assert find_receipt(shared, record["id"]) is None


def test_many_records(shared: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A visitor of many records is erased in pieces, each with its own entry."""
    monkeypatch.setattr(erasure, "_PAGE", 3)
    assert len(forget(shared, [GONE], MOMENT).erased) == 8
    assert shared.store.head().size == FIRST + 40 + 3


@pytest.fixture
def aged(reopen: Open, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """A ledger of thirty choices, one each second; the server's clock was set back in the middle."""
    monkeypatch.setattr(erasure, "_PAGE", 10)
    ledger = reopen()
    for second in [*range(15), *range(5, 20)]:
        ledger.append(made(f"{second:032x}"), MOMENT + second * 1000, [POLICY, NOTICE])
    yield ledger
    report = verified(reopen())
    assert report.proven, report.findings


def test_prune(aged: Ledger) -> None:
    """What is older than the policy keeps it goes, whatever order the clock gave it; all else stays."""
    dry = list(prune(aged, MOMENT + 12_000, MOMENT, dry=True))
    size = aged.store.head().size
    assert size == FIRST + 30
    steps = list(prune(aged, MOMENT + 12_000, MOMENT))
    assert [step.erased for step in steps] == [step.erased for step in dry]
    assert sum(step.erased for step in steps) == 12 + 7
    assert sum(step.seen for step in steps) == size
    left = aged.store.records(0, 99)
    assert len(left) == 11
    assert all(time >= MOMENT + 12_000 for _, time in left)


def test_prune_stopped(aged: Ledger) -> None:
    """Pruning that was stopped goes on where it was, and does not look twice at what has nothing left."""
    steps = prune(aged, MOMENT + 10_000, MOMENT)
    next(steps)
    assert aged.store.pruned() == 10
    assert sum(step.erased for step in prune(aged, MOMENT + 10_000, MOMENT)) == 15 - 8
    assert aged.store.pruned() == 10  # in the next ten some are kept
    assert sum(step.erased for step in prune(aged, MOMENT + 99_000, MOMENT)) == 15
    assert aged.store.pruned() >= FIRST + 30
    assert list(aged.store.records(0, 99)) == []
    assert sum(step.erased for step in prune(aged, MOMENT + 99_000, MOMENT)) == 0


def test_prune_beside_a_writer(aged: Ledger, reopen: Open) -> None:
    """Choices go on between two steps of pruning."""
    other = reopen()
    for _ in prune(aged, MOMENT + 12_000, MOMENT):
        choose(other)
    assert len([entry for entry in other.store.entries() if entry.salt]) == 11 + 4
