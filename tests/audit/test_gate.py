"""Who is not let in, and what nobody can make the pages do: each test is an attack that must fail."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from consentkit import canonical
from consentkit.audit import build_audit
from consentkit.audit.session import Session, Sessions
from consentkit.ledger.grants import Grants
from consentkit.ledger.opening import open_ledger
from consentkit.ledger.record import new_salt
from consentkit.policy import parse_policy
from consentkit.testing import TestClient
from tests.ledger.checking import check_ledger

from .conftest import Site, token_in

PATHS = ("/", "/search", "/entry/0", "/entry/0/notice", "/policies", "/integrity", "/export", "/entry/0/erase")
MINE = "shown to nobody else"


def test_a_stranger_sees_nothing(site: Site) -> None:
    """Without a grant there is no page and no action, and nothing is said of what there is."""
    entry = site.choose(route=MINE)
    stranger = site.stranger()
    before = site.ledger.store.head().size
    pages = [stranger.get(path) for path in (*PATHS, f"/entry/{entry.number}")]
    pages += [
        stranger.post(path, data={"form": "csv", "sure": "yes"}) for path in ("/integrity", "/export", "/entry/0/erase")
    ]
    assert {page.status_code for page in pages} == {401}
    assert len({page.text for page in pages}) == 1
    assert MINE not in pages[0].text
    assert site.ledger.store.head().size == before


def test_a_link_shows_a_button_only(site: Site) -> None:
    """A mail scanner that opens the link, however often, does not use it up; it lets one person in, once."""
    site.choose()
    grant, secret = site.invite()
    scanner = site.stranger()
    pages = [scanner.get(f"/enter/{grant}/{secret}") for _ in range(3)]
    assert all(page.status_code == 200 and not page.cookies for page in pages)
    assert scanner.get("/").status_code == 401
    person, second = site.stranger(), site.stranger()
    sent = {"grant": grant, "secret": secret}
    entered = person.post("/enter", data=sent, follow_redirects=False)
    cookie = entered.headers["set-cookie"].lower()
    assert cookie.startswith("__host-audit=")
    assert {"httponly", "samesite=strict", "secure", "path=/"} <= {part.strip() for part in cookie.split(";")}
    assert person.get("/").status_code == 200
    assert second.post("/enter", data=sent).status_code == 403
    assert second.get("/").status_code == 401
    with site.ledger.store.transaction() as connection:
        rows = str(connection.exec_driver_sql("SELECT * FROM ck_grants").all())
    assert secret not in rows


def test_all_refusals_are_the_same(site: Site) -> None:
    """Nobody learns whether a grant exists, was used, has expired or is revoked: the answers are one."""
    used, expired, revoked, good = site.invite(), site.invite(expires=-1), site.invite(), site.invite()
    site.stranger().post("/enter", data={"grant": used[0], "secret": used[1]})
    Grants(site.ledger.store).revoke(revoked[0])
    tries = [used, expired, revoked, (good[0], "A" * 43), ("0" * 32, good[1]), ("", ""), ("'--", "\r\nX: y")]
    answers = [site.stranger().post("/enter", data={"grant": each[0], "secret": each[1]}) for each in tries]
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.text for answer in answers}) == 1
    assert not any("set-cookie" in answer.headers for answer in answers)
    links = [site.stranger().get(f"/enter/{each[0] or 'x'}/{good[1]}").text for each in tries[:5]]
    assert len({re.sub(r'value="[^"]*"', "", link) for link in links}) == 1


def test_tries_are_limited(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever tries secrets is put off after ten a minute, also with a good one; a minute later they may enter."""
    grant, secret = site.invite()
    client = site.stranger()
    with caplog.at_level(logging.WARNING, "consentkit"):
        answers = [client.post("/enter", data={"grant": grant, "secret": "A" * 43}).status_code for _ in range(12)]
    assert answers == [403] * 10 + [429] * 2
    assert client.post("/enter", data={"grant": grant, "secret": secret}).status_code == 429
    assert len(caplog.records) == 1
    site.clock += 60
    assert client.post("/enter", data={"grant": grant, "secret": secret}, follow_redirects=False).status_code == 303


def test_sessions_end(site: Site) -> None:
    """A session dies with its grant: at once when that is revoked, and in time when it expires."""
    site.choose()
    client, other = site.let_in(), site.let_in()
    assert client.get("/").status_code == other.get("/").status_code == 200
    assert Grants(site.ledger.store).revoke(Grants(site.ledger.store).all()[0].id)
    assert sorted([client.get("/").status_code, other.get("/").status_code]) == [200, 401]
    site.clock += 3601
    assert client.get("/").status_code == other.get("/").status_code == 401


