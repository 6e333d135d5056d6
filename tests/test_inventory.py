"""What an app was seen to set and receive: said once, remembered within bounds, and never as a way into a header."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from consentkit.classification.answer import UNKNOWN, Classification
from consentkit.classification.cascade import classify
from consentkit.guard.outbound import Cookies
from consentkit.guard.set_cookie import SetCookie, parse_set_cookie
from consentkit.ledger.database import Database
from consentkit.ledger.sightings import Sighting, Sightings
from consentkit.sightings.inventory import Inventory, escaped
from consentkit.visitor.network import Origin

TRACKER = Classification("analytics", "Acme", "catalogued", "list")
DECLARED = Classification("analytics", "acme", "declared", "vendors.acme")
DAY = 86400
NOW = 20_000 * DAY + 5.0
Build = Callable[..., Inventory]


def cookie(line: str) -> SetCookie:
    return parse_set_cookie(line.encode("latin-1"), NOW)


def seen(*lines: str) -> Cookies:
    return Cookies([cookie(line) for line in lines], [], [])


def held(name: str, found: Classification) -> Cookies:
    return Cookies([cookie(f"{name}=1")], [(cookie(f"{name}=1"), found)], [])


def origin(number: int) -> Origin:
    return Origin("https", "shop.test", f"198.51.{number}.7", None)


@pytest.fixture
def sightings(tmp_path: Path) -> Sightings:
    return Sightings(Database(f"sqlite:///{tmp_path / 'seen.db'}"), "shop")


@pytest.fixture
def build(sightings: Sightings) -> Build:
    return lambda *, enforces=True: Inventory(sightings, enforces=enforces)


@pytest.fixture
def inventory(build: Build) -> Inventory:
    return build()


def listed(inventory: Inventory, sightings: Sightings) -> list[Sighting]:
    inventory.close()
    return sightings.all()


# ── the log ──


def test_each_cookie_is_named_once(inventory: Inventory, caplog: pytest.LogCaptureFixture) -> None:
    """The owner is told once of each cookie that is held, with what would declare it; never with its value."""
    for _ in range(3):
        inventory.notice(held("mystery", UNKNOWN), NOW)
        inventory.notice(held("_acme", TRACKER), NOW)
    assert len(caplog.messages) == 2
    assert all("held" in message and 'name = "' in message for message in caplog.messages)
    assert "mystery" in caplog.messages[0]
    assert "analytics" in caplog.messages[1]


def test_a_held_cookie_is_guessed_as_the_command_does(inventory: Inventory, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever reads that a lasting cookie with the name of a login is held reads what `consentkit classify` says of it:
    the two do not contradict each other. Of what nobody can guess nothing is said."""
    line = cookie("member_login=1; Max-Age=1209600; HttpOnly")
    inventory.notice(Cookies([line], [(line, UNKNOWN)], []), NOW)
    guess = classify("member_login", retention="14 days", attributes="HttpOnly")
    assert guess.category == "essential"
    assert f"(nobody knows it; a guess: essential, {guess.confidence:.2f})" in caplog.messages[0]
    assert 'category = "…"' in caplog.messages[0]
    inventory.hide({"odd": UNKNOWN})
    assert "(nobody knows it)" in caplog.messages[1]


def test_what_was_declared_is_no_warning(inventory: Inventory, caplog: pytest.LogCaptureFixture) -> None:
    """A cookie that waits for consent as declared needs nobody's attention."""
    with caplog.at_level(logging.WARNING, "consentkit"):
        inventory.notice(held("_acme", DECLARED), NOW)
        inventory.hide({"_acme": DECLARED})
    assert not caplog.messages


def test_report_mode_says_would(build: Build, caplog: pytest.LogCaptureFixture) -> None:
    """An owner who only looks first reads what would be held, and what would be hidden, once for each name."""
    inventory = build(enforces=False)
    for _ in range(2):
        inventory.notice(held("mystery", UNKNOWN), NOW)
        inventory.hide({"mystery": UNKNOWN, "_acme": TRACKER})
    assert [message.partition(" a ")[0] for message in caplog.messages] == [
        "consentkit.G011 would be held",
        "consentkit.G011 would be hidden from the app",
    ]


def test_visitors_cannot_use_up_the_log(inventory: Inventory, caplog: pytest.LogCaptureFixture) -> None:
    """A visitor who sends a thousand names of a known kind fills a hundred lines, and hides none of the app's."""
    inventory.hide({f"_acme{number}": TRACKER for number in range(1000)})
    inventory.notice(held("mystery", UNKNOWN), NOW)
    assert len(caplog.messages) == 101


@pytest.mark.parametrize("name", ["a\x1b[31m", 'a" category = "essential', "a\\", "\xff", "a\x01\x85"])
def test_log_lines_are_plain(name: str, inventory: Inventory, caplog: pytest.LogCaptureFixture) -> None:
    """A cookie's name, whoever chose it, can neither command a terminal nor break out of the line that declares it."""
    inventory.notice(held(name, UNKNOWN), NOW)
    (message,) = caplog.messages
    assert message.replace("…", "").isascii()
    said, _, lines = message.partition("\n")
    assert said.isprintable()
    assert tomllib.loads(lines) == {}, "no policy takes such a name, and that is said"
    assert lines.startswith("# No policy can declare")
    assert lines.isprintable()


@pytest.mark.parametrize("line", ["secret", "=secret", "=secret==; Max-Age=9", "secret\0=x"])
def test_no_value_is_told(
    line: str, inventory: Inventory, sightings: Sightings, caplog: pytest.LogCaptureFixture
) -> None:
    """A cookie without a name is spoken of without its value, in the log as in the list."""
    nameless = cookie(line)
    inventory.notice(Cookies([nameless], [(nameless, UNKNOWN)], []), NOW)
    assert "secret" not in caplog.text
    assert "without a name" in caplog.text
    assert listed(inventory, sightings) == []


