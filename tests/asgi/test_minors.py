"""Who cannot consent alone is asked for nothing, and nothing is kept of how that came out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from consentkit.asgi import ConsentMiddleware
from consentkit.http import RequestHead
from consentkit.ledger.store import Store
from consentkit.visitor.minors import mark_minor
from tests.exchanges import POLICY

from .browser import App, Browser
from .conftest import KEY, PAGE, PROBE, SECRET, Serve, entries, granted, may_set

ASKING = {"minimum_age": {"years": 16, "ask": True}}


def size(browser: Browser) -> int:
    """How many choices the ledger of the site has."""
    store: Store = browser.app._kit.ledger.store  # type: ignore[attr-defined]
    return sum(entry.salt is not None for entry in store.entries())


def says(head: RequestHead) -> bool:
    """As an app that knows its accounts: by its own cookie."""
    if b"account=broken" in (head.header(b"cookie") or b""):
        raise LookupError("no such account")
    return b"account=young" in (head.header(b"cookie") or b"")


@pytest.fixture
def knowing(tmp_path: Path) -> Any:
    """knowing(app): a site whose app says who is a minor."""

    def build(app: App = PAGE) -> ConsentMiddleware:
        return ConsentMiddleware(app, POLICY, data=tmp_path, secret=SECRET, signing_key=KEY, minor=says)

    return build


def test_the_app_says_who_is_a_minor(knowing: Any) -> None:
    """For a visitor whom the app calls a minor nothing is set, nobody asks, and a yes is not taken."""
    grown = Browser(knowing(PROBE))
    grown.choose("accept_all")
    assert may_set(grown) == {"_ct", "_ad", "_new"}
    grown.cookies["account"] = "young"
    assert may_set(grown) == set()
    young = Browser(knowing())
    token = young.get("/_privacy/preferences").token
    young.cookies["account"] = "young"
    assert b"ck-first" not in young.get().body
    page = young.get("/_privacy/preferences").body
    assert b"rules for minors" in page
    assert b"checkbox" not in page
    assert page.count(b"Always active") == 1
    before = size(young)
    answer = young.post({"choice": "accept_all", "token": token})
    assert (answer.status, b"does not ask minors" in answer.body) == (403, True)
    assert young.fetch({"choice": "accept_all", "token": token}).json["error"]["id"] == "consentkit.minor"
    assert "ck" not in young.cookies
    assert size(young) == before
    assert young.post({"choice": "refuse_all", "token": token}).status == 303


def test_an_app_that_cannot_say_counts_as_yes(knowing: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Where the app's own question fails, the page is served all the same and nothing that needs consent with it."""
    browser = Browser(knowing(PROBE))
    browser.choose("accept_all")
    browser.cookies["account"] = "broken"
    assert may_set(browser) == set()
    assert "consentkit.R002" in caplog.text


def test_a_view_marks_its_visitor(serve: Serve) -> None:
    """A view that finds out in the middle of a request says so, and that response sets and shows nothing."""
    held = []

    async def view(scope: Any, receive: Any, send: Any) -> None:
        assert mark_minor({}) is None
        decision = mark_minor(scope)
        assert decision is not None
        held.append((decision.basis.value, decision.granted, decision.ask))
        await PROBE(scope, receive, send)

    browser = Browser(serve(PAGE))
    browser.choose("accept_all")
    browser.app = serve(view)
    assert may_set(browser) == set()
    assert held == [("minor", frozenset({"essential"}), False)]


def test_whoever_says_yes_says_an_age(serve: Serve) -> None:
    """The question stands by the answers, empty; refusing needs no age, and a yes without one is asked again."""
    browser = Browser(serve(**ASKING))
    page = browser.get()
    assert b"Your age in years" in page.body
    assert b"16" not in page.body.split(b"ck-age")[1].split(b"</p>")[0]
    assert page.body.count(b"formnovalidate") == 1
    again = browser.post({"choice": "accept_all", "token": page.token})
    assert (again.status, b"Please enter your age" in again.body) == (403, True)
    assert browser.cookies == {}
    assert browser.post({"choice": "custom", "category": "analytics", "token": page.token}).status == 403
    assert browser.post({"choice": "refuse_all", "token": page.token}).status == 303
    assert granted(browser) == "0"


@pytest.mark.parametrize(("age", "taken"), [("15", False), ("16", True), ("130", True), ("0", False)])
def test_the_age_decides(serve: Serve, age: str, taken: bool) -> None:
    """From the minimum on a yes counts; below it nothing is allowed, and the visitor is told so politely."""
    browser = Browser(serve(**ASKING))
    token = browser.get().token
    answer = browser.post({"choice": "accept_all", "token": token, "age": age})
    assert answer.status == (303 if taken else 403)
    assert granted(browser) == ("fam" if taken else "0")


