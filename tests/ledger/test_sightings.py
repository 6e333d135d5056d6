"""One table of cookie names for all workers of a site: merged, bounded, each site's its own."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from consentkit.errors import LedgerUnavailable
from consentkit.ledger.database import Database
from consentkit.ledger.sightings import MOST_NAMES, Sighting, Sightings


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'seen.db'}")


def names(*sightings: Sighting) -> dict[str, Sighting]:
    return {sighting.name: sighting for sighting in sightings}


EARLY = Sighting("a", True, False, 10, 12, ("/x",), "HttpOnly", 60)
LATE = Sighting("a", False, True, 11, 15)
AGAIN = Sighting("a", True, True, 16, 16, ("/a", "/b", "/c", "/d"), "Secure", 30)


def test_merge() -> None:
    """Two sightings make one: the whole span, every use, the last way of setting, the longer lifetime, few paths."""
    assert EARLY.merge(LATE) == LATE.merge(EARLY) == Sighting("a", True, True, 10, 15, ("/x",), "HttpOnly", 60)
    assert EARLY.merge(AGAIN) == Sighting("a", True, True, 10, 16, ("/a", "/b", "/c", "/d"), "Secure", 60)
    assert EARLY.merge(EARLY) == EARLY


def test_added(database: Database) -> None:
    """What is added again is merged with what is there; each site sees its own."""
    shop, blog = Sightings(database, "shop"), Sightings(database, "blog")
    shop.add(names(EARLY, Sighting("b", True, False, 1, 1)))
    blog.add(names(LATE))
    shop.add(names(LATE))
    assert shop.all() == [EARLY.merge(LATE), Sighting("b", True, False, 1, 1)]
    assert blog.all() == [LATE]


def test_bounded(database: Database) -> None:
    """Names beyond what the table holds are dropped; those it holds go on being kept up."""
    shop = Sightings(database, "shop")
    for start in range(0, MOST_NAMES + 500, 500):
        shop.add(names(*(Sighting(f"n{number:05}", True, False, 1, 1) for number in range(start, start + 500))))
    shop.add(names(Sighting("n00000", True, False, 9, 9), Sighting("new", True, False, 9, 9)))
    found = names(*shop.all())
    assert len(found) == MOST_NAMES
    assert found["n00000"].last == 9
    assert "new" not in found


def test_workers_at_once(database: Database) -> None:
    """Workers that write the same names at the same time lose none of them."""
    shop = Sightings(database, "shop")
    failures: list[Exception] = []

    def work(worker: int) -> None:
        for number in range(10):
            try:
                shop.add(names(*(Sighting(f"n{at}", True, False, 100 - worker, 100 + number) for at in range(20))))
            except LedgerUnavailable as error:
                failures.append(error)

    threads = [threading.Thread(target=work, args=[worker]) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert {(each.first, each.last) for each in shop.all()} == {(97, 109)}


def test_away(tmp_path: Path) -> None:
    """A database that does not answer says so in one way."""
    with pytest.raises(LedgerUnavailable):
        Sightings(Database(f"sqlite:///{tmp_path}"), "shop").all()
