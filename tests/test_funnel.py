"""How often the banner was shown and chosen in: counted where it is shown to its visitor, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from consentkit.ledger.days import DAY, FUNNEL, read_days
from consentkit.ledger.store import Store
from consentkit.sightings.funnel import Funnel
from consentkit.testing import Clock, scratch, visitor
from consentkit.wsgi import ConsentMiddleware

NOON = 1_795_176_000  # 2026-11-20
OURS = {"Origin": "http://testserver"}


def site(environ: dict[str, Any], start: Callable[..., object]) -> list[bytes]:
    """A page for its visitor, one for everybody, and one that is none."""
    path = environ["PATH_INFO"]
    kind = "application/json" if path == "/data" else "text/html; charset=utf-8"
    start("200 OK", [("Content-Type", kind), *([("Cache-Control", "public")] if path == "/shared" else [])])
    return [b"<html><body><p>Hello</p></body></html>"]


class Counted:
    """A site, and what it counted."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock(NOON)
        self.app = ConsentMiddleware(site, policy={"site": {"id": "shop"}}, clock=self.clock, **scratch(folder))
        self.store = self.app._kit.ledger.store

    def choose(self, client: Any, page: str, choice: str) -> None:
        token = re.search(r'name="token" value="([^"]+)"', client.get(page).text)
        assert token
        sent = {"choice": choice, "token": token[1], "return_to": "/data"}
        assert client.post("/_privacy/choice", data=sent, headers=OURS).status_code == 200

    def times(self) -> dict[str, int]:
        self.app._kit.funnel.close()
        return {cell.choice: cell.times for cell in read_days(self.store, FUNNEL, "2026-11-20", "2026-11-21")}


@pytest.fixture
def counted(tmp_path: Path) -> Iterator[Counted]:
    made = Counted(tmp_path)
    yield made
    made.app._kit.close()


def test_shown(counted: Counted) -> None:
    """Each page with a banner counts; one for everybody, a robot's, one fetched ahead, or after a choice do not."""
    client = visitor(counted.app)
    client.get("/")
    client.get("/")
    client.get("/shared")
    client.get("/data")
    client.get("/_privacy/notice")
    client.get("/_privacy/preferences")
    client.head("/")
    client.get("/", headers={"user-agent": "Googlebot/2.1"})
    client.get("/", headers={"sec-purpose": "prefetch;prerender"})
    assert counted.times() == {"shown": 2}
    decided = visitor(counted.app, "all")
    decided.get("/")
    assert counted.times()["shown"] == 2


def test_chosen(counted: Counted) -> None:
    """A choice counts with the page that showed its banner; one made on a page for everybody does not."""
    counted.choose(visitor(counted.app), "/", "refuse_all")
    counted.choose(visitor(counted.app), "/_privacy/notice", "accept_all")
    assert counted.times() == {"shown": 1, "chosen": 1}


def test_later(counted: Counted) -> None:
    """Who chooses in the preferences counts there while the banner is still open; who changes their mind does not."""
    client = visitor(counted.app)
    counted.choose(client, "/_privacy/preferences", "refuse_all")
    counted.choose(client, "/_privacy/preferences", "accept_all")
    assert counted.times() == {"later": 1}


def test_nothing_of_anybody(counted: Counted) -> None:
    """What is kept is a day, a word and a number; the figures of choices are not touched by it."""
    counted.choose(visitor(counted.app), "/", "accept_all")
    counted.clock.advance(days=1)
    visitor(counted.app).get("/")
    assert counted.times() == {"shown": 1, "chosen": 1}
    with counted.store.transaction() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM ck_days ORDER BY day, choice").all()
    assert [tuple(row) for row in rows] == [
        ("shop", "funnel", "2026-11-20", "", "chosen", 1),
        ("shop", "funnel", "2026-11-20", "", "shown", 1),
        ("shop", "funnel", "2026-11-21", "", "shown", 1),
    ]
    assert read_days(counted.store, DAY, "2026-11-20", "2026-11-22") == []


def test_database_away(tmp_path: Path) -> None:
    """What the database does not take is counted when it is back."""
    store = Store(f"sqlite:///{tmp_path / 'db' / 'ledger.db'}", "shop")
    funnel = Funnel(store)
    store.head()
    store.forget()
    (tmp_path / "db").rename(tmp_path / "away")
    (tmp_path / "db").write_text("in its place")
    funnel.count("shown", NOON)
    funnel.close()
    (tmp_path / "db").unlink()
    (tmp_path / "away").rename(tmp_path / "db")
    funnel.count("shown", NOON)
    funnel.close()
    assert [cell.times for cell in read_days(store, FUNNEL, "2026-11-20", "2026-11-21")] == [2]
    store.forget()
