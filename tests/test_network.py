"""Who is at the other end: only trusted proxies are believed, and only their own word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.http import RequestHead
from consentkit.policy import Policy, parse_policy
from consentkit.visitor.network import Origin, origin_of, same_origin

BEHIND = parse_policy(
    {"trusted_proxies": ["10.0.0.0/8", "2001:db8::/32"], "jurisdiction": {"country_header": "CF-IPCountry"}}, "test"
)


def head(client: str = "10.0.0.1", scheme: str = "http", **headers: str) -> RequestHead:
    pairs = tuple((name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items())
    return RequestHead("GET", "/", pairs, scheme=scheme, client=client)


FORWARDED = {
    "host": "inner:8000",
    "x_forwarded_proto": "https",
    "x_forwarded_host": "Shop.Example",
    "x_forwarded_for": "203.0.113.9",
    "cf_ipcountry": "be",
}


def test_trusted_proxy() -> None:
    """Behind a proxy the owner trusts, a visitor is where the proxy says."""
    assert origin_of(head(**FORWARDED), BEHIND) == Origin("https", "shop.example", "203.0.113.9", "BE", "header")


# What each network of proxies says: the header of the country, that of the region, and a visitor in California.
CDNS = [
    ("cf-ipcountry", "cf-region-code", "US", "CA"),
    ("cloudfront-viewer-country", "cloudfront-viewer-country-region", "US", "CA"),
    ("x-vercel-ip-country", "x-vercel-ip-country-region", "US", "CA"),
    ("x-country-code", "x-region-code", "us", "US-CA"),
]


@pytest.mark.parametrize(("country", "region", "nation", "part"), CDNS)
def test_the_region_is_told_too(country: str, region: str, nation: str, part: str) -> None:
    """Behind a proxy that says the state, a visitor has that state's law; its word alone is worth nothing."""
    said = {"trusted_proxies": ["10.0.0.0/8"], "jurisdiction": {"country_header": country, "region_header": region}}
    policy = parse_policy(said, "test")
    sent = {country.replace("-", "_"): nation, region.replace("-", "_"): part}
    assert origin_of(head(**sent), policy).country == "US-CA"
    assert origin_of(head("192.0.2.1", **sent), policy).country is None
    for strange in ("", "Bavaria", "a;b", "\xc4\xc4", "DE-BY"):
        assert origin_of(head(**{**sent, region.replace("-", "_"): strange}), policy).country == "US"
    assert origin_of(head(**{**sent, country.replace("-", "_"): "XX"}), policy).country is None


@pytest.mark.parametrize("order", [("US", "FR"), ("FR", "US")])
def test_a_country_said_twice(order: tuple[str, str]) -> None:
    """A proxy that adds its header to one of the visitor's own says nothing: nobody chooses their own law."""
    twice = head().with_headers(tuple((b"cf-ipcountry", code.encode()) for code in order))
    assert origin_of(twice, BEHIND).country is None


@pytest.mark.parametrize("client", ["192.0.2.1", "", "unix:", "::1", "11.0.0.1"])
def test_strangers_are_not_believed(client: str) -> None:
    """A visitor who writes forwarded headers themselves changes neither host, scheme, country nor their count."""
    origin = origin_of(head(client, **FORWARDED), BEHIND)
    assert (origin.scheme, origin.host, origin.country) == ("http", "inner:8000", None)
    assert "203.0.113" not in origin.network


def test_no_proxy_no_belief() -> None:
    """A site that trusts no proxy takes no forwarded header, not even from a private address."""
    assert origin_of(head(**FORWARDED), Policy()) == Origin("http", "inner:8000", "10.0.0.1", None)


