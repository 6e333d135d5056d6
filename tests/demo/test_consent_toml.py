"""The demo's policy tells visitors the whole truth about the demo's pages."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from http.cookies import SimpleCookie

import httpx
import pytest

from consentkit.demo.site import COURSES, HERE
from consentkit.policy import Policy, load_policy
from consentkit.policy.duration import parse_duration

PAGES = [
    "/",
    "/courses",
    "/sign-in",
    "/account",
    "/newsletter",
    "/contact",
    "/privacy",
    "/imprint",
    "/shared",
    "/stream",
]
ADDRESS = re.compile(r"(?:https?:)?//([\w-]+(?:\.[\w-]+)+[^\s'\"<>)]*)")


class Loads(HTMLParser):
    """Collects every address a page loads from, sends to, or names in a script, but no links to follow."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        for name, value in attrs:
            if not (tag == "a" and name == "href"):
                self._take(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in {"script", "style"}:
            self._take(data)

    def _take(self, text: str) -> None:
        self.found.update(match[1] for match in ADDRESS.finditer(text))


def loads(html: str) -> set[str]:
    reader = Loads()
    reader.feed(html)
    return reader.found


def undeclared(policy: Policy, addresses: set[str]) -> set[str]:
    hosts = [host for vendor in policy.vendors for host in vendor.hosts]
    return {address for address in addresses if not any(_covers(host, address) for host in hosts)}


def _covers(declared: str, address: str) -> bool:
    host, _, path = declared.partition("/")
    its_host, _, its_path = address.partition("/")
    return (its_host == host or its_host.endswith("." + host)) and its_path.startswith(path)


@pytest.fixture
def policy() -> Policy:
    return load_policy(HERE / "consent.toml")


@pytest.fixture
def pages(client: httpx.Client) -> dict[str, str]:
    client.get("/")
    client.post("/sign-in", data={"name": "Ada", "csrftoken": client.cookies["csrftoken"]})
    return {path: client.get(path).text for path in [*PAGES, *(f"/courses/{slug}" for slug in COURSES)]}


def test_every_third_party_declared(policy: Policy, pages: dict[str, str]) -> None:
    """A visitor finds in the policy every company that a page of the site loads from or sends to."""
    assert {path: missing for path, text in pages.items() if (missing := undeclared(policy, loads(text)))} == {}


@pytest.mark.parametrize(
    "added",
    [
        '<script src="https://bat.bing.com/bat.js"></script>',
        "<script>load('//snap.licdn.com/li.lms-analytics/insight.min.js')</script>",
        '<noscript><img src="https://px.ads.linkedin.com/collect/?pid=1"></noscript>',
        '<div data-pd-webforms="https://forms.example.net/f/1"></div>',
        '<iframe src="https://www.facebook.com/v20.0/dialog"></iframe>',
        '<script src="https://evilhotjar.com/x.js"></script>',
    ],
)
def test_an_undeclared_snippet_is_noticed(policy: Policy, pages: dict[str, str], added: str) -> None:
    """A site owner who adds a snippet and does not declare it is told by the test above."""
    assert len(undeclared(policy, loads(pages["/"].replace("</head>", f"{added}</head>")))) == 1


def test_every_vendor_used(policy: Policy, pages: dict[str, str]) -> None:
    """A visitor is not asked about a company that no page of the site uses."""
    seen = {address for text in pages.values() for address in loads(text)}
    assert [
        vendor.id for vendor in policy.vendors if not any(_covers(host, each) for host in vendor.hosts for each in seen)
    ] == []


def test_every_cookie_declared(policy: Policy, client: httpx.Client) -> None:
    """Each cookie the site sets is declared, and lives exactly as long as the visitor was told."""
    declared = {cookie.name: parse_duration(cookie.retention) for cookie in policy.cookies}
    answers = [client.get("/")]
    fields = {"name": "Ada", "speed": "2", "csrftoken": client.cookies["csrftoken"]}
    answers += [client.post(path, data=fields) for path in ("/sign-in", "/courses/night-sky/speed")]
    seen: dict[str, int] = {}
    for line in (line for answer in answers for line in answer.headers.get_list("set-cookie")):
        for name, morsel in SimpleCookie(line).items():
            seen[name] = int(morsel["max-age"] or 0)
    assert seen == declared


def test_google_cookie_lives_as_declared(policy: Policy, pages: dict[str, str]) -> None:
    """The snippet shortens Google's two years to what the visitor is told."""
    found = re.search(r"'cookie_expires': (\d+)", pages["/"])
    vendor = next(vendor for vendor in policy.vendors if vendor.id == "google-analytics")
    assert found
    assert {parse_duration(cookie.retention) for cookie in vendor.cookies} == {int(found[1])}


def test_told_in_every_language(policy: Policy) -> None:
    """Whatever a visitor is told of a purpose stands in every language the site offers, and says something."""
    purposes = [vendor.purpose for vendor in policy.vendors] + [cookie.purpose for cookie in policy.cookies]
    purposes += [cookie.purpose for vendor in policy.vendors for cookie in vendor.cookies]
    purposes += [words.description for words in policy.categories.values()]
    assert all(isinstance(text, dict) and text.keys() == set(policy.languages) for text in purposes)
    assert all(len(set(text.values())) == len(policy.languages) for text in purposes if isinstance(text, dict))


def test_complete(policy: Policy) -> None:
    """An auditor finds who is responsible, under whose law, and for each vendor where it sits and what it says."""
    assert policy.controller is not None
    assert policy.controller.address
    assert (policy.jurisdiction.default, policy.retention) == ("BE", "3 years")
    assert (policy.privacy_policy, policy.imprint) == ("/privacy", "/imprint")
    assert len(policy.categories) == 4
    assert all(each.hosts and each.cookies and each.privacy_url and each.country for each in policy.vendors)
