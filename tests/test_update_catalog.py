"""The script that builds the catalogue: what it takes, which source decides, and that --check notices a difference."""

from __future__ import annotations

import json
import os
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from consentkit import classify
from consentkit.catalog import find_tracker

SCRIPTS = Path(__file__).parent.parent / "scripts"


# Two ids of the database as we labelled them (scripts/data/open_cookie_database_categories.csv).
MARKETING, ESSENTIAL = "0023f6a9-0654-4a06-9ad4-374ea3617ca9", "00396982-e60c-4713-aa0c-c00ade38ff8d"


def described(ident: str, name: str, domain: str = "", wildcard: str = "0") -> dict[str, str]:
    row = {"id": ident, "cookie": name, "domain": domain, "dataController": "Spy Ltd", "category": "Functional"}
    return {**row, "retentionPeriod": "365 Days", "wildcardMatch": wildcard}


DESCRIBED = [
    described(MARKETING, "_spy"),
    described(MARKETING, "spy_login", "login.spy.example"),  # on another's host: the next row counts
    described(ESSENTIAL, "spy_login"),
    described(ESSENTIAL, "spy_twice"),
    described(MARKETING, "spy_twice"),  # the stricter of two
    described(MARKETING, "_gat_spied"),  # contradicts "_gat*", which is written by hand
    described(MARKETING, "spied_", wildcard="1"),
    described(MARKETING, "sp", wildcard="1"),  # two characters: half the world
    described(MARKETING, "token"),  # anybody's word
    described(MARKETING, "spid", "spy.example"),  # on another's host, and short: its own there
    described("an id we never labelled", "_unlabelled"),
]


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    sys.path.insert(0, str(SCRIPTS))
    try:
        import update_catalog

        yield update_catalog
    finally:
        sys.path.remove(str(SCRIPTS))


def entity(name: str, category: str, *domains: str) -> dict[str, object]:
    return {"name": name, "category": category, "domains": domains}


def packages(*entities: dict[str, object]) -> dict[str, dict[str, str]]:
    """Collections as small as can be, with one telling row each."""
    return {
        "c15t": {
            "package/dist/registry.js": "{ label: 'Pixl', packageSubpath: 'pixl', consentCategory: 'marketing' }",
            "package/dist/vendors/ads/pixl.js": 'load("https://cdn.pixl.example/p.js")',
        },
        "tarteaucitron": {
            "package/tarteaucitron.services.js": (
                'tarteaucitron.services.seer = {\n"type": "analytic", "name": "Seer (cloud)",'
                ' "uri": "https://seer.example/privacy",\n"cookies": ["_seer_id", "_gat", "uid", "a" + b],\n'
                'js: load("//t.seer.example/s.js")};\n'
                'tarteaucitron.services.clip = {\n"type": "video", "name": "Clip", "cookies": ["_clip_login"],\n'
                'js: load("https://www.clip.example/embed/x?v=1")};\n'
            )
        },
        "third-party-web": {"package/dist/entities-nostats.json": json.dumps(entities)},
        "whotracksme": {
            "whotracksme/data/assets/trackerdb.sql": (
                "CREATE TABLE categories(id, name); INSERT INTO categories VALUES(1, 'advertising');"
                "CREATE TABLE companies(id, name); INSERT INTO companies VALUES('o', 'Old Ltd');"
                "CREATE TABLE trackers(id, name, category_id, company_id);"
                "INSERT INTO trackers VALUES('old', 'Old', 1, 'o');"
                "CREATE TABLE tracker_domains(tracker, domain);"
                "INSERT INTO tracker_domains VALUES('old', 'old.example'), ('old', 'files.example'),"
                " ('old', 'google.fr');"
            )
        },
        "ocd": {"package/dist/data/open-cookie-database.json": json.dumps({"Spy": DESCRIBED})},
        "suffixes": {"publicsuffixlist/public_suffix_list.dat": "// suffixes\nexample\nexample.com\n*.ck\n!www.ck\n"},
    }


def tracker_rows(script: ModuleType, *entities: dict[str, object]) -> list[str]:
    built = script.build(packages(*entities))["trackers.tsv"].splitlines()
    return [line for line in built if ".example" in line or ".ck" in line]


