from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from consentkit.decision import Basis, Decision
from consentkit.page import Occasion, Pages, in_ascii
from consentkit.page.assets import assets
from consentkit.page.sheets import sheets
from consentkit.policy import Category, Policy, Regime

from .sample import DECLARED, EVERYWHERE, PAGES, POLICY, RULES, banner, changed, visible

SHEETS = sheets(POLICY.theme)
CHOSEN = Decision(frozenset({"essential", "analytics"}), frozenset({"ads"}), basis=Basis.CHOICE)
EVIL = "\"><script>alert('x')</script>&{{7*7}}"
ENTRY: dict[str, Any] = {
    "id": "a" * 32,
    "index": 41,
    "leaf_hash": "9f" * 32,
    "time": "2026-11-23T09:30:00.123Z",
    "record": {"choice": "custom", "categories": ["analytics"], "vendors": ["ads", "gone"], "policy": "ab" * 32},
    "salt": "00" * 32,
    "checkpoint": "shop.example/log\n42\nAAAA\n\n— shop.example/log BBBB\n",
    "proof": ["cd" * 32, "ef" * 32],
    "vkey": "shop.example/log+00+CCCC",
}


def preferences(decision: Decision, **options: Any) -> str:
    notice = PAGES.notice("preferences", "en", RULES)
    return PAGES.preferences(notice, decision, token="t", return_to="/a", **options).decode()


def ticked(page: str) -> set[str]:
    return set(re.findall(r'<input type="checkbox" name="\w+" value="([\w-]+)" checked>', page))


def boxes(page: str) -> list[tuple[str, str]]:
    return re.findall(r'<input type="checkbox" name="(\w+)" value="([\w-]+)"', page)


def buttons(page: str) -> list[str]:
    return re.findall(r"<button[^>]*>", page)


def values(found: list[str]) -> list[str]:
    return re.findall(r'value="(\w+)"', "".join(found))


def test_the_three_answers_are_equal() -> None:
    """Accept, refuse and choose are the same element with the same class: none is easier to press than another."""
    found = buttons(banner())
    assert [re.sub(r' (name|value)="\w+"', "", button) for button in found] == ['<button class="ck-button">'] * 3
    assert [value for button in found for value in re.findall(r'value="(\w+)"', button)] == ["accept_all", "refuse_all"]


def test_the_token_never_stands_in_an_address() -> None:
    """The form that leads to the preferences is a GET and carries no token; the one that chooses is a POST."""
    choose, look = re.findall(r"<form.*?</form>", banner(token="SECRET"), flags=re.S)
    assert 'method="post"' in choose
    assert "SECRET" in choose
    assert "method" not in look
    assert "SECRET" not in look


def test_nothing_is_ticked_and_nothing_blocks() -> None:
    """The banner has no box at all, no script, no dialog, and nothing that takes the focus."""
    assert not re.search(r"checkbox|<script|<dialog|autofocus|\bon\w+=|style=", banner())


@pytest.mark.parametrize("language", PAGES.languages)
def test_the_banner_fits_a_page_in_any_charset(language: str) -> None:
    """On a page in latin-1 or Shift_JIS the banner reads the same: it is ASCII with character references."""
    page = in_ascii(banner(language=language).encode())
    assert page.isascii()
    assert visible(page.decode()).startswith(PAGES.notice("banner", language, RULES).document["heading"])


@pytest.mark.parametrize("language", EVERYWHERE.languages)
def test_the_way_back_is_small(language: str) -> None:
    """On pages where a visitor has decided, our link to change one's mind costs at most 200 characters, and with its
    looks and the button to withdraw at most 700 bytes on the wire, also where a server compresses with gzip."""
    for look in ("banner", "sheet"):
        link = EVERYWHERE.reopen(language, look=look)
        assert len(link.decode()) <= 200
        assert b'href="/_privacy/preferences"' in link
    whole = EVERYWHERE.reopen(language, look="style", withdraws="now", nonce="x" * 24)
    assert len(gzip.compress(whole, 9)) <= 700
    assert b"style=" not in whole


def test_the_way_back_brings_its_looks_or_its_nonce() -> None:
    """Its looks stand in the page as a style sheet that the page's policy knows by its nonce; no attribute has any."""
    plain, known = (EVERYWHERE.reopen("en", look="style", nonce=nonce).decode() for nonce in ("", 'a"><b>'))
    assert f"<style>{SHEETS['reopen.css'].data.decode()}</style>" in plain
    assert '<style nonce="a&#34;&gt;&lt;b&gt;">' in known
    assert "static/" not in plain


