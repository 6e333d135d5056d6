"""One choice over several domains: what reaches which site, and what no link, replay or lost leg can do."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from consentkit.errors import LedgerUnavailable
from consentkit.policy import parse_policy

from .sites import Sites, policy
from .travel import Traveller

BANNER = b"ck-first"


def query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def sent_to(visitor: Traveller, url: str, legs: int) -> str:
    """Where a browser would be sent after that many legs."""
    visitor.follow(url, came="none", most=legs)
    return visitor.ask(visitor.legs[-1], "cross-site").header("location") or ""


def test_chosen_once(sites: Sites, visitor: Traveller) -> None:
    """Whoever has chosen on one site is not asked on the other, and arrives at the very page they went to."""
    visitor.choose("one", "accept_all")
    answer = visitor.go("two", "/shoes?size=42&lang=a/b", came="cross-site")
    assert visitor.legs[-1] == sites.url("two", "/shoes?size=42&lang=a/b")
    assert BANNER not in answer.body
    assert visitor.granted("two") == "fam"
    assert [record["method"] for record in sites.records("two")] == ["another site"]
    record = sites.records("two")[0]
    assert record["chosen"] == sites.records("one")[-1]["time"][:-5] + ".000Z"


def test_met_again(sites: Sites, visitor: Traveller) -> None:
    """Within a site nobody is led away; who arrives anew is, and finds their page either way."""
    visitor.choose("one", "accept_all")
    visitor.go("two")
    assert visitor.go("two", "/b", came="same-origin").status == 200
    assert len(visitor.legs) == 1
    assert visitor.go("two", "/c", came="cross-site").status == 200
    assert len(visitor.legs) == 5


def test_withdrawn_anywhere(sites: Sites, visitor: Traveller) -> None:
    """A withdrawal on any site is what holds on every other from the next visit on, and is in the ledger of each."""
    visitor.choose("one", "accept_all")
    visitor.go("two")
    sites.clock.advance(minutes=5)
    visitor.choose("two", "withdraw")
    visitor.go("one", came="cross-site")
    visitor.go("third")
    assert [visitor.granted(name) for name in ("one", "two", "third", "keeper")] == ["0"] * 4
    assert [sites.records(name)[-1]["choice"] for name in ("one", "two", "third")] == ["withdraw"] * 3


def test_withdrawn_within_a_second(sites: Sites, visitor: Traveller) -> None:
    """Who changes their mind at once is not held to what came first."""
    visitor.choose("one", "accept_all")
    visitor.choose("one", "withdraw")
    visitor.go("two")
    assert (visitor.granted("keeper"), visitor.granted("two")) == ("0", "0")


def test_the_later_choice_stands(sites: Sites, visitor: Traveller) -> None:
    """What was chosen last stands on all sites, also where another had been chosen there before."""
    visitor.choose("one", "refuse_all")
    sites.clock.advance(minutes=5)
    visitor.go("two")
    sites.clock.advance(minutes=5)
    visitor.choose("two", "custom", vendor="counter")
    sites.clock.advance(minutes=5)
    visitor.go("one", came="cross-site")
    assert visitor.granted("one") == "0"
    assert sites.records("one")[-1]["vendors"] == ["counter"]


def test_nobody_is_followed(sites: Sites, visitor: Traveller) -> None:
    """Each site knows a visitor by an id of its own, and no address holds one, nor the page that they went to."""
    visitor.choose("one", "accept_all")
    told = list(visitor.legs)
    visitor.go("two", "/secret-page")
    ids = {visitor.visitor(name) for name in ("one", "two", "keeper")}
    assert len(ids) == 3
    for leg in [*told, *visitor.legs]:
        sealed = query(leg).get("answer", "")
        hexed = urlsafe_b64decode(sealed.partition(".")[0] + "===").hex()
        assert not [ident for ident in ids if ident in leg or ident in hexed]
    assert not [leg for leg in visitor.legs if "keeper" in leg and "secret" in leg]
    assert not [leg for leg in visitor.legs if "answer" in leg and "secret" in leg]


def test_not_named(sites: Sites, visitor: Traveller) -> None:
    """A yes given where a company was not named is none for it: its visitors are asked. A no reaches it."""
    narrow = {"domains": {"origin": sites.url("keeper", ""), "sites": [sites.url(name, "") for name in ("one", "two")]}}
    for name in ("one", "keeper"):
        sites.build(name, **narrow)
    visitor.choose("one", "accept_all")
    assert visitor.granted("keeper") == "fam"
    for name in ("one", "keeper"):
        sites.build(name)
    for name in ("two", "third"):  # all of them knew the policy of then
        sites.kit(name).shelf.admit(parse_policy(policy(sites.address, **narrow), "then"))
    assert BANNER in visitor.go("third").body
    assert visitor.granted("third") == ""
    visitor.go("two")
    assert visitor.granted("two") == "fam"
    sites.clock.advance(minutes=5)
    visitor.choose("third", "custom", category="analytics")
    sites.clock.advance(minutes=5)
    visitor.choose("one", "refuse_all")
    visitor.go("third", came="cross-site")
    assert visitor.granted("third") == "0"


def test_planted(sites: Sites, visitor: Traveller) -> None:
    """A link with somebody else's yes grants nothing: not to a stranger, nor to one who is on the way themselves."""
    attacker = Traveller(sites)
    attacker.choose("one", "accept_all")
    planted = sent_to(attacker, sites.url("two"), 3)
    assert "/_privacy/arrive?by=" in planted
    assert planted.startswith(sites.url("two", ""))
    visitor.follow(planted)
    assert visitor.granted("two") == ""
    visitor.follow(sites.url("two"), came="none", most=2)  # on the way, and then the link
    visitor.follow(planted)
    assert visitor.granted("two") == ""
    attacker.follow(planted)
    assert attacker.granted("two") == "fam"


