from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest

from consentkit import canonical
from consentkit.decision import Basis, Decision
from consentkit.law.regime import Rules, rules_for
from consentkit.page import Layer, Notice, Occasion, Pages
from consentkit.policy import Policy, fingerprint

from .sample import DECLARED, PAGES, POLICY, RULES, changed, strings, visible

GRANTED = Decision(frozenset({"essential", "analytics"}), frozenset({"ads"}), basis=Basis.CHOICE)
HIDDEN = {"layer", "policy", "language", "regime", "version"}  # what a document says of itself


def shown(pages: Pages, notice: Notice) -> str:
    if notice.document["layer"] == "banner":
        return visible(pages.banner(notice, token="t", return_to="/a").decode())
    return visible(pages.preferences(notice, GRANTED, token="t", return_to="/a", saved=True).decode())


def hash_of(policy: Policy, layer: Layer = "banner", language: str = "en", **state: Any) -> str:
    return Pages(policy).notice(layer, language, RULES, Occasion(**state)).hash


@pytest.mark.parametrize("language", PAGES.languages)
@pytest.mark.parametrize("layer", ["banner", "preferences"])
def test_all_that_is_shown_is_in_the_evidence(layer: Layer, language: str) -> None:
    """An auditor who holds the stored notice holds every word that the visitor read."""
    notice = PAGES.notice(layer, language, RULES, Occasion(gpc=True, lapsed=frozenset({"analytics", "marketing"})))
    known = set(" ".join(strings(notice.document)).split())
    words = {word for word in shown(PAGES, notice).split() if any(char.isalnum() for char in word)}
    bare = {word.strip(".,:") for word in known}
    assert {word for word in words if word not in known and word.strip(".,:") not in bare} == set()


@pytest.mark.parametrize("language", PAGES.languages)
@pytest.mark.parametrize("layer", ["banner", "preferences"])
def test_all_that_is_in_the_evidence_was_shown(layer: Layer, language: str) -> None:
    """The stored notice claims nothing that the visitor could not read, buttons in their order included."""
    notice = PAGES.notice(layer, language, RULES, Occasion(gpc=True, lapsed=frozenset({"analytics"})))
    page = shown(PAGES, notice)
    if layer == "banner":
        for key in ("heading", "lead", "gpc", "lapsed"):
            assert " ".join(strings(notice.document[key])) in page
        assert " ".join(strings(notice.document["body"])) in page
    else:
        for part in ("body", "columns", "back"):
            assert all(text in page for text in strings(notice.document[part])), part
        for vendor in (v for category in notice.document["categories"] for v in category["vendors"]):
            assert vendor["name"] in page
            assert " ".join(strings(vendor["purpose"])) in page
    for category in notice.document["categories"]:
        assert " ".join(strings(category["title"])) in page
        assert " ".join(strings(category["description"])) in page
    # The last is for whoever has allowed nothing yet, and stands where "withdraw" stands here.
    labels = [button["label"] for button in notice.document["buttons"] if button["when"] != "not granted"]
    assert " ".join(labels) in page


def test_the_evidence_has_one_spelling_and_its_hash() -> None:
    """Anyone can recompute the hash that a consent record names from the stored bytes of the notice."""
    notice = PAGES.notice("preferences", "fr", RULES)
    assert canonical.decode(notice.data) == notice.document
    assert notice.hash == hashlib.sha256(notice.data).hexdigest()
    assert notice.document["policy"] == fingerprint(POLICY)


def test_the_same_words_have_the_same_hash() -> None:
    """Two servers, or one after a restart, name the same notice alike."""
    assert hash_of(changed()) == hash_of(POLICY)
    assert PAGES.notice("banner", "en", RULES) is PAGES.notice("banner", "en", RULES)


def test_a_changed_word_changes_the_hash() -> None:
    """No word of the notice, of ours or of the site's, can change under the same name."""
    vendors: list[dict[str, Any]] = DECLARED["vendors"]
    hashes = [
        hash_of(POLICY),
        hash_of(POLICY, language="fr"),
        hash_of(POLICY, "preferences"),
        hash_of(POLICY, gpc=True),
        hash_of(POLICY, lapsed=frozenset({"analytics"})),
        hash_of(changed(site={"id": "shop", "name": "Maison"})),
        hash_of(changed(vendors=[vendors[0] | {"purpose": "Counts."}, *vendors[1:]])),
        hash_of(changed(vendors=vendors[1:])),
        Pages(POLICY).notice("banner", "en", rules_for(POLICY, "US")).hash,
    ]
    assert len(set(hashes)) == len(hashes)


