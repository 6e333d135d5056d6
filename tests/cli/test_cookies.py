"""cookies seen: an owner learns which cookies the site uses, what they are, and what to write."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from consentkit.classification.answer import UNKNOWN
from consentkit.guard.outbound import Cookies
from consentkit.guard.set_cookie import SetCookie
from consentkit.ledger.database import Database
from consentkit.ledger.sightings import Sighting, Sightings
from consentkit.policy import load_policy, parse_policy
from consentkit.sightings.inventory import Inventory

from .conftest import Run, settings_of

POLICY = """
[site]
id = "shop"
[controller]
name = "Shop"
contact = "x"
[[cookies]]
name = "theme"
category = "functional"
purpose = "Remembers colours."
retention = "1 year"
[[cookies]]
name = "board_*"
category = "functional"
purpose = "Remembers a board."
retention = "1 day"
[[vendors]]
id = "hotjar"
name = "Hotjar"
category = "analytics"
purpose = "Shows where people get stuck."
"""
See = Callable[..., None]


@pytest.fixture
def see(site: Path) -> See:
    """see(sightings): puts them where the workers of the folder's site would."""
    (site / "consent.toml").write_text(POLICY, encoding="utf-8")
    sightings = Sightings(Database(settings_of(site).database), "shop")

    def add(*found: Sighting) -> None:
        sightings.add({sighting.name: sighting for sighting in found})

    return add


def sighting(name: str, lifetime: int | None = None, *, is_set: bool = True, received: bool = True) -> Sighting:
    return Sighting(name, is_set, received, 20_000, 20_100, (), "HttpOnly", lifetime)


def declared(text: str) -> dict[str, dict[str, object]]:
    """The cookies in TOML, by name, those of vendors with the vendor's id."""
    data = tomllib.loads(text)
    own = {cookie["name"]: cookie for cookie in data.get("cookies", [])}
    for vendor in data.get("vendors", []):
        own |= {cookie["name"]: {**cookie, "vendor": vendor["id"]} for cookie in vendor["cookies"]}
    return own


def test_nothing_seen(run: Run, site: Path) -> None:
    """A site that has seen no cookie yet has no finding."""
    result = run("cookies", "seen", "--data", site)
    assert (result.stdout, "No cookie was seen yet" in result.stderr) == ("", True)
    assert run("cookies", "seen", "--data", site, "--json").stdout == ""
    assert run("cookies", "seen", "--data", site, "--toml").stdout == ""


def test_by_doubt(run: Run, site: Path, see: See) -> None:
    """The doubtful come first, each with why it is what it is, how it is used and for how long; doubt is a finding."""
    see(sighting("theme", 31536000), sighting("_ga", 63072000, received=False), sighting("mystery", is_set=False))
    result = run("cookies", "seen", "--data", site, code=1)
    head, *rows = result.stdout.splitlines()
    assert head.startswith("COOKIE")
    assert [row.split()[:2] for row in rows] == [["mystery", "unknown"], ["_ga", "analytics"], ["theme", "functional"]]
    assert "neither declared nor catalogued" in rows[0]
    assert "Google, says the catalogue" in rows[1]
    assert "400 days" in rows[1]
    assert "set and received" in rows[2]
    assert "3 cookies seen, 2 of them not declared." in result.stderr


def test_all_declared(run: Run, site: Path, see: See) -> None:
    """When every cookie in use is declared there is no finding; each is shown as it is declared, once."""
    see(sighting("theme"), sighting("theme.1"), sighting("board_ab"))
    result = run("cookies", "seen", "--data", site)
    assert "2 cookies seen, 0 of them not declared." in result.stderr
    assert [row.split()[0] for row in result.stdout.splitlines()[1:]] == ["board_*", "theme"]


def test_json(run: Run, site: Path, see: See) -> None:
    """A program reads one object a line, with days and what the app asked for."""
    see(sighting("mystery", 3600))
    (line,) = run("cookies", "seen", "--data", site, "--json", code=1).stdout.splitlines()
    guess = json.loads(line)["guess"]
    assert guess in {None, "functional", "analytics", "marketing"}
    assert json.loads(line) == {
        "name": "mystery",
        "category": None,
        "reason": "unknown",
        "vendor": "",
        "source": "",
        "confidence": 0.0,
        "purpose": "",
        "guess": guess,
        "set": True,
        "received": True,
        "first": "2024-10-04",
        "last": "2025-01-12",
        "paths": [],
        "attributes": "HttpOnly",
        "lifetime": 3600,
        "retention": "1 hour",
    }


