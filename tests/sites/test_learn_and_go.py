"""Learn & Go, who publish Kaligo for schools: Rennes, France."""

from __future__ import annotations

import re
import time

import pytest

from consentkit.errors import ConfigError
from tests.sites.conftest import Enter
from tests.sites.promise import displayed, enforced
from tests.sites.stage import profile

OUT_OF_SCOPE = {
    "learn-and-go-12": "What pupils write into their exercise books is in the application itself.",
}
MAILCHIMP = {"chimpstatic.com", "cdn-images.mailchimp.com", "s3.amazonaws.com"}


@enforced("learn-and-go-1")
def test_refusing_is_as_easy_as_accepting(enter: Enter) -> None:
    """Refusing stands beside accepting on the first layer, the same in kind and look, and one press does it (CNIL)."""
    visitor = enter("learn-and-go").visitor()
    buttons = re.findall(r"<button[^>]*>", visitor.open("/"))
    accept, refuse = (
        next(re.sub(rf'value="?{value}"?', "", each) for each in buttons if value in each)
        for value in ("accept_all", "refuse_all")
    )
    assert accept == refuse
    visitor.choose("refuse_all")
    assert 'value="accept_all"' not in visitor.open("/")
    assert visitor.asked() == set()


@enforced("learn-and-go-2")
@pytest.mark.parametrize("choice", ["refuse_all", "accept_all"])
def test_a_choice_holds_for_six_months(enter: Enter, choice: str) -> None:
    """A refusal is remembered for as long as a yes: for six months nobody is asked again, then everybody (CNIL)."""
    stage = enter("learn-and-go")
    visitor = stage.visitor()
    visitor.choose(choice)
    stage.clock.advance(days=179)
    assert 'value="accept_all"' not in visitor.open("/")
    stage.clock.advance(days=2)
    assert 'value="accept_all"' in visitor.open("/")
    assert visitor.asked() == set()


@enforced("learn-and-go-3")
def test_no_cookie_outlives_13_months(enter: Enter) -> None:
    """A cookie that lasts longer than 13 months cannot be declared, and one declared for less is cut to that (CNIL)."""
    data = profile("learn-and-go")
    data["cookies"][3]["retention"] = "2 years"
    with pytest.raises(ConfigError, match=r"consentkit\.E013 cookies\[3\]"):
        enter("learn-and-go", cookies=data["cookies"])
    data["cookies"][3]["retention"] = "3 months"  # and the site still sets it for six
    visitor = enter("learn-and-go", cookies=data["cookies"]).visitor()
    visitor.choose("accept_all")
    visitor.open("/")
    (left,) = (each.expires for each in visitor.client.cookies.jar if each.name == "visit_id")
    assert 0 < left - time.time() <= 90 * 86400


@displayed("learn-and-go-4")
def test_mailchimp_and_pipedrive_are_named(enter: Enter) -> None:
    """Mailchimp and Pipedrive are named with what they are for, what they receive and how to stop them."""
    stage = enter("learn-and-go")
    for path in ("/_privacy/declaration", "/_privacy/preferences"):
        page = stage.visitor().read(path)
        assert "Envoie notre lettre aux enseignants" in page
        assert "Comment y mettre fin Suivez « Se désabonner » au bas de chaque lettre" in page
        assert "Comment y mettre fin Écrivez à donnees@learn-and-go.example" in page
        assert "Données reçues Votre adresse électronique" in page


@enforced("learn-and-go-5")
def test_each_can_be_stopped_alone(enter: Enter) -> None:
    """Mailchimp and Pipedrive can each be allowed, and stopped again, without the other."""
    visitor = enter("learn-and-go").visitor()
    visitor.choose("custom", vendor=["mailchimp", "pipedrive"])
    assert visitor.asked() == MAILCHIMP | {"webforms.pipedrive.com"}
    visitor.choose("custom", vendor=["pipedrive"])
    assert visitor.asked() == {"webforms.pipedrive.com"}
    visitor.choose("custom", vendor=["mailchimp"])
    assert visitor.asked() == MAILCHIMP