def test_forged_sessions(site: Site, tmp_path: Path) -> None:
    """No cookie lets in but the one we set: not a changed one, another site's, another grant's, nor two of them."""
    client = site.let_in()
    cookie = client.cookies["__Host-audit"]
    grant = Grants(site.ledger.store).all()[0].id
    elsewhere = Site(tmp_path / "elsewhere")
    foreign = elsewhere.let_in().cookies["__Host-audit"]
    elsewhere.ledger.close()
    unknown = Sessions(site.settings).format(Session(grant, "guessed"))
    flipped = cookie[:-1] + ("A" if cookie[-1] != "A" else "B")
    for value in (flipped, cookie[:20], foreign, unknown, "", "x" * 5000, f"{cookie}; __Host-audit={cookie}"):
        assert site.stranger().get("/", headers={"cookie": f"__Host-audit={value}"}).status_code == 401
    # Over http the name is another one, and a cookie of the right name alone lets in.
    assert site.stranger().get("/", headers={"cookie": f"audit={cookie}"}).status_code == 401
    assert site.stranger().get("/", headers={"cookie": f"__Host-audit={cookie}"}).status_code == 200


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.test"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}, {"origin": ""}]
)
def test_actions_of_other_sites(site: Site, headers: dict[str, str]) -> None:
    """Another site's page cannot have an auditor's browser enter, export, check or erase."""
    entry = site.choose()
    client = site.let_in("eraser")
    token = token_in(client.get(f"/entry/{entry.number}/erase").text)
    sent = {"token": token, "sure": "yes"}
    assert client.post(f"/entry/{entry.number}/erase", data=sent, headers=headers).status_code == 403
    assert client.post("/integrity", data=sent, headers=headers).status_code == 403
    grant, secret = site.invite()
    assert site.stranger().post("/enter", data={"grant": grant, "secret": secret}, headers=headers).status_code == 403
    assert site.ledger.store.numbers_of(entry.visitor or "")


def test_tokens_of_others(site: Site) -> None:
    """An action needs the token of its own session: none, a changed one and another session's do nothing."""
    entry = site.choose()
    client, other = site.let_in("eraser"), site.let_in("eraser")
    path = f"/entry/{entry.number}/erase"
    foreign = token_in(other.get(path).text)
    for token in ("", foreign, foreign[:-2], "é", client.cookies["__Host-audit"]):
        assert client.post(path, data={"token": token, "sure": "yes"}).status_code == 403
    assert site.ledger.store.numbers_of(entry.visitor or "")
    assert other.post(path, data={"token": foreign, "sure": "yes"}).status_code == 200


def test_roles(site: Site) -> None:
    """A role has its own rights and nobody else's: viewers take nothing away, exporters erase nothing, and so on."""
    entry = site.choose()
    erasing, taking = f"/entry/{entry.number}/erase", "/export"
    for role, allowed in (("viewer", ()), ("exporter", (taking,)), ("eraser", (erasing,))):
        client = site.let_in(role)  # type: ignore[arg-type]
        sent = {"token": token_in(client.get("/integrity").text), "form": "csv", "role": "eraser"}
        for path in (erasing, taking):
            assert client.get(path).status_code == (200 if path in allowed else 403)
            if path not in allowed:
                assert client.post(path, data={**sent, "sure": "yes"}).status_code == 403
    assert site.ledger.store.numbers_of(entry.visitor or "")
    assert "export" not in [access["what"] for access in site.accesses()]


def test_forged_role(site: Site) -> None:
    """A role that nobody gives, written into the table, has no right at all."""
    client = site.let_in()
    with site.ledger.store.transaction(write=True) as connection:
        connection.exec_driver_sql("UPDATE ck_grants SET role = 'owner'")
    assert client.get("/").status_code == 403


def test_other_sites_entries(tmp_path: Path) -> None:
    """Two sites in one database: an auditor of the one sees nothing of the other, by whatever number."""
    shop = Site(tmp_path / "data")
    database = shop.settings.database
    blog = replace(shop.settings, policy=parse_policy({"site": {"id": "blog"}}, "blog"), data=tmp_path / "blog")
    assert blog.database == database
    for _ in range(30):
        entry = shop.choose(route=MINE)
    ledger = open_ledger(blog)
    shop.app = build_audit(blog, ledger, lambda: shop.clock)
    held, shop.ledger = shop.ledger, ledger
    client = shop.let_in("exporter")
    pages = [client.get(path).text for path in ("/", "/search", f"/entry/{entry.number}", "/policies")]
    pages.append(client.post("/export", data={"token": token_in(client.get("/export").text), "form": "jsonl"}).text)
    assert not any(MINE in page or (entry.visitor or "") in page for page in pages)
    ledger.close()
    held.close()


@pytest.mark.parametrize(
    "path",
    [
        "/entry/-1", "/entry/00", "/entry/1e3", "/entry/٣", "/entry/99999999999999999999", "/entry/..%2f..%2fetc",
        "/entry/0%00", "/nothing", "/style.css/../../app.py", "/shown/_privacy/static/..%2f..%2fapp.py", "/entry/0%0aX",
        "/enter/a",
    ],
)  # fmt: skip
def test_odd_paths(site: Site, path: str) -> None:
    """A path that is none of ours reads no file and breaks nothing."""
    site.choose()
    client = site.let_in()
    answer = client.get(path)
    assert answer.status_code in (404, 401)
    assert "import " not in answer.text


