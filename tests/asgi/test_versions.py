"""A policy changes on a day that is told ahead of time: what holds until then, what visitors read, and who is asked."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest

from tests.exchanges import POLICY

from .browser import Browser
from .conftest import Serve, entries, granted, later
from .test_changes import NEWCOMER

DAY = 86400
COMING = {
    "version": "2",
    "effective": datetime.now(UTC).date() + timedelta(days=10),
    "vendors": [*POLICY["vendors"], NEWCOMER],
}
# Each version was chosen under before the next is set up: what was merely shown reaches the ledger a little later.
ANNOUNCED = b"a new version of this declaration applies"
ASKED_THEN = b"You will be asked about that then."


def test_what_is_to_come_waits_for_its_day(serve: Serve) -> None:
    """A version with a date to come is announced in banner and preferences; until its day the one before holds."""
    first = Browser(serve())
    first.choose("refuse_all")
    before = Browser(serve(**COMING))
    page = before.get()
    assert ANNOUNCED in page.body
    assert b"New in it: Marketing (New). You will be asked about that then." in page.body
    assert b"Sells." not in before.get("/_privacy/declaration").body
    assert ANNOUNCED in before.get("/_privacy/preferences").body
    assert before.post({"choice": "accept_all", "token": page.token}).status == 303
    assert entries(before)[0]["policy"] == entries(first)[0]["policy"]


@pytest.mark.parametrize(
    ("regime", "choice", "asked"),
    [
        ("opt_in", "accept_all", True),
        ("opt_in", "refuse_all", False),
        ("opt_out", None, False),
        ("opt_out", "accept_all", True),
    ],
)
def test_whom_no_banner_asks_is_told_as_well(serve: Serve, regime: str, choice: str | None, asked: bool) -> None:
    """Who has decided, or is not asked by their law, reads of the change on each page, and whether it will ask them."""
    law = {"jurisdiction": {"default": "GB", "regimes": {"GB": regime}}}
    Browser(serve(**law)).choose("refuse_all")
    browser = Browser(serve(**COMING, **law))
    if choice:
        browser.choose(choice)
    page = browser.get().body
    assert b"ck-first" not in page
    assert ANNOUNCED in page
    told = browser.get("/_privacy/preferences").body
    assert b"New in it: Marketing (New)." in told
    assert (ASKED_THEN in told) is asked
    assert ASKED_THEN not in browser.get("/_privacy/declaration").body


def test_on_its_day_it_holds_and_only_what_it_adds_is_asked(serve: Serve) -> None:
    """When the day comes, without a restart, nothing is announced any more, and who agreed is asked for what is new."""
    Browser(serve()).choose("refuse_all")
    browser = Browser(serve(**COMING))
    token = browser.get().token
    browser.choose("accept_all")
    later(browser.app, 9 * DAY)
    assert b"ck-first" not in browser.get().body
    later(browser.app, 2 * DAY)
    page = browser.get()
    assert b"since your last choice: Marketing (New)." in page.body
    assert ANNOUNCED not in page.body
    assert b"Sells." in browser.get("/_privacy/declaration").body
    assert browser.post({"choice": "keep", "token": page.token}).status == 303
    assert granted(browser) == "fa"
    first, again = reversed(entries(browser))
    assert first["policy"] != again["policy"]
    assert Browser(browser.app).post({"choice": "accept_all", "token": token}).status in (403, 409)


def test_every_version_stays_listed_with_its_dates(serve: Serve) -> None:
    """The declaration lists every version, when it was last changed and from when it holds, and the one to come."""
    Browser(serve()).choose("refuse_all")
    Browser(serve(version="1b", effective="2026-06-01")).choose("refuse_all")
    browser = Browser(serve(**COMING))
    browser.get()
    listed = browser.get("/_privacy/declaration.json").json["versions"]
    today = datetime.now(UTC).date().isoformat()
    assert [(each["version"], each["effective"], each["updated"]) for each in listed] == [
        ("2", COMING["effective"].isoformat(), None),
        ("1b", "2026-06-01", today),
        (POLICY.get("version", "1"), "2026-01-01", today),
    ]
    page = browser.get("/_privacy/declaration").body
    assert b"Versions of this declaration" in page
    assert b"1 June 2026" in page
    assert page.count(b"1b") == 2  # in force, and in the list


def test_a_first_version_waits_for_nobody(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """A site whose first policy has a date to come is not without one: it holds at once, and the log says so."""
    with caplog.at_level(logging.WARNING, "consentkit"):
        page = Browser(serve(**COMING)).get()
    assert "consentkit.D011" in caplog.text
    assert ANNOUNCED not in page.body
    assert b"Marketing" in page.body


def test_the_old_version_runs_as_the_new_is_set_up(serve: Serve) -> None:
    """Until the day comes only what visitors are told is the old version's: where our pages stand is today's."""
    Browser(serve()).choose("refuse_all")
    browser = Browser(serve(**COMING, prefix="/_choices"))
    assert b'action="/_choices/choice"' in browser.get().body


def test_a_change_of_what_is_to_come(serve: Serve) -> None:
    """A version that is changed before its day waits as well: what was shown last holds, whatever date that has."""
    Browser(serve(**COMING)).choose("refuse_all")  # the first of all: it holds at once
    changed = Browser(serve(**COMING | {"version": "3", "vendors": POLICY["vendors"]}))
    page = changed.get()
    assert ANNOUNCED in page.body
    assert b"Sells." in changed.get("/_privacy/declaration").body
