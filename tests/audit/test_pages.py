"""What an auditor sees: figures, entries, notices, policies, and a check of it all."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from consentkit import canonical
from consentkit.audit import build_audit
from consentkit.audit import search as searching
from consentkit.audit.gate import CSP
from consentkit.audit.words import LANGUAGES, words
from consentkit.ledger.days import add_times
from consentkit.ledger.filing import file_receipts
from consentkit.ledger.store import Entry
from consentkit.ledger.verify import verify_bundle
from consentkit.policy import fingerprint

from .conftest import MOMENT, POLICY, Site, token_in

DAY = 86_400_000
DOCS = Path(__file__).parents[2] / "docs/audit.md"


def test_overview(site: Site) -> None:
    """The figures of a month are in tables beside their plots, without a script, and no choice is counted twice."""
    for number in range(12):
        site.choose("accept_all" if number % 2 else "refuse_all", language="fr" if number < 6 else "nl")
    client = site.let_in()
    client.get("/")
    page = client.get("/").text
    assert page.count('<svg viewBox="0 0 640') == 7
    assert "<script" not in page
    assert re.search(r"<tfoot>.*?>6</td>\s*<td class=\"n\">6</td>\s*<td class=\"n\">12</td>", page, re.DOTALL)
    assert "2026-11-20" in page
    assert "Shown and chosen" in page
    assert page.count("There are too few choices to show.") == 3


def test_withdrawals(site: Site) -> None:
    """Withdrawals have a plot of their own, which gives away no more than the table of all choices does."""
    for day in range(3):
        for number in range(20):
            site.choose("withdraw" if number < (7, 3, 6)[day] else "refuse_all", at=MOMENT - day * DAY)
    page = site.let_in().get("/").text
    table = page.partition('id="f-withdrawals"')[2].partition("</section>")[0]
    rows = re.findall(r"<bdi>([^<]+)</bdi></th>\s*<td class=\"n\">(\d+)<", table)
    assert rows == [("2026-11-20", "7"), ("Others", "9")]
    assert re.search(r"<tfoot>.*?>16<", table, re.DOTALL)


def test_funnel(site: Site) -> None:
    """How often the banner was shown and chosen in is rounded down, and has the days that are over."""
    site.choose()
    counts = {("2026-11-20", "shown"): 104, ("2026-11-20", "chosen"): 23, ("2026-11-20", "later"): 4}
    add_times(site.ledger.store, {**counts, ("2026-11-23", "shown"): 1000})
    page = site.let_in().get("/").text
    section = page.partition('id="f-funnel"')[2].partition("</section>")[0]
    assert re.findall(r"<bdi>([^<]+)</bdi></th>\s*<td class=\"n\">(\d+)<", section) == [
        ("Banner shown", "100"),
        ("Chosen in the banner", "20"),
        ("Chosen in the preferences instead, from whatever page", "0"),
    ]
    assert "shared pages" in section


def test_policies_by_version(site: Site) -> None:
    """The figures name each policy by its version, and tell two of one version apart."""
    for _ in range(6):
        site.choose()
    page = site.let_in().get("/").text
    table = page.partition('id="f-policy"')[2].partition("</section>")[0]
    assert f"<bdi>1 · {fingerprint(site.settings.policy)[:12]}</bdi>" in table


def test_small_counts_are_hidden(site: Site) -> None:
    """A language that four people read is not named; neither can it be found by subtraction."""
    for _ in range(20):
        site.choose(language="fr")
    for _ in range(10):
        site.choose(language="nl")
    for _ in range(4):
        site.choose(language="de")
    page = site.let_in().get("/").text
    table = page.partition('id="f-language"')[2].partition("</section>")[0]
    assert ">fr<" in table
    assert "nl" not in re.findall(r"<bdi>(\w+)</bdi>", table)
    assert re.search(r"<bdi>Others</bdi>.*?>14<", table, re.DOTALL)
    assert ">4<" not in page


def test_today_is_not_shown(site: Site) -> None:
    """A day that is not over is not in the figures: two looks an hour apart would tell of who chose meanwhile."""
    for _ in range(9):
        site.choose(at=int(site.clock * 1000))
    assert "There are too few choices" in site.let_in().get("/").text


def test_search(site: Site) -> None:
    """An auditor finds entries by day, choice, category and receipt, newest first, page by page."""
    for number in range(60):
        site.choose("refuse_all", at=MOMENT + number)
    late = site.choose(at=MOMENT + 2 * DAY)
    receipt = canonical.decode(late.record or b"")["id"]
    client = site.let_in()

    def found(**query: str) -> list[int]:
        return [int(number) for number in re.findall(r'href="/entry/(\d+)"', client.get("/search", params=query).text)]

    assert found(choice="accept_all") == found(category="analytics") == found(receipt=receipt) == [late.number]
    assert found(since="2026-11-22") == [late.number]
    assert late.number not in found(until="2026-11-21")
    first = found(choice="refuse_all")
    assert first == sorted(first, reverse=True)
    assert len(first) == 50
    rest = found(choice="refuse_all", below=str(first[-1]))
    assert len(rest) == 10
    assert max(rest) < min(first)
    assert found(receipt="0" * 32) == []


def test_search_by_policy(site: Site) -> None:
    """An auditor picks a policy by its version, and finds what was chosen under it."""
    site.choose()
    site.change(POLICY.replace('version = "1"', 'version = "2"'))
    later = site.choose(at=MOMENT + DAY)
    client, asked = site.let_in(), fingerprint(site.settings.policy)
    page = client.get("/search", params={"policy": asked}).text
    assert re.findall(r'href="/entry/(\d+)"', page) == [str(later.number)]
    assert f'<option value="{asked}" selected>2 · {asked[:12]}</option>' in page


def test_search_by_receipt(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A receipt is found however far back it lies; what is not filed yet is looked through; an erased one is gone."""
    first = site.choose()
    for _ in range(4):
        last = site.choose()
    client = site.let_in()
    monkeypatch.setattr(searching, "_READ", 1)

    def found(entry: Entry) -> list[str]:
        query = {"receipt": canonical.decode(entry.record or b"")["id"].upper()}
        return re.findall(r'href="/entry/(\d+)"', client.get("/search", params=query).text)

    monkeypatch.setattr(searching, "_AT_ONCE", 0)
    assert found(first) == []
    file_receipts(site.ledger.store, last.number)
    assert found(first) == [str(first.number)]
    monkeypatch.setattr(searching, "_READ", 10)
    assert found(last) == [str(last.number)]
    site.ledger.erase([first.number], MOMENT)
    assert found(first) == []


