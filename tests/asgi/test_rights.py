"""What a visitor may ask of us, without JavaScript: to see what is held, to take it along, to be forgotten."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from consentkit import limit
from consentkit.errors import LedgerUnavailable
from consentkit.ledger.erasure import prune
from consentkit.ledger.receipt import verify_receipt
from consentkit.ledger.store import Store

from .browser import HOST, NAVIGATION, Answer, Browser
from .conftest import Serve, entries, granted, later
from .test_accounts import ACCOUNTS, app, sign_in

FORM = {"content-type": "application/x-www-form-urlencoded"}
OURS = {"origin": f"http://{HOST}", "sec-fetch-site": "same-origin", "sec-fetch-dest": "document"}


def press(browser: Browser, token: str | None = None, **headers: str) -> Answer:
    """The button under the question, with other headers where they are given."""
    token = browser.get("/_privacy/erase").token if token is None else token
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    return browser.send("POST", "/_privacy/erase", {**NAVIGATION, **FORM, **OURS, **said}, f"token={token}".encode())


def held(browser: Browser) -> int:
    """How many records the site's ledger has."""
    store: Store = browser.app._kit.ledger.store  # type: ignore[attr-defined]
    return sum(entry.salt is not None for entry in store.entries())


def test_the_way_there(serve: Serve) -> None:
    """From the preferences one link leads to the records, and from them one to the question, without a script."""
    browser = Browser(serve())
    browser.choose("accept_all")
    preferences = browser.get("/_privacy/preferences").body.decode()
    assert 'href="/_privacy/receipt"' in preferences
    assert "download or erase what is recorded" in preferences
    receipts = browser.get("/_privacy/receipt").body.decode()
    assert 'href="/_privacy/erase"' in receipts
    assert 'href="/_privacy/receipt?download=1"' in receipts
    assert "<form" not in receipts
    assert "<form" not in Browser(serve()).get("/_privacy/erase").body.decode()


def test_all_that_is_held_can_be_read(serve: Serve) -> None:
    """The page shows each thing that a record says, and the number under which it is found."""
    browser = Browser(serve(), user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)")
    browser.choose("custom", category="analytics")
    page = browser.get("/_privacy/receipt").body.decode()
    record = entries(browser)[0]
    for value in (record["visitor"], record["id"], record["notice"], record["law"], record["device"]):
        assert value in page
    assert "Kind of device" in page


def test_taken_along(serve: Serve) -> None:
    """The file holds every record with its proof and the words it was made under, and checks without us."""
    browser = Browser(serve())
    for choice in ("accept_all", "withdraw"):
        browser.choose(choice)
    answer = browser.get("/_privacy/receipt?download=1")
    assert answer.header("content-disposition") == 'attachment; filename="privacy-receipt.json"'
    taken = answer.json
    assert [receipt["record"]["choice"] for receipt in taken["receipts"]] == ["withdraw", "accept_all"]
    assert all(verify_receipt(receipt).consistent for receipt in taken["receipts"])
    for receipt in taken["receipts"]:
        assert taken["documents"][receipt["record"]["policy"]]["site"]["id"] == "shop"
        assert taken["documents"][receipt["record"]["notice"]]["heading"]
    assert Browser(serve()).get("/_privacy/receipt?download=1").json["receipts"] == []


@pytest.mark.parametrize(
    ("choice", "left"), [("accept_all", "refuse_all"), ("refuse_all", "refuse_all"), ("withdraw", "withdraw")]
)
def test_erased(choice: str, left: str, serve: Serve, tmp_path: Path) -> None:
    """Whoever wants to be forgotten is: no trace is left on the disk, nothing is allowed, and nobody asks again."""
    site = serve()
    browser, other = Browser(site), Browser(site)
    other.choose("accept_all")
    browser.choose("accept_all")
    browser.choose(choice)
    gone = entries(browser)
    receipt = other.get("/_privacy/receipt?download").json["receipts"][0]
    done = press(browser)
    assert done.status == 200
    assert b"Your records are erased" in done.body
    assert granted(browser) == "0"
    assert b"/_privacy/choice" not in browser.get("/").body
    standing = site._kit.standing_cookie.parse(browser.cookies["ck"])
    assert (standing.choice.kind.value, standing.choice.grants) == (left, False)
    assert standing.visitor != gone[0]["visitor"]
    assert entries(browser) == []
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for record in gone:
        assert record["visitor"].encode() not in files
        assert record["id"].encode() not in files
    assert verify_receipt(receipt, site._kit.ledger.verifier).proven
    assert verify_receipt(other.get("/_privacy/receipt?download").json["receipts"][0]).consistent
    browser.choose("accept_all")
    assert entries(browser)[0]["visitor"] not in (standing.visitor, gone[0]["visitor"])


