"""What an app was seen to set: said once, remembered within bounds, and never as a way into a header."""

from __future__ import annotations

import logging
import tomllib

import pytest

from consentkit.classifier import UNKNOWN, Classification
from consentkit.guard.guard import Cookies
from consentkit.guard.set_cookie import SetCookie, parse_set_cookie
from consentkit.inventory import Inventory

TRACKER = Classification("analytics", "Acme", "catalogued", "list")
DECLARED = Classification("analytics", "acme", "declared", "vendors.acme")


def cookie(line: str) -> SetCookie:
    return parse_set_cookie(line.encode("latin-1"), 0)


def seen(*lines: str) -> Cookies:
    return Cookies([cookie(line) for line in lines], [])


def held(name: str, found: Classification) -> Cookies:
    return Cookies([cookie(f"{name}=1")], [(cookie(f"{name}=1"), found)])


def test_each_cookie_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    """The owner is told once of each cookie that is held, with what would declare it; never with its value."""
    inventory = Inventory(enforces=True)
    for _ in range(3):
        inventory.notice(held("mystery", UNKNOWN))
        inventory.notice(held("_acme", TRACKER))
    assert len(caplog.messages) == 2
    assert all("held" in message and 'name = "' in message for message in caplog.messages)
    assert "mystery" in caplog.messages[0]
    assert "analytics" in caplog.messages[1]


def test_what_was_declared_is_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    """A cookie that waits for consent as declared needs nobody's attention."""
    with caplog.at_level(logging.WARNING, "consentkit"):
        Inventory(enforces=True).notice(held("_acme", DECLARED))
    assert not caplog.messages


def test_report_mode_says_would(caplog: pytest.LogCaptureFixture) -> None:
    """An owner who only looks first reads what would be held."""
    Inventory(enforces=False).notice(held("mystery", UNKNOWN))
    assert "would be held" in caplog.text


@pytest.mark.parametrize("name", ["a\x1b[31m", 'a" category = "essential', "a\\", "\xff", "a\x00\x85"])
def test_log_lines_are_plain(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """A cookie's name, whoever chose it, can neither command a terminal nor break out of the line that declares it."""
    Inventory(enforces=True).notice(held(name, UNKNOWN))
    (message,) = caplog.messages
    assert message.replace("…", "").isascii()
    said, _, lines = message.partition("\n")
    assert said.isprintable()
    (cookie,) = tomllib.loads(lines)["cookies"]
    assert cookie["category"] == "…"


def test_paths() -> None:
    """Where the app sets a cookie is remembered, so that it can be dropped there."""
    inventory = Inventory(enforces=True)
    inventory.notice(seen("a=1; Path=/shop", "a=1; path=/blog", "a=1; Path=/", "a=1", "b=1; Path=/x"))
    assert inventory.paths("a") == {"/shop", "/blog"}
    assert inventory.paths("b") == {"/x"}
    assert inventory.paths("c") == frozenset()


@pytest.mark.parametrize(
    "path", ["shop", "/a\rX-Evil: 1", "/a\nX", "/a\x00", "/a b", "/\xe9", "/" + "x" * 2000, "\\", "/a\x7f"]
)
def test_paths_that_could_be_more(path: str) -> None:
    """A path that is not plainly one is never written into a header of ours."""
    inventory = Inventory(enforces=True)
    inventory.notice(seen(f"a=1; Path={path}"))
    assert inventory.paths("a") == frozenset()


def test_bounded(caplog: pytest.LogCaptureFixture) -> None:
    """An app that invents a cookie's name or path for each visitor fills neither memory nor log."""
    inventory = Inventory(enforces=True)
    for number in range(3000):
        inventory.notice(held(f"c{number}", UNKNOWN))
        inventory.notice(seen(f"c{number}=1; Path=/{number}", f"a=1; Path=/{number}"))
    assert len(caplog.messages) <= 1000
    assert len(inventory._paths) <= 1000
    assert len(inventory.paths("a")) <= 4