def test_withdrawing_is_one_press_on_each_page() -> None:
    """Beside the link stands a button for whoever has allowed something, as a form that needs no script."""
    for look in ("style", "sheet", "banner"):
        assert "<form" not in EVERYWHERE.reopen("en", look=look).decode()
        shown = EVERYWHERE.reopen("en", "/shop", look=look, withdraws="now").decode()
        assert '<form method="post" action="/shop/_privacy/choice"><button name=choice value=withdraw>' in shown
        assert visible(shown) == "Your privacy choices Withdraw consent"


def test_a_link_that_the_site_has_placed_brings_no_look() -> None:
    """Where an author puts the link, it is a link like those around it, in its own language's direction."""
    placed = EVERYWHERE.reopen("ar", look="none").decode()
    assert placed.startswith("<aside lang=ar dir=rtl><a href=")
    assert "style" not in placed


def test_the_banner_is_light() -> None:
    """Banner and stylesheet together are small also where a server compresses with gzip, in any language."""
    style = SHEETS["first.css"].data
    pages = [
        EVERYWHERE.banner(EVERYWHERE.notice("banner", tag, RULES), token="x" * 180, return_to="/a")
        for tag in EVERYWHERE.languages
    ]
    assert max(len(gzip.compress(page, 9)) for page in pages) + len(gzip.compress(style, 9)) <= 3600


def test_what_a_site_declares_is_text() -> None:
    """A vendor called <script> is shown by that name and runs nothing, in both layers and in the declaration."""
    vendor = DECLARED["vendors"][0] | {"name": EVIL, "purpose": EVIL}
    policy = changed(vendors=[vendor], site={"id": "shop", "name": EVIL}, version=EVIL)
    pages = Pages(policy)
    notice = pages.notice("preferences", "en", RULES)
    for page in (
        banner(pages),
        pages.preferences(notice, Decision(vendors=frozenset({"counter"})), token="t", return_to="/").decode(),
        pages.declaration("en").decode(),
        pages.receipt("en", "", [ENTRY]).decode(),
    ):
        assert "<script" not in page
        assert EVIL in visible(page) or "&#34;&gt;&lt;script&gt;" in page
        assert "{{7*7}}" in page


@pytest.mark.parametrize("return_to", ['/a"><script>', "/a?b='&c=<d>"])
def test_what_a_visitor_sends_is_text(return_to: str) -> None:
    """A crafted return path or token stays inside its attribute."""
    page = banner(token=EVIL, return_to=return_to)
    assert "<script" not in page
    assert page.count("<input") == 4
    assert "<script" not in PAGES.message("malformed", "en", field=EVIL, return_to=return_to).decode()


@pytest.mark.parametrize(
    "return_to", ["javascript:alert(1)", "//evil.example/", "https://evil.example/", "/\\evil.example"]
)
def test_the_way_back_stays_on_the_site(return_to: str) -> None:
    """No link or field of our pages leads a visitor off the site, whatever the request said."""
    notice = PAGES.notice("preferences", "en", RULES)
    page = PAGES.preferences(notice, Decision(), token="t", return_to=return_to, root="/shop").decode()
    assert "evil" not in page
    assert "javascript" not in page
    assert 'name="return_to" value="/shop/"' in page


def test_a_mounted_app_stays_below_its_root() -> None:
    """Where the app is mounted at /shop, every address of ours starts there."""
    ours = re.findall(
        r'(?:href|action)="([^"]*_privacy[^"]*)"', banner(root="/shop") + PAGES.reopen("en", "/shop").decode()
    )
    assert len(ours) == 7
    assert all(address.startswith("/shop/_privacy/") for address in ours)


def test_a_first_visit_finds_nothing_ticked() -> None:
    """In the preferences every box is empty until the visitor has allowed something, and essential has no box."""
    page = preferences(Decision())
    assert ticked(page) == set()
    assert ("category", "essential") not in boxes(page)
    assert ("vendor", "pay") not in boxes(page)
    assert len(boxes(page)) == 6
    assert "withdraw" not in "".join(buttons(page))


def test_the_preferences_show_what_is_allowed_now() -> None:
    """A category allowed whole and a vendor allowed alone are ticked, named, and can be withdrawn in one click."""
    page = preferences(CHOSEN)
    assert ticked(page) == {"analytics", "ads"}
    assert "Allowed at present: Analytics and Ads & Co " in visible(page)
    assert 'value="withdraw"' in page