def test_toml(run: Run, site: Path, see: See) -> None:
    """What would declare them can be pasted: ids are stars, vendors are named, and the owner's part is left open."""
    see(
        sighting("mystery_8f3b2a1c9d", 3600),
        sighting("mystery_77777777aa", 7200),
        sighting("quiet"),
        sighting("sessionid", 1209600),
        sighting("_ga", 63072000),
        sighting("_ga_ABC123", is_set=False),
        sighting("_gcl_au", 7776000),
        sighting("theme"),
    )
    result = run("cookies", "seen", "--data", site, "--toml", code=1)
    found = declared(result.stdout)
    assert found["mystery_*"] == {"name": "mystery_*", "category": "…", "purpose": "…", "retention": "2 hours"}
    assert found["sessionid"]["purpose"] == "Keeps your visit together from one page to the next."
    assert found["_ga"]["purpose"] == "Counts visits and what is read, to understand how the site is used."
    assert found["quiet"]["retention"] == "session"
    assert found["sessionid"]["category"] == "essential"
    assert (found["_ga"]["vendor"], found["_ga"]["retention"]) == ("google-analytics", "400 days")
    assert found["_ga_*"]["retention"] == "400 days"
    assert found["_gcl_au"]["vendor"] == "google-marketing"
    assert "theme" not in found
    assert "# Django, says the catalogue." in result.stdout
    filled = POLICY + result.stdout.replace('category = "…"', 'category = "functional"')
    policy = parse_policy(tomllib.loads(filled), "pasted")
    assert {vendor.id for vendor in policy.vendors} == {"hotjar", "google-analytics", "google-marketing"}
    (site / "consent.toml").write_text(filled, encoding="utf-8")
    run("cookies", "seen", "--data", site)


def test_toml_of_a_vendor_that_is_there(run: Run, site: Path, see: See) -> None:
    """What belongs under a vendor declared already is not pasted under another by mistake."""
    see(sighting("_hjid", 31536000))
    text = run("cookies", "seen", "--data", site, "--toml", code=1).stdout
    assert 'Move these under the vendor "hotjar"' in text
    assert '# name = "_hj*"' in text
    assert '# purpose = "Records clicks and movements on the page, to understand how it is used."' in text
    assert tomllib.loads(text) == {}


@pytest.mark.parametrize("name", ["a\\x1b[31m", "a\x1b[31m", 'a"\n[[cookies]]\nname = "b', "a\\x20b", "\u202eab"])
def test_names_are_strangers(name: str, run: Run, site: Path, see: See) -> None:
    """Whatever stands in the table, it commands no terminal and declares nothing of its own."""
    see(sighting(name))
    for option in ("--json", "--toml", None):
        text = run("cookies", "seen", "--data", site, *filter(None, [option]), code=1).stdout
        assert all(char.isprintable() or char == "\n" for char in text)
        if option == "--toml":
            assert tomllib.loads(text) == {}
            assert "No policy can declare" in text


def test_wrong_use(run: Run, site: Path) -> None:
    """Two forms at once are wrong use, and so is a folder that is not there."""
    assert "exclude each other" in run("cookies", "seen", "--data", site, "--json", "--toml", code=2).stderr
    assert "no such folder" in run("cookies", "seen", "--data", site / "gone", code=2).stderr
    assert "Usage" in run("cookies", code=2).output


# ── the document ──

DOCUMENT = Path(__file__).parents[2] / "docs" / "cookies.md"


def test_document(run: Run, site: Path, see: See, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever follows docs/cookies.md meets the log line it shows, declares as it says, and has no finding."""
    text = DOCUMENT.read_text(encoding="utf-8")
    line = re.search(r"^    (consentkit\.G011.*?)\n\n", text, re.DOTALL | re.MULTILINE)
    assert line
    cookie = SetCookie("quiz")
    Inventory(Sightings(Database("sqlite://"), "shop"), enforces=True).notice(Cookies([], [(cookie, UNKNOWN)], []), 0)
    # What is guessed of a name nobody knows, and how surely, changes with what is learned; that it is told does not.
    guess = re.compile(r"a guess: (essential|functional|analytics|marketing), 0\.\d\d\)")
    shown = guess.subn("a guess)", line[1].replace("\n    ", "\n"))
    assert [guess.subn("a guess)", message) for message in caplog.messages] == [shown]
    assert shown[1] == 1
    policy = "".join(re.findall(r"^```toml\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)[::-1])
    (site / "consent.toml").write_text(policy + POLICY, encoding="utf-8")
    assert load_policy(site / "consent.toml").hide_cookies
    see(sighting("member"))
    (command,) = re.findall(r"^    consentkit (cookies .*)$", text, re.MULTILINE)
    run(*command.split(), "--data", site)


def test_knowledge(run: Run, site: Path, see: See) -> None:
    """An auditor's tool takes in what is declared, with the day it was last seen, and what was seen beside it."""
    see(sighting("theme"), sighting("board_ab"), sighting("_fbp", 7776000))
    rows = json.loads(run("cookies", "knowledge", "--data", site).stdout)["knowledges"]
    found = {row["name"]: row for row in rows}
    assert found["theme"]["category"] == "Content customisation"
    assert (found["theme"]["source"], found["theme"]["date"]) == ("controller", "12/01/2025")
    assert (found["board_*"]["source"], found["board_*"]["date"]) == ("controller", "12/01/2025")
    assert (found["_fbp"]["category"], found["_fbp"]["controller"]) == ("Targeted advertising", "Meta")
    keys = {"domain", "name", "category", "source", "controller", "date", "policy", "reference", "comment"}
    assert all({*row} == keys and all(isinstance(value, str) for value in row.values()) for row in rows)