# ── paths ──


def test_paths(inventory: Inventory) -> None:
    """Where the app sets a cookie is remembered, so that it can be dropped there."""
    inventory.notice(seen("a=1; Path=/shop", "a=1; path=/blog", "a=1; Path=/", "a=1", "b=1; Path=/x"), NOW)
    assert inventory.paths("a") == {"/shop", "/blog"}
    assert inventory.paths("b") == {"/x"}
    assert inventory.paths("c") == frozenset()


@pytest.mark.parametrize(
    "path", ["shop", "/a\rX-Evil: 1", "/a\nX", "/a\x00", "/a b", "/\xe9", "/" + "x" * 2000, "\\", "/a\x7f"]
)
def test_paths_that_could_be_more(path: str, inventory: Inventory) -> None:
    """A path that is not plainly one is never written into a header of ours."""
    inventory.notice(Cookies([SetCookie("a", path)], [], []), NOW)
    assert inventory.paths("a") == frozenset()


# ── the list ──


def test_listed(inventory: Inventory, sightings: Sightings) -> None:
    """The list says how a cookie is set, for how long, where, and on which days; a deletion sets nothing."""
    line = "theme=dark; Path=/shop; Max-Age=31536000; HttpOnly; Secure; SameSite=lax; Partitioned"
    inventory.notice(seen(line, "gone=; Max-Age=0", "ck=1", "__Host-ck_s=1", "plain=1"), NOW)
    inventory.notice(seen(line), NOW + 3 * DAY)
    inventory.receive({"plain": "1", "ck": "1"}, origin(1), NOW + 3 * DAY)
    attributes = "HttpOnly; Secure; SameSite=Lax; Partitioned"
    assert listed(inventory, sightings) == [
        Sighting("plain", True, True, 20_000, 20_003),
        Sighting("theme", True, False, 20_000, 20_003, ("/shop",), attributes, 31536000),
    ]


def test_what_only_browsers_send(inventory: Inventory, sightings: Sightings) -> None:
    """A name that the app never set is listed when several networks send it, and not by one visitor's insistence."""
    for number in range(40):
        inventory.receive({"_ga": "1"}, origin(number), NOW)
        inventory.receive({f"made-up-{number}": "1", "insisting": "1"}, origin(0), NOW + number)
    assert [sighting.name for sighting in listed(inventory, sightings)] == ["_ga"]


def test_all_workers(build: Build, sightings: Sightings) -> None:
    """What each worker saw becomes one list; a worker that sees less takes nothing away."""
    one, other = build(), build()
    one.notice(seen("a=1; Path=/x; Max-Age=60"), NOW)
    other.receive({"a": "1"}, origin(1), NOW)
    other.notice(seen("a=1; Path=/y", "b=1"), NOW + DAY)
    one.close()
    other.close()
    assert sightings.all() == [
        Sighting("a", True, False, 20_000, 20_001, ("/x", "/y"), "", 60),
        Sighting("b", True, False, 20_001, 20_001),
    ]


def test_bounded(inventory: Inventory, sightings: Sightings, caplog: pytest.LogCaptureFixture) -> None:
    """An app that invents a cookie's name or path for each visitor fills neither memory nor log nor list."""
    words = [f"{a}{b}{c}" for a in "bcdfghjklmnpqrs" for b in "aeiouy" for c in "bcdfghjklmnpqrstvwxz" for _ in "12"]
    for number, word in enumerate(words):
        inventory.notice(held(f"c{number}", UNKNOWN), NOW)
        inventory.notice(seen(f"{word}=1", f"visit_{number}=1; Path=/{number}", f"{'x' * 200}{number}=1"), NOW)
    assert len(caplog.messages) <= 1000
    assert len(inventory._paths) <= 1000
    assert len(inventory.paths("visit_0")) <= 4
    found = listed(inventory, sightings)
    assert len(found) <= 1003
    assert len([each for each in found if each.name.startswith("visit_")]) == 3
    assert all(len(each.name) <= 128 for each in found)


@pytest.mark.parametrize(
    ("name", "text"), [("_ga", "_ga"), ("a b", "a\\x20b"), ("\xe9\x1b", "\\xe9\\x1b"), ("\\x20", "\\x5cx20"), ("", "")]
)
def test_escaped(name: str, text: str) -> None:
    """Every name has one spelling in plain ASCII, and no two names share it."""
    assert escaped(name) == text


def test_away(inventory: Inventory, sightings: Sightings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A database that is away costs nothing but time: what was seen meanwhile is listed when it is back."""
    monkeypatch.setattr(inventory, "_sightings", Sightings(Database(f"sqlite:///{tmp_path}"), "shop"))
    inventory.notice(seen("a=1"), NOW)
    inventory.close()
    inventory.notice(seen("b=1"), NOW)
    monkeypatch.setattr(inventory, "_sightings", sightings)
    assert [each.name for each in listed(inventory, sightings)] == ["a", "b"]


def test_last_seen_is_told_by_day(build: Build, sightings: Sightings) -> None:
    """The declaration says when a cookie was last in use: what all workers saw, looked up at most once a minute."""
    inventory = build()
    assert inventory.last_seen(NOW) == {}
    inventory.notice(seen("theme=dark"), NOW)
    inventory.close()
    assert inventory.last_seen(NOW + 59) == {}
    assert inventory.last_seen(NOW + 60) == {"theme": date(2024, 10, 4)}