@pytest.mark.parametrize(
    ("forwarded", "network"),
    [
        ("6.6.6.6, 203.0.113.9", "203.0.113.0/24"),
        ("6.6.6.6, 203.0.113.9, 10.1.1.1, 10.2.2.2", "203.0.113.0/24"),
        ("203.0.113.9, 2001:db8::1", "203.0.113.0/24"),
        ("2001:4860:4860:1234:5678::1", "2001:4860:4860::/48"),
        ("10.1.1.1, 10.2.2.2", "10.0.0.0/24"),
        ("", "10.0.0.0/24"),
        (" , ,", "10.0.0.0/24"),
        ("nonsense", ""),
    ],
)
def test_forwarded_for(forwarded: str, network: str) -> None:
    """The last address that no trusted proxy has is the visitor's: what stands before it anybody could have written."""
    assert origin_of(head(x_forwarded_for=forwarded), BEHIND).network == network


def test_nearest_word_counts() -> None:
    """Of several hosts or schemes the nearest proxy's word counts: a visitor's own comes first in the list."""
    origin = origin_of(head(x_forwarded_host="evil.example, shop.example", x_forwarded_proto="http,https"), BEHIND)
    assert (origin.scheme, origin.host) == ("https", "shop.example")


@pytest.mark.parametrize(
    ("client", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:4860:1:2:3::4", "2001:4860:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("testclient", ""),
        ("", ""),
    ],
)
def test_counted_network(client: str, network: str) -> None:
    """What is counted is a household's network, never a whole address; both kinds of sockets count alike."""
    assert origin_of(head(client), Policy()).network == network


def test_proxy_on_a_socket_for_both() -> None:
    """A trusted IPv4 proxy is trusted as well where the server listens on IPv6 for both."""
    assert origin_of(head("::ffff:10.0.0.1", **FORWARDED), BEHIND).host == "shop.example"


@pytest.mark.parametrize(
    ("sent", "country"),
    [("BE", "BE"), (" us ", "US"), ("XX", None), ("T1", None), ("", None), ("BEL", None), ("1B", None), ("ÉÉ", None)],
)
def test_country(sent: str, country: str | None) -> None:
    """A country nobody knows is no country: the strictest rules hold."""
    assert origin_of(head(cf_ipcountry=sent), BEHIND).country == country


@pytest.mark.parametrize(
    ("scheme", "seen"), [("https", "https"), ("wss", "https"), ("http", "http"), ("ws", "http"), ("x", "http")]
)
def test_scheme(scheme: str, seen: str) -> None:
    """Only what came over TLS is called https."""
    assert origin_of(head(scheme=scheme), Policy()).scheme == seen


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({}, None),
        ({"origin": "https://shop.example"}, True),
        ({"origin": "https://SHOP.example"}, True),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "https://shop.example.evil.example"}, False),
        ({"origin": "https://shop.example:8443"}, False),
        ({"origin": "https://user@shop.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": ""}, False),
        ({"origin": "https://["}, False),
        ({"origin": "null", "sec_fetch_site": "same-origin"}, True),
        ({"origin": "https://evil.example", "sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "same-site"}, False),
        ({"sec_fetch_site": "cross-site", "origin": "https://shop.example"}, False),
        ({"sec_fetch_site": "none"}, None),
        ({"sec_fetch_site": "none", "origin": "https://shop.example"}, True),
        ({"sec_fetch_site": "Same-Origin"}, None),
    ],
)
def test_same_origin(headers: dict[str, str], ours: bool | None) -> None:
    """Only our own pages can choose in a visitor's name; where the browser does not say, nothing is granted."""
    request = head(host="shop.example", **headers)
    assert same_origin(request, origin_of(request, Policy())) is ours


def test_no_host() -> None:
    """Without a host of our own nothing is of our origin."""
    request = head(origin="null")
    assert same_origin(request, origin_of(request, Policy())) is False


@given(
    st.text(st.characters(max_codepoint=0xFF), max_size=40), st.sampled_from(sorted(FORWARDED)), st.text(max_size=20)
)
def test_any_header(value: str, name: str, client: str) -> None:
    """No bytes in these headers can break a page."""
    for sender in (client, "10.0.0.1"):
        request = head(sender, origin=value, **{name: value})
        origin = origin_of(request, BEHIND)
        assert same_origin(request, origin) in (True, False)
        assert origin.country is None or len(origin.country) == 2