def test_planted_at_the_keeper(sites: Sites, visitor: Traveller) -> None:
    """Nor does it get to the site that keeps the choice for all."""
    attacker = Traveller(sites)
    attacker.choose("one", "accept_all")
    asked = sites.url("keeper", f"/_privacy/arrive?from={quote(sites.url('one', ''), safe='')}")
    planted = sent_to(attacker, asked, 2)
    assert planted.startswith(sites.url("keeper", "/_privacy/arrive?by="))
    visitor.follow(planted)
    assert visitor.granted("keeper") == ""


def test_replayed(sites: Sites, visitor: Traveller) -> None:
    """An answer counts once, though its browser put back the cookie it came with; and not after a minute."""
    visitor.choose("one", "accept_all")
    answer = sent_to(visitor, sites.url("two"), 3)
    before = dict(visitor.jar["two"])
    visitor.follow(answer)
    assert visitor.granted("two") == "fam"
    visitor.jar["two"] = dict(before)
    visitor.follow(answer)
    assert visitor.granted("two") == ""
    visitor.jar["two"].clear()
    late = sent_to(visitor, sites.url("two"), 3)
    sites.clock.advance(seconds=61)
    visitor.follow(late)
    assert visitor.granted("two") == ""


@pytest.mark.parametrize(
    "path",
    [
        "?site=https%3A%2F%2Fevil.test&nonce=" + "0" * 32,
        "?site=//evil.test&nonce=" + "0" * 32,
        "?from=https%3A%2F%2Fevil.test",
        "?by=https%3A%2F%2Fevil.test&answer=x",
        "?site={one}&nonce=short",
        "?site={one}%2F..%2F&nonce=" + "0" * 32,
    ],
)
@pytest.mark.parametrize("name", ["two", "keeper"])
def test_no_open_redirect(name: str, path: str, sites: Sites, visitor: Traveller) -> None:
    """Nobody can have a visitor sent, or told about, to a site that the policy does not list."""
    one = quote(sites.url("one", ""), safe="")
    assert visitor.ask(sites.url(name, f"/_privacy/arrive{path.replace('{one}', one)}"), "cross-site").status == 404


@pytest.mark.parametrize(
    "path", ["//evil.test", "/\\evil.test", "https://evil.test", "/%0d%0aSet-Cookie:x=1", "", "/\t/x"]
)
@pytest.mark.parametrize("field", ["start", "back"])
def test_paths_stay_here(field: str, path: str, sites: Sites, visitor: Traveller) -> None:
    """The page that a visitor comes back to is on the same site, whatever a link says."""
    answer = visitor.follow(sites.url("two", f"/_privacy/arrive?{field}={quote(path, safe='')}"))
    assert all(urlsplit(leg).hostname in ("two.localhost", "keeper.localhost") for leg in visitor.legs)
    assert b"evil.test" not in answer.body.replace(b"%5Cevil", b"")
    assert not [cookie for cookie in visitor.jar["two"] if cookie == "x"]


