"""Clocks that are wrong, and a database that can only be read."""

from __future__ import annotations

from pathlib import Path

from consentkit.ledger.ledger import Ledger
from consentkit.ledger.spool import Spool
from consentkit.ledger.store import NewEntry, Store
from consentkit.ledger.verify import verify_bundle

from .conftest import MOMENT, NOTICE, POLICY, SIGNER, Open, choose, made
from .test_erasure import exported
from .test_spool import SEALER


def test_set_back(ledger: Ledger) -> None:
    """When the clock is set back the ledger goes on: its order is that of the numbers, not of the times."""
    moments = [MOMENT, MOMENT - 3_600_000, MOMENT + 1]
    told = [ledger.append(made(), moment, [POLICY, NOTICE]) for moment in moments]
    assert [entry.time for entry in ledger.store.entries_of("ab" * 16)] == moments
    assert told == ledger.store.entries_of("ab" * 16)
    assert verify_bundle(exported(ledger), SIGNER.verifier).proven


def test_two_hosts(ledger: Ledger, reopen: Open) -> None:
    """Two hosts whose clocks differ write one log: each entry bears the time of the host that took it."""
    hosts = [(ledger, 0), (reopen(), 90_000)]
    for turn in range(6):
        host, skew = hosts[turn % 2]
        host.append(made(), MOMENT + turn + skew, [POLICY, NOTICE])
    times = [entry.time - MOMENT for entry in ledger.store.entries_of("ab" * 16)]
    assert times == [0, 90_001, 2, 90_003, 4, 90_005]


def test_read_only(ledger: Ledger, tmp_path: Path) -> None:
    """A database that can only be read shows what it has; choices wait until it can be written."""
    told = choose(ledger)
    spool = Spool(tmp_path / "spool", SEALER)
    url = f"sqlite:///file:{tmp_path / 'db' / 'ledger.db'}?mode=ro&uri=true"
    reader = Ledger(Store(url, "shop"), SIGNER, tmp_path / "outside", spool)
    reader.check()
    assert reader.store.entries_of("ab" * 16) == [told]
    waiting = choose(reader)
    assert isinstance(waiting, NewEntry)
    reader.close()
    writer = Ledger(ledger.store, SIGNER, tmp_path / "outside", spool)
    writer.check()
    assert [entry.leaf_hash for entry in ledger.store.entries_of("ab" * 16)][1:] == [waiting.leaf_hash]