@pytest.mark.parametrize(
    ("decision", "last"),
    [
        (Decision(), "refuse_all"),
        (CHOSEN, "withdraw"),
        (replace(CHOSEN, basis=Basis.SIGNAL), "withdraw"),
        (replace(CHOSEN, basis=Basis.DEFAULT, regime=Regime.OPT_OUT), "refuse_all"),
        (replace(CHOSEN, basis=Basis.SIGNAL, regime=Regime.OPT_OUT), "refuse_all"),
    ],
    ids=["nothing chosen", "allowed", "allowed and signalled", "not opted out", "not opted out and signalled"],
)
def test_no_is_said_in_one_way(decision: Decision, last: str) -> None:
    """Who has allowed something reads how to withdraw it, anybody else how to refuse: never two buttons for one no."""
    assert values(buttons(preferences(decision))) == ["custom", "accept_all", last]


def test_the_enter_key_does_not_accept() -> None:
    """The form's first button, which the Enter key presses, saves what is ticked; all buttons look alike."""
    found = buttons(preferences(CHOSEN))
    assert values(found) == ["custom", "accept_all", "withdraw"]
    assert {re.sub(r'value="\w+"', "", button) for button in found} == {'<button class="ck-button" name="choice" >'}


def test_a_question_and_its_reason_stand_apart() -> None:
    """Where the age is asked, the reason for it stands on a line of its own, in either layer."""
    occasion = Occasion(asks_age=True)
    for page in (
        PAGES.banner(PAGES.notice("banner", "en", RULES, occasion), token="t", return_to="/"),
        PAGES.preferences(PAGES.notice("preferences", "en", RULES, occasion), Decision(), token="t", return_to="/"),
    ):
        label, reason = re.findall(r'<p class="ck-age">(.*)<br>(.*)</p>', page.decode())[0]
        assert visible(label).startswith("Your age")
        assert visible(reason)


def test_saving_is_announced() -> None:
    """After saving, a screen reader hears that it was saved; without saving nothing claims so."""
    assert '<p class="ck-note" role="status">Your choice is saved.</p>' in preferences(Decision(), saved=True)
    assert "Your choice is saved." not in preferences(Decision())


@pytest.mark.parametrize("problem", ["stale", "widened"])
def test_a_stale_form_is_answered_with_a_fresh_one(problem: Any) -> None:
    """Whoever sent an outdated form is told why and can choose again at once."""
    page = preferences(Decision(), message=problem)
    assert "Please choose again" in visible(page)
    assert 'action="/_privacy/choice"' in page


@pytest.mark.parametrize("language", PAGES.languages)
@pytest.mark.parametrize(
    "problem", ["malformed", "origin", "stale", "widened", "missing", "too_large", "too_many", "unavailable", "refused"]
)
def test_every_failure_has_a_page(problem: Any, language: str) -> None:
    """Whatever goes wrong, the visitor reads it in their language and finds the way to the preferences."""
    page = PAGES.message(problem, language, field="category").decode()
    assert ("category" in visible(page)) == (problem == "malformed")
    assert f'<html lang="{language}" dir="ltr">' in page
    assert 'href="/_privacy/preferences"' in page


def test_the_declaration_names_everything_and_us() -> None:
    """Every declared cookie, and our own two, stands in the declaration with provider, purpose, retention and party."""
    days = {"_ct": date(2026, 3, 1), "_cta": date(2026, 4, 1), "stranger": date(2026, 5, 1)}
    document = json.loads(PAGES.declaration_json(days))
    rows = {row["name"]: row for row in document["stored"]}
    assert set(rows) == {"ck", "ck_s", "session", "lang", "_ct", "_ad"}
    assert rows["_ct"] == {
        "name": "_ct",
        "provider": "Counter",
        "category": "analytics",
        "purpose": "Tells visitors apart.",
        "retention": "13 months",
        "party": "third",
        "vendor": "counter",
        "last_seen": "2026-03-01",
    }
    assert rows["_ad"]["last_seen"] is None
    page = visible(PAGES.declaration("fr", seen=days).decode())
    assert "Dernière détection" in page
    assert page.count("1er mars 2026") == 1
    assert "mai 2026" not in page
    assert rows["ck"]["category"] == rows["ck_s"]["category"] == "essential"
    assert rows["ck"]["party"] == "first"
    assert [vendor["id"] for vendor in document["vendors"]] == ["counter", "ads", "maps", "pay"]
    page = visible(PAGES.declaration("en").decode())
    assert all(name in page for name in rows)
    assert "Maps" in page


