"""The placeholder as text: what it says is evidence, nothing breaks out of it, and it is small."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from consentkit.page import Notice, Pages
from consentkit.page.embed import LONGEST_WORDS, Door
from consentkit.policy import Policy

from .sample import DECLARED, PAGES, RULES, changed, strings, visible

DOOR = Door("https://video.test/embed/a?b=c&d")
EVIL = "\"'><script>alert('x')</script>&quot;{{7*7}}"
# What a document says of itself.
UNSAID = {"layer", "policy", "language", "regime", "version", "code", "site", "vendor"}


def notice(vendor: str = "counter", language: str = "en", pages: Pages = PAGES, *, gpc: bool = False) -> Notice:
    declared = pages.embeds.vendor(vendor)
    assert declared is not None
    found = pages.embeds.notice(declared, language, RULES, gpc=gpc)
    assert found is not None
    return found


def asking(vendor: str = "counter", language: str = "en", *, gpc: bool = False, **more: Any) -> str:
    """The document that asks for a vendor, as a browser takes it from the attribute."""
    given: dict[str, Any] = {"door": DOOR, "token": "TOKEN", "return_to": "/a", "pages": PAGES} | more
    pages: Pages = given.pop("pages")
    written = pages.embeds.asking(notice(vendor, language, pages, gpc=gpc), given.pop("door"), **given)
    return document(written)


def pointing(name: str = "video.test", language: str = "en", door: Door = DOOR, target: str = "_top") -> str:
    return document(PAGES.embeds.pointing(name, ("marketing",), language, door, target=target))


def document(written: bytes) -> str:
    value = re.fullmatch(r' srcdoc="([^"]*)"', written.decode())
    assert value
    return html.unescape(value[1])


@pytest.mark.parametrize("language", PAGES.languages)
def test_what_is_shown_is_evidence(language: str) -> None:
    """An auditor who holds the stored notice holds every word of the placeholder, and none that was not shown."""
    shown = visible(asking("ads", language, gpc=True))
    document = notice("ads", language, gpc=True).document
    said = strings({key: value for key, value in document.items() if key not in UNSAID})
    words = [word for word in said if word not in ("once", "add", "linked", "always", "preferences")]
    assert all(word in shown for word in words)
    left = shown
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, " ")
    assert left.split() == []


def test_the_law_is_met_before_the_click() -> None:
    """Who, what for, how long, where to, and how to withdraw stand in the placeholder, as they do in the banner."""
    shown = visible(asking("counter"))
    for fact in (
        "Loading it sends data, such as your IP address, to Counter",
        "Counts visits.",
        "at most 13 months",
        "European Economic Area: United States",
        "remembered for 180 days",
        "Withdraw it at any time: “Your privacy choices”",
        "All else stays as you chose.",
    ):
        assert fact in shown
    assert "Global Privacy Control" not in shown
    assert "Global Privacy Control" in visible(asking("ads", gpc=True))


def test_each_vendor_language_and_signal_has_its_own_evidence() -> None:
    """No word of a placeholder can change under the same name."""
    notices = [
        notice(),
        notice("ads"),
        notice(language="fr"),
        notice("ads", gpc=True),
        notice(pages=Pages(changed(version="2"))),
        notice(pages=Pages(changed(csp={"mode": "enforce"}))),
    ]
    assert len({found.hash for found in notices}) == len(notices)
    assert notice().hash == notice(pages=Pages(changed())).hash


def test_one_click_is_a_form() -> None:
    """The form names the vendor and nothing else, carries its token in a POST, and leads the whole page back."""
    [form] = re.findall(r"<form.*?</form>", asking())
    assert form.startswith("<form method=post action='/_privacy/choice' target=_top>")
    fields = re.findall(r"name=(\w+) value='?([^'>]+)", form)
    assert fields == [("token", "TOKEN"), ("return_to", "/a"), ("vendor", "counter"), ("choice", "add")]
    assert "TOKEN" not in asking().replace(form, "")
    assert "<form" not in pointing()


def test_once_is_a_link() -> None:
    """Loading once is a plain link to the author's own address, under the author's referrer policy."""
    assert "<a href='https://video.test/embed/a?b=c&amp;d'>Load this once</a>" in asking()
    careful = asking(door=Door(DOOR.address, "no-referrer"))
    assert "d' referrerpolicy=no-referrer>Load this once</a>" in careful
    for page in (asking(door=Door("")), pointing(door=Door(""))):
        assert "Load this once" not in page
    assert pointing(door=Door(""), target="").count("<a ") == 0


def test_under_an_enforced_policy_it_opens_in_a_tab() -> None:
    """Where a frame may go nowhere that the page's policy does not name, the link says that it opens a new tab."""
    pages = Pages(changed(csp={"mode": "enforce"}))
    assert "target=_blank rel=noopener>Open in a new tab</a>" in asking(pages=pages)


