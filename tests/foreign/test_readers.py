"""The cookies of other tools: read as those tools write them, and as nothing else.

Three were written by the tools themselves (test_browser.py runs them). That of django-cookie-consent was recorded from
its release 1.0.0; those of OneTrust and Cookiebot are as their makers' documentation shows them.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.errors import ForeignError
from consentkit.foreign import READERS, Said, read

CLOSED = {"OptanonAlertBoxClosed": "2026-05-01T10:20:30.123Z"}
ONETRUST = (
    "isGpcEnabled=0&datestamp=Fri+May+01+2026+12%3A20%3A31+GMT%2B0200+(Central+European+Summer+Time)&version=202604.1.0"
    "&browserGpcFlag=0&isIABGlobal=false&hosts=&consentId=6f2c&interactionCount=1&landingPath=NotLandingPage"
    "&groups=C0001%3A1%2CC0002%3A1%2CC0003%3A0%2CC0004%3A0&geolocation=BE%3BBRU&AwaitingReconsent=false"
)
COOKIEBOT = (
    "{stamp:%27p2Fd+a/9Q==%27%2Cnecessary:true%2Cpreferences:false%2Cstatistics:true%2Cmarketing:false"
    "%2Cmethod:%27explicit%27%2Cver:1%2Cutc:1777630830123%2Cregion:%27be%27}"
)
VANILLA = (
    "%7B%22categories%22%3A%5B%22analytics%22%2C%22ads%22%2C%22necessary%22%5D%2C%22revision%22%3A0%2C%22data%22%3Anull"
    "%2C%22consentTimestamp%22%3A%222026-05-01T10%3A20%3A30.936Z%22%2C%22consentId%22%3A%22d2de1226%22%2C%22services%22"
    "%3A%7B%22necessary%22%3A%5B%5D%2C%22analytics%22%3A%5B%5D%2C%22ads%22%3A%5B%22big%22%5D%7D%2C%22languageCode%22%3A"
    "%22en%22%2C%22lastConsentTimestamp%22%3A%222026-05-01T10%3A20%3A30.936Z%22%2C%22expirationTime%22%3A1811155834937%7D"
)
DJANGO = '"analytics=2026-11-23T10:51:25.761644+00:00|social=-1"'
WHEN = 1777630830


def names(*listed: str) -> frozenset[str]:
    return frozenset(listed)


@pytest.mark.parametrize(
    ("tool", "value", "found"),
    [
        ("onetrust", ONETRUST, Said(names("C0001", "C0002"), names("C0003", "C0004"), WHEN)),
        ("cookiebot", COOKIEBOT, Said(names("necessary", "statistics"), names("preferences", "marketing"), WHEN)),
        ("cookiebot", "0", Said(names(), names("preferences", "statistics", "marketing"))),
        ("vanilla-cookieconsent", VANILLA, Said(names("analytics", "necessary", "ads.big"), names(), WHEN, lists=True)),
        ("klaro", "%7B%22a%22%3Atrue%2C%22b%22%3Afalse%7D", Said(names("a"), names("b"))),
        ("tarteaucitron", "!gtag=true!youtube=false!maps=wait", Said(names("gtag"), names("youtube"))),
        ("django-cookie-consent", DJANGO, Said(names("analytics"), names("social"))),
    ],
)
def test_read(tool: str, value: str, found: Said) -> None:
    """What a visitor had answered is read as they had answered it."""
    assert read(tool, value, CLOSED) == found


@pytest.mark.parametrize(
    ("tool", "value", "cookies"),
    [
        ("onetrust", ONETRUST, {}),
        ("cookiebot", "-1", CLOSED),
        ("cookiebot", COOKIEBOT.replace("explicit", "implied"), CLOSED),
        ("klaro", "%7B%7D", CLOSED),
        ("tarteaucitron", "!gtag=wait", CLOSED),
        ("tarteaucitron", "", CLOSED),
        ("django-cookie-consent", "", CLOSED),
    ],
)
def test_silence(tool: str, value: str, cookies: dict[str, str]) -> None:
    """Who had answered nothing, or whose consent was only implied, has said nothing."""
    assert read(tool, value, cookies) is None


@pytest.mark.parametrize(
    ("tool", "value"),
    [
        ("onetrust", "groups=C0001:1&groups=C0001:0"),
        ("onetrust", "groups=C0001:2"),
        ("onetrust", "groups=C0001:1,C0001:0"),
        ("onetrust", "groups"),
        ("onetrust", "x=1"),
        ("cookiebot", "1"),
        ("cookiebot", "{statistics:true"),
        ("cookiebot", "{statistics:alert(1)}"),
        ("cookiebot", "%ff"),
        ("vanilla-cookieconsent", "%7B%22categories%22%3A%22all%22%7D"),
        ("vanilla-cookieconsent", VANILLA.replace("2026-05-01", "yesterday")),
        ("vanilla-cookieconsent", "[]"),
        ("klaro", "%7B%22a%22%3A1%7D"),
        ("klaro", '{"a":true,"a":false}'),
        ("klaro", "true"),
        ("klaro", "[" * 5000),
        ("tarteaucitron", "gtag=true"),
        ("tarteaucitron", "!gtag=true!gtag=false"),
        ("tarteaucitron", "!gtag=yes"),
        ("tarteaucitron", "!=true"),
        ("tarteaucitron", "!" + "!".join(f"s{n}=true" for n in range(301))),
        ("tarteaucitron", "!" + "x" * 129 + "=true"),
        ("django-cookie-consent", "analytics"),
        ("django-cookie-consent", "analytics=yes"),
        ("django-cookie-consent", "a=-1|a=2026-11-23T10:51:25+00:00"),
        *((tool, "x" * 8193) for tool in READERS),
    ],
)
def test_refused(tool: str, value: str) -> None:
    """What a tool would not have written is named, and taken for nothing; the value is kept out of the words for it."""
    with pytest.raises(ForeignError) as error:
        read(tool, value, CLOSED)
    assert error.value.tool == tool
    assert value[:20] not in str(error.value) or len(value) < 3


@given(st.sampled_from(sorted(READERS)), st.text(max_size=200), st.text(max_size=40))
def test_anything(tool: str, value: str, closed: str) -> None:
    """Whatever a browser sends, it is read or refused; it breaks nothing."""
    try:
        found = read(tool, value, {"OptanonAlertBoxClosed": closed})
    except ForeignError:
        return
    assert found is None or not found.yes & found.no