def test_a_cell_stands_where_its_column_does() -> None:
    """In an Arabic table an English text is read from left to right, and stands below its column's name."""
    page = EVERYWHERE.declaration("ar").decode()
    assert re.search(r'<td role="cell" data-ck-column="[^"]+"><bdi>Tells visitors apart\.</bdi></td>', page)
    assert not re.search(r"<td[^>]* dir=", page)


def test_a_label_has_its_languages_colon() -> None:
    """French readers meet a space before a colon, Japanese readers a colon as wide as their letters."""
    for language, colon in (("en", ": "), ("fr", "\u00a0: "), ("ja", "："), ("zh-Hant", "：")):
        page = EVERYWHERE.banner(EVERYWHERE.notice("banner", language, RULES), token="t", return_to="/").decode()
        assert page.count(f"{colon}</b>") == 3


def test_a_bare_declaration_still_names_us() -> None:
    """A site that has declared nothing yet tells at least of our two cookies."""
    document = json.loads(Pages(Policy()).declaration_json({}))
    assert [row["name"] for row in document["stored"]] == ["ck", "ck_s"]
    assert document["controller"] is None
    assert b"This site" in Pages(Policy()).declaration("en")


def test_a_receipt_is_in_words_and_whole() -> None:
    """A visitor reads when they chose what, and finds the leaf hash, the proof, the checkpoint and the key."""
    page = PAGES.receipt("en", "", [ENTRY]).decode()
    text = visible(page)
    assert "You made your own choice." in text
    assert "2026-11-23 09:30:00 UTC" in text
    assert "Analytics" in text
    assert "Ads & Co and gone" in text  # a vendor no longer declared keeps its id
    for evidence in (ENTRY["leaf_hash"], *ENTRY["proof"], ENTRY["vkey"], "— shop.example/log BBBB", "41", "ab" * 32):
        assert evidence in text
    assert 'href="/_privacy/receipt?download=1"' in page
    assert ENTRY["salt"] not in text


def test_a_receipt_without_proof_says_why() -> None:
    """A proof that is still to come, and one that needs no hash, are told apart."""
    assert "The proof follows" in visible(PAGES.receipt("en", "", [ENTRY | {"proof": None, "checkpoint": ""}]).decode())
    assert "held this entry alone" in visible(PAGES.receipt("en", "", [ENTRY | {"proof": []}]).decode())


def test_no_records_is_said_plainly() -> None:
    """A visitor who never chose is told so and is offered no empty download."""
    page = PAGES.receipt("en", "", []).decode()
    assert "There is no record" in page
    assert "download" not in page


def test_stylesheets_are_named_by_what_they_hold() -> None:
    """A file may be kept for ever: its name changes with its content, the guard's with what the site declares."""
    assert PAGES.guard_script is PAGES.static(PAGES.guard_script.name) is PAGES.static(assets()["guard.js"].name)
    assert PAGES.guard_script.name != Pages(Policy()).guard_script.name
    for asset in (PAGES.guard_script, *SHEETS.values(), assets()["widget.js"]):
        assert re.fullmatch(r"[0-9a-f]{16}\.[a-z]+\.(css|js)", asset.name)
        assert PAGES.static(asset.name) is asset
    assert PAGES.static("first.css") is None
    assert PAGES.static("../texts/en.toml") is None
    assert SHEETS["first.css"].name in banner()


def test_filter_lists_find_nothing_to_hide() -> None:
    """No class, id, file or path of ours says a word that filter lists hide, so everybody is really asked."""
    pages = banner() + PAGES.reopen("en", "").decode() + preferences(Decision()) + PAGES.declaration("en").decode()
    for attribute in re.findall(r'(?:class|id|href|action|data-[\w-]+)="([^"]*)"', pages):
        assert not re.search(r"cookie|consent|gdpr|banner", attribute, flags=re.I), attribute


@pytest.mark.parametrize("category", Category)
def test_a_sites_own_words_for_a_category_are_used(category: Category) -> None:
    """What the site says a category is for replaces our general words, in the reader's language."""
    words = {category.value: {"description": {tag: f"Own words, {tag}." for tag in PAGES.languages}}}
    notice = Pages(changed(categories=words)).notice("preferences", "nl", RULES)
    found = {part["id"]: part["description"] for part in notice.document["categories"]}
    assert found.pop(category.value) == "Own words, nl."
    assert "Own words, nl." not in found.values()
