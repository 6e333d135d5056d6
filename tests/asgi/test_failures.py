"""When the ledger is away: pages go on, trackers stay held, choices wait in the spool, and then all is well again."""

from __future__ import annotations

import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from consentkit.asgi import ConsentMiddleware
from consentkit.ledger import database
from consentkit.tlog import Signer
from tests.exchanges import BUSY, LINES, Response, normal, written
from tests.ledger.checking import check_ledger
from tests.ledger.test_trouble import LOCKING
from tests.waiting import PATIENCE

from .browser import Browser
from .conftest import KEY, Serve, answering

SHOP = answering(Response(200, (("content-type", "text/html"), *LINES), (written(BUSY),)))
Trouble = Callable[[Path], AbstractContextManager[None]]


@contextmanager
def below_a_file(folder: Path) -> Iterator[None]:
    """There is a file where the database's folder should be."""
    aside = folder.with_name("aside")
    if folder.exists():
        folder.rename(aside)
    folder.write_text("a file", encoding="utf-8")
    yield
    folder.unlink()
    if aside.exists():
        aside.rename(folder)


@contextmanager
def not_a_database(folder: Path) -> Iterator[None]:
    """The database's file is something else."""
    folder.mkdir(exist_ok=True)
    aside = folder.with_name("aside")
    folder.rename(aside)
    folder.mkdir()
    (folder / "ledger.db").write_bytes(b"This is no database. " * 500)
    yield
    shutil.rmtree(folder)
    aside.rename(folder)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Another process keeps the database's lock."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-c", LOCKING, str(folder / "ledger.db"), "BEGIN EXCLUSIVE"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "locked\n"
    try:
        yield
    finally:
        process.communicate(timeout=PATIENCE)


@contextmanager
def removed(folder: Path) -> Iterator[None]:
    """The database's folder is gone."""
    folder.rename(folder.with_name("aside"))
    yield
    folder.with_name("aside").rename(folder)


