"""Visitor ids and accounts in the ledger: found by every name of theirs, renamed, untied, forgotten with records."""

from __future__ import annotations

import pytest

from consentkit.ledger import erasure
from consentkit.ledger.access import held_about
from consentkit.ledger.dues import Dues
from consentkit.ledger.erasure import forget, prune
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.links import Links
from consentkit.seal import Pseudonyms

from .conftest import MOMENT, Open, choose

OLD = Pseudonyms(["an-old-secret-of-ours"], "account", "shop")
BOTH = Pseudonyms(["an-old-secret-of-ours", "a-newer-secret-of-ours"], "account", "shop")
PHONE, DESK, OTHER = ("ab" * 16, "cd" * 16, "ef" * 16)
DAY = 86_400_000


def tied(ledger: Ledger) -> Links:
    """Two visitor ids of Ann's and one of Ben's, with a choice each."""
    links = Links(ledger.store)
    links.add([PHONE, DESK], OLD.of("ann")[-1], MOMENT)
    links.add([OTHER], OLD.of("ben")[-1], MOMENT)
    for visitor in (PHONE, OTHER, DESK):
        choose(ledger, visitor)
    return links


def test_of_an_account(ledger: Ledger) -> None:
    """All visitor ids of an account are found under any of its names, and nobody else's; so is its last choice."""
    links = tied(ledger)
    assert [each.visitor for each in links.of(BOTH.of("ann"))] == [PHONE, DESK]
    assert links.of(BOTH.of("Ann")) == []
    last = links.last_of(BOTH.of("ann"))
    assert last is not None
    assert last.visitor == DESK
    assert (links.has(PHONE), links.has("00" * 16)) == (True, False)
    assert links.last_of(BOTH.of("eve")) is None


def test_tied_once(ledger: Ledger) -> None:
    """A visitor id that is one account's never becomes another's."""
    links = tied(ledger)
    links.add([PHONE], OLD.of("ben")[-1], MOMENT)
    assert [each.visitor for each in links.of(OLD.of("ben"))] == [OTHER]


def test_renamed(ledger: Ledger) -> None:
    """Once an account has its newest name, the older secret is not needed for it; the others keep theirs."""
    links = tied(ledger)
    links.rename(BOTH.of("ann"))
    old, new = BOTH.keys
    assert links.by_key() == {old: 1, new: 2}
    assert [each.visitor for each in links.of(BOTH.of("ann")[-1:])] == [PHONE, DESK]


def test_forgotten(reopen: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account's records go on all its browsers, and with them what tied them; another's stay."""
    ledger = reopen()
    monkeypatch.setattr(erasure, "_PAGE", 1)
    links = tied(ledger)
    choose(ledger, PHONE)
    theirs = [each.visitor for each in links.of(OLD.of("ann"))]
    held = held_about(ledger, theirs)
    assert [receipt["record"]["visitor"] for receipt in held["receipts"]] == [PHONE, DESK, PHONE]
    done = forget(ledger, theirs, MOMENT)
    assert sorted(done.erased) == [receipt["index"] for receipt in held["receipts"]]
    assert links.of(OLD.of("ann")) == []
    assert [each.visitor for each in links.of(OLD.of("ben"))] == [OTHER]
    assert len(held_about(ledger, [OTHER])["receipts"]) == 1


def test_kept_until_due(reopen: Open) -> None:
    """What a law keeps stays until its day, is named with it, and goes with the next pruning."""
    ledger = reopen()
    tied(ledger)
    done = forget(ledger, [PHONE], MOMENT + DAY, keep=30 * DAY)
    assert (done.erased, set(done.kept.values())) == ([], {MOMENT + 30 * DAY})
    number = next(iter(done.kept))
    dues = Dues(ledger.store)
    assert (dues.until(MOMENT + 29 * DAY, 9), dues.until(MOMENT + 30 * DAY, 9)) == ([], [number])
    assert sum(step.erased for step in prune(ledger, 0, MOMENT + 29 * DAY)) == 0
    assert sum(step.erased for step in prune(ledger, 0, MOMENT + 31 * DAY)) == 1
    assert dues.until(MOMENT + 99 * DAY, 9) == []
    assert ledger.store.numbers_of(PHONE) == []
    old = forget(ledger, [OTHER], MOMENT + 30 * DAY, keep=30 * DAY)
    assert (len(old.erased), old.kept) == (1, {})


def test_pruned(ledger: Ledger) -> None:
    """A visitor id without records is untied with the records of its time; one that still has some is not."""
    links = tied(ledger)
    links.add(["00" * 16, "11" * 16], OLD.of("ann")[-1], MOMENT - DAY)
    choose(ledger, "11" * 16)
    list(prune(ledger, MOMENT, MOMENT, dry=True))
    assert len(links.of(OLD.of("ann"))) == 4
    list(prune(ledger, MOMENT, MOMENT))
    assert {each.visitor for each in links.of(OLD.of("ann"))} == {"11" * 16, PHONE, DESK}


def test_last_in_time(ledger: Ledger, reopen: Open) -> None:
    """A choice that waited elsewhere, and is logged late, is not an account's last for that."""
    links = tied(ledger)
    late = choose(reopen(), PHONE)
    with ledger.store.transaction(write=True) as connection:
        connection.exec_driver_sql(f"UPDATE ck_entries SET time = {MOMENT - DAY} WHERE number = {late.number}")
    last = links.last_of(OLD.of("ann"))
    assert last is not None
    assert last.visitor == DESK