def test_cookies_blocked(sites: Sites, visitor: Traveller) -> None:
    """Whose browser keeps no cookies is led nowhere, goes round in no circle, and sees the page they asked for."""
    visitor.keeps = False
    answer = visitor.go("two", "/a?b=1")
    assert BANNER in answer.body
    assert len(visitor.legs) == 3
    assert visitor.legs[0] == visitor.legs[-1]


def test_cookies_blocked_from_elsewhere(sites: Sites, visitor: Traveller) -> None:
    """Nor does who comes by a link, and to the app they still do: no link counts as one of the site's own."""
    visitor.keeps = False
    answer = visitor.go("two", "/a?b=1", came="cross-site")
    assert BANNER in answer.body
    assert visitor.legs[-1] == sites.url("two", "/a?b=1&ck_asked=")
    assert (len(visitor.legs), visitor.came) == (3, "cross-site")
    visitor.keeps = True
    for way in ("back", "start"):
        visitor.follow(sites.url("two", f"/_privacy/arrive?{way}=%2Fpay%23x"), came="same-site")
        assert urlsplit(visitor.legs[-1]).path == "/pay"
        assert visitor.came in ("same-site", "cross-site")


def test_cookies_gone_on_the_way(sites: Sites, visitor: Traveller) -> None:
    """Nor does one that loses them on the way; what it was sent for is not taken."""
    visitor.choose("one", "accept_all")
    answer = sent_to(visitor, sites.url("two"), 3)
    visitor.jar["two"].clear()
    visitor.keeps = False
    assert BANNER in visitor.follow(answer).body
    assert len(visitor.legs) == 2
    assert visitor.granted("two") == ""


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_dest": "empty", "sec_fetch_mode": "cors"},
        {"sec_fetch_dest": "iframe"},
        {"sec_fetch_mode": "no-cors"},
        {"accept": "image/*"},
        {"sec_purpose": "prefetch"},
        {"sec_purpose": "prefetch;prerender"},
        {"user_agent": "Examplebot/1.0"},
    ],
)
def test_left_where_they_are(headers: dict[str, str], sites: Sites, visitor: Traveller) -> None:
    """Frames, scripts, pictures, pages fetched ahead and robots get what they asked for, at once."""
    visitor.go("two", **headers)
    assert len(visitor.legs) == 1


def test_old_browsers(sites: Sites, visitor: Traveller) -> None:
    """A browser that does not say how it comes, or posts a form, is not led away; who uses it is asked."""
    url = sites.url("two")
    parts = {"accept": "text/html", "accept-language": "en"}
    assert BANNER in visitor._send("GET", url, parts).body
    navigation = {"sec-fetch-dest": "document", "sec-fetch-mode": "navigate", "sec-fetch-site": "cross-site"}
    for method in ("POST", "PUT", "HEAD"):
        assert visitor._send(method, url, {**parts, **navigation}).status == 200


def test_a_dead_keeper(sites: Sites, visitor: Traveller, caplog: pytest.LogCaptureFixture) -> None:
    """Where the site that keeps the choice does not answer nobody is sent there: the page comes, and asks."""
    sites.down.add("keeper")
    try:
        answer = visitor.go("two", "/a")
        assert BANNER in answer.body
        assert not [leg for leg in visitor.legs if "keeper" in leg]
        assert "consentkit.E172" in caplog.text
        visitor.choose("two", "refuse_all")
        assert visitor.granted("two") == "0"
    finally:
        sites.down.clear()


def test_what_was_missed(sites: Sites, visitor: Traveller) -> None:
    """A withdrawal that could not be told when it was made is told by the next visit, and reaches the others."""
    visitor.choose("one", "accept_all")
    visitor.go("two")
    sites.clock.advance(minutes=2)
    sites.down.add("keeper")
    try:
        visitor.choose("two", "withdraw")
    finally:
        sites.down.clear()
    assert visitor.granted("keeper") == "fam"
    sites.clock.advance(minutes=2)
    visitor.go("two", came="cross-site")
    visitor.go("one", came="cross-site")
    assert (visitor.granted("keeper"), visitor.granted("one")) == ("0", "0")


