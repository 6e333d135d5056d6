"""What a policy lets a Content-Security-Policy say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.decision import Decision
from consentkit.policy import parse_policy
from consentkit.policy.sources import reaches, source_table

from .sample import POLICY, directives, policy_with

OWN_MEANS = {"'self'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:", "filesystem:", "mediastream:"}


def sources_for(*granted: str, vendors: tuple[str, ...] = (), **csp: object) -> set[str]:
    decision = Decision(granted=frozenset({"essential", *granted}), vendors=frozenset(vendors))
    return set(directives(source_table(policy_with(**csp)).text(decision.allows))["default-src"])


def both(*hosts: str) -> set[str]:
    """As the owner wrote them, on the usual ports."""
    return {source for host in hosts for source in (host, f"ws://{host}")}


def anywhere(*hosts: str) -> set[str]:
    """On all ports."""
    split = [host.partition("/") for host in hosts]
    return both(*(f"{host}:*{slash}{path}" for host, slash, path in split))


def test_before_a_choice() -> None:
    """A visitor who has allowed nothing reaches the site, its own hosts and what it cannot do without."""
    assert sources_for() == OWN_MEANS | anywhere("www.shop.test", "pay.test", "*.pay.test")


def test_a_grant_opens_its_vendors_and_no_others() -> None:
    """Allowing analytics opens the hosts of the analytics vendor, subdomains and WebSockets included."""
    assert sources_for("analytics") - sources_for() == anywhere("count.test", "*.count.test")
    assert sources_for(vendors=("count",)) == sources_for("analytics")


def test_vendors_by_path() -> None:
    """A vendor that is declared as a part of a host is let through there: at the path, and below it."""
    opened = sources_for("functional") - sources_for()
    places = (f"{host}{path}" for host in ("maps.test", "*.maps.test") for path in ("/embed", "/embed/"))
    assert opened == anywhere(*places)
    assert anywhere("cdn.test/ads/") < sources_for("marketing")
    assert not {"cdn.test:*", "*.cdn.test:*"} & sources_for("marketing")


@pytest.mark.parametrize("path", ["a;b", "a,b", "a'b", 'a"b', "a@b", "a|b", "a\\b", "a?x;script-src"])
def test_a_path_cannot_end_its_source(path: str) -> None:
    """However odd a declared path, it stays one source of the policy: no directive and no keyword comes of it."""
    vendor = {**POLICY["vendors"][0], "id": "odd", "category": "marketing", "hosts": [f"odd.test/{path}"]}
    text = source_table(parse_policy({**POLICY, "vendors": [vendor]}, "test")).widest
    assert set(directives(text)) == {"default-src"}
    assert not set(text.partition("odd.test")[2]) & set(";,'\"@|\\?")


def test_own_subdomains() -> None:
    """A site that shares its choice among subdomains reaches them all."""
    policy = parse_policy({**POLICY, "cookie_domain": "shop.test"}, "test")
    assert anywhere("shop.test", "*.shop.test") < set(directives(source_table(policy).template)["default-src"])


def test_the_owners_third_parties() -> None:
    """What the owner wrote is reached by everybody, as it was written; a kind of fetch can have more, for itself."""
    csp = {"hosts": ["files.test", "https://api.test:8443/v1/"], "only": {"font-src": ["*.fonts.test"]}}
    found = directives(source_table(policy_with(**csp)).text(lambda category, vendor: False))
    assert both("files.test") | {"https://api.test:8443/v1/"} < set(found["default-src"])
    assert set(found["font-src"]) - set(found["default-src"]) == both("*.fonts.test")
    assert set(found) == {"default-src", "font-src"}


def test_nothing_is_open_to_all() -> None:
    """No text of ours holds a source that stands for any host."""
    sources = {source for part in directives(source_table(policy_with()).widest).values() for source in part}
    assert not sources & {"*", "http:", "https:", "ws:", "wss:", "'strict-dynamic'"}


def test_the_table_as_text() -> None:
    """The table that a page's first script reads holds the same as the server's: a line for each vendor that asks."""
    lines = source_table(policy_with()).format().split("\n")
    assert lines[0].endswith(" @")
    assert not set('"<>&\\') & set("".join(lines))
    assert [line.split(" ")[:2] for line in lines[1:]] == [
        ["functional", "map"], ["analytics", "count"], ["marketing", "ads"],
    ]  # fmt: skip
    assert lines[2] == "analytics count count.test:* ws://count.test:* *.count.test:* ws://*.count.test:*"


@given(
    st.sets(st.sampled_from(["functional", "analytics", "marketing"])),
    st.sets(st.sampled_from(["map", "count", "ads"])),
)
def test_less_consent_is_never_more(granted: set[str], vendors: set[str]) -> None:
    """Whatever is taken away from a decision, its policy reaches nothing that it did not before."""
    more = sources_for(*granted, vendors=tuple(vendors))
    for less in (sources_for(*list(granted)[1:], vendors=tuple(vendors)), sources_for(*granted)):
        assert less <= more


def test_reaches() -> None:
    """Whether a policy lets a host through is told as a browser would: by name, subdomain and kind of fetch."""
    text = "default-src 'self' a.test *.b.test wss://c.test; font-src 'self' f.test/x/"
    for host, directive, answer in (
        ("a.test", "", True), ("x.a.test", "", False), ("b.test", "", False), ("x.b.test", "img-src", True),
        ("c.test", "connect-src", True), ("f.test", "", True), ("f.test", "font-src", True),
        ("f.test", "img-src", False), ("a.test", "font-src", False), ("xb.test", "", False),
    ):  # fmt: skip
        assert reaches(text, host, directive) is answer, (host, directive)
