"""The guard's table against the classifier: it may know less, and never says more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from consentkit.catalog import common_cookies, common_trackers
from consentkit.catalog.table import read_table
from consentkit.classification.classifier import Classifier
from consentkit.decision import Decision
from consentkit.guard.guard import Terms
from consentkit.page.guard_table import format_table
from consentkit.policy import Policy, parse_policy

HOST = "shop.test"
POLICY = {
    "site": {"id": "shop", "name": "Shop", "hosts": [HOST, "www.shop.test"]},
    "controller": {"name": "Shop", "contact": "privacy@shop.test"},
    "cookies": [
        {"name": "own_*", "purpose": "x", "retention": "1 year", "category": "functional"},
        {"name": "own_basket", "purpose": "x", "retention": "1 year", "category": "essential"},
    ],
    "vendors": [
        {"id": name, "name": name, "category": category, "purpose": "x", "hosts": hosts}
        | {"cookies": [{"name": cookie, "purpose": "x", "retention": "1 year"} for cookie in cookies]}
        for name, category, hosts, cookies in (
            ("count", "analytics", ["count.test", "shop.test/collect"], ["_ct", "_ct_*", "_ct$.|x"]),
            ("map", "functional", ["google.com/maps", "maps.googleapis.com"], ["_ct_map"]),
            ("pay", "essential", ["pay.count.test", "doubleclick.net/pay"], []),
            ("tags", "marketing", ["www.googletagmanager.com", "count.test/a(b)+[c]?d=$"], []),
        )
    ],
}
POLICIES = [{}, POLICY]
PATHS = (
    "/",
    "/x",
    "/collect",
    "/collect/1",
    "/maps",
    "/maps/x",
    "/mapsy",
    "/pay/1",
    "/a(b)+[c]?d=$1",
    "/recaptcha/api.js",
)
LABELS = """([table, places, names]) => { const rows = new Function(table + "return TABLE")()
  const label = (column, text) => rows.find(row => row[column].test(text))?.[0] ?? ""
  return [places.map(text => label(1, text)), names.map(text => label(2, text))] }"""


@pytest.fixture(scope="module")
def blank(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page()
    yield page
    page.close()


def places() -> list[tuple[str, str]]:
    """Every catalogued host and path, and what lies beside, below and above each."""
    listed = {(row[0], row[1]) for row in read_table("trackers.tsv", 5) if row[1][0] == "/"}
    hosts = {host for host, _, _ in common_trackers()} | {
        HOST,
        "count.test",
        "pay.count.test",
        "google.com",
        "cdn.test",
    }
    near = {
        (name, path) for host in hosts for name in (host, f"www.{host}", f"a.b.{host}", f"x{host}") for path in PATHS
    }
    tails = {(host, path + tail) for host, path in listed for tail in ("", "/x", "y", "?z=1")}
    return sorted(listed | near | tails)


def judged(page: Page, policy: Policy, found: list[tuple[str, str]], names: list[str]) -> tuple[list[str], list[str]]:
    texts = [("!" if host == HOST else "") + host + path for host, path in found]
    by_place, by_name = page.evaluate(LABELS, [format_table(policy).decode("ascii"), texts, names])
    return by_place, by_name


@pytest.mark.parametrize("declared", POLICIES, ids=["nothing declared", "declared"])
def test_the_table_never_says_more_than_the_classifier(blank: Page, declared: dict[str, Any]) -> None:
    """No host, path or cookie is held in a page for which the server itself has another answer."""
    policy = parse_policy(declared, "test")
    terms = Terms(Classifier(policy), Decision(), HOST)
    found = places()
    names = [row[0].replace("*", "x") for row in read_table("cookies.tsv", 5)] + [
        "own_x",
        "own_basket",
        "_ct",
        "_cts",
        "_ct$.|x",
        "_ct_map",
    ]
    by_place, by_name = judged(blank, policy, found, names)
    for (host, path), label in zip(found, by_place, strict=True):
        judged_by_server = terms.judge(f"https://{host}{path}") or ""
        assert not label or judged_by_server.split(" .")[0] == label, (host, path)
    for name, label in zip(names, by_name, strict=True):
        known = terms.classifier.cookie(name)
        assert not label or label == f"{known.category} {known.vendor_id or ''}".rstrip(), name


def test_what_is_declared_is_known_in_full(blank: Page) -> None:
    """A declared vendor's hosts, paths and names, and everything below them, are held; as is the site's own by path."""
    policy = parse_policy(POLICY, "test")
    classifier = Classifier(policy)
    found = [place for place in places() if classifier.url("https://" + "".join(place), HOST).reason == "declared"]
    names = ["own_x", "own_basket", "_ct", "_ct_1", "_ct_map", "_ct$.|x"]
    by_place, by_name = judged(blank, policy, found, names)
    terms = Terms(classifier, Decision(), HOST)
    assert by_place == [terms.judge("https://" + "".join(place)) or "" for place in found]
    assert len(set(by_place)) == 4
    assert by_name == ["functional", "", "analytics count", "analytics count", "functional map", "analytics count"]


def test_the_common_trackers_are_known(blank: Page) -> None:
    """A site that has declared nothing holds what most sites meet, and nothing that serves files or defends."""
    by_place, by_name = judged(
        blank,
        parse_policy({}, "test"),
        [
            ("www.google-analytics.com", "/g/collect"),
            ("www.googletagmanager.com", "/gtag/js?id=G-1"),
            ("www.googletagmanager.com", "/gtag/js?id=AW-1"),
            ("connect.facebook.net", "/en_US/fbevents.js"),
            ("pagead2.googlesyndication.com", "/pagead/js/adsbygoogle.js"),
            ("www.facebook.com", "/travel"),
            ("www.google.com", "/recaptcha/api.js"),
            ("www.gstatic.com", "/recaptcha/x.js"),
            ("fonts.googleapis.com", "/css"),
            ("www.youtube.com", "/watch?v=1"),
            ("js.stripe.com", "/v3"),
            ("cdnjs.cloudflare.com", "/x.js"),
        ],
        ["_ga", "_ga_ABC", "_gad", "_fbp", "sessionid", "fr"],
    )
    assert by_place == ["analytics", "analytics", "marketing", "marketing", "marketing", *[""] * 7]
    assert by_name == ["analytics", "analytics", "", "marketing", "", ""]
    assert len(common_trackers()) >= 15
    assert len(common_cookies()) >= 15
