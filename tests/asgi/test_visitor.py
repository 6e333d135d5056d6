"""One visitor over time: forgotten and back again, and one whose browser runs wild."""

from __future__ import annotations

import json

from consentkit import limit
from consentkit.ledger.erasure import forget

from .browser import Browser
from .conftest import Serve, entries, granted


def test_forgotten(serve: Serve) -> None:
    """A visitor whose records were erased keeps their choice, and is somebody new when they choose again."""
    app = serve()
    browser = Browser(app)
    browser.choose("accept_all")
    ledger = app._kit.ledger
    (before,) = entries(browser)
    assert forget(ledger, [before["visitor"]], 0).erased
    assert entries(browser) == []
    assert granted(browser) == "fam"
    assert browser.choose("accept_all").status == 303
    (after,) = entries(browser)
    assert after["visitor"] != before["visitor"]
    assert ledger.store.entries_of(before["visitor"]) == []
    browser.choose("refuse_all")
    assert [record["visitor"] for record in entries(browser)] == [after["visitor"]] * 2


def test_runs_wild(serve: Serve) -> None:
    """A browser that chooses without end is put off, its neighbours are not, and its refusal holds in the cookie."""
    app = serve()
    app._kit.limit = limit.ChoiceLimit(per_visitor=3)
    wild, neighbour = Browser(app), Browser(app)
    choices = ["accept_all", "refuse_all", "accept_all", "withdraw", "accept_all"]
    statuses = [wild.choose(choice).status for choice in choices]
    assert statuses == [303, 303, 303, 303, 429]
    assert neighbour.choose("accept_all").status == 303
    refused = wild.choose("refuse_all")
    assert (refused.status, set(refused.cookies), granted(wild)) == (429, {"ck", "ck_s"}, "0")
    records = [json.loads(each.record or b"") for each in app._kit.ledger.store.entries() if each.salt]
    assert len(records) == 5