def test_what_a_site_or_visitor_writes_is_text() -> None:
    """A vendor called <script>, a crafted path and address stay text, in the attribute and in the document."""
    vendor = DECLARED["vendors"][0] | {"name": EVIL, "purpose": EVIL}
    pages = Pages(changed(vendors=[vendor]))
    for page in (
        asking(pages=pages),
        asking(return_to=f"/{EVIL}", token=EVIL),
        asking(door=Door(f"https://video.test/{EVIL}")),
        pointing(EVIL),
        document(pages.embeds.pointing(EVIL, ("marketing",), "en", Door(EVIL), target="_top", root=f"/{EVIL}")),
    ):
        assert "<script" not in page
        assert html.unescape(page).count(EVIL) >= 1
        assert "49" not in page


def test_without_a_declared_vendor_it_points_to_the_preferences() -> None:
    """Of a host that the site does not declare a visitor reads its name, what allows it, and where."""
    shown = visible(pointing())
    assert "to video.test, which may also store" in shown
    assert "once you allow “Marketing”" in shown
    assert "<a href='/_privacy/preferences' target=_top>Your privacy choices</a>" in pointing()
    assert PAGES.embeds.vendor("video") is None


def test_too_many_words_are_read_in_the_preferences() -> None:
    """A vendor of whom more is declared than fits into a frame is not asked for there."""
    for length, fits in ((100, True), (LONGEST_WORDS, False)):
        vendor = DECLARED["vendors"][2] | {"purpose": "x" * length}
        pages = Pages(changed(vendors=[vendor]))
        found = pages.embeds.vendor("maps")
        assert found is not None
        assert (pages.embeds.notice(found, "en", RULES, gpc=False) is not None) == fits


@pytest.mark.parametrize("language", PAGES.languages)
def test_it_is_small(language: str) -> None:
    """A page pays at most 1.2 KB for a placeholder in English, 1.3 KB in any language, 0.2 KB more with the signal."""
    most = 1229 if language == "en" else 1331
    for vendor in ("counter", "ads", "maps"):
        for gpc in (False, True):
            args: dict[str, Any] = {"token": "x" * 120, "return_to": "/courses/bread"}
            written = PAGES.embeds.asking(notice(vendor, language, gpc=gpc), DOOR, **args)
            assert len(written) <= most + 205 * gpc, vendor
    assert len(PAGES.embeds.pointing("video.test", ("marketing",), language, DOOR, target="_top")) <= 700


def test_what_is_kept_is_bounded() -> None:
    """However many roots and hosts a server is asked for, the placeholders it keeps ready stay few."""
    pages = Pages(Policy())
    for number in range(600):
        pages.embeds.pointing("video.test", ("marketing",), "en", DOOR, target="_top", root=f"/{number}")
        pages.embeds.pointing(f"{number}.test", ("marketing",), "en", DOOR, target="_top")
    assert len(pages.embeds._moulds) <= 256


def test_filter_lists_find_nothing_to_hide() -> None:
    """No address or name in a placeholder says a word that filter lists hide."""
    assert not re.search(r"cookie|consent|gdpr|banner", re.sub(r">[^<]*<", "><", asking() + pointing()), re.I)
