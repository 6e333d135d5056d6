"""Choices from before: what is taken over, what is asked for anew, and what is in the ledger of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from consentkit import canonical
from consentkit.asgi import ConsentMiddleware
from consentkit.errors import LedgerUnavailable
from consentkit.testing import Clock, scratch
from tests.asgi.browser import Answer, App, Browser

from .test_readers import CLOSED, COOKIEBOT, ONETRUST, WHEN

DAY = 86400
VENDORS = [
    {"id": "counter", "name": "Counter", "category": "analytics", "purpose": "Counts."},
    {"id": "ads", "name": "Ads", "category": "marketing", "purpose": "Sells."},
]
LATER = {"id": "later", "name": "Later", "category": "analytics", "purpose": "Looks on."}
LANG = {"name": "lang", "category": "functional", "purpose": "Language.", "retention": "1 year"}
RULE = {
    "tool": "cookiebot",
    "map": {"preferences": "functional", "statistics": "analytics", "marketing": "marketing"},
    "vendors": ["counter", "ads"],
    "cookies": ["lang"],
}
ARRIVING = {"sec-fetch-mode": "navigate", "sec-fetch-site": "none"}
Make = Callable[..., ConsentMiddleware]


async def page(scope: Any, receive: Any, send: Any) -> None:
    head = [(b"content-type", b"text/html")]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": b"<!doctype html><body>Shop."})


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[ConsentMiddleware] = []

    def build(*rules: dict[str, Any], vendors: Any = (), app: App = page, **policy: Any) -> ConsentMiddleware:
        declared = {
            "site": {"id": "shop"},
            "controller": {"name": "Shop", "contact": "privacy@shop.test"},
            "vendors": [*VENDORS, *vendors],
            "cookies": [LANG],
            "imports": list(rules or (RULE,)),
            **policy,
        }
        made.append(ConsentMiddleware(app, declared, clock=Clock(WHEN + DAY), **scratch()))
        return made[-1]

    yield build
    for app in made:
        app._kit.close()


def visit(app: ConsentMiddleware, path: str = "/", **cookies: str) -> tuple[Browser, Answer]:
    """Somebody arrives who had chosen under another tool, and goes where they are led."""
    browser = Browser(app, **{name.replace("-", "_"): value for name, value in ARRIVING.items()})
    browser.cookies |= cookies
    answer = browser.get(path)
    while answer.status == 303:
        answer = browser.get(answer.header("location") or "")
    return browser, answer


def records(app: ConsentMiddleware) -> list[dict[str, Any]]:
    entries = app._kit.ledger.store.entries(0)
    return [canonical.decode(entry.record) for entry in entries if entry.salt and entry.record]


def test_taken_over(make: Make) -> None:
    """A choice holds as it was made, from the time when it was made; the ledger says from where."""
    app = make()
    browser, answer = visit(app, "/a?b=1", CookieConsent=COOKIEBOT)
    assert b"ck-first" not in answer.body
    assert browser.cookies["ck_s"].partition(".")[0] == "a"
    assert browser.cookies.keys() == {"ck", "ck_s"}
    (record,) = records(app)
    assert (record["method"], record["choice"], record["categories"]) == ("imported cookiebot", "custom", ["analytics"])
    assert record["chosen"] == "2026-05-01T10:20:30.000Z"
    assert record["notice"] == ""
    policies = {document.hash: document for document in app._kit.ledger.store.documents("policy")}
    asked = canonical.decode(policies[record["policy"]].body)
    assert asked["version"] == "before consentkit: cookiebot"
    assert [vendor["id"] for vendor in asked["vendors"]] == ["counter", "ads"]


def test_remembered_from_then(make: Make) -> None:
    """What was chosen long ago is not remembered for longer by having been taken over."""
    app = make()
    app._kit._clock.advance(days=178)
    browser, answer = visit(app, CookieConsent=COOKIEBOT)
    assert b"ck-first" not in answer.body
    app._kit._clock.advance(days=2)
    assert b"ck-first" in browser.get().body
    _, answer = visit(app, CookieConsent=COOKIEBOT)
    assert b"ck-first" in answer.body
    assert len(records(app)) == 1


def test_added_since(make: Make) -> None:
    """A vendor of whom the other notice had not spoken is not granted; its visitor is asked for that one alone."""
    app = make(vendors=[LATER])
    browser, answer = visit(app, CookieConsent=COOKIEBOT)
    assert b"Later" in answer.body
    assert b'name="choice" value="keep"' in answer.body
    decision = app._kit.standing_cookie.parse(browser.cookies["ck"]).choice
    assert decision.categories == {"analytics"}
    assert browser.cookies["ck_s"].partition(".")[0] == "0"


def test_refusals_carry_over(make: Make) -> None:
    """Who had refused is not asked again, whatever was declared since."""
    app = make(vendors=[LATER])
    _, answer = visit(app, CookieConsent=COOKIEBOT.replace("true", "false"))
    assert b"ck-first" not in answer.body
    assert records(app)[0]["choice"] == "refuse_all"


def test_all_of_theirs(make: Make) -> None:
    """Where two things of theirs are one of ours, it is allowed if both were."""
    both = {**RULE, "map": {"statistics": "analytics", "preferences": "analytics"}}
    browser, _ = visit(make(both), CookieConsent=COOKIEBOT)
    assert browser.cookies["ck_s"].partition(".")[0] == "0"
    browser, _ = visit(make(both), CookieConsent=COOKIEBOT.replace("preferences:false", "preferences:true"))
    assert browser.cookies["ck_s"].partition(".")[0] == "a"


def test_vendors(make: Make) -> None:
    """A service of theirs can be a vendor of ours: then that one is allowed, and nothing of which they say nothing."""
    rule = {"tool": "onetrust", "map": {"C0002": "counter", "C0004": "marketing", "C0005": "functional"}}
    app = make(rule, vendors=[LATER])
    browser, _ = visit(app, OptanonConsent=ONETRUST, **CLOSED)
    choice = app._kit.standing_cookie.parse(browser.cookies["ck"]).choice
    assert (choice.categories, choice.vendors) == (frozenset(), {"counter"})
    assert browser.cookies.keys() == {"ck", "ck_s"}


@pytest.mark.parametrize("cookies", [{"CookieConsent": "nonsense"}, {"CookieConsent": "-1"}, {}, {"ck": "x"}])
def test_nothing_to_take(cookies: dict[str, str], make: Make) -> None:
    """Who brings nothing along that can be read is led nowhere, and asked as anybody is."""
    app = make()
    browser = Browser(app, **{name.replace("-", "_"): value for name, value in ARRIVING.items()})
    browser.cookies |= cookies
    answer = browser.get()
    assert (answer.status, b"ck-first" in answer.body) == (200, True)


def test_two_of_a_name(make: Make) -> None:
    """Of two cookies of one name one may be planted: neither counts."""
    app = make()
    cookie = f"CookieConsent={COOKIEBOT}; CookieConsent={COOKIEBOT}"
    assert Browser(app).send("GET", "/", {**ARRIVING, "accept": "text/html", "cookie": cookie}).status == 200


def test_a_choice_of_ours_stands(make: Make) -> None:
    """Who has chosen here has chosen: an old cookie that turns up again changes nothing."""
    app = make()
    browser = Browser(app)
    browser.choose("refuse_all")
    browser.cookies["CookieConsent"] = COOKIEBOT
    assert browser.get(sec_fetch_mode="navigate", sec_fetch_site="none").status == 200
    assert browser.cookies["ck_s"].partition(".")[0] == "0"


def test_kept(make: Make) -> None:
    """An owner who may go back keeps the other tool's cookie."""
    browser, _ = visit(make({**RULE, "keep_cookie": True}), CookieConsent=COOKIEBOT)
    assert "CookieConsent" in browser.cookies