def test_each_collection_is_read(script: ModuleType) -> None:
    """An auditor finds each source's facts under the source's name, and nothing else of it."""
    rows = tracker_rows(script, entity("Spy", "ad", "*.spy.example"))
    assert rows == [
        "cdn.pixl.example\t/\tmarketing\tPixl\tc15t",
        "clip.example\t/embed/\tfunctional\tClip\ttarteaucitron",
        "files.example\t/\tmarketing\tOld Ltd\twhotracksme",
        "old.example\t/\tmarketing\tOld Ltd\twhotracksme",
        "spy.example\t/\tmarketing\tSpy\tthird-party-web",
        "t.seer.example\t/\tanalytics\tSeer\ttarteaucitron",
    ]


def test_a_file_server_stays_one(script: ModuleType) -> None:
    """A host the better source calls a file server is not held because an older list calls it advertising."""
    rows = tracker_rows(script, entity("Files", "cdn", "*.files.example"))
    assert not [row for row in rows if row.startswith("files.example")]


def test_silence_lets_the_next_source_speak(script: ModuleType) -> None:
    """A category that mixes kinds decides nothing."""
    rows = tracker_rows(script, entity("Old", "utility", "old.example"))
    assert "old.example\t/\tmarketing\tOld Ltd\twhotracksme" in rows


def test_a_host_within_a_tracker_may_be_none(script: ModuleType) -> None:
    """A file server below a tracker's name is written down as one, so that it is not held."""
    rows = tracker_rows(script, entity("Spy", "ad", "spy.example"), entity("Spy", "cdn", "cdn.spy.example"))
    assert "cdn.spy.example\t/\t-\tSpy\tthird-party-web" in rows


def test_a_host_that_agrees_with_its_parent_is_dropped(script: ModuleType) -> None:
    """The tables stay small: rows that change no answer are left out."""
    rows = tracker_rows(script, entity("Spy", "ad", "spy.example", "a.b.spy.example"))
    assert [row.split("\t")[0] for row in rows if "spy" in row] == ["spy.example"]


@pytest.mark.parametrize("host", ["com", "example", "example.com", "any.ck", "192.0.2.1", "spy", "sp y.example", ""])
def test_refused_hosts(script: ModuleType, host: str) -> None:
    """No collection can make us hold a whole country, a hoster's customers, or an address."""
    assert tracker_rows(script, entity("Spy", "ad", host)) == tracker_rows(script)


def test_nothing_contradicts_what_is_written_by_hand(script: ModuleType) -> None:
    """A collection cannot make a payment a tracker, nor a tracker essential, nor a destination."""
    plain = script.build(packages())
    entities = (
        entity("Bad", "ad", "stripe.com", "js.stripe.com", "google.com", "www.google.com"),
        entity("Bad", "consent-provider", "doubleclick.net", "ad.doubleclick.net"),
    )
    assert script.build(packages(*entities)) == plain


def test_countries_follow_the_company(script: ModuleType) -> None:
    """A map on google.fr is treated like the same map on google.com, and a search like a search."""
    built = script.build(packages())["trackers.tsv"].splitlines()
    assert "google.fr\t=google.com\t-\t\twhotracksme" in built


def test_cookies_of_services(script: ModuleType) -> None:
    """A service's own names are taken; plain words, players' logins and contradictions are not."""
    built = script.build(packages())["cookies.tsv"].splitlines()
    assert [line for line in built if line.endswith("\ttarteaucitron")] == [
        "_seer_id\tmeasurement\tSeer\t\ttarteaucitron"
    ]


def test_what_is_written_of_a_vendor_holds_on_its_domains(script: ModuleType) -> None:
    """A record of consent stays one on its vendor's own domain, whatever a collection says; a namesake is another's."""
    written = script.CookieFact("SOCS", "essential", "consent", "Google", "13 months", "consentkit")
    collected = [
        script.CookieFact("SOCS@google.com", "marketing", "advertising", "google", "13 months", "ocd"),
        script.CookieFact("SOCS@other.example", "marketing", "advertising", "Other", "13 months", "ocd"),
    ]
    assert script.merge_cookies([written], collected).keys() == {"SOCS", "SOCS@other.example"}


