"""What a cookie or URL is: as the site declares, else as the world knows, else unknown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.classification.answer import FIRST_PARTY, UNKNOWN
from consentkit.classification.classifier import Classifier, host_of
from consentkit.policy import Policy, parse_policy

POLICY = parse_policy(
    {
        "site": {"hosts": ["www.shop.example"]},
        "controller": {"name": "Shop", "contact": "x@shop.example"},
        "cookies": [
            {"name": "lang", "category": "functional", "purpose": "p", "retention": "1 year"},
            {"name": "_ga", "category": "essential", "purpose": "p", "retention": "1 year"},
        ],
        "vendors": [
            {
                "id": "acme",
                "name": "Acme",
                "category": "marketing",
                "purpose": "p",
                "hosts": ["acme.example", "cdn.example/Acme/", "doubleclick.net"],
                "cookies": [
                    {"name": "acme_*", "purpose": "p", "retention": "1 day"},
                    {"name": "acme_long_*", "purpose": "p", "retention": "1 day"},
                ],
            },
            {
                "id": "calm",
                "name": "Calm",
                "category": "functional",
                "purpose": "p",
                "hosts": ["calm.acme.example", "cdn.example/Acme/calm", "media.shop.example"],
                "cookies": [{"name": "acme_calm*", "purpose": "p", "retention": "1 day"}],
            },
        ],
    },
    "test",
)
CLASSIFIER = Classifier(POLICY)


@pytest.mark.parametrize(
    ("name", "category", "vendor", "reason"),
    [
        ("lang", "functional", "", "declared"),
        ("LANG", None, "", "unknown"),
        ("_ga", "essential", "", "declared"),
        ("_gid", "analytics", "Google", "catalogued"),
        ("acme_x", "marketing", "acme", "declared"),
        ("acme_", "marketing", "acme", "declared"),
        ("acme_calm_x", "functional", "calm", "declared"),
        ("acme", None, "", "unknown"),
        ("ck", "essential", "", "declared"),
        ("__Host-ck", "essential", "", "declared"),
        ("__Host-ck_s", "essential", "", "declared"),
        ("__Secure-ck", None, "", "unknown"),
        ("ck_x", None, "", "unknown"),
        ("", None, "", "unknown"),
    ],
)
def test_cookies(name: str, category: str | None, vendor: str, reason: str) -> None:
    """What the owner declared goes before what others say; the longest declared name counts; our own are essential."""
    for _ in range(2):  # asked anew, and from memory
        found = CLASSIFIER.cookie(name)
        assert (found.category, found.vendor, found.reason) == (category, vendor, reason)


@pytest.mark.parametrize(
    ("url", "vendor", "reason"),
    [
        ("https://acme.example/x.js", "acme", "declared"),
        ("//sub.acme.example", "acme", "declared"),
        ("HTTPS://ACME.EXAMPLE:443/x", "acme", "declared"),
        ("https://user:pw@acme.example./x", "acme", "declared"),
        ("https:\\\\acme.example\\x", "acme", "declared"),
        ("https:acme.example/x", "acme", "declared"),
        ("////acme.example", "acme", "declared"),
        ("\\/acme.example", "acme", "declared"),
        ("wss://acme.example/socket", "acme", "declared"),
        ("https://acme.example?x", "acme", "declared"),
        ("https://acme.example#x", "acme", "declared"),
        ("https://evil.example@acme.example/", "acme", "declared"),
        ("https://calm.acme.example/", "calm", "declared"),
        ("https://cdn.example/Acme/x", "acme", "declared"),
        ("https://cdn.example\\Acme\\x", "acme", "declared"),
        ("https://cdn.example/Acme/calm.js", "calm", "declared"),
        ("https://cdn.example/acme/x", "", "unknown"),
        ("https://cdn.example/other", "", "unknown"),
        ("https://notacme.example/", "", "unknown"),
        ("https://acme.example.evil.example/", "", "unknown"),
        ("https://stats.doubleclick.net/x", "acme", "declared"),
        ("https://connect.facebook.net/en/sdk.js", "Meta", "catalogued"),
        ("/x.js", "", "first party"),
        ("x.js", "", "first party"),
        ("", "", "first party"),
        ("data:text/plain,x", "", "first party"),
        ("https://www.shop.example/x", "", "first party"),
        ("https://media.shop.example/x", "calm", "declared"),
        ("https://shop.example/x", "", "unknown"),
    ],
)
def test_urls(url: str, vendor: str, reason: str) -> None:
    """Whoever writes a tracker's address in any way a browser accepts, it is that tracker's."""
    for _ in range(2):
        found = CLASSIFIER.url(url)
        assert (found.vendor.partition(" ")[0], found.reason) == (vendor, reason)


def test_own_host_whoever_asks_first() -> None:
    """A site that is itself a known tracker's host is first party to itself, also after another host asked."""
    classifier = Classifier(Policy())
    url = "https://www.hotjar.com/x.js"
    assert classifier.url(url, "blog.example").reason == "catalogued"
    assert classifier.url(url, "www.hotjar.com") == FIRST_PARTY
    assert classifier.url(url, "blog.example").reason == "catalogued"


def test_declared_before_own() -> None:
    """A vendor that the owner put on a host of the site's own is still that vendor."""
    assert CLASSIFIER.url("https://media.shop.example/x", "media.shop.example").vendor == "calm"


@pytest.mark.parametrize(
    ("authority", "host"),
    [
        ("example.com", "example.com"),
        ("EXAMPLE.com:8000", "example.com"),
        ("a:b@example.com.", "example.com"),
        ("[::1]:8000", "[::1]"),
        ("a@[2001:DB8::1]", "[2001:db8::1]"),
        ("", ""),
    ],
)
def test_host_of(authority: str, host: str) -> None:
    """A host is the same with a port, a user or a final dot."""
    assert host_of(authority) == host


@given(st.text(max_size=60))
def test_anything(text: str) -> None:
    """No name and no URL can break a page."""
    assert CLASSIFIER.cookie(text)
    assert CLASSIFIER.url(text)
    assert CLASSIFIER.url("//" + text)


def test_memory_is_bounded() -> None:
    """A page with endless addresses fills no memory."""
    classifier = Classifier(Policy())
    for number in range(10_000):
        assert classifier.url(f"https://h{number}.example/") == UNKNOWN
    assert len(classifier._memo) <= 4096


def test_lists() -> None:
    """A quick look for hosts knows those declared and those catalogued."""
    assert CLASSIFIER.lists("acme.example")
    assert CLASSIFIER.lists("cdn.example")
    assert CLASSIFIER.lists("facebook.net")
    assert not CLASSIFIER.lists("shop.example")