def foreign(browser: Browser) -> dict[str, Callable[[], Answer]]:
    """Ways to have a visitor's browser ask for an erasure that they did not ask for."""
    token = browser.get("/_privacy/erase").token
    other = Browser(browser.app)
    other.choose("refuse_all")
    theirs = other.get("/_privacy/erase").token
    choice = browser.get("/_privacy/preferences").token
    post: dict[str, str | bytes] = {**NAVIGATION, **FORM, **OURS}
    nothing = {**NAVIGATION, **FORM}
    silent = {"sec-fetch-dest": "document"}
    body = f"token={token}".encode()
    return {
        "cross-site": lambda: press(browser, token, origin="https://evil.test", sec_fetch_site="cross-site"),
        "same-site": lambda: press(browser, token, sec_fetch_site="same-site"),
        "framed": lambda: press(browser, token, sec_fetch_dest="iframe"),
        "silent": lambda: browser.send("POST", "/_privacy/erase", {**nothing, **silent}, body),
        "GET": lambda: browser.get(f"/_privacy/erase?token={token}"),
        "no token": lambda: press(browser, ""),
        "another's token": lambda: press(browser, theirs),
        "a choice's token": lambda: press(browser, choice),
        "cut token": lambda: press(browser, token[:-3]),
        "as JSON": lambda: browser.send(
            "POST",
            "/_privacy/erase",
            {**post, "content-type": "application/json"},
            json.dumps({"token": token}).encode(),
        ),
        "too long": lambda: browser.send("POST", "/_privacy/erase", post, body + b"&x=" + b"x" * 16384),
    }


STATUSES = {
    "cross-site": 403,
    "same-site": 403,
    "framed": 403,
    "silent": 403,
    "GET": 200,
    "no token": 403,
    "another's token": 403,
    "a choice's token": 403,
    "cut token": 403,
    "as JSON": 400,
    "too long": 413,
}


def test_nobody_else_erases(serve: Serve) -> None:
    """Framed, cross-origin, replayed, forged or by a link: nothing is erased, and the browser stays whose it was."""
    browser = Browser(serve())
    browser.choose("accept_all")
    cookies = dict(browser.cookies)
    ways = foreign(browser)
    assert set(ways) == set(STATUSES)
    count = held(browser)
    for name, way in ways.items():
        answer = way()
        assert (name, answer.status, answer.cookies) == (name, STATUSES[name], {})
        assert b"are erased" not in answer.body
    assert (held(browser), browser.cookies) == (count, cookies)


def test_not_framed(serve: Serve) -> None:
    """No other page can show the question, or what became of it, within itself, nor keep it."""
    browser = Browser(serve())
    browser.choose("accept_all")
    for answer in (browser.get("/_privacy/erase"), press(browser)):
        assert "frame-ancestors 'none'" in (answer.header("content-security-policy") or "")
        assert answer.header("x-frame-options") == "DENY"
        assert answer.header("cache-control") == "private, no-store"


def test_replayed(serve: Serve) -> None:
    """The same request sent again, even with the old cookie, erases nothing more and makes nobody new."""
    site = serve()
    browser = Browser(site)
    browser.choose("accept_all")
    old, token = dict(browser.cookies), browser.get("/_privacy/erase").token
    assert press(browser, token).status == 200
    size = site._kit.ledger.store.head().size
    assert press(browser, token).status == 403
    thief = Browser(site)
    thief.cookies.update(old)
    press(thief, token)
    assert site._kit.ledger.store.head().size == size
    later(site, 3601)
    browser.choose("accept_all")
    fresh = browser.get("/_privacy/erase").token
    later(site, 3601)
    assert press(browser, fresh).status == 403


