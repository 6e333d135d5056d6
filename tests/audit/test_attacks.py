"""Attacks with everything but the grant for it, beside those at the gate: on what is stored, named and replayed."""

from __future__ import annotations

import logging
from dataclasses import fields, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from consentkit import canonical
from consentkit.audit import build_audit
from consentkit.ledger.grants import Grants
from consentkit.ledger.opening import open_ledger
from consentkit.ledger.record import ConsentRecord, leaf_of, new_salt
from consentkit.policy import parse_policy

from .conftest import Site, token_in

EVIL = "</td><script>alert(1)</script>\"'><img src=x onerror=alert(1)><a href=javascript:alert(1)>{{7*7}}\r\nX: y"
# Tags of ours that an attacker would use as well are told apart by what they are given.
FORBIDDEN = {"script", "img", "object", "embed", "base", "meta-refresh"}


class Dangers(HTMLParser):
    """What in a page would run or lead elsewhere."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in FORBIDDEN:
            self.found.append(tag)
        for name, value in attrs:
            leads = name in ("href", "src", "action", "formaction") and not (value or "").startswith(("/", "?", "#"))
            if name.startswith("on") or name == "srcdoc" or leads:
                self.found.append(f"{tag} {name}={value}")


def spoil(site: Site, record: bytes, salt: bytes | None, number: int) -> None:
    leaf = leaf_of(record, salt) if salt else b"\0" * 32
    with site.ledger.store.transaction(write=True) as connection:
        query = "UPDATE ck_entries SET record = ?, salt = ?, leaf_hash = ? WHERE number = ?"
        connection.exec_driver_sql(query, (record, salt, leaf, number))


def hostile_record() -> bytes:
    """A record in which every field, known today or not, is an attack."""
    values: dict[str, Any] = {field.name: EVIL for field in fields(ConsentRecord)} | {EVIL.encode().hex(): EVIL, "v": 1}
    # One that was merged at a sign-in is not counted.
    return canonical.encode(values | {"account": "", "categories": [EVIL], "vendors": [EVIL, [EVIL], {"x": EVIL}]})


def test_every_stored_field(site: Site) -> None:
    """Whoever can write into the database cannot make an auditor's page run, load or lead to anything."""
    entries = [site.choose(visitor="ab" * 16) for _ in range(3)]
    numbers = [entry.number for entry in entries]
    spoil(site, hostile_record(), new_salt(), numbers[0])
    spoil(site, canonical.encode({"kind": EVIL, "what": EVIL, "indices": EVIL, "at": [EVIL]}), None, numbers[1])
    with site.ledger.store.transaction(write=True) as connection:
        nested = {"version": EVIL, "vendors": [{"id": EVIL, "name": EVIL}], "layer": "banner", "language": EVIL}
        body = canonical.encode(nested | {"heading": EVIL, "lead": [EVIL], "buttons": {"accept_all": EVIL}})
        connection.exec_driver_sql("UPDATE ck_documents SET body = ? WHERE kind IN ('policy', 'notice')", (body,))
        connection.exec_driver_sql("UPDATE ck_entries SET visitor = ? WHERE number = ?", (EVIL[:32], numbers[2]))
        connection.exec_driver_sql("UPDATE ck_grants SET name = ?", (EVIL[:80],))
        row = ("shop", "x" * 8, 1, 0, f"{EVIL}\n1\n{EVIL}\n\n— {EVIL} AAAA\n", b"x", True)
        connection.exec_driver_sql("INSERT INTO ck_checkpoints VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    client = site.let_in("eraser")
    paths = ["/", "/search", "/policies", "/integrity", "/search?receipt=" + "0" * 32]
    paths += [f"/entry/{number}{rest}" for number in numbers for rest in ("", "/notice", "/erase")]
    for path in paths:
        page = client.get(path)
        assert page.status_code in (200, 404), path
        assert Dangers(page.text).found == [], path
        assert "X" not in page.headers
    checked = client.post("/integrity", data={"token": token_in(client.get("/integrity").text)})
    assert Dangers(checked.text).found == []
    assert "This does not add up" in checked.text


def test_dangers_are_seen() -> None:
    """The eye with which these tests look sees what they look for."""
    assert len(Dangers(f"<table><td>{EVIL}").found) == 5


def test_other_sites_visitor(tmp_path: Path) -> None:
    """Two sites in one database: neither by number nor by a visitor's id does one site's auditor reach the other's."""
    shop = Site(tmp_path / "data")
    blog = replace(shop.settings, policy=parse_policy({"site": {"id": "blog"}}, "blog"), data=tmp_path / "blog")
    theirs = shop.choose(visitor="ab" * 16)
    ledger, held = open_ledger(blog), shop.ledger
    shop.settings, shop.ledger, shop.app = blog, ledger, build_audit(blog, ledger, lambda: shop.clock)
    mine = shop.choose(visitor="ab" * 16, site="blog")
    exporter, eraser = shop.let_in("exporter"), shop.let_in("eraser")
    token = token_in(exporter.get("/export").text)
    rows = exporter.post("/export", data={"token": token, "form": "jsonl", "visitor": "ab" * 16}).text
    assert len(rows.splitlines()) == 1
    assert theirs.leaf_hash.hex() not in rows
    path = f"/entry/{mine.number}/erase"
    eraser.post(path, data={"token": token_in(eraser.get(path).text), "sure": "yes"})
    assert ledger.store.numbers_of("ab" * 16) == []
    assert held.store.numbers_of("ab" * 16) == [theirs.number]
    ledger.close()
    held.close()


def test_replayed(site: Site) -> None:
    """A token or a cookie of a session that has ended is worth nothing, also to whoever was invited anew."""
    entry = site.choose()
    path = f"/entry/{entry.number}/erase"
    before = site.let_in("eraser")
    token, cookie = token_in(before.get(path).text), before.cookies["__Host-audit"]
    Grants(site.ledger.store).revoke(Grants(site.ledger.store).all()[0].id)
    now = site.let_in("eraser")
    assert now.post(path, data={"token": token, "sure": "yes"}).status_code == 403
    replayed = {"cookie": f"__Host-audit={cookie}"}
    assert site.stranger().post(path, data={"token": token, "sure": "yes"}, headers=replayed).status_code == 401
    assert site.ledger.store.numbers_of(entry.visitor or "")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
def test_actions_by_other_ways(site: Site, method: str) -> None:
    """Nothing is erased or taken but by a form that was sent: not by a link with all its fields in the address."""
    entry = site.choose()
    for role, path in (("eraser", f"/entry/{entry.number}/erase"), ("exporter", "/export")):
        client = site.let_in(role)  # type: ignore[arg-type]
        sent = {"token": token_in(client.get(path).text), "sure": "yes", "form": "csv", "_method": "POST"}
        answer = client.request(method, path, params=sent, headers={"X-HTTP-Method-Override": "POST"})
        assert answer.status_code in (200, 404, 405)
        assert "content-disposition" not in answer.headers
    assert site.ledger.store.numbers_of(entry.visitor or "")


@pytest.mark.parametrize(
    "said", [{"role": "eraser"}, {"grant": "eraser"}, {"right": "erase"}, {"session": "x"}, {"may": "erase"}]
)
def test_role_by_word_of_mouth(site: Site, said: dict[str, str]) -> None:
    """A role is the grant's: nothing that is sent along, in whatever place, gives another."""
    entry = site.choose()
    path, client = f"/entry/{entry.number}/erase", site.let_in("viewer")
    (name, value), *_ = said.items()
    sent = {"token": token_in(client.get("/integrity").text), "sure": "yes", **said}
    cookie = f"__Host-audit={client.cookies['__Host-audit']}; {name}={value}"
    answer = client.post(path, data=sent, params=said, headers={f"x-{name}": value, "cookie": cookie})
    assert answer.status_code == 403
    assert site.ledger.store.numbers_of(entry.visitor or "")


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "..%2fetc%2fpasswd", "C:\\x", "a\r\nX: y", "\0", "/etc/passwd"]
)
def test_names_of_files(site: Site, name: str) -> None:
    """No field that is sent names a file, a language's words or a header."""
    site.choose()
    client = site.let_in("exporter")
    token = token_in(client.get("/export").text)
    for query in ({"lang": name}, {"month": name}, {"policy": name}, {"below": name}):
        answer = client.get("/search" if "month" not in query else "/", params=query)
        assert answer.status_code == 200
        assert "root:" not in answer.text
        assert "x" not in answer.headers
    for sent in ({"form": name}, {"form": "csv", "vendor": name}, {"form": "bundle", "visitor": name}):
        answer = client.post("/export", data={"token": token, **sent})
        assert answer.status_code == 400
        assert "content-disposition" not in answer.headers
    client.get("/", headers={"cookie": f"audit_language={name.strip() or 'x'}".encode("latin-1", "replace")[:60]})


def test_lines_of_logs(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """What a stored record says forges no line of a log, also where it makes a page or an export fail."""
    entry = site.choose()
    spoil(site, hostile_record(), new_salt(), entry.number)
    client = site.let_in("exporter")
    token = token_in(client.get("/export").text)
    with caplog.at_level(logging.DEBUG):
        for form in ("csv", "jsonl", "bundle"):
            taken = client.post("/export", data={"token": token, "form": form})
            assert taken.status_code == (400 if form == "csv" else 200)
            assert "X" not in taken.headers
    assert not [record for record in caplog.records if "X: y" in record.getMessage()]
    assert "X: y" not in str(site.accesses())