@pytest.mark.parametrize("layer", ["banner", "preferences"])
def test_entry(site: Site, layer: str) -> None:
    """An entry shows its record, its proof checked now, and the notice in its language, which can do nothing."""
    entry = site.choose(language="fr", layer=layer)
    client = site.let_in()
    page = client.get(f"/entry/{entry.number}").text
    assert "Checked just now" in page
    assert "by the same code" in page
    assert "/courses/{slug}" in page
    assert "<bdi>Telephone</bdi>" in page
    assert "<bdi>Analytics</bdi>" in page
    assert "<bdi>No</bdi>" in page
    notice = client.get(f"/entry/{entry.number}/notice")
    assert 'lang="fr"' in notice.text
    assert "Tout refuser" in notice.text or "Refuser" in notice.text
    assert notice.headers["content-security-policy"].endswith("sandbox")
    sheet = re.search(r'href="(/shown/[^"]+\.css)"', notice.text)
    assert sheet
    assert site.stranger().get(sheet[1]).status_code == 200


def test_entries_about_the_log(site: Site) -> None:
    """What the log says of itself is shown as well: a policy's first day, an erasure, an access."""
    entry = site.choose()
    site.ledger.erase([entry.number], MOMENT)
    client = site.let_in()
    for number in range(site.ledger.store.head().size):
        page = client.get(f"/entry/{number}").text
        assert ("The log speaks of itself" in page) == (number != entry.number)
        assert "Checked just now" in page


