"""bigstep: a cloud provider with a company, a domain and a law each in London, Chicago and Bucharest."""

from __future__ import annotations

import pytest

from tests.sites.conftest import Enter
from tests.sites.promise import enforced
from tests.sites.stage import profile

OUT_OF_SCOPE = {
    "bigstep-10": "Whether an authority may have what it asks for is for people to judge.",
}
UK, US, RO = "bigstep-uk.example", "bigstep-us.example", "bigstep-ro.example"
ASKS = "ck-first"
TRACKERS = {"www.googletagmanager.com", "snap.licdn.com", "px.ads.linkedin.com"}


@enforced("bigstep-1")
@pytest.mark.parametrize(("host", "company"), [(UK, "bigstep UK"), (US, "bigstep US"), (RO, "bigstep RO")])
def test_each_domain_names_its_own_company(enter: Enter, host: str, company: str) -> None:
    """On each of the three domains visitors are told which of the three companies answers for it."""
    visitor = enter("bigstep").visitor(host=host)
    for path in ("/_privacy/preferences", "/_privacy/declaration"):
        page = visitor.read(path)
        assert f"Responsible: {company}" in page or f"Responsabil: {company}" in page
        assert page.count("Responsib") + page.count("Responsabil") == 1
    declared = visitor.client.get("/_privacy/declaration.json").json()
    assert len({entity["name"] for entity in declared["entities"]}) == 3


@enforced("bigstep-2")
@pytest.mark.parametrize(
    ("country", "host", "waits"),
    [("GB", US, True), ("RO", US, True), ("DE", UK, True), ("US", UK, False),
     ("", UK, True), ("", RO, True), ("", US, False)],
    ids=lambda value: str(value) or "unknown",
)  # fmt: skip
def test_the_law_is_the_visitors(enter: Enter, country: str, host: str, waits: bool) -> None:
    """From the UK or Romania one is asked first, from the US one may object; unknown, the domain decides."""
    stage = enter("bigstep")
    visitor = stage.visitor(country, host)
    assert (visitor.asked() == set()) is waits
    assert ('value="accept_all"' in visitor.open("/")) is waits
    visitor.choose("refuse_all")
    assert visitor.asked() == set()
    (record,) = stage.records()
    assert record["regime"] == ("opt_in" if waits else "opt_out")
    assert record["jurisdiction"] == (country or {UK: "GB", US: "US-IL", RO: "RO"}[host])


@enforced("bigstep-3")
def test_cookies_have_a_page_of_their_own(enter: Enter) -> None:
    """The cookie policy is a page of its own beside the privacy policy; both are one press from the banner."""
    visitor = enter("bigstep").visitor("GB")
    banner = visitor.open("/")
    assert 'href="/_privacy/declaration' in banner
    assert 'href="/privacy"' in banner
    page = visitor.read("/_privacy/declaration")
    assert all(name in page for name in ("session", "campaign", "_ga", "li_fat_id"))


@enforced("bigstep-4")
@pytest.mark.parametrize(("country", "host"), [("GB", UK), ("RO", RO)])
def test_consent_can_be_revoked(enter: Enter, country: str, host: str) -> None:
    """Whoever allowed everything takes it back with one press, and what was stored goes."""
    visitor = enter("bigstep").visitor(country, host)
    visitor.choose("accept_all", age="30")
    visitor.everywhere()
    assert visitor.asked() == TRACKERS
    assert "campaign" in visitor.cookies
    visitor.choose("withdraw")
    assert visitor.asked() == set()
    assert "campaign" not in visitor.cookies


@enforced("bigstep-5")
def test_marketing_can_be_opted_out_of(enter: Enter) -> None:
    """In the US marketing stops for whoever unticks it, or whose browser sends the signal; statistics go on."""
    stage = enter("bigstep")
    visitor = stage.visitor("US", US)
    assert visitor.asked() == TRACKERS
    visitor.choose("custom", "functional", "analytics", age="30")
    assert visitor.asked() == {"www.googletagmanager.com"}
    signalling = stage.visitor("US", US, **{"sec-gpc": "1"})
    assert signalling.asked() == {"www.googletagmanager.com"}
    assert "Opt-Out Request Honored" in signalling.read("/")


@enforced("bigstep-6")
def test_what_an_authority_gets_can_be_checked(enter: Enter) -> None:
    """What is handed to an authority on request holds with nobody's word for it: one letter changed, and it fails."""
    stage = enter("bigstep")
    stage.visitor("GB").choose("accept_all", age="30")
    vkey = stage.run("ledger", "vkey").stdout.strip()
    bundle = stage.folder / "authority.bundle"
    assert stage.run("export", "--format", "bundle", "-o", bundle).exit_code == 0
    assert stage.run("verify", bundle, "--vkey", vkey).exit_code == 0
    bundle.write_text(bundle.read_text(encoding="utf-8").replace("accept_all", "refuse_all"), encoding="utf-8")
    assert stage.run("verify", bundle, "--vkey", vkey).exit_code == 1


@enforced("bigstep-7")
def test_changes_leave_time_to_object(enter: Enter) -> None:
    """A new company is announced 30 days ahead; whoever objects until then is neither reached by it nor asked again."""
    stage = enter("bigstep")
    stays, objects = stage.visitor("GB", UK), stage.visitor("GB", UK)
    stays.choose("accept_all", age="30")
    objects.choose("accept_all", age="30")
    new = {"id": "acme", "name": "Acme", "category": "marketing", "purpose": "Advertises.", "country": "IE"}
    stage.declare(version="2", effective=stage.day(ahead=30), vendors=[*profile("bigstep")["vendors"], new])
    announced = "a new version of this declaration applies"
    american = stage.visitor("US", US)  # whom no banner asks
    assert all(announced in each.read("/") for each in (stays, objects, american))
    assert "New in it: Marketing (Acme). You will be asked" in objects.read("/_privacy/preferences")
    assert "New in it: Marketing (Acme)" in stage.visitor("GB", UK).read("/")
    objects.choose("custom", "functional", "analytics")
    assert "You will be asked" not in objects.read("/_privacy/preferences")
    stage.clock.advance(days=31)
    assert objects.asked() == {"www.googletagmanager.com"}
    assert ASKS not in objects.open("/")
    assert ASKS in stays.open("/")


@enforced("bigstep-8")
def test_no_data_on_minors(enter: Enter) -> None:
    """Of whoever says they are not yet 18 nothing is kept: no record, no identifier, no age."""
    stage = enter("bigstep")
    visitor = stage.visitor("GB")
    answer = visitor.choose("accept_all", age="17")
    assert answer.status_code == 403
    assert stage.records() == []
    visitor.everywhere()
    assert visitor.cookies == {"csrftoken"}
    assert visitor.asked() == set()
