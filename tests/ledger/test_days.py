"""Counts by day: each choice counted once, whoever counts, and as fast at ten million entries as at ten."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from consentkit import canonical
from consentkit.errors import MalformedError
from consentkit.ledger.days import CATEGORY, DAY, Cell, count_days, months, read_days
from consentkit.ledger.grants import Grants
from consentkit.ledger.statement import check_statement, of_access
from tests.postgres import running

from .conftest import MOMENT, Open, choose, made

SINCE, UNTIL = "2026-01-01", "2027-01-01"


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


def test_counted_once(reopen: Open) -> None:
    """Counting goes on where it was; what was erased stays counted; neither statements nor sign-ins are choices."""
    ledger = reopen()
    for number in range(5):
        choose(ledger, f"{number:032x}")
    assert count_days(ledger.store, 4) == (4, 7)
    assert count_days(ledger.store, 100) == (7, 7)
    ledger.erase([3], MOMENT)
    ledger.append(made(choice="custom"), MOMENT, [])
    ledger.append(replace(made(), account="ab" * 32, chosen=made().time), MOMENT, [])
    assert count_days(ledger.store, 100) == count_days(ledger.store, 100) == (10, 10)
    assert months(ledger.store) == ["2026-05"]
    (day, custom) = read_days(ledger.store, DAY, SINCE, UNTIL)
    assert (day, custom) == (Cell("2026-05-28", "accept_all", 5), Cell("2026-05-28", "custom", 1))
    assert read_days(ledger.store, "device", SINCE, "2026-05-28") == []
    assert read_days(ledger.store, "device", SINCE, UNTIL)[0] == Cell("desktop", "accept_all", 5)
    assert read_days(ledger.store, CATEGORY, SINCE, UNTIL) == []


def test_counted_at_once(reopen: Open) -> None:
    """Several who count at the same time count nothing twice."""
    ledger = reopen()
    for number in range(12):
        choose(ledger, f"{number:032x}")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: count_days(ledger.store, 3), range(12)))
    assert read_days(ledger.store, DAY, SINCE, UNTIL) == [Cell("2026-05-28", "accept_all", 12)]


def test_one_session(reopen: Open) -> None:
    """Of several who use one invitation at the same time one enters."""
    grants = Grants(reopen().store)
    grant, secret = grants.invite("DPO", "viewer", 1, 100)
    with ThreadPoolExecutor(4) as pool:
        opened = [each for each in pool.map(lambda _: grants.enter(grant.id, secret, 2), range(8)) if each]
    assert len(opened) == 1
    assert grants.session(grant.id, opened[0][1], 99)
    assert grants.session(grant.id, opened[0][1], 100) is None
    assert grants.session(grant.id, "", 3) is None


AT = "2026-05-28T12:00:00.000Z"


@pytest.mark.parametrize(
    "change",
    [
        {"at": "2026"}, {"by": "x"}, {"role": "a b"}, {"what": "entry 1 2"}, {"what": "a\nb"}, {"by": None}, {"v": 2},
        {"more": 1}, {"at": AT + "\n"},
    ],
)  # fmt: skip
def test_access_is_read_strictly(change: dict[str, object]) -> None:
    """An access in the log has one spelling, and no room for anybody's words."""
    sound = canonical.decode(of_access(AT, "ab" * 16, "viewer", "entry 12"))
    assert check_statement(sound) == sound
    with pytest.raises(MalformedError):
        check_statement({**sound, **change})