def test_a_lost_leg(sites: Sites, visitor: Traveller) -> None:
    """Who was sent and did not come back sees the page when they ask again, with its banner, and is not sent again."""
    visitor.choose("one", "accept_all")
    visitor.follow(sites.url("two"), came="none", most=3)
    answer = visitor.go("two", came="none")
    assert len(visitor.legs) == 1
    assert BANNER in answer.body
    sites.clock.advance(hours=2)
    visitor.go("two", came="none")
    assert visitor.granted("two") == "fam"


def test_the_database_is_away(sites: Sites, visitor: Traveller, monkeypatch: pytest.MonkeyPatch) -> None:
    """While nobody can say whether an answer was taken before, a yes is not taken; a no is."""

    def away(*_: object, **__: object) -> None:
        raise LedgerUnavailable("away")

    visitor.choose("one", "accept_all")
    monkeypatch.setattr(sites.kit("two").ledger.store, "transaction", away)
    assert visitor.go("two").status == 200
    assert visitor.granted("two") == ""
    sites.clock.advance(minutes=5)
    visitor.choose("one", "refuse_all")
    visitor.go("two")
    assert visitor.granted("two") == "0"


def test_tickets_are_forgotten(sites: Sites, visitor: Traveller) -> None:
    """What was taken is remembered for as long as it could come again, and no longer."""
    store = sites.kit("two").ledger.store
    for _ in range(3):
        visitor.choose("one", "accept_all")
        visitor.go("two")
        sites.clock.advance(minutes=10)
    with store.transaction() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM ck_tickets").scalar() == 1


def test_fetched_by_a_script(sites: Sites, visitor: Traveller) -> None:
    """A choice that a script sends is taken; then its form goes by itself, so that the other sites hear of it."""
    token = visitor.ask(sites.url("one", "/_privacy/preferences"), "same-origin").token
    headers = {"content-type": "application/json", "sec-fetch-site": "same-origin"}
    body = json.dumps({"choice": "accept_all", "token": token, "return_to": "/a"}).encode()
    answer = visitor._send("POST", sites.url("one", "/_privacy/choice"), headers, body)
    assert answer.status == 409
    assert answer.json["decision"]["granted"] == ["analytics", "essential", "functional", "marketing"]
    visitor.follow(sites.url("one", answer.json["error"]["go_to"]), came="same-origin")
    assert visitor.legs[-1] == sites.url("one", "/a")
    assert visitor.granted("keeper") == "fam"


def test_pages_for_everybody(sites: Sites, visitor: Traveller) -> None:
    """A site whose pages any cache may keep leads nobody away; the notice has a link that does."""
    sites.build("two", render="shared")
    try:
        visitor.choose("one", "accept_all")
        assert len(visitor.legs) > 1
        visitor.go("two")
        assert len(visitor.legs) == 1
        headers = {"referer": sites.url("two", "/a"), "sec-fetch-dest": "empty", "sec-fetch-site": "same-origin"}
        notice = visitor._send("GET", sites.url("two", "/_privacy/notice"), headers)
        assert b'href="/_privacy/arrive?start=/a"' in notice.body
        visitor.follow(sites.url("two", "/_privacy/arrive?start=/a"), came="same-origin")
        assert visitor.legs[-1] == sites.url("two", "/a")
        assert visitor.granted("two") == "fam"
    finally:
        sites.build("two")


def test_told_of_all(sites: Sites, visitor: Traveller) -> None:
    """The notice says on which sites a choice counts, and who answers for each; the declaration names the cookie."""
    visitor.keeps = False
    body = visitor.ask(sites.url("third", "/_privacy/preferences"), "same-origin").body.decode()
    assert "one.localhost (One Ltd), two.localhost (One Ltd) and third.localhost (Third BV)" in body
    assert "ck_h" in visitor.ask(sites.url("third", "/_privacy/declaration"), "same-origin").body.decode()


def test_strangers_of_the_policy(sites: Sites, visitor: Traveller) -> None:
    """On a host that the policy does not list nobody is led away, and nobody is answered."""
    sites.apps["fourth"] = sites.apps["one"]
    try:
        visitor.go("fourth")
        assert len(visitor.legs) == 1
        asking = quote(sites.url("keeper", ""), safe="")
        url = sites.url("fourth", f"/_privacy/arrive?site={asking}&nonce={'0' * 32}")
        assert visitor.ask(url, "cross-site").status == 404
    finally:
        del sites.apps["fourth"]