def test_odd_forms(site: Site) -> None:
    """A form too large or malformed does nothing; nor does a query with anything in it."""
    client = site.let_in("exporter")
    token = token_in(client.get("/export").text)
    assert client.post("/export", data={"token": token, "form": "csv", "x": "y" * 9000}).status_code == 403
    assert client.post("/export", data={"token": token, "form": "../../etc/passwd"}).status_code == 400
    assert client.post("/export", content=b"\xff\x00" * 50).status_code == 403
    odd = {"below": "9" * 400, "since": "2026-99-99", "until": "-", "policy": "'", "choice": "<b>", "month": "0000-00"}
    for path in ("/", "/search"):
        assert client.get(path, params=odd).status_code == 200


EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}\r\nSet-Cookie: a=b"


def test_nothing_stored_is_run(site: Site) -> None:
    """Whatever is written into the ledger, in any field, is shown as text: in figures, search, entry and policies."""
    fields = {
        "route": EVIL,
        "language": EVIL[:200],
        "jurisdiction": EVIL,
        "device": EVIL,
        "method": EVIL,
        "regime": EVIL,
    }
    for _ in range(6):
        entry = site.choose(**fields, vendors=(EVIL,), categories=(EVIL, "analytics"))
    hostile = canonical.encode({"layer": "banner", "heading": EVIL, "lead": [EVIL], "language": EVIL})
    with site.ledger.store.transaction(write=True) as connection:
        for kind in ("notice", "policy"):
            connection.exec_driver_sql(f"UPDATE ck_documents SET body = ? WHERE kind = '{kind}'", (hostile,))
    client = site.let_in()
    for path in ("/", "/search", f"/entry/{entry.number}", f"/entry/{entry.number}/notice", "/policies", "/integrity"):
        page = client.get(path)
        assert page.status_code == 200, path
        assert "<script>alert" not in page.text, path
        assert "<img src=x" not in page.text, path
        assert "script-src" not in page.headers["content-security-policy"]
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        assert "set-cookie" not in page.headers
    assert "&lt;script&gt;alert" in client.get(f"/entry/{entry.number}").text


def test_rows_written_by_others(site: Site) -> None:
    """A record that is no record breaks no page."""
    entry = site.choose()
    client = site.let_in()
    for junk in (b"", b"{", b"[]", b'"x"', b'{"choice":1}', b"\xff"):
        with site.ledger.store.transaction(write=True) as connection:
            query = "UPDATE ck_entries SET record = ?, salt = ? WHERE number = ?"
            connection.exec_driver_sql(query, (junk, new_salt(), entry.number))
        for path in ("/", "/search", f"/entry/{entry.number}", f"/entry/{entry.number}/notice"):
            assert client.get(path).status_code in (200, 404)


def test_nothing_a_visitor_says_reaches_a_log(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """Line ends in a path, a form or a header forge no line of any log, nor of the access log."""
    client = site.let_in()
    with caplog.at_level(logging.DEBUG, "consentkit"):
        client.get("/entry/1%0d%0aconsentkit.D001 forged")
        client.get("/search", params={"receipt": "a\r\nforged"}, headers={"user-agent": "forged"})
        site.stranger().post("/enter", data={"grant": "forged\r\n", "secret": "forged"})
    assert "forged" not in caplog.text
    assert "forged" not in str(site.accesses())


def test_no_look_without_a_line(site: Site) -> None:
    """Where the access log cannot be written nothing is shown."""
    entry = site.choose(route=MINE)
    client = site.let_in()
    with site.ledger.store.transaction(write=True) as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER no BEFORE INSERT ON ck_entries BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    answer = client.get(f"/entry/{entry.number}")
    assert answer.status_code == 503
    assert MINE not in answer.text
    with site.ledger.store.transaction(write=True) as connection:
        connection.exec_driver_sql("DROP TRIGGER no")


def test_mounted_on_http(site: Site) -> None:
    """Mounted below an app, and over plain http on one's own machine, the same holds with a cookie of another name."""
    base = "http://127.0.0.1:8100"
    client = TestClient(Starlette(routes=[Mount("/audit", site.app)]), base_url=base, headers={"origin": base})
    grant, secret = site.invite()
    link = client.get(f"/audit/enter/{grant}/{secret}").text
    assert 'action="/audit/enter"' in link
    entered = client.post("/audit/enter", data={"grant": grant, "secret": secret}, follow_redirects=False)
    assert entered.headers["location"] == "/audit/"
    assert entered.headers["set-cookie"].startswith("audit=")
    assert 'href="/audit/style.css"' in client.get("/audit/").text
    assert client.get("/audit/style.css").status_code == 200


def test_the_ledger_holds(site: Site) -> None:
    """Accesses are entries like any other: the whole ledger verifies with them, by a second hand too."""
    site.choose()
    client = site.let_in()
    client.get("/")
    check_ledger(site.ledger, site.settings.signer)
    assert [access["what"] for access in site.accesses()] == ["enter", "overview"]