@enforced("learn-and-go-6")
def test_data_stays_in_france_and_the_union(enter: Enter) -> None:
    """No company elsewhere can be added unless it says what protects the data, which every visitor can then read."""
    vendors = profile("learn-and-go")["vendors"]
    elsewhere = {"id": "elsewhere", "name": "Elsewhere", "category": "analytics", "purpose": "Counts.", "country": "BR"}
    with pytest.raises(ConfigError, match=r"consentkit\.E120 vendors\[3\]\.country"):
        enter("learn-and-go", vendors=[*vendors, elsewhere])
    visitor = enter("learn-and-go").visitor()
    assert "Lieu de traitement des données personnelles : France et Union européenne" in visitor.read(
        "/_privacy/declaration"
    )
    assert "hors de l’Espace économique européen" in visitor.read("/").replace("en dehors", "hors")


@displayed("learn-and-go-7")
def test_the_host_is_named(enter: Enter) -> None:
    """Who hosts the site, and in which country, stands on the page that lists what is stored."""
    page = enter("learn-and-go").visitor().read("/_privacy/declaration")
    assert "OVH (hébergement) Héberge ce site et ses données, en France. Pays : France" in page


@enforced("learn-and-go-8")
def test_six_months_later_nothing_is_left(enter: Enter) -> None:
    """Six months after the last that was heard of somebody no record of them is left."""
    stage = enter("learn-and-go")
    stage.visitor().choose("accept_all")
    stage.clock.advance(days=179)
    stage.prune()
    assert len(stage.records()) == 1
    stage.clock.advance(days=2)
    stage.prune()
    assert stage.records() == []


@enforced("learn-and-go-9")
def test_nothing_sensitive_is_kept(enter: Enter) -> None:
    """A record holds a choice, when and under which words, and a random number: no name, address, page or free text."""
    stage = enter("learn-and-go")
    visitor = stage.visitor(**{"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Secret/1.0"})
    visitor.sign_in("Camille")
    visitor.client.get("/lettre?email=camille@ecole.example")
    visitor.choose("accept_all", note="asthme")
    (record,) = stage.records()
    assert set(record) == {
        *("id", "site", "time", "visitor", "choice", "categories", "vendors", "policy", "notice", "language"),
        *("jurisdiction", "regime", "gpc", "device", "method", "route", "law", "v"),
    }
    database = b"".join(path.read_bytes() for path in stage.folder.glob("*.db*"))
    for secret in (b"Camille", b"ecole.example", b"Secret/1.0", b"asthme", b"127.0.0.1"):
        assert secret not in database


@enforced("learn-and-go-10")
@pytest.mark.parametrize("path", ["/eleves", "/eleves/affiche"])
def test_pupils_are_never_tracked(enter: Enter, path: str) -> None:
    """On pupils' pages nothing runs and nobody is asked, even where everything was allowed on other pages."""
    stage = enter("learn-and-go")
    visitor, pupil = stage.visitor(), stage.visitor()
    visitor.choose("accept_all")
    assert visitor.asked("/") == {"chimpstatic.com"}
    for each in (visitor, pupil):
        answer = each.client.get(path)
        assert each.asked(path) == set()
        assert "accept_all" not in answer.text
        assert "widget" not in answer.text
        assert answer.headers["cache-control"].startswith("private")  # never a cache's to give to others
        stored = [line for line in answer.headers.get_list("set-cookie") if "Max-Age=0" not in line]
        assert not [line for line in stored if not line.startswith("csrftoken=")]


@enforced("learn-and-go-11")
def test_the_united_kingdom_is_a_third_country(enter: Enter) -> None:
    """A company in the United Kingdom counts as one outside the Union: it needs a safeguard, and visitors are told."""
    vendors = profile("learn-and-go")["vendors"]
    british = {
        "id": "british",
        "name": "British",
        "category": "analytics",
        "purpose": "Counts visits.",
        "country": "GB",
    }
    with pytest.raises(ConfigError, match=r"consentkit\.E120"):
        enter("learn-and-go", vendors=[*vendors, british])
    stage = enter("learn-and-go", vendors=[*vendors, {**british, "transfer": "Décision d’adéquation."}])
    assert "Royaume-Uni" in stage.visitor().read("/")