def test_unread_it_is_left_alone(make: Make) -> None:
    """Until it is read, their cookie is not dropped with those that have no consent."""
    for rule, kept in (({**RULE, "cookie": "_ga"}, True), (RULE, False)):
        browser = Browser(make(rule))
        browser.cookies["_ga"] = COOKIEBOT
        browser.get()
        assert ("_ga" in browser.cookies) == kept


def test_unrecorded(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be recorded is not taken over where it allows something; a refusal holds."""
    app = make()

    def away(*_: object) -> None:
        raise LedgerUnavailable("away")

    monkeypatch.setattr(app._kit.ledger, "append", away)
    _, answer = visit(app, CookieConsent=COOKIEBOT)
    assert (answer.status, b"ck-first" in answer.body) == (200, True)
    browser, _ = visit(app, CookieConsent=COOKIEBOT.replace("true", "false"))
    assert browser.cookies["ck_s"].partition(".")[0] == "0"


def test_pages_for_everybody(make: Make) -> None:
    """On a site whose pages any cache may keep, the script that asks for the notice gets the choice from before."""
    app = make(render="shared")
    browser, answer = visit(app, CookieConsent=COOKIEBOT)
    assert answer.status == 200
    assert not records(app)
    notice = browser.get("/_privacy/notice", sec_fetch_dest="empty", sec_fetch_site="same-origin")
    assert b'data-ck-granted="analytics essential"' in notice.body
    assert browser.cookies["ck_s"].partition(".")[0] == "a"
    assert len(records(app)) == 1