def test_entry_that_was_tampered_with(site: Site) -> None:
    """Whoever writes into the database is found out on the entry's page, and by the check of everything."""
    entry = site.choose()
    site.choose()
    with site.ledger.store.transaction(write=True) as connection:
        connection.exec_driver_sql(
            "UPDATE ck_entries SET record = CAST(replace(record, 'accept_all', 'refuse_all') AS BLOB) "
            f"WHERE number = {entry.number}"
        )
    client = site.let_in()
    assert "This does not add up" in client.get(f"/entry/{entry.number}").text
    page = client.post("/integrity", data={"token": token_in(client.get("/integrity").text)}).text
    assert "This does not add up" in page
    assert f"entry {entry.number}" in page


def test_integrity(site: Site) -> None:
    """The check of the whole ledger tells how far it is, and what it proves and does not."""
    for _ in range(30):
        site.choose()
    client = site.let_in()
    page = client.post("/integrity", data={"token": token_in(client.get("/integrity").text)}).text
    assert page.index("0 % checked") < page.index("100 % checked") < page.index("Everything adds up")
    assert "it proves nothing against the site" in page
    assert page.rstrip().endswith("</html>")


def test_policies(site: Site) -> None:
    """An auditor sees which policies were in force, since when, and what each changed."""
    site.choose()
    site.change(POLICY.replace('version = "1"', 'version = "2"').replace("Counts visits.", "Counts people."))
    site.choose()
    page = site.let_in().get("/policies").text
    assert page.index("version 2") < page.index("version 1")
    assert re.search(r"<del[^>]*>Counts visits\.</del>.*?<ins[^>]*>Counts people\.</ins>", page, re.DOTALL)
    assert "vendors[count].purpose" in page


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet", "27560", "kantara", "bundle"])
def test_export(site: Site, form: str) -> None:
    """An exporter takes away every form that the command line has; it stands in the access log."""
    site.choose()
    client = site.let_in("exporter")
    token = token_in(client.get("/export").text)
    taken = client.post("/export", data={"token": token, "form": form})
    assert taken.status_code == 200
    assert taken.headers["content-disposition"].startswith(f'attachment; filename="consent-{form}.')
    assert len(taken.content) > 300
    assert site.accesses()[-1]["what"] == "export"
    if form == "bundle":
        assert verify_bundle(io.BytesIO(taken.content), site.ledger.verifier).proven


def test_export_of_a_part(site: Site) -> None:
    """An exporter takes the part that was asked for; what is not understood takes nothing, and surely not all."""
    mine, other = site.choose(visitor="ab" * 16), site.choose("refuse_all", at=MOMENT - 5 * DAY)
    client = site.let_in("exporter")
    token = token_in(client.get("/export").text)

    def taken(form: str, **asked: str) -> str:
        return str(client.post("/export", data={"token": token, "form": form, **asked}).text)

    asks: tuple[dict[str, str], ...] = ({"visitor": "ab" * 16}, {"category": "analytics"}, {"since": "2026-11-19"})
    for asked in asks:
        rows = [json.loads(line)["number"] for line in taken("jsonl", **asked).splitlines()]
        assert rows == [mine.number]
        part = taken("bundle", **asked).encode()
        report = verify_bundle(io.BytesIO(part), site.ledger.verifier)
        assert (report.proven, report.withheld) == (True, 1)
        assert str(other.visitor).encode() not in part
    backwards = {"since": "2026-11-21", "until": "2026-11-20"}
    for wrong in (
        backwards,
        {"visitor": "x"},
        {"vendor": "a b"},
        {"category": "all"},
        {"since": "yesterday"},
        {"until": "1"},
    ):
        assert "A field was not understood" in taken("jsonl", **wrong)


