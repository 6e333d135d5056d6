"""bigeno: online education from Kortrijk, under its policy of 13 May 2025."""

from __future__ import annotations

import json
from pathlib import Path

from tests.sites.conftest import Enter
from tests.sites.promise import displayed, enforced
from tests.sites.stage import profile, words

OUT_OF_SCOPE = {
    "bigeno-13": "Enrolments and invoices are in the site's own records, and it is the site that deletes them.",
}
TRACKERS = {"www.googletagmanager.com", "connect.facebook.net", "www.facebook.com", "www.youtube.com"}


@enforced("bigeno-1")
def test_only_the_session_is_without_asking(enter: Enter) -> None:
    """Preferences, statistics, suggestions and campaigns store nothing before a yes; signing in works without one."""
    visitor = enter("bigeno").visitor()
    visitor.sign_in("Ada", age="30")
    visitor.everywhere()
    assert visitor.cookies == {"session", "csrftoken"}
    assert "Ada" in visitor.open("/")
    visitor.choose("accept_all", age="30")
    visitor.everywhere()
    assert visitor.cookies == {"session", "csrftoken", "lang", "suggestions", "visit_id", "campaign"}


@enforced("bigeno-2")
def test_marketing_needs_its_own_yes(enter: Enter) -> None:
    """Nobody is reached by marketing who has not allowed marketing, whatever else they allowed."""
    visitor = enter("bigeno").visitor()
    visitor.choose("custom", "functional", "analytics", age="30")
    visitor.everywhere()
    assert visitor.asked() == {"www.googletagmanager.com"}
    assert "campaign" not in visitor.cookies
    visitor.choose("custom", "marketing", age="30")
    assert visitor.asked() == TRACKERS - {"www.googletagmanager.com"}


@enforced("bigeno-3")
def test_consent_can_be_withdrawn_at_any_time(enter: Enter) -> None:
    """Months after a yes, one press takes it back: cookies go, and nothing more is asked of anybody."""
    stage = enter("bigeno")
    visitor = stage.visitor()
    visitor.choose("accept_all", age="30")
    visitor.everywhere()
    stage.clock.advance(days=170)
    assert visitor.asked() == TRACKERS
    visitor.choose("withdraw")
    assert visitor.cookies == {"csrftoken"}
    assert visitor.asked() == set()


@enforced("bigeno-4")
def test_a_withdrawal_leaves_what_came_before(enter: Enter) -> None:
    """What was allowed until then stays on record as it was, and can still be proved."""
    stage = enter("bigeno")
    visitor = stage.visitor()
    visitor.choose("accept_all", age="30")
    (before,) = stage.records()
    stage.clock.advance(days=30)
    visitor.choose("withdraw")
    assert [record["choice"] for record in stage.records()] == ["accept_all", "withdraw"]
    assert stage.records()[0] == before
    receipts = visitor.client.get("/_privacy/receipt?download=1").json()["receipts"]
    assert [receipt["record"]["choice"] for receipt in receipts if receipt["proof"]] == ["withdraw", "accept_all"]


@enforced("bigeno-5")
def test_everybody_sees_what_is_held_of_them(enter: Enter) -> None:
    """A visitor finds every record of their own choices on one page, and nobody else's."""
    stage = enter("bigeno")
    visitor, other = stage.visitor(**{"accept-language": "en"}), stage.visitor()
    visitor.choose("custom", "analytics", age="30")
    other.choose("refuse_all")
    page = visitor.open("/_privacy/receipt")
    mine, others = (record["visitor"] for record in stage.records())
    assert mine in page
    assert others not in page
    assert "You made your own choice" in words(page)


