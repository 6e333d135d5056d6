"""IAB Europe's framework on a site that takes part: what is shown, what a choice comes to, and what is kept of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from consentkit.asgi import ConsentMiddleware
from consentkit.errors import ConfigError
from consentkit.lint import lint
from consentkit.page.framework import framework_of
from consentkit.policy import fingerprint, load_policy, parse_policy, scope, widened
from consentkit.signals.tcf import TcString, parse_tc
from consentkit.testing import Clock, TestClient, scratch
from tests.signals.listed import tcf, vendor_list

SHOP = "https://shop.test"
POLICY: dict[str, Any] = {
    "controller": {"name": "Shop", "contact": "privacy@shop.test"},
    "vendors": [{"id": "ads", "name": "Ads", "category": "marketing", "purpose": "Ads.", "hosts": ["ads.test"]}],
    "jurisdiction": {"country_header": "cf-ipcountry"},
    "trusted_proxies": ["127.0.0.0/8"],
}
BANNER = '<section class="ck-first"'
_TOKEN = re.compile(r'name="token" value="([^"]+)"')


async def front(_: Request) -> HTMLResponse:
    return HTMLResponse(
        "<!doctype html><html lang=en><head><title>Shop</title><script></script></head><body></body>",
        headers={"etag": '"1"'},
    )


class Site:
    """The shop under a policy, and one visitor of it."""

    def __init__(self, policy: dict[str, Any], clock: Clock, **kept: Any) -> None:
        settings = {**(kept or scratch()), "clock": clock}
        self.middleware = ConsentMiddleware(Starlette(routes=[Route("/", front)]), policy=policy, **settings)
        self.client = TestClient(self.middleware, base_url=SHOP, client=("127.0.0.1", 1))

    def preferences(self, **headers: str) -> str:
        return self.client.get("/_privacy/preferences", headers=headers).text

    def choose(self, choice: str, *marks: str, **other: Any) -> Any:
        token = _TOKEN.search(self.preferences())[1]  # type: ignore[index]
        data = {"choice": choice, "token": token, "return_to": "/", "tcf": list(marks), **other}
        return self.client.post("/_privacy/choice", data=data, headers={"origin": SHOP}, follow_redirects=False)

    @property
    def tc(self) -> TcString | None:
        value = self.client.cookies.get("__Host-ck_tc")
        return parse_tc(value.partition("~")[0]) if value else None

    def records(self) -> list[dict[str, Any]]:
        return self.client.get("/_privacy/receipt?download").json()["receipts"]

    def checked(self) -> set[str]:
        return set(re.findall(r'name="tcf" value="(\w+)" checked', self.preferences()))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def build(tmp_path: Path, clock: Clock) -> Callable[..., Site]:
    def build(policy: dict[str, Any] | None = None, **other: Any) -> Site:
        return Site({**POLICY, "signals": {"tcf": tcf(tmp_path, **other)}, **(policy or {})}, clock)

    return build


def test_off(clock: Clock) -> None:
    """A site that has no number of its own shows nothing of the framework, and no script of it is there."""
    site = Site(POLICY, clock)
    assert "tcf" not in site.client.get("/").text + site.preferences()
    assert site.choose("accept_all").status_code == 303
    assert site.tc is None
    assert site.client.get("/_privacy/signals").status_code == 404
    assert all("tc" not in entry["record"] for entry in site.records())


def test_second_layer(build: Callable[..., Site]) -> None:
    """Without any script a visitor reads the official words, who the vendors are, and can object to interests."""
    page = build().preferences()
    for shown in ("purposes 1", "What purposes 7 means.", "Such as purposes 4.", "Banners", "Counting", "Places"):
        assert shown in page
    assert "Outsider" not in page  # on the list, and no partner of this site
    assert "javascript:" not in page
    assert 'href="https://banners.test/privacy"' in page
    assert "90 days" in page
    assert set(re.findall(r'name="tcf" value="(\w+)"', page)) == {
        *("p1", "p2", "p3", "p4", "v2", "v5", "v12", "f1"),
        *("o2", "o7", "o9", "j5", "j12"),
    }
    assert not re.search(r'name="tcf" value="\w+" checked', page)  # nothing is ticked for anybody


def test_languages(build: Callable[..., Site]) -> None:
    """Who reads German reads the official German words, where the site has given them."""
    page = build().preferences(**{"accept-language": "de-AT"})
    assert "purposes 1 (de)" in page
    assert "Werbepartner" in page


def test_first_layer(build: Callable[..., Site]) -> None:
    """Who has not chosen is told on the first layer how many take part, what for, and that they can object."""
    site = build()
    page = site.client.get("/").text
    assert "purposes 9。" in site.client.get("/_privacy/notice?lang=ja").text
    assert "Transparency and Consent Framework: 3 vendors." in page
    assert "Purposes: purposes 1, purposes 2, purposes 3, purposes 4, purposes 7 and purposes 9." in page
    assert "Special features: specialFeatures 1." in page


def test_the_list_has_grown(tmp_path: Path, clock: Clock) -> None:
    """Whoever accepted all is asked again, for just what a vendor has declared since; whoever refused is not."""
    policy, kept = POLICY | {"signals": {"tcf": tcf(tmp_path)}}, scratch(tmp_path)
    accepted, refused = Site(policy, clock, **kept), Site(policy, clock, **kept)
    accepted.choose("accept_all")
    refused.choose("refuse_all")
    grown = json.loads(json.dumps(vendor_list(vendorListVersion=8)))
    grown["vendors"]["12"] |= {"purposes": [1, 3, 6], "legIntPurposes": [2, 8]}
    (tmp_path / "vendor-list.json").write_text(json.dumps(grown), encoding="utf-8")
    clock.advance(minutes=1)
    for button, consents, interests in (("keep", {1, 2, 3, 4}, {2, 7, 9}), ("add", {1, 2, 3, 4, 6}, {2, 7, 8, 9})):
        again = Site(policy, clock, **kept)
        again.client.cookies.update(refused.client.cookies)
        assert BANNER not in again.client.get("/").text
        again.client.cookies.update(accepted.client.cookies)
        assert "Marketing (Advertising partners)" in again.client.get("/").text
        assert again.choose(button, category="marketing").status_code == 303
        assert again.tc is not None
        assert (again.tc.purposes, again.tc.legitimate_purposes, again.tc.vendor_list) == (consents, interests, 8)
        assert BANNER not in again.client.get("/").text


def test_the_list_itself(build: Callable[..., Site]) -> None:
    """Advertisers' scripts get the list that the site shows from the site; nobody's browser asks its publisher."""
    site = build()
    name = site.middleware._kit.pages._vendor_list.name  # type: ignore[union-attr]
    found = site.client.get(f"/_privacy/static/{name}")
    assert (found.json(), found.headers["content-type"]) == (vendor_list(), "application/json")
    assert Site(POLICY, Clock()).client.get(f"/_privacy/static/{name}").status_code == 404


def test_own_choice(build: Callable[..., Site]) -> None:
    """What a visitor ticks is what the string says, what the page shows next time, and what the ledger holds."""
    site = build()
    assert site.choose("custom", "p1", "v2", "o7", "f1", category="analytics").status_code == 303
    assert site.tc is not None
    assert (site.tc.purposes, site.tc.vendors, site.tc.special_features) == ({1}, {2}, {1})
    assert (site.tc.legitimate_purposes, site.tc.legitimate_vendors) == ({2, 9}, {5, 12})
    assert (site.tc.cmp_id, site.tc.vendor_list, site.tc.publisher_country) == (880, 7, "DE")
    assert site.tc.disclosed == {2, 5, 12}
    assert site.checked() == {"p1", "v2", "o7", "f1"}
    (entry,) = site.records()
    record = entry["record"]
    assert parse_tc(record["tc"]) == site.tc
    assert record["categories"] == ["analytics"]
    assert "Advertising partners" in re.search(r'class="ck-state">(.*?)<', site.preferences())[1]  # type: ignore[index]


def test_all_and_nothing(build: Callable[..., Site], clock: Clock) -> None:
    """Accepting all is all that was asked; refusing and withdrawing object to every interest as well."""
    site = build()
    site.choose("accept_all")
    assert site.tc is not None
    assert (site.tc.purposes, site.tc.legitimate_vendors) == ({1, 2, 3, 4}, {5, 12})
    for choice in ("withdraw", "refuse_all"):
        clock.advance(minutes=1)
        site.choose(choice)
        tc = site.tc
        assert not (tc.purposes | tc.vendors | tc.legitimate_purposes | tc.legitimate_vendors | tc.special_features)
        assert tc.disclosed == {2, 5, 12}
    assert site.checked() == {"o2", "o7", "o9", "j5", "j12"}


def test_twice(build: Callable[..., Site]) -> None:
    """Pressing a button twice is one choice; ticking something else is another."""
    site = build()
    for marks in (["p1"], ["p1"], ["p1", "o9"]):
        site.choose("custom", *marks)
    assert len(site.records()) == 2


def test_consent_needs_what_all_consent_needs(build: Callable[..., Site]) -> None:
    """Another site, or an old form, cannot consent for a visitor; an objection holds whoever brings it."""
    site = build()
    assert site.choose("custom", "p1", token="old").status_code == 403
    assert site.tc is None
    refused = site.client.post("/_privacy/choice", data={"choice": "custom", "tcf": "v2"})
    assert refused.status_code == 403
    assert site.choose("custom", "o7", token="old").status_code == 303
    assert site.tc is not None
    assert 7 not in site.tc.legitimate_purposes


@pytest.mark.parametrize("mark", ["x1", "p0", "p", "p1 ", "p123456", "P1", "p١"])
def test_strange_marks(build: Callable[..., Site], mark: str) -> None:
    """A form that is not ours is refused, and the field is named."""
    refused = build().choose("custom", mark)
    assert refused.status_code == 400
    assert "tcf" in refused.text


def test_former_marks(build: Callable[..., Site]) -> None:
    """A form from before the list changed is taken for what it still says."""
    site = build()
    assert site.choose("custom", "p1", "v404", "f2").status_code == 303
    assert site.tc is not None
    assert site.tc.vendors == frozenset()


def test_planted(build: Callable[..., Site]) -> None:
    """A string from elsewhere, or of another choice, ticks nothing."""
    site = build()
    site.choose("custom", "p1", "v2")
    sealed = site.client.cookies["__Host-ck_tc"]
    site.choose("refuse_all")
    site.client.cookies.set("__Host-ck_tc", sealed, domain="shop.test")
    site.client.cookies.jar.clear("shop.test")
    ck = site.choose("refuse_all").headers.get_list("set-cookie")[0].partition(";")[0]
    for planted in (sealed, sealed.partition("~")[0], "~", "x~y"):
        page = site.client.get("/_privacy/preferences", headers={"cookie": f"{ck}; __Host-ck_tc={planted}"}).text
        assert "checked" not in page


def test_elsewhere(build: Callable[..., Site]) -> None:
    """Where the law asks for no consent beforehand, nothing of a European framework is shown or kept."""
    site = build()
    site.client.headers["cf-ipcountry"] = "US"
    assert 'name="tcf"' not in site.preferences()
    assert "&#34;gdpr&#34;:false" in site.client.get("/").text
    site.choose("accept_all")
    assert site.tc is None


def test_new_partner(tmp_path: Path) -> None:
    """Whoever accepted all is asked again when a vendor of the framework is added; whoever refused is not."""
    policies = [
        parse_policy({**POLICY, "signals": {"tcf": tcf(tmp_path, vendors=vendors)}}, "test")
        for vendors in ([2, 5], [2, 5, 12], [2])
    ]
    few, more, fewer = map(scope, policies)
    assert widened(few, more, "marketing") == {""}
    assert not widened(few, fewer, "marketing")
    assert not widened(few, more, "analytics")


def test_declared(build: Callable[..., Site], tmp_path: Path) -> None:
    """The cookie that carries the string is declared; where the owner's files lie is nobody's business."""
    site = build()
    assert "ck_tc" in site.client.get("/_privacy/declaration").text
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    one, other = ({**POLICY, "signals": {"tcf": tcf(folder)}} for folder in (tmp_path, elsewhere))
    assert fingerprint(parse_policy(one, "one")) == fingerprint(parse_policy(other, "other"))


def test_new_rules(build: Callable[..., Site], tmp_path: Path) -> None:
    """When the framework's policy rises, an old string is nobody's any more: nothing stays ticked."""
    site = build()
    site.choose("custom", "p1")
    assert site.checked() == {"p1"}
    (tmp_path / "vendor-list.json").write_text(json.dumps(vendor_list(tcfPolicyVersion=5)), encoding="utf-8")
    site.middleware._kit.pages.framework = framework_of(site.middleware._kit.policy)
    assert site.checked() == set()


@pytest.mark.parametrize(
    ("other", "ident"),
    [
        ({"vendors": [2, 20]}, "consentkit.E142"),  # it has left the list
        ({"vendors": [2, 999]}, "consentkit.E142"),
        ({"vendor_list": "/nowhere/vendor-list.json"}, "consentkit.E141"),
        ({"vendor_list": None}, "consentkit.E141"),
        ({"translations": {"fr": "/nowhere/purposes-fr.json"}}, "consentkit.E141"),
        ({"restrictions": [{"purpose": 9, "allow": "consent", "vendors": [5]}]}, "consentkit.E143"),  # not flexible
        ({"restrictions": [{"purpose": 2, "allow": "nothing", "vendors": [404]}]}, "consentkit.E143"),  # no partner
    ],
)
def test_start_refused(build: Callable[..., Site], other: dict[str, Any], ident: str) -> None:
    """A site that takes part without the list, or shows vendors who have left it, does not start; it is told why."""
    with pytest.raises(ConfigError) as caught:
        build(**other)
    assert [problem.ident for problem in caught.value.problems] == [ident]


@pytest.mark.parametrize("number", [0, 1, 4096])
def test_nobodys_number(tmp_path: Path, number: int) -> None:
    """Nobody writes strings under a number that IAB Europe has not given them."""
    with pytest.raises(ConfigError, match=r"signals\.tcf\.cmp_id"):
        parse_policy({**POLICY, "signals": {"tcf": tcf(tmp_path, cmp_id=number)}}, "test")


def test_files_beside_the_policy(tmp_path: Path) -> None:
    """An owner keeps the list beside the policy, and names it from there."""
    settings = tcf(tmp_path) | {"vendor_list": "vendor-list.json", "translations": {"de": "purposes-de.json"}}
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items() if name != "translations"]
    text = "\n".join(["[signals.tcf]", *lines, "[signals.tcf.translations]", 'de = "purposes-de.json"'])
    (tmp_path / "consent.toml").write_text(text, encoding="utf-8")
    signals = load_policy(tmp_path / "consent.toml").signals
    assert signals is not None
    assert signals.tcf is not None
    assert signals.tcf.vendor_list == str(tmp_path / "vendor-list.json")
    assert signals.tcf.translations == {"de": str(tmp_path / "purposes-de.json")}


def test_registered_only(tmp_path: Path) -> None:
    """Whoever turns the framework on is told that only registered consent managers may; nobody else hears of it."""
    on = parse_policy({**POLICY, "signals": {"tcf": tcf(tmp_path)}}, "test")
    off = parse_policy({**POLICY, "signals": {"gpp": "national"}}, "test")
    places = [
        [finding.problem.place for finding in lint(policy, ["DE"]) if finding.rule.id == "J022"] for policy in (on, off)
    ]
    assert places == [["signals.tcf.cmp_id"], []]


def test_another_state(clock: Clock) -> None:
    """A copy of a page that a browser kept in one state is not confirmed to it in another, whose section differs."""
    policy = POLICY | {"signals": {"gpp": "states"}}
    policy["jurisdiction"] = {"country_header": "cf-ipcountry", "region_header": "cf-region-code"}
    client = Site(policy, clock).client
    client.headers["cf-ipcountry"] = "US"
    kept = [client.get("/", headers={"cf-region-code": state}).headers["etag"] for state in ("CA", "VA", "CA")]
    assert kept[0] != kept[1]
    assert kept[0] == kept[2]


def test_the_documents_examples(tmp_path: Path) -> None:
    """What the page about advertising shows can be copied: the policies load, and the code says what it says."""
    text = (Path(__file__).parents[2] / "docs/signals-advertising.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        (tmp_path / "consent.toml").write_text(block, encoding="utf-8")
        assert load_policy(tmp_path / "consent.toml").signals
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    lines = [line.partition("#") for line in code.splitlines()]
    names: dict[str, Any] = {}
    said = []
    for line, _, comment in lines:
        if not comment:
            exec(line, names)
        else:
            said.append((eval(line, names), comment.strip()))
    assert [str(value).strip("()") for value, _ in said] == [comment.partition(":")[0] for _, comment in said]
