"""Selligent: marketing software from Braine-l'Alleud, Belgium."""

from __future__ import annotations

import pytest

from tests.sites.conftest import Enter
from tests.sites.promise import displayed, enforced
from tests.sites.stage import PROFILES

OUT_OF_SCOPE = {
    "selligent-8": "Whoever asks by letter is known by people, before they run `consentkit subject access`.",
}
AGREED = {
    "en": "By continuing to use this site you agree to our cookies.",
    "fr": "En poursuivant votre navigation, vous acceptez nos cookies.",
    "nl": "Door verder te surfen gaat u akkoord met onze cookies.",
}


@enforced("selligent-1")
def test_cookies_wait(enter: Enter) -> None:
    """No cookie that tells a visitor's clicks apart is set before a yes, and none is left after it is taken back."""
    visitor = enter("selligent").visitor()
    visitor.everywhere()
    assert visitor.cookies == {"csrftoken"}
    visitor.choose("accept_all")
    visitor.everywhere()
    assert visitor.cookies == {"csrftoken", "visitor_profile"}
    visitor.choose("withdraw")
    assert visitor.cookies == {"csrftoken"}


@enforced("selligent-2")
def test_web_beacons_wait(enter: Enter) -> None:
    """A pixel tag, a clear GIF of one dot, is asked for by no page before a yes to marketing."""
    visitor = enter("selligent").visitor()
    beacon = "beacons.selligent.example"
    visitor.choose("custom", "analytics")
    assert beacon in visitor.open("/")  # held, as its author wrote it
    assert beacon not in visitor.asked()
    visitor.choose("custom", "marketing")
    assert beacon in visitor.asked()


@enforced("selligent-3")
def test_plug_ins_wait(enter: Enter) -> None:
    """The Like button of Facebook is asked for nothing until it is allowed, by itself if somebody likes."""
    visitor = enter("selligent").visitor()
    assert visitor.asked("/stories") == set()
    visitor.choose("custom", vendor="facebook-like")
    assert visitor.asked("/stories") == {"www.facebook.com"}


@displayed("selligent-4")
def test_what_is_collected_is_named(enter: Enter) -> None:
    """IP addresses, identifiers, referrers and click-streams are named, with each company that receives them."""
    page = enter("selligent").visitor().read("/_privacy/declaration")
    for words in ("IP address", "identifiers of your browser", "referrer", "click-stream"):
        assert page.count(words) >= 2


@enforced("selligent-5")
@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_going_on_is_no_consent(enter: Enter, language: str) -> None:
    """A notice that takes going on for agreeing is refused before it is shown to anybody, with the rule it breaks."""
    stage = enter("selligent")
    text = (PROFILES / "selligent.toml").read_text(encoding="utf-8")
    assert stage.run("check", stage.write("good.toml", text), "--jurisdiction", "BE").exit_code == 0
    bad = stage.write("bad.toml", f'{text}\n[texts.{language}]\nbody.essential = "{AGREED[language]}"\n')
    done = stage.run("check", bad, "--jurisdiction", "BE", "--json")
    assert done.exit_code == 1
    assert "consentkit.J011" in done.stdout
    assert "EDPB 05/2020" in done.stdout
    visitor = stage.visitor()
    visitor.everywhere()
    visitor.everywhere()
    assert visitor.asked() == set()


@enforced("selligent-6")
def test_only_the_person_gets_the_records(enter: Enter) -> None:
    """Records are handed to whoever holds the signed cookie they were made with, and to nobody else."""
    stage = enter("selligent")
    visitor = stage.visitor()
    visitor.choose("accept_all")
    assert len(visitor.client.get("/_privacy/receipt?download=1").json()["receipts"]) == 1
    ck = visitor.client.cookies["__Host-ck"]
    forged = ck[:20] + ("A" if ck[20] != "A" else "B") + ck[21:]
    for value in ("", forged, stage.records()[0]["visitor"]):
        answer = stage.visitor(cookie=f"__Host-ck={value}").client.get("/_privacy/receipt?download=1")
        assert answer.json()["receipts"] == []


@enforced("selligent-7")
def test_transfers_are_stated(enter: Enter) -> None:
    """The first layer says to which countries outside the EEA data may go; the second, what protects it there."""
    visitor = enter("selligent").visitor()
    assert "countries outside the European Economic Area: United States" in visitor.read("/")
    page = visitor.read("/_privacy/preferences")
    assert "Protection of data sent abroad Standard contractual clauses." in page
    assert "Place of processing Ireland and United States" in page
