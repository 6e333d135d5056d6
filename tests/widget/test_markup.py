"""What the server writes for the widget, and what of it is evidence."""

from __future__ import annotations

import re

import pytest

from consentkit.decision import Decision
from consentkit.guard.nonce import script_nonce, style_nonce
from consentkit.http import ResponseHead
from tests.page.sample import PAGES, RULES, visible


def head(*policies: str) -> ResponseHead:
    return ResponseHead(200, tuple((b"content-security-policy", policy.encode()) for policy in policies))


@pytest.mark.parametrize("language", PAGES.languages)
def test_what_is_heard_and_shown_later_is_evidence(language: str) -> None:
    """Each word that the widget may say or put in the banner's place is in the stored notice."""
    notice = PAGES.notice("banner", language, RULES)
    later = PAGES.widget("ck_s.01234567", later=PAGES.reopen(language, look="banner")).decode()
    assert visible(later) == notice.document["reopen"]
    assert all(notice.document["outcomes"].values())


def test_the_banner_says_what_holds_while_it_asks() -> None:
    """Of a visitor who is asked again, the banner tells the widget what is still allowed."""
    decision = Decision(frozenset({"essential", "analytics"}), frozenset({"maps", "ads"}))
    page = PAGES.banner(PAGES.notice("banner", "en", RULES), decision, token="t", return_to="/").decode()
    assert 'data-ck-granted="analytics essential" data-ck-vendors="ads maps"' in page
    told = b'<i data-ck-granted="analytics essential" data-ck-vendors="ads maps">'
    assert PAGES.settled(decision) == told + b"</i>"
    assert PAGES.settled(decision, "en") == told + b"Opt-Out Request Honored. </i>"


def test_the_tag_is_plain_and_escaped() -> None:
    """The tag that loads the widget is deferred and external, and nothing breaks out of its attributes."""
    tag = PAGES.widget("ck_s.01234567", '/"><b>', nonce='"><b>').decode()
    assert "<b>" not in tag
    assert re.fullmatch(
        r'<script defer src="/_privacy/static/[0-9a-f]{16}\.widget\.js" data-ck-state="ck_s\.01234567"></script>',
        PAGES.widget("ck_s.01234567").decode(),
    )


@pytest.mark.parametrize(
    ("policies", "nonce"),
    [
        (("script-src 'nonce-aB3+/_-='",), "aB3+/_-="),
        (("default-src 'self'; script-src 'self' 'strict-dynamic' 'nonce-one'",), "one"),
        (("default-src 'nonce-two'",), "two"),
        (("img-src *", "SCRIPT-SRC-ELEM 'nonce-three'"), "three"),
        (("img-src *, script-src 'nonce-four'",), "four"),
        (("style-src 'nonce-five'",), ""),
        (("script-src 'self'; style-src 'nonce-six'",), ""),
        (("script-src 'nonce-\"><b>'",), ""),
        ((), ""),
    ],
)
def test_the_nonce_is_the_one_for_scripts(policies: tuple[str, ...], nonce: str) -> None:
    """A page that lets scripts run by nonce lets ours run, by that nonce and no other."""
    assert script_nonce(head(*policies)) == nonce


@pytest.mark.parametrize(
    ("policies", "nonce"),
    [
        ((), ""),
        (("script-src 'self' 'nonce-one'",), ""),
        (("style-src 'unsafe-inline'",), ""),
        (("default-src 'self'; style-src 'self' 'nonce-two'",), "two"),
        (("default-src 'nonce-three'", "style-src-elem 'nonce-three'; style-src 'self'"), "three"),
        (("style-src 'nonce-one'", "style-src 'nonce-two'"), None),
        (("style-src 'unsafe-inline' 'sha256-AAAA'",), None),
        (("style-src-elem 'self'; style-src 'unsafe-inline'",), None),
        (("default-src 'self'",), None),
    ],
)
def test_a_style_of_ours_counts_or_is_not_written(policies: tuple[str, ...], nonce: str | None) -> None:
    """The link's looks are written into a page only where each of its policies lets them count."""
    assert style_nonce(head(*policies)) == nonce
