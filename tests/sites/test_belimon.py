"""belimon: an online learning platform. Where it has its seat is not said, so the strictest rules hold."""

from __future__ import annotations

from datetime import date

import pytest

from consentkit import canonical
from tests.sites.conftest import Enter
from tests.sites.promise import displayed, enforced

OUT_OF_SCOPE = {
    "belimon-12": "What payment, class and delivery companies do with what they are sent is theirs to show.",
}


@enforced("belimon-1")
@pytest.mark.parametrize("choice", ["", "refuse_all", "accept_all"])
def test_essentials_always_work(enter: Enter, choice: str) -> None:
    """Logging in, the course cart and security tokens work whatever somebody chose, and before they choose."""
    visitor = enter("belimon").visitor()
    if choice:
        visitor.choose(choice)
    visitor.sign_in("Ada")
    assert "Ada" in visitor.open("/checkout")
    assert {"session", "cart", "csrftoken"} <= visitor.cookies


@enforced("belimon-2")
def test_functional_cookies_wait(enter: Enter) -> None:
    """Language, playback speed and captions are remembered while functional cookies are allowed, and only then."""
    visitor = enter("belimon").visitor()
    remembered = {"lang", "playback_speed", "captions"}
    visitor.choose("custom", "analytics")
    visitor.everywhere()
    assert not visitor.cookies & remembered
    visitor.choose("custom", "functional")
    visitor.everywhere()
    assert visitor.cookies >= remembered
    visitor.choose("refuse_all")
    assert not visitor.cookies & remembered


@enforced("belimon-3")
def test_analytics_wait(enter: Enter) -> None:
    """The third party that counts visits is asked for nothing before a yes to analytics."""
    visitor = enter("belimon").visitor()
    visitor.choose("custom", "functional")
    assert "www.googletagmanager.com" not in visitor.asked()
    visitor.choose("custom", "analytics")
    assert "www.googletagmanager.com" in visitor.asked()


@displayed("belimon-4")
def test_addresses_are_said_to_be_anonymised(enter: Enter) -> None:
    """Whoever is asked for analytics reads that the third party anonymises their address."""
    visitor = enter("belimon").visitor()
    assert "addresses are anonymised" in visitor.read("/")
    assert "your address without its last part" in visitor.read("/_privacy/declaration")


@displayed("belimon-5")
def test_categories_are_explained_in_its_own_terms(enter: Enter) -> None:
    """Essential, functional and analytics are explained by what they do here: cart, captions, statistics."""
    page = enter("belimon").visitor().read("/_privacy/preferences")
    for words in ("your course cart", "playback speed and captions", "Third-party statistics"):
        assert words in page


@enforced("belimon-6")
def test_third_parties_are_each_named(enter: Enter) -> None:
    """Payment, statistics, CDN and live classes are each named with purpose and data; who is not named is not asked."""
    stage = enter("belimon")
    visitor = stage.visitor()
    visitor.choose("accept_all")
    page = visitor.read("/_privacy/declaration")
    for vendor in stage.policy.vendors:
        assert f"{vendor.name} {vendor.purpose}" in page
        assert str(vendor.data) in page
    named = {host.partition("/")[0] for vendor in stage.policy.vendors for host in vendor.hosts}
    assert visitor.asked() <= named
    header = visitor.client.get("/").headers["content-security-policy"]
    assert "zoom.us" in header
    assert "tracker.example" not in header


@enforced("belimon-7")
def test_every_version_has_a_date(enter: Enter) -> None:
    """Each version of the policy that was ever in force is kept, with the day from which it held."""
    stage = enter("belimon")
    stage.visitor().choose("refuse_all")
    stage.declare(version="2026-06", effective=date(2026, 6, 1))
    visitor = stage.visitor()
    visitor.choose("refuse_all")
    with stage.ledger() as ledger:
        kept = [canonical.decode(d.body) for d in ledger.store.documents() if d.kind == "policy"]
    assert {(each["version"], each["effective"]) for each in kept} == {
        ("2026-01", "2026-01-05"), ("2026-06", "2026-06-01")
    }  # fmt: skip
    page = visitor.read("/_privacy/declaration")
    assert "5 January 2026" in page
    assert "1 June 2026" in page


@enforced("belimon-8")
def test_one_download_for_the_account(enter: Enter) -> None:
    """Whoever is signed in takes along, as one file, what they chose before and after signing in."""
    visitor = enter("belimon").visitor()
    visitor.choose("custom", "analytics")
    visitor.sign_in("Ada")
    visitor.choose("custom", "functional")
    mine = visitor.client.get("/_privacy/receipt?download=1").json()
    assert [receipt["record"]["categories"] for receipt in mine["receipts"]] == [["functional"], ["analytics"]]


@enforced("belimon-9")
def test_deletion_leaves_what_is_anonymous(enter: Enter) -> None:
    """After deletion no identifier is left in the ledger; hashes that say nothing of anybody keep proving the rest."""
    stage = enter("belimon")
    visitor, other = stage.visitor(), stage.visitor()
    visitor.choose("accept_all")
    other.choose("refuse_all")
    mine = stage.records()[0]["visitor"]
    assert visitor.send("/_privacy/erase", "/_privacy/erase").status_code == 200
    assert [record["choice"] for record in stage.records()] == ["refuse_all"]
    with stage.ledger() as ledger:
        left = [entry for entry in ledger.store.entries() if mine in f"{entry.visitor} {entry.record!r}"]
        assert left == []
        assert ledger.check() is None
    assert other.client.get("/_privacy/receipt?download=1").json()["receipts"][0]["proof"] is not None


@enforced("belimon-10")
def test_whoever_looks_is_logged(enter: Enter) -> None:
    """Nobody opens a visitor's record without a line about it in the ledger, which cannot be taken out later."""
    stage = enter("belimon")
    stage.visitor().choose("accept_all")
    with stage.ledger() as ledger:
        number = next(entry.number for entry in ledger.store.entries() if entry.salt)
    with stage.auditor() as auditor:
        assert auditor.get(f"/entry/{number}").status_code == 200
    assert stage.statements()[-1]["what"] == f"entry {number}"


@enforced("belimon-11")
def test_what_is_refused_in_either_stays_refused(enter: Enter) -> None:
    """Signing in grants nothing: between the browser's choice and the account's, a refusal in one of them holds."""
    stage = enter("belimon")
    first, second = stage.visitor(), stage.visitor()
    first.choose("refuse_all")
    first.sign_in("Ada")
    second.choose("accept_all")
    second.sign_in("Ada")
    assert "www.googletagmanager.com" not in second.asked()