@contextmanager
def emptied(folder: Path) -> Iterator[None]:
    """A new and empty database lies in the place of the old one."""
    aside = folder.with_name("aside")
    folder.rename(aside)
    folder.mkdir()
    with closing(sqlite3.connect(folder / "ledger.db")) as connection:
        connection.execute("CREATE TABLE other (x)")
    yield
    shutil.rmtree(folder)
    aside.rename(folder)


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """No file can grow any more, as on a full disk."""
    with closing(sqlite3.connect(folder / "ledger.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        yield
    finally:  # a test that fails must not take the next ones with it
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


FROM_THE_START: list[Trouble] = [below_a_file, not_a_database, locked]
WHILE_RUNNING: list[Trouble] = [below_a_file, not_a_database, locked, removed, emptied]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.1)


@pytest.fixture
def shop(serve: Serve, tmp_path: Path) -> Callable[[], ConsentMiddleware]:
    return lambda: serve(SHOP, database=f"sqlite:///{tmp_path / 'db' / 'ledger.db'}", data=tmp_path / "data")


def body(browser: Browser) -> bytes:
    return normal(Response(chunks=(browser.get().body,))).body


def still_guarded(app: ConsentMiddleware) -> Browser:
    """What holds for a new visitor while the ledger is away; returns them."""
    stranger = Browser(app)
    page = stranger.get()
    assert normal(Response(chunks=(page.body,))).body == BUSY
    assert set(page.cookies) == {"login"}
    assert stranger.get("/_privacy/preferences").status == 200
    return stranger


def in_trouble(app: ConsentMiddleware, accepted: Browser | None) -> Browser:
    """What holds while choices wait in the spool; returns a visitor who accepted, chose and refused meanwhile."""
    stranger = still_guarded(app)
    token = stranger.get().token
    answer = stranger.choose("accept_all")
    assert (answer.status, set(answer.cookies)) == (303, {"ck", "ck_s"})
    assert b"data-ck-src" not in stranger.get().body
    answer = stranger.fetch({"choice": "custom", "category": "analytics", "token": token})
    assert answer.status == 200
    receipt = answer.json["receipt"]
    assert (receipt["index"], receipt["checkpoint"], receipt["proof"]) == (None, None, None)
    assert stranger.choose("refuse_all").status == 303
    assert body(stranger) == BUSY.replace(b"{banner}", b"{reopen}")
    if accepted is not None:
        assert b"data-ck-src" not in accepted.get().body
        assert accepted.choose("withdraw").status == 303
        assert body(accepted) == BUSY.replace(b"{banner}", b"{reopen}")
    return stranger


def without_spool(app: ConsentMiddleware, accepted: Browser) -> Browser:
    """What holds while nothing at all can be written; returns a visitor who refused meanwhile."""
    stranger = still_guarded(app)
    for answer in (
        stranger.choose("accept_all"),
        stranger.fetch({"choice": "custom", "category": "analytics", "token": stranger.get().token}),
    ):
        assert (answer.status, answer.cookies) == (503, {})
    assert body(stranger) == BUSY
    refused = stranger.choose("refuse_all")
    assert (refused.status, set(refused.cookies)) == (503, {"ck", "ck_s"})
    assert body(stranger) == BUSY.replace(b"{banner}", b"{reopen}")
    withdrawn = accepted.choose("withdraw")
    assert withdrawn.status == 503
    assert body(accepted) == BUSY.replace(b"{banner}", b"{reopen}")
    return stranger


def choices(app: ConsentMiddleware) -> list[str]:
    ledger = app._kit.ledger
    entries = check_ledger(ledger, Signer.from_text(KEY))
    return [str(entry.record).partition('"choice":"')[2].partition('"')[0] for entry in entries]


@pytest.mark.parametrize("trouble", FROM_THE_START, ids=lambda trouble: trouble.__name__)
def test_from_the_start(trouble: Trouble, shop: Callable[[], ConsentMiddleware], tmp_path: Path) -> None:
    """A site starts without its ledger, keeps trackers held, and what was chosen is in the ledger when it comes."""
    with trouble(tmp_path / "db"):
        app = shop()
        in_trouble(app, None)
    app._kit.ledger.check()
    assert Browser(app).choose("accept_all").status == 303
    assert choices(app) == ["accept_all", "custom", "refuse_all", "accept_all"]


@pytest.mark.parametrize("trouble", WHILE_RUNNING, ids=lambda trouble: trouble.__name__)
def test_while_running(trouble: Trouble, shop: Callable[[], ConsentMiddleware], tmp_path: Path) -> None:
    """A site that loses its ledger goes on, and all that was chosen meanwhile is logged in order, each choice once."""
    app = shop()
    accepted = Browser(app)
    assert accepted.choose("accept_all").status == 303
    with trouble(tmp_path / "db"):
        stranger = in_trouble(app, accepted)
    app._kit.ledger.check()
    assert stranger.choose("refuse_all").status == 303
    assert accepted.choose("withdraw").status == 303
    assert choices(app) == ["accept_all", "accept_all", "custom", "refuse_all", "withdraw"]


def test_nothing_can_be_written(shop: Callable[[], ConsentMiddleware], tmp_path: Path) -> None:
    """On a full disk nobody is told that a grant was taken, refusals hold, and each is on record once repeated."""
    app = shop()
    accepted = Browser(app)
    accepted.choose("accept_all")
    with full(tmp_path / "db"):
        stranger = without_spool(app, accepted)
    assert stranger.choose("refuse_all").status == 303
    assert accepted.choose("withdraw").status == 303
    app._kit.ledger.check()
    assert choices(app) == ["accept_all", "refuse_all", "withdraw"]


def test_receipt_page(shop: Callable[[], ConsentMiddleware], tmp_path: Path) -> None:
    """A visitor who asks for receipts while the ledger is away is told so, on a page."""
    browser = Browser(shop())
    browser.choose("accept_all")
    with removed(tmp_path / "db"):
        for path in ("receipt", "receipt?download", "log/checkpoint"):
            answer = browser.get(f"/_privacy/{path}")
            assert (answer.status, answer.header("content-type")) == (503, "text/html; charset=utf-8")
    assert browser.get("/_privacy/receipt").status == 200


def test_ledger_leaves_right_after_the_entry(
    shop: Callable[[], ConsentMiddleware], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A choice that is in the ledger counts, also when the ledger cannot prove it at once: the proof is pending."""
    app = shop()
    browser = Browser(app)
    token = browser.get("/_privacy/preferences").token
    ledger = app._kit.ledger
    append = ledger.append
    trouble = removed(tmp_path / "db")

    def append_and_leave(*args: object) -> object:
        entry = append(*args)  # type: ignore[arg-type]
        trouble.__enter__()
        return entry

    monkeypatch.setattr(ledger, "append", append_and_leave)
    answer = browser.fetch({"choice": "accept_all", "token": token})
    trouble.__exit__(None, None, None)
    assert (answer.status, set(answer.cookies)) == (200, {"ck", "ck_s"})
    assert (answer.json["receipt"]["proof"], answer.json["receipt"]["checkpoint"]) == (None, None)
    assert browser.get("/_privacy/receipt?download").json["receipts"][0]["proof"]


def test_owner_is_told(shop: Callable[[], ConsentMiddleware], tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The log says once that choices wait, and why, and says when they wait no longer."""
    app = shop()
    Browser(app).choose("accept_all")
    caplog.clear()
    with removed(tmp_path / "db"):
        Browser(app).choose("accept_all")
        Browser(app).choose("accept_all")
    assert caplog.text.count("consentkit.D001") == 1
    app._kit.ledger.check()
    assert "consentkit.D009 2 choices" in caplog.text


def test_log_row_spoiled(shop: Callable[[], ConsentMiddleware], tmp_path: Path) -> None:
    """A choice waits also where somebody spoiled the ledger."""
    app = shop()
    browser = Browser(app)
    browser.choose("accept_all")
    with closing(sqlite3.connect(tmp_path / "db" / "ledger.db")) as connection:
        connection.execute("UPDATE ck_logs SET frontier = x'00'")
        connection.commit()
    assert (browser.choose("refuse_all").status, b"data-ck-src" in browser.get().body) == (303, True)


def test_record_spoiled(shop: Callable[[], ConsentMiddleware], tmp_path: Path) -> None:
    """A visitor whose record somebody spoiled can still choose, and is not shown it as theirs."""
    app = shop()
    browser = Browser(app)
    browser.choose("accept_all")
    with closing(sqlite3.connect(tmp_path / "db" / "ledger.db")) as connection:
        connection.execute("UPDATE ck_entries SET record = 'spoiled'")
        connection.commit()
    assert browser.choose("accept_all").status == 303
    assert browser.get("/_privacy/receipt").status == 503


def test_older_grants_after_a_late_ledger(shop: Callable[[], ConsentMiddleware], serve: Serve, tmp_path: Path) -> None:
    """A choice made under an earlier policy is asked for again, not misread, where the ledger was away at the start."""
    browser = Browser(shop())
    browser.choose("accept_all")
    with below_a_file(tmp_path / "db"):
        database = f"sqlite:///{tmp_path / 'db' / 'ledger.db'}"
        browser.app = serve(SHOP, database=database, data=tmp_path / "data", version="2")
    assert b"data-ck-src" in browser.get().body
    assert browser.choose("accept_all").status == 303
    assert b"data-ck-src" not in browser.get().body