def test_erasure(site: Site) -> None:
    """An eraser erases all records of a visitor, only after confirming; the ledger still verifies."""
    entries = [site.choose(visitor="ab" * 16), site.choose(visitor="ab" * 16)]
    other = site.choose()
    client = site.let_in("eraser")
    path = f"/entry/{entries[0].number}/erase"
    token = token_in(client.get(path).text)
    assert client.post(path, data={"token": token}).status_code == 400
    assert site.ledger.store.numbers_of("ab" * 16)
    assert "Records erased: 2" in client.post(path, data={"token": token, "sure": "yes"}).text
    left = {entry.number: entry.record for entry in site.ledger.store.entries()}
    assert [left[entry.number] for entry in entries] == [None, None]
    assert left[other.number]
    page = client.get(f"/entry/{entries[0].number}").text
    assert "The record here was erased" in page
    assert "Checked just now" in page
    checked = client.post("/integrity", data={"token": token}).text
    assert "of which 2 were erased" in checked


def test_erasure_of_what_a_law_keeps(site: Site) -> None:
    """An eraser erases nothing that a law has kept: which, until when and why is said before and after."""
    site.change(f'{POLICY}\n[keep]\nperiod = "30 days"\nreason = {{en = "Section 9", fr = "Article 9"}}\n')
    site.app = build_audit(site.settings, site.ledger, lambda: site.clock)
    old, young = (site.choose(visitor="ab" * 16, at=MOMENT - days * 86_400_000) for days in (40, 1))
    client, path = site.let_in("eraser"), f"/entry/{old.number}/erase"
    asked = client.get(path).text
    done = client.post(path, data={"token": token_in(asked), "sure": "yes"}).text
    assert "to be erased, with their salts: 1." in asked
    for page in (asked, done):
        assert f"Entry {young.number}: until 2026-12-19" in page
        assert "Section 9" in page
    assert "Records erased: 1" in done
    assert site.ledger.store.numbers_of("ab" * 16) == [young.number]
    assert "Article 9" in client.get(f"/entry/{young.number}/erase", params={"lang": "fr"}).text


def test_every_look_is_recorded(site: Site) -> None:
    """The site's owner reads in the ledger who looked at what: words of ours, and nothing of a visitor."""
    entry = site.choose()
    client = site.let_in()
    paths = ("/", "/search", f"/entry/{entry.number}", f"/entry/{entry.number}/notice", "/policies", "/integrity")
    for path in paths:
        page = client.get(path)
        assert page.status_code == 200
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "same-origin"
        assert path.endswith("notice") or page.headers["content-security-policy"] == CSP
    number = entry.number
    looked = ["enter", "overview", "search", f"entry {number}", f"notice {number}", "policies", "integrity"]
    assert [access["what"] for access in site.accesses()] == looked
    assert {access["role"] for access in site.accesses()} == {"viewer"}


def test_languages(site: Site) -> None:
    """The pages speak four languages, with the same things to say in each; the choice of one is remembered."""
    site.choose()
    client = site.let_in()
    keys = words("en").keys()
    for language in LANGUAGES:
        assert words(language).keys() == keys
        for key in keys:
            assert set(re.findall(r"\{\w+\}", words(language)(key))) == set(re.findall(r"\{\w+\}", words("en")(key)))
        client.get("/", params={"lang": language})
        page = client.get("/policies").text
        assert f'<html lang="{language}">' in page
        assert words(language)("policies.title") in page


def test_documented(tmp_path: Path) -> None:
    """Whoever copies the example of the documents has the pages below their own site."""
    (example,) = re.findall(r"^```python\n(.*?)^```$", DOCS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    (tmp_path / "app.py").write_text(example, encoding="utf-8")
    (tmp_path / "consent.toml").write_text(POLICY, encoding="utf-8")
    code = "from app import app; from consentkit.testing import visitor; print(visitor(app).get('/audit/').status_code)"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CONSENTKIT_")}
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert done.stdout == "401\n", done.stderr