def test_too_many(serve: Serve) -> None:
    """Nobody wears out the ledger by asking to be forgotten without end."""
    site = serve()
    browser = Browser(site)
    browser.choose("accept_all")
    token = browser.get("/_privacy/erase").token
    site._kit.limit = limit.ChoiceLimit(per_network=0)
    assert press(browser, token).status == 429
    assert held(browser) == 1


def test_ledger_away(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the database is away nothing is said to be erased, and the browser keeps its cookie."""
    browser = Browser(serve())
    browser.choose("accept_all")
    token = browser.get("/_privacy/erase").token

    def away(*_: object) -> Any:
        raise LedgerUnavailable("gone")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "records_of", away)
        answer = press(browser, token)
    assert (answer.status, answer.cookies) == (503, {})
    assert b"Your records cannot be reached" in answer.body
    assert press(browser, token).status == 200


def test_what_a_law_keeps(serve: Serve) -> None:
    """What the law keeps is said before and after, stays until then, and goes without being asked for again."""
    site = serve(keep={"period": "2 years", "reason": "Article 5 of the Shop Act."}, retention="3 years")
    browser = Browser(site)
    browser.choose("accept_all")
    asked = browser.get("/_privacy/erase").body.decode()
    assert "2 years" in asked
    assert "Article 5 of the Shop Act." in asked
    done = press(browser).body.decode()
    assert "Article 5 of the Shop Act." in done
    assert "Your records are erased" not in done
    assert (held(browser), entries(browser), granted(browser)) == (1, [], "0")
    ledger, now = site._kit.ledger, int(site._kit._clock() * 1000)
    day = 86_400_000
    before = now - 3 * 365 * day
    assert sum(step.erased for step in prune(ledger, before, now + 729 * day)) == 0
    assert sum(step.erased for step in prune(ledger, before, now + 731 * day, dry=True)) == 1
    assert held(browser) == 1
    assert sum(step.erased for step in prune(ledger, before, now + 731 * day)) == 1
    assert held(browser) == 0
    assert sum(step.erased for step in prune(ledger, before, now + 732 * day, dry=True)) == 0


def test_signed_in(serve: Serve) -> None:
    """Who is signed in sees and erases what was recorded since, and the account learns no refusal from that."""
    site = serve(app, **ACCOUNTS)
    browser, other = Browser(site), Browser(site)
    sign_in(other, "ann")
    other.choose("accept_all")
    sign_in(browser, "ann")
    assert [record["method"] for record in entries(browser)] == ["account latest"]
    assert b"only what was recorded since you signed in" in browser.get("/_privacy/receipt").body
    count = held(browser)
    assert press(browser).status == 200
    assert "ck_u" not in browser.cookies
    assert held(browser) == count - 1
    assert sign_in(browser, "ann") == {"analytics", "functional", "marketing"}


def test_pending(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A choice that waits for the database is on the receipt page as pending, and is erased with the others."""
    site = serve()
    browser, other = Browser(site), Browser(site)
    browser.choose("refuse_all")
    token = browser.get("/_privacy/preferences").token

    def away(*_: object) -> Any:
        raise LedgerUnavailable("gone")

    monkeypatch.setattr(Store, "append", away)
    monkeypatch.setattr(Store, "append_once", away)
    assert browser.post({"choice": "accept_all", "token": token}).status == 303
    other.post({"choice": "withdraw", "token": token})
    page = browser.get("/_privacy/receipt").body.decode()
    assert page.index("You accepted all.") < page.index("You refused all.")
    assert "You withdrew" not in page
    assert page.count("The proof follows as soon as the log next publishes its state.") == 1
    taken = browser.get("/_privacy/receipt?download").json
    assert [(each["index"] is None, each["proof"] is None) for each in taken["receipts"]] == [
        (True, True),
        (False, False),
    ]
    with monkeypatch.context() as patch:
        for reading in ("head", "entries_of"):
            patch.setattr(Store, reading, away)
        alone = browser.get("/_privacy/receipt")
        assert alone.status == 200
        assert b"You accepted all." in alone.body
        assert b"Your records cannot be reached" in alone.body
        assert Browser(site).get("/_privacy/receipt").status == 200
    monkeypatch.undo()
    assert press(browser).status == 200
    site._kit.ledger.drain()
    assert held(browser) == 1  # the other's
    assert len(entries(other)) == 1
