"""Minds, policies and signals that change: what still stands, what is asked again, and what is recorded of it."""

from __future__ import annotations

import pytest

from tests.exchanges import POLICY

from .browser import Browser
from .conftest import PROBE, Serve, entries, granted, later, may_set

NEWCOMER = {
    "id": "new",
    "name": "New",
    "category": "marketing",
    "purpose": "Sells.",
    "hosts": ["new.test"],
    "cookies": [{"name": "_new", "purpose": "Sells.", "retention": "1 year"}],
}


def test_policy_grew_while_the_page_lay_open(serve: Serve) -> None:
    """A grant of more than was shown gets a fresh form; of what was shown, and a refusal, it holds."""
    token = Browser(serve()).get("/_privacy/preferences").token
    grown = serve(vendors=[*POLICY["vendors"], NEWCOMER])
    browser = Browser(grown)
    answer = browser.post({"choice": "accept_all", "token": token, "return_to": "/page"})
    assert (answer.status, answer.cookies) == (409, {})
    assert b"Sells." in answer.body
    assert browser.fetch({"choice": "accept_all", "token": token}).json["error"]["id"] == "consentkit.widened"
    assert Browser(grown).post({"choice": "custom", "category": "analytics", "token": token}).status == 303
    assert Browser(grown).post({"choice": "custom", "vendor": "ads", "token": token}).status == 303
    assert Browser(grown).post({"choice": "custom", "vendor": "new", "token": token}).status == 409
    refuser = Browser(grown)
    assert refuser.post({"choice": "refuse_all", "token": token}).status == 303
    assert granted(refuser) == "0"
    assert browser.post({"choice": "accept_all", "token": answer.token}).status == 303
    assert granted(browser) == "fam"


def test_policy_grew_after_the_choice(serve: Serve) -> None:
    """When a vendor is added, only that vendor is not covered: the visitor is asked again, the others go on."""
    browser = Browser(serve(PROBE))
    browser.choose("accept_all")
    made = entries(browser)[0]
    browser.app = serve(PROBE, vendors=[*POLICY["vendors"], NEWCOMER])
    assert may_set(browser) == {"_ct", "_ad"}
    browser.app = serve(vendors=[*POLICY["vendors"], NEWCOMER])
    asked = browser.get()
    assert b"ck-first" in asked.body
    assert browser.get("/_privacy/preferences").body.count(b" checked") == 3  # two categories, and the vendor of before
    assert browser.post({"choice": "accept_all", "token": asked.token}).status == 303
    assert b"ck-first" not in browser.get().body
    again, first = entries(browser)
    assert first == made
    assert (again["visitor"], again["policy"] != made["policy"]) == (made["visitor"], True)


def test_only_what_was_added_is_asked(serve: Serve) -> None:
    """The banner names what was added and by whom, and lists nothing else; both answers are about that alone."""
    shop = {"vendors": [*POLICY["vendors"], NEWCOMER]}
    for value, allowed in (("add", "fam"), ("keep", "fa")):
        browser = Browser(serve())
        browser.choose("accept_all")
        browser.app = serve(**shop)
        page = browser.get()
        assert b"since your last choice: Marketing (New)." in page.body
        assert b"<b>Marketing: </b>" in page.body
        assert b"<b>Analytics: </b>" not in page.body
        assert [label in page.body for label in (b"Accept what is new", b"Refuse what is new", b"Accept all")] == [
            True,
            True,
            False,
        ]
        fields = {"category": "marketing"} if b'name="category" value="marketing"' in page.body else {}
        assert browser.post({"choice": value, "token": page.token, **fields}).status == 303
        assert granted(browser) == allowed
        assert b"ck-first" not in browser.get().body
        assert entries(browser)[0]["choice"] == "custom"
        browser.app = serve(PROBE, **shop)
        assert may_set(browser) == {"_ct", "_ad"} | ({"_new"} if value == "add" else set())


