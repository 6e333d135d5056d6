"""Signing in and out: whose choice holds in a browser, whose it is in the ledger, and what nobody else learns of it."""

from __future__ import annotations

import logging
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

import consentkit
from consentkit.accounts.linking import alink, link, spelled, unlink
from consentkit.accounts.mark import LIFE_SECONDS
from consentkit.asgi import ConsentMiddleware
from consentkit.errors import AccountError, LedgerUnavailable
from consentkit.ledger.erasure import forget
from consentkit.ledger.links import Links

from .browser import Browser
from .conftest import SECRET, Serve, entries, granted, later

ACCOUNTS = {"accounts": {"merge": "latest"}}
ALL = ["analytics", "functional", "marketing"]


async def app(scope: Any, receive: Any, send: Any) -> None:
    """A site: /in?NAME signs in, /out signs out; the answer says what is granted from then on."""
    who = parse_qs(scope["query_string"].decode(), keep_blank_values=True)
    decision = scope["state"]["consent"]
    if scope["path"] == "/in":
        decision = await alink(scope, next(iter(who)))
    elif scope["path"] == "/out":
        decision = unlink(scope)
    kind = b"text/html" if scope["path"] == "/" else b"text/plain"
    public = [(b"cache-control", b"public, max-age=60")] if "public" in who else []
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind), *public]})
    await send({"type": "http.response.body", "body": " ".join(sorted(decision.granted)).encode()})


def sign_in(browser: Browser, who: str) -> set[str]:
    return set(browser.get(f"/in?{who}").body.decode().split()) - {"essential"}


def records(browser: Browser) -> list[dict[str, Any]]:
    """What the ledger of the site holds, oldest first."""
    store = browser.app._kit.ledger.store  # type: ignore[attr-defined]
    kept = [entry.record for entry in store.entries() if entry.salt]
    return [consentkit.canonical.decode(each) for each in kept]  # type: ignore[attr-defined]


def visitors_of(guarded: ConsentMiddleware, who: str) -> list[str]:
    kit = guarded._kit
    return [each.visitor for each in kit.links.of(kit.accounts.of(who))]


def test_a_choice_follows_its_account(serve: Serve) -> None:
    """Who chose on one device and signs in on another is not asked again; the ledger says since when it holds."""
    site = serve(app, **ACCOUNTS)
    phone, desk = Browser(site), Browser(site)
    phone.choose("custom", category="analytics")
    assert sign_in(phone, "ann") == {"analytics"}
    later(site, 60)
    assert sign_in(desk, "ann") == {"analytics"}
    assert granted(desk) == "a"
    assert b"ck-first" not in desk.get("/").body
    first, *carried = records(desk)
    assert [record["method"] for record in carried] == ["account latest"] * 2
    assert {record["chosen"] for record in carried} == {f"{first['time'][:19]}.000Z"}
    assert {record["notice"] for record in carried} == {first["notice"]}
    assert len({record["visitor"] for record in (first, *carried)}) == 3


def test_nothing_plain(serve: Serve, tmp_path: Path) -> None:
    """Of the account only a keyed hash is stored: neither a name nor a hash that anybody could try names on."""
    site = serve(app, **ACCOUNTS)
    browser = Browser(site)
    browser.choose("accept_all")
    sign_in(browser, "ann@example.org")
    site._kit.close()
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    (named,) = {record["account"] for record in records(browser) if "account" in record}
    assert b"ann@example.org" not in files
    assert named.encode() in files
    assert site._kit.accounts.of("ann@example.org")[0].hash == named
    other = serve(app, secret=f"another-{SECRET}", **ACCOUNTS)
    assert other._kit.accounts.of("ann@example.org")[0].hash != named


@pytest.mark.parametrize(
    ("rule", "browser", "account", "holds"),
    [
        ("latest", ALL, ["analytics"], ALL),
        ("strictest", ["analytics", "functional"], ["analytics", "marketing"], ["analytics"]),
    ],
)
def test_merging(rule: str, browser: list[str], account: list[str], holds: list[str], serve: Serve) -> None:
    """What holds after signing in is the choice made last, or what both allow: as the policy says."""
    site = serve(app, accounts={"merge": rule})
    before, now = Browser(site), Browser(site)
    sign_in(before, "ann")
    before.choose("custom", category=account)
    later(site, 60)
    now.choose("custom", category=browser)
    assert sign_in(now, "ann") == set(holds)
    assert set(records(now)[-1]["categories"]) == set(holds)


def test_older_choice_does_not_win(serve: Serve) -> None:
    """By "latest" the account's newer choice replaces what this browser had chosen before it."""
    site = serve(app, **ACCOUNTS)
    old, new = Browser(site), Browser(site)
    old.choose("accept_all")
    later(site, 60)
    sign_in(new, "ann")
    new.choose("refuse_all")
    assert sign_in(old, "ann") == set()
    assert granted(old) == "0"