def test_cookies_of_the_database(script: ModuleType) -> None:
    """A visitor is shown our label, never the database's own, and of two meanings the first-party one."""
    built = script.build(packages())["cookies.tsv"].splitlines()
    assert [line for line in built if line.endswith("\tocd")] == [
        "_spy\tadvertising\tSpy Ltd\t1y\tocd",
        "spid@spy.example\tadvertising\tSpy Ltd\t1y\tocd",
        "spied_*\tadvertising\tSpy Ltd\t1y\tocd",
        "spy_login\toperation\tSpy Ltd\t1y\tocd",
        "spy_twice\tadvertising\tSpy Ltd\t1y\tocd",
    ]


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Session", "session"),
        ("End of session (browser)", "session"),
        ("1 Year", "1 year"),
        ("365 days", "1 year"),
        ("12 months", "1 year"),
        ("13 months", "13 months"),
        ("24 hours", "1 day"),
        ("2 weeks", "14 days"),
        ("30 mins", "30 minutes"),
        ("3650 days", "10 years"),
        ("60 days till 3650 days", "10 years"),
        ("14 days if remembered. Otherwise, Session.", "14 days"),
        ("forever", "persistent"),
        ("Varies", ""),
        ("10 Nov 2030", ""),
        ("0 days", "0 days"),
    ],
)
def test_retention(script: ModuleType, text: str, normal: str) -> None:
    """A visitor reads every retention in one spelling, and of several the longest."""
    assert script.sources.normal_retention(text) == normal


def test_check_passes_on_what_was_written(script: ModuleType, tmp_path: Path) -> None:
    """Building twice gives the same bytes, so a check after an update is silent."""
    assert script.main([], packages, tmp_path) == 0
    assert script.main(["--check"], packages, tmp_path) == 0


def test_check_reports_a_changed_row(script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A row edited by hand in the generated table is found, named, and left as it is."""
    script.main([], packages, tmp_path)
    table = tmp_path / "trackers.tsv"
    edited = table.read_text("utf-8").replace("old.example\t/\tmarketing", "old.example\t/\tessential")
    table.write_text(edited, encoding="utf-8")
    capsys.readouterr()
    assert script.main(["--check"], packages, tmp_path) == 1
    report = capsys.readouterr().err
    assert "trackers.tsv: 2 lines differ" in report
    assert "-old.example\t/\tessential" in report
    assert table.read_text("utf-8") == edited


def test_check_reports_a_missing_table(script: ModuleType, tmp_path: Path) -> None:
    """A table that was never built is a difference, not an error."""
    assert script.main(["--check"], packages, tmp_path) == 1
    assert not list(tmp_path.iterdir())


def test_every_row_written_by_hand_is_effective(script: ModuleType) -> None:
    """What a person decided is what a lookup answers, whatever the collections say."""
    for row in script.sources.hand_hosts():
        found = find_tracker(row.host, row.path)
        assert (found.category if found else "none") == row.verdict, row
    for cookie in script.sources.hand_cookies():
        name, _, domain = cookie.name.replace("*", "zz9").partition("@")
        assert classify(name, domain=domain).category == cookie.category, cookie


def test_vendors(script: ModuleType) -> None:
    """An auditor finds several hundred vendors, each with where to look it up, and nothing said twice and not alike."""
    tables = [tomllib.loads(path.read_text("utf-8")) for path in (SCRIPTS / "data" / "vendors").glob("*.toml")]
    assert sum(map(len, tables)) > 450
    assert all(vendor["source"] for table in tables for vendor in table.values())
    assert script.contradictions(script.sources.hand_cookies()) == []
    assert script.host_contradictions(script.sources.hand_hosts()) == []


def test_every_category_of_a_source_has_a_reason(script: ModuleType) -> None:
    """Nobody has to guess why a source's category became one of ours."""
    rows = script.sources.read_hand("source_categories")
    assert all(row["why"] for row in rows)
    assert {row["verdict"] for row in rows} <= {"essential", "functional", "analytics", "marketing", "none", "silent"}
    assert all(row["why"] for row in [*script.sources.read_hand("hosts"), *script.sources.read_hand("path_rules")])
    cookies = [*script.sources.read_hand("frameworks"), *script.sources.read_hand("corrections")]
    assert all(row["purpose"] for row in cookies)


def test_every_licence_is_honoured(script: ModuleType) -> None:
    """An author whose facts we ship is named in NOTICE, with the licence that lets us."""
    notice = (SCRIPTS.parent / "NOTICE").read_text("utf-8")
    for collection in script.COLLECTIONS:
        if collection.source != "suffixes":  # only asked at build time, nothing of it is shipped
            assert f'"{collection.source}"' in notice


@pytest.mark.skipif(
    not os.environ.get("CONSENTKIT_TEST_REGISTRY"), reason="fetches packages: CONSENTKIT_TEST_REGISTRY=1"
)
def test_the_stored_tables_are_what_the_script_builds(script: ModuleType) -> None:
    """The tables in the package can be built again by anybody, byte for byte."""
    assert script.main(["--check"]) == 0