def test_what_was_refused_is_not_asked_again(serve: Serve) -> None:
    """Whoever allowed analytics and refused marketing is asked for what analytics has gained, and for no more."""
    more = {**NEWCOMER, "category": "analytics"}
    browser = Browser(serve())
    browser.choose("custom", category="analytics")
    browser.app = serve(vendors=[*POLICY["vendors"], more])
    page = browser.get()
    assert b"<b>Marketing: </b>" not in page.body
    assert browser.post({"choice": "add", "token": page.token, "category": "analytics"}).status == 303
    assert granted(browser) == "a"


def test_one_vendor_that_grew_is_asked_for_alone(serve: Serve) -> None:
    """Whoever allowed one vendor of several is asked about that one; a yes does not become the category's."""
    counter = POLICY["vendors"][0]
    grown = {**counter, "purpose": "Counts visits, and sells the counts."}
    browser = Browser(serve())
    browser.choose("custom", vendor="counter")
    browser.app = serve(vendors=[grown, *POLICY["vendors"][1:]])
    page = browser.get()
    assert b"Analytics (Counter)" in page.body
    assert b'name="vendor" value="counter"' in page.body
    assert b'name="category"' not in page.body
    assert browser.post({"choice": "add", "token": page.token, "vendor": "counter"}).status == 303
    assert entries(browser)[0]["vendors"] == ["counter"]
    assert entries(browser)[0]["categories"] == []


def test_refusing_what_is_new_always_holds(serve: Serve) -> None:
    """To keep things as they are takes no valid token: it allows nothing that was not allowed before."""
    browser = Browser(serve())
    browser.choose("accept_all")
    browser.app = serve(vendors=[*POLICY["vendors"], NEWCOMER])
    assert browser.post({"choice": "keep", "token": "old", "category": "marketing"}).status == 303
    assert granted(browser) == "fa"
    assert b"ck-first" not in browser.get().body
    stranger = Browser(browser.app)
    assert stranger.post({"choice": "keep", "token": ""}).status == 303
    assert granted(stranger) == "0"


def test_policy_grew_after_a_refusal(serve: Serve) -> None:
    """A refusal covers vendors that come later: nobody is asked again for them."""
    browser = Browser(serve())
    browser.choose("refuse_all")
    browser.app = serve(vendors=[*POLICY["vendors"], NEWCOMER])
    assert b"ck-first" not in browser.get().body


def test_policy_shrank(serve: Serve) -> None:
    """Nobody is asked again because a vendor is gone."""
    browser = Browser(serve())
    browser.choose("accept_all")
    browser.app = serve(vendors=POLICY["vendors"][:1])
    assert b"ck-first" not in browser.get().body


def test_pressed_twice(serve: Serve) -> None:
    """Pressing a button twice is one choice."""
    browser = Browser(serve())
    token = browser.get().token
    first = browser.fetch({"choice": "accept_all", "token": token}).json["receipt"]
    again = browser.fetch({"choice": "accept_all", "token": token}).json["receipt"]
    assert again["index"] == first["index"]
    assert len(entries(browser)) == 1


def test_confirmed_months_later(serve: Serve) -> None:
    """The same choice made anew months later is a choice of that day: the record bears out the cookie's time."""
    browser = Browser(serve())
    browser.choose("accept_all")
    later(browser.app, 100 * 86400)
    browser.choose("accept_all")
    confirmed, made = entries(browser)
    assert confirmed["time"] > made["time"]


def test_changes_are_recorded(serve: Serve) -> None:
    """Every change of mind is an entry of the same visitor, whose id no script can read and no client can choose."""
    browser = Browser(serve())
    for choice in ("accept_all", "refuse_all", "accept_all", "withdraw"):
        browser.choose(choice, visitor="f" * 32, id="f" * 32)
    made = entries(browser)
    assert [record["choice"] for record in made] == ["withdraw", "accept_all", "refuse_all", "accept_all"]
    assert len({record["visitor"] for record in made}) == 1
    assert made[0]["visitor"] != "f" * 32
    assert made[0]["visitor"] not in browser.cookies["ck_s"]


def test_old_cookie_put_back(serve: Serve) -> None:
    """A choice is recorded as made, also by a browser that was set back to an earlier state."""
    browser = Browser(serve())
    browser.choose("accept_all")
    kept = dict(browser.cookies)
    browser.choose("refuse_all")
    browser.cookies = kept
    token = browser.get("/_privacy/preferences").token
    assert browser.fetch({"choice": "accept_all", "token": token}).json["receipt"]["record"]["choice"] == "accept_all"