@enforced("bigeno-6")
def test_records_can_be_taken_along(enter: Enter, tmp_path: Path) -> None:
    """A visitor takes their records away as JSON, and anybody can check the file without asking the site."""
    stage = enter("bigeno")
    visitor = stage.visitor()
    visitor.choose("custom", "analytics", age="30")
    answer = visitor.client.get("/_privacy/receipt?download=1")
    assert answer.headers["content-type"].startswith("application/json")
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.json()["receipts"][0]["record"]["categories"] == ["analytics"]
    file = tmp_path / "mine.json"
    file.write_bytes(answer.content)
    vkey = answer.json()["receipts"][0]["vkey"]
    assert stage.run("verify", file, "--vkey", vkey).exit_code == 0
    file.write_text(json.dumps(answer.json()).replace('"analytics"', '"marketing"'))
    assert stage.run("verify", file, "--vkey", vkey).exit_code == 1


@enforced("bigeno-7")
def test_records_are_deleted_but_for_what_the_law_keeps(enter: Enter) -> None:
    """Erasing says first what is kept and why; that stays for its time, and then it is gone as well."""
    stage = enter("bigeno")
    visitor = stage.visitor(**{"accept-language": "en"})
    visitor.choose("accept_all", age="30")
    assert "So that it can be shown that there was consent" in visitor.read("/_privacy/erase")
    assert visitor.send("/_privacy/erase", "/_privacy/erase").status_code == 200
    assert len(stage.records()) == 1
    assert visitor.asked() == set()
    stage.clock.advance(days=366)
    stage.prune()
    assert stage.records() == []


@enforced("bigeno-8")
def test_nobody_under_16_is_addressed(enter: Enter) -> None:
    """Whoever is not yet 16 can allow nothing, is asked no more, and leaves no record."""
    stage = enter("bigeno")
    visitor = stage.visitor()
    assert visitor.choose("accept_all").status_code == 403  # no age, no yes
    assert visitor.choose("accept_all", age="15").status_code == 403
    visitor.everywhere()
    assert visitor.cookies == {"csrftoken"}
    assert visitor.asked() == set()
    assert 'value="accept_all"' not in visitor.open("/")
    assert stage.records() == []


@enforced("bigeno-9")
def test_a_guardian_is_involved_under_18(enter: Enter) -> None:
    """Whoever signs in, is 17 and has no guardian who agreed is asked for nothing and tracked by nothing."""
    stage = enter("bigeno")
    visitor = stage.visitor()
    visitor.choose("accept_all", age="17")
    visitor.sign_in("Kim", age="17")
    assert visitor.asked() == set()
    assert visitor.choose("accept_all", age="30").status_code == 403
    visitor.sign_in("Kim", age="17", guardian="on")
    assert visitor.asked() == TRACKERS


@enforced("bigeno-10")
def test_material_changes_are_announced(enter: Enter) -> None:
    """A change is announced on every page, also to who has decided; from its day on they are asked what is new."""
    stage = enter("bigeno")
    visitor = stage.visitor(**{"accept-language": "en"})
    visitor.choose("accept_all", age="30")
    new = {"id": "acme", "name": "Acme", "category": "marketing", "purpose": "Shows advertisements.", "country": "BE"}
    stage.declare(version="2", effective=stage.day(ahead=30), vendors=[*profile("bigeno")["vendors"], new])
    announced = "a new version of this declaration applies"
    assert all(announced in visitor.read(path) for path in stage.paths)
    assert announced in stage.visitor(**{"accept-language": "en"}).read("/")
    assert "New in it: Marketing (Acme). You will be asked about that then." in visitor.read("/_privacy/preferences")
    assert visitor.asked() == TRACKERS
    stage.clock.advance(days=31)
    assert "something was added since your last choice: Marketing (Acme)" in visitor.read("/")


@displayed("bigeno-11")
def test_last_updated(enter: Enter) -> None:
    """When the policy was last updated, and since when it holds, stands on the page that lists what is stored."""
    visitor = enter("bigeno").visitor(**{"accept-language": "en"})
    page = visitor.read("/_privacy/declaration")
    assert "Last updated" in page
    assert "in force since 13 May 2025" in page


@displayed("bigeno-12")
def test_complaint(enter: Enter) -> None:
    """A visitor is told to which authority they may complain."""
    page = enter("bigeno").visitor().read("/_privacy/preferences")
    assert "Gegevensbeschermingsautoriteit" in page