@pytest.mark.parametrize("age", ["-1", "12.5", "1e3", "٤٢", "0x20", "1000", "sixteen", " 16"])
def test_an_age_is_a_number_of_years(serve: Serve, age: str) -> None:
    """What is no age is not guessed at."""
    browser = Browser(serve(**ASKING))
    answer = browser.fetch({"choice": "accept_all", "token": browser.get().token, "age": age})
    assert (answer.status, answer.json["error"]["field"]) == (400, "age")


def test_too_young_is_not_asked_again(serve: Serve) -> None:
    """Whoever gave an age below the minimum is not asked again until the browser is closed, or for a day."""
    browser = Browser(serve(**ASKING))
    token = browser.get().token
    before = size(browser)
    answer = browser.post({"choice": "accept_all", "token": token, "age": "12"})
    assert all("Max-Age" not in line for line in answer.cookies.values())
    assert size(browser) == before
    assert entries(browser) == []
    assert b"ck-first" not in browser.get().body
    assert b"age" not in browser.get("/_privacy/preferences").body.split(b"<form")[1].split(b"<section")[0]
    assert browser.post({"choice": "accept_all", "token": token, "age": "40"}).status == 403
    assert granted(browser) == "0"
    closed = Browser(browser.app)
    assert b"ck-first" in closed.get().body


def test_nothing_tells_two_minors_apart(serve: Serve) -> None:
    """The cookie that says "do not ask" holds no id and no age: two minors of one second have the same."""
    app = serve(**ASKING)
    app._kit._clock = lambda: 1_800_000_000.0
    values = set()
    for age in ("8", "14"):
        browser = Browser(app)
        browser.post({"choice": "accept_all", "token": browser.get().token, "age": age})
        values.add(browser.cookies["ck"].partition("~")[0])
        standing = app._kit.standing_cookie.parse(browser.cookies["ck"])
        assert (standing.visitor, standing.minor, standing.choice.grants) == ("0" * 32, True, False)
    assert len(values) == 1


def test_a_minor_may_still_refuse(serve: Serve) -> None:
    """A refusal of somebody too young holds, gives them no id and leaves no record, and does not make them of age."""
    browser = Browser(serve(**ASKING))
    token = browser.get().token
    browser.post({"choice": "accept_all", "token": token, "age": "12"})
    before = size(browser)
    for answer in (browser.post({"choice": "refuse_all", "token": token}), browser.fetch({"choice": "withdraw"})):
        assert answer.status in (200, 303)
        assert all("Max-Age" not in line for name, line in answer.cookies.items() if name in ("ck", "ck_s"))
    assert answer.json["decision"] == {"granted": ["essential"], "vendors": []}
    assert browser.app._kit.standing_cookie.parse(browser.cookies["ck"]).visitor == "0" * 32  # type: ignore[attr-defined]
    assert size(browser) == before
    assert entries(browser) == []
    assert browser.post({"choice": "accept_all", "token": token, "age": "40"}).status == 403


def test_whom_the_app_calls_a_minor_refuses_unseen(knowing: Any) -> None:
    """A minor by the app's word who refuses gets no cookie of ours; who had chosen before withdraws on the record."""
    young = Browser(knowing())
    young.cookies["account"] = "young"
    answer = young.post({"choice": "refuse_all", "token": young.get("/_privacy/preferences").token})
    assert (answer.status, answer.cookies) == (303, {})
    older = Browser(knowing())
    older.choose("accept_all")
    older.cookies["account"] = "young"
    assert older.choose("withdraw").status == 303
    assert [record["choice"] for record in entries(older)] == ["withdraw", "accept_all"]


def test_an_age_is_asked_once(serve: Serve) -> None:
    """Whoever has allowed something under such a policy has said their age, and changes their mind without it."""
    browser = Browser(serve(**ASKING))
    browser.post({"choice": "custom", "category": "analytics", "token": browser.get().token, "age": "30"})
    page = browser.get("/_privacy/preferences")
    assert b"Your age" not in page.body
    assert browser.post({"choice": "accept_all", "token": page.token}).status == 303


def test_no_age_reaches_the_ledger(serve: Serve) -> None:
    """The record of a yes holds no age, and its notice says against what it was held."""
    browser = Browser(serve(**ASKING))
    browser.post({"choice": "accept_all", "token": browser.get().token, "age": "47"})
    record = entries(browser)[0]
    assert "age" not in record
    assert "47" not in {str(value) for value in record.values()}
    notice = browser.app._kit.shelf.shown(record["notice"])  # type: ignore[attr-defined]
    assert notice["age"]["minimum"] == 16
