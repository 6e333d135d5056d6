"""What kind of device: a hint for one word in a record, and never a reason to break."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.visitor.device import family, is_bot

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
    "Mobile/15E148 Safari/604.1"
)
IPAD = (
    "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 "
    "Mobile/15E148 Safari/604.1"
)
CUBOT = (
    "Mozilla/5.0 (Linux; Android 11; CUBOT NOTE 20) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile "
    "Safari/537.36"
)
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@pytest.mark.parametrize(
    "agent",
    [
        GOOGLEBOT,
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Googlebot-Image/1.0",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "facebookexternalhit/1.1",
        "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)",
        "Screaming Frog SEO Spider/20.0",
        CHROME + " Chrome-Lighthouse",
    ],
)
def test_robots(agent: str) -> None:
    """A robot that names itself is shown the page without a banner."""
    assert is_bot(agent)


@pytest.mark.parametrize("agent", [CHROME, IPHONE, IPAD, FIREFOX, CUBOT, "curl/8.5.0", "", "Abbott Browser"])
def test_people(agent: str) -> None:
    """A person is asked, also one whose telephone is a Cubot, who uses curl or who hides their browser."""
    assert not is_bot(agent)


def test_only_the_beginning_is_read() -> None:
    """A header without end costs nothing, and what stands far behind counts for nothing."""
    assert not is_bot("x" * 1000 + "Googlebot/2.1")


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        (CHROME, "desktop"),
        (FIREFOX, "desktop"),
        (IPHONE, "phone"),
        (CUBOT, "phone"),
        (IPAD, "tablet"),
        (GOOGLEBOT, "bot"),
        ("", "other"),
        ("curl/8.5.0", "other"),
    ],
)
def test_family(agent: str, kind: str) -> None:
    """A record keeps one word of a device."""
    assert family(agent) == kind


@given(st.text(max_size=600))
@settings(max_examples=25, deadline=None)
def test_any_agent(agent: str) -> None:
    """Whatever a browser calls itself, it is one of five words."""
    assert family(agent) in {"phone", "tablet", "desktop", "bot", "other"}
    assert is_bot(agent) in {True, False}