def test_choosing_while_signed_in(serve: Serve) -> None:
    """Who signs in before choosing anything is asked, and that choice is the account's wherever it signs in next."""
    site = serve(app, **ACCOUNTS)
    first, second = Browser(site), Browser(site)
    assert sign_in(first, "ann") == set()
    assert b"/_privacy/choice" in first.get("/").body
    first.choose("accept_all")
    assert sign_in(second, "ann") == set(ALL)
    assert entries(first)[0]["visitor"] in visitors_of(site, "ann")


def test_a_second_call_costs_nothing(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """An app may link with every request of somebody signed in: nothing is asked or set, but late the mark again."""
    site = serve(app, **ACCOUNTS)
    browser = Browser(site)
    browser.choose("accept_all")
    sign_in(browser, "ann")
    count = len(records(browser))
    with monkeypatch.context() as patch:
        patch.setattr(Links, "of", lambda *_: pytest.fail("asked"))
        again = browser.get("/in?ann")
        assert not again.all("set-cookie")
        later(site, LIFE_SECONDS * 0.75)
        assert set(browser.get("/in?ann").cookies) == {"ck_u"}
    assert len(records(browser)) == count


def test_shared_computer(serve: Serve) -> None:
    """Ann signs out and Ben signs in: he neither has nor sees anything of hers, and what he chooses is his alone."""
    site = serve(app, **ACCOUNTS)
    browser = Browser(site)
    browser.choose("accept_all")
    sign_in(browser, "ann")
    hers = visitors_of(site, "ann")
    assert browser.get("/out").body == b"essential"
    assert browser.cookies == {}
    assert entries(browser) == []
    assert sign_in(browser, "ben") == set()
    assert entries(browser) == []
    browser.choose("refuse_all")
    assert not set(visitors_of(site, "ben")) & set(hers)
    browser.get("/out")
    assert sign_in(browser, "ann") == set(ALL)
    assert visitors_of(site, "ann")[: len(hers)] == hers


@pytest.mark.parametrize("leaving", ["nothing", "closed", "late"])
def test_who_forgets_to_sign_out(leaving: str, serve: Serve) -> None:
    """Where Ann only went away, Ben's sign-in takes nothing of hers, and hers takes nothing that he chose."""
    site = serve(app, **ACCOUNTS)
    browser = Browser(site)
    browser.choose("accept_all")
    sign_in(browser, "ann")
    if leaving == "closed":
        del browser.cookies["ck_u"]
    elif leaving == "late":
        later(site, LIFE_SECONDS + 1)
    assert sign_in(browser, "ben") == set()
    assert granted(browser) == ""
    browser.choose("refuse_all")
    assert [record["choice"] for record in entries(browser)] == ["refuse_all"]
    assert sign_in(Browser(site), "ann") == set(ALL)


@pytest.mark.parametrize("over", ["closed", "late"])
def test_a_choice_after_the_session(over: str, serve: Serve) -> None:
    """Who chooses in a browser whose session is over is somebody new; the account does not hear of it."""
    site = serve(app, **ACCOUNTS)
    browser = Browser(site)
    browser.choose("accept_all")
    sign_in(browser, "ann")
    if over == "closed":
        del browser.cookies["ck_u"]
    else:
        later(site, LIFE_SECONDS + 1)
    assert entries(browser) == []  # hers are shown to her alone
    browser.choose("refuse_all")
    (mine,) = entries(browser)
    assert mine["visitor"] not in visitors_of(site, "ann")
    assert sign_in(Browser(site), "ann") == set(ALL)


def test_refused_stays_refused(serve: Serve) -> None:
    """Signing out takes back what was allowed and keeps what was refused, also where silence would allow it."""
    site = serve(app, **ACCOUNTS, jurisdiction={"default": "US"})
    browser = Browser(site)
    browser.choose("custom", category=["analytics", "functional"])
    sign_in(browser, "ann")
    browser.get("/out")
    assert granted(browser) == "0"
    assert sign_in(browser, "ben") == set(ALL)  # his silence, by this place's rules; not her refusal


def test_mark_of_another(serve: Serve) -> None:
    """A mark that somebody planted beside a visitor's own choice counts for nothing."""
    site = serve(app, **ACCOUNTS)
    victim, evil = Browser(site), Browser(site)
    victim.choose("accept_all")
    sign_in(evil, "evil")
    victim.cookies["ck_u"] = evil.cookies["ck_u"]
    victim.choose("refuse_all")
    assert entries(victim)[0]["visitor"] not in visitors_of(site, "evil")
    for changed in ("", "A" * 60, evil.cookies["ck_u"][:-2], f"{evil.cookies['ck_u']}; ck_u={evil.cookies['ck_u']}"):
        fresh = Browser(site)
        fresh.cookies["ck_u"] = changed
        fresh.choose("accept_all")
        assert entries(fresh)[0]["visitor"] not in visitors_of(site, "evil")


def test_rotation(serve: Serve) -> None:
    """A new secret orphans no account: it is found under the old one, and from the next sign-in on under the new."""
    first = serve(app, **ACCOUNTS)
    browser = Browser(first)
    browser.choose("accept_all")
    sign_in(browser, "ann")
    both = serve(app, secret=f"{SECRET} a-newer-secret-for-tests", **ACCOUNTS)
    old, new = both._kit.accounts.keys
    assert both._kit.links.by_key() == {old: 2}
    assert sign_in(Browser(both), "ann") == set(ALL)
    assert both._kit.links.by_key() == {new: 3}
    only = serve(app, secret="a-newer-secret-for-tests", **ACCOUNTS)
    assert sign_in(Browser(only), "ann") == set(ALL)


def test_erased_account(serve: Serve) -> None:
    """After an account's records were erased nothing of it comes back: not its choice, nor the id in its browsers."""
    site = serve(app, **ACCOUNTS)
    browser = Browser(site)
    browser.choose("accept_all")
    sign_in(browser, "ann")
    gone = visitors_of(site, "ann")
    forget(site._kit.ledger, gone, int(site._kit._clock() * 1000))
    assert sign_in(Browser(site), "ann") == set()
    browser.choose("refuse_all")
    assert not set(gone) & {record["visitor"] for record in records(browser)}


def test_ledger_away(serve: Serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody's sign-in fails because the database does: it is logged, and nothing of somebody else's goes on."""
    site = serve(app, **ACCOUNTS)
    browser = Browser(site)
    browser.choose("accept_all")
    sign_in(browser, "ann")

    def away(*_: object) -> None:
        raise LedgerUnavailable("gone")

    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR, "consentkit"):
        patch.setattr(Links, "of", away)
        assert sign_in(browser, "ben") == set()
    assert "consentkit.K002" in caplog.text
    assert "ck_u" not in browser.cookies
    assert sign_in(browser, "ann") == set(ALL)


def test_a_page_that_links_is_private(serve: Serve) -> None:
    """A response that sets somebody's cookies is kept by no cache that others share."""
    browser = Browser(serve(app, **ACCOUNTS))
    browser.choose("accept_all")
    linked = browser.get("/in?ann&public")
    assert set(linked.cookies) == {"ck", "ck_s", "ck_u"}
    assert linked.header("cache-control") == "private"
    assert "HttpOnly" in linked.cookies["ck_u"]
    assert "Max-Age" not in linked.cookies["ck_u"]


def test_memory_is_not_renewed(serve: Serve) -> None:
    """Signing in does not make a choice younger: it is asked for again when it would have been."""
    site = serve(app, **ACCOUNTS)
    browser = Browser(site)
    browser.choose("accept_all")
    later(site, 179 * 86400)
    age = int(browser.get("/in?ann").cookies["ck"].partition("Max-Age=")[2].partition(";")[0])
    assert age <= 86400
    later(site, 2 * 86400)
    assert sign_in(Browser(site), "ann") == set()


def test_signal_of_this_browser(serve: Serve) -> None:
    """What an account allowed elsewhere does not outweigh the signal that this browser sends."""
    site = serve(app, **ACCOUNTS)
    elsewhere = Browser(site)
    sign_in(elsewhere, "ann")
    elsewhere.choose("accept_all")
    assert sign_in(Browser(site, sec_gpc="1"), "ann") == {"analytics", "functional"}


def test_minors(serve: Serve, tmp_path: Path) -> None:
    """A minor who signs in keeps what minors have, whatever their account says."""
    site = serve(app, **ACCOUNTS)
    grown = Browser(site)
    sign_in(grown, "ann")
    grown.choose("accept_all")
    site._kit.is_minor = lambda _: True
    count, young = len(records(grown)), Browser(site)
    assert sign_in(young, "ann") == set()
    assert (set(young.cookies), len(records(grown))) == ({"ck_u"}, count)


def test_not_declared(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """An app that links without saying so in the policy goes on, and its owner reads what to add."""
    site = serve(app)
    browser = Browser(site)
    browser.choose("accept_all")
    assert sign_in(browser, "ann") == set(ALL)
    assert "ck_u" not in browser.cookies
    assert 'consentkit.K001 link() does nothing until the policy says [accounts] merge = "latest"' in caplog.text
    assert b"ck_u" not in browser.get("/_privacy/declaration").body
    assert b"ck_u" in Browser(serve(app, **ACCOUNTS)).get("/_privacy/declaration").body


@pytest.mark.parametrize("nobody", [None, "", True, b"7", 7.0, object()])
def test_no_account(nobody: Any) -> None:
    """What names nobody is refused by name: all who are nobody would else be one."""
    with pytest.raises(AccountError, match="names no account"):
        link({}, nobody)


def test_spelling() -> None:
    """An account has one spelling, whether the app has its number as a number or as text."""
    ident = uuid.uuid4()
    assert (spelled(7), spelled(ident)) == (spelled("7"), str(ident))
    assert link({}, "ann") is None
    assert unlink({}) is None
    assert consentkit.link is link