def test_the_first_layer_says_what_the_law_asks() -> None:
    """Who, how many recipients, what for, how long, where to, and how to withdraw stand on the first layer."""
    page = shown(PAGES, PAGES.notice("banner", "en", RULES))
    for fact in (
        "consent",
        "Maison Lefèvre and 3 vendors",
        "Maison Lefèvre SA (privacy@lefevre.example)",
        "at most 13 months",
        "European Economic Area: United States",
        "withdraw your consent",
        "180 days",
    ):
        assert fact in page


def test_a_bare_policy_has_a_whole_notice() -> None:
    """A site that has declared nothing yet shows a notice that names no vendor, no country and no retention."""
    pages = Pages(Policy())
    page = shown(pages, pages.notice("banner", "de", RULES))
    assert page.startswith("Wir bitten um Ihre Einwilligung Diese Website möchte")
    assert "Anbieter möchten" not in page
    assert "höchstens" not in page


def test_where_silence_allows_the_notice_does_not_speak_of_asking() -> None:
    """A visitor under an opt-out law reads that things run unless they refuse."""
    page = shown(PAGES, PAGES.notice("banner", "en", Rules("US", rules_for(POLICY, "US").regime, 365)))
    assert "unless you refuse" in page
    assert "only if you consent" not in page
    assert "1 year" not in page
    assert "365 days" in page


def test_only_vendors_that_need_consent_are_counted() -> None:
    """The payment provider nobody can refuse is not among the vendors who ask."""
    assert "3 vendors" in PAGES.notice("banner", "en", RULES).document["lead"]
    assert len(POLICY.vendors) == 4


def test_session_only_storage_is_said_to_end_with_the_browser() -> None:
    """Where nothing outlives the session, the notice says so instead of a number."""
    cookie = {"name": "x", "purpose": "X.", "retention": "session", "category": "analytics"}
    body = Pages(changed(vendors=[], cookies=[cookie])).notice("banner", "en", RULES).document["body"]
    assert "What is stored is kept until you close the browser." in body


def test_italy_has_a_cross_that_refuses() -> None:
    """A visitor in Italy can close the banner, which refuses all, and reads so; nobody else finds a cross."""
    notice = PAGES.notice("banner", "en", rules_for(POLICY, "IT"))
    html = PAGES.banner(notice, token="t", return_to="/a").decode()
    [cross] = re.findall(r'<button class="ck-close"[^>]*>×</button>'.replace("×", "(?:×|&#215;)"), html)
    assert 'value="refuse_all"' in cross
    assert 'aria-label="Close and refuse all"' in cross
    assert "Closing this with “×” refuses all that needs consent." in visible(html)
    assert "ck-close" not in PAGES.banner(PAGES.notice("banner", "en", RULES), token="t", return_to="/a").decode()


def test_what_was_added_is_named_and_nothing_else_is_asked() -> None:
    """Asked again, a visitor reads by whom it is that something was added; many vendors are counted, not listed."""
    again = Occasion(lapsed=frozenset({"analytics", "functional"}), added=frozenset({"counter", ""}))
    page = shown(PAGES, PAGES.notice("banner", "en", RULES, again))
    assert "since your last choice: Functional (Maison Lefèvre) and Analytics (Counter)." in page.replace(
        ", Ana", " and Ana"
    )
    assert "Marketing" not in page
    assert "2 vendors" in page  # of these categories
    assert "Close" not in page
    many = [{"id": f"v{n}", "name": f"V{n}", "category": "analytics", "purpose": "P."} for n in range(7)]
    pages = Pages(changed(vendors=many))
    added = Occasion(lapsed=frozenset({"analytics"}), added=frozenset(f"v{n}" for n in range(7)))
    assert "Analytics (7 vendors)" in shown(pages, pages.notice("banner", "en", RULES, added))


def test_a_minor_has_nothing_to_decide() -> None:
    """In a minor's preferences no switch is left, and only what is essential is said to be always active."""
    document = PAGES.notice("preferences", "en", RULES, Occasion(minor=True)).document
    assert [button["value"] for button in document["buttons"]] == ["refuse_all", "withdraw"]
    assert not any(category["switch"] for category in document["categories"])
    assert not any(vendor["switch"] for category in document["categories"] for vendor in category["vendors"])


def test_the_question_does_not_lead() -> None:
    """Whoever is asked for their age does not read from which age it would do."""
    rules = rules_for(changed(minimum_age={"years": 17, "ask": True}), None)
    for layer in ("banner", "preferences"):
        notice = PAGES.notice(layer, "en", rules, Occasion(asks_age=True))  # type: ignore[arg-type]
        assert notice.document["age"]["minimum"] == 17
        assert "17" not in shown(PAGES, notice)
        assert "Your age in years" in shown(PAGES, notice)