@pytest.mark.parametrize("value", ["1", " 1 "])
def test_gpc(value: str, serve: Serve) -> None:
    """The signal denies marketing, says so, and is outweighed only by a grant made with it on and told."""
    plain = Browser(serve(PROBE))
    plain.choose("accept_all")
    signal = Browser(plain.app, sec_gpc=value)
    signal.cookies = dict(plain.cookies)
    assert (may_set(plain), may_set(signal)) == ({"_ct", "_ad", "_new"}, {"_ct"})
    told = signal.get("/_privacy/preferences")
    assert b"Global Privacy Control" in told.body
    taken = signal.fetch({"choice": "accept_all", "token": told.token})
    assert "marketing" in taken.json["decision"]["granted"]
    assert taken.json["receipt"]["record"]["gpc"] is True
    assert "_ad" in may_set(signal)


@pytest.mark.parametrize("value", ["0", "true", "", "11", "1, 1"])
def test_not_gpc(value: str, serve: Serve) -> None:
    """Nothing but the one value is the signal."""
    browser = Browser(serve(PROBE), sec_gpc=value)
    browser.choose("accept_all")
    assert "_ad" in may_set(browser)
    assert entries(browser)[0]["gpc"] is False


def test_gpc_was_not_told(serve: Serve) -> None:
    """A grant from a page that did not mention the signal does not outweigh it."""
    app = serve()
    token = Browser(app).get().token
    browser = Browser(app, sec_gpc="1")
    taken = browser.fetch({"choice": "accept_all", "token": token})
    assert "marketing" not in taken.json["decision"]["granted"]
    assert granted(browser) == "fa"


def test_the_signal_is_seen_to_be_honoured(serve: Serve) -> None:
    """Where silence allows and no banner asks, the link on each page says so, and the preferences show what is off."""
    app = serve(jurisdiction={"default": "US"})
    browser = Browser(app, sec_gpc="1")
    assert b">Opt-Out Request Honored. Your privacy choices</a>" in browser.get().body
    page = browser.get("/_privacy/preferences")
    assert b"Opt-Out Request Honored. Your browser sends" in page.body
    ticked = [name for name in (b"functional", b"analytics", b"marketing") if b'"' + name + b'" checked' in page.body]
    assert ticked == [b"functional", b"analytics"]
    browser.post({"choice": "accept_all", "token": page.token})
    assert b">Your privacy choices</a>" in browser.get().body
    assert b">Your privacy choices</a>" in Browser(app).get().body


def test_gpc_resource(serve: Serve) -> None:
    """A site that honours the signal says so where browsers look; one that does not leaves the place to the app."""
    answer = Browser(serve()).get("/.well-known/gpc.json")
    assert answer.json["gpc"] is True
    assert Browser(serve(honour_gpc=False)).get("/.well-known/gpc.json").body.startswith(b"<!doctype html>")


@pytest.mark.parametrize("way", ["keep", "add"])
def test_answered_by_a_worker_of_before(serve: Serve, way: str) -> None:
    """In the midst of a release a no to what is new, or a yes to one thing more, allows nothing else that is new."""
    newcomer = NEWCOMER | {"category": "analytics"}
    old, new = serve(), serve(vendors=[*POLICY["vendors"], newcomer])
    browser = Browser(old)
    browser.choose("custom", category="analytics")
    browser.app = new
    token = browser.get().token
    browser.app = old
    fields = {"choice": way, "token": token} | ({"vendor": "ads"} if way == "add" else {})
    assert browser.post(fields).status == (403 if way == "add" else 303)
    browser.app = new
    assert b"ck-first" in browser.get().body


def test_silence_is_no_choice(serve: Serve) -> None:
    """Where silence allows, keeping what stands makes no consent of it that would hold elsewhere."""
    browser = Browser(serve(jurisdiction={"default": "US"}))
    assert browser.post({"choice": "keep"}).status == 303
    assert granted(browser) == "0"
