"""A page's base leads nothing of ours to another host."""

from __future__ import annotations

import pytest

from consentkit.guard.home import Home
from consentkit.guard.html import HtmlRewriter

from .cases import judge, judge_inline

OURS = b'<form action="/_privacy/choice"><a href=/_privacy/preferences>x</a>'
WHOLE = b'<form action="https://own.test/_privacy/choice"><a href=https://own.test/_privacy/preferences>x</a>'
EMBED = b' srcdoc="&lt;form action=&quot;/_privacy/choice&quot;>"'
WHOLE_EMBED = b' srcdoc="&lt;form action=&quot;https://own.test/_privacy/choice&quot;>"'


def rewriter(*, only: bool = False, host: str = "own.test") -> HtmlRewriter:
    home = Home("https", host, "/_privacy")
    one = HtmlRewriter(judge, judge_inline, OURS, lead=OURS, embed=lambda label, values: EMBED, home=home)
    if only:
        one.only_place()
    return one


@pytest.mark.parametrize("only", [False, True])
def test_a_choice_never_goes_to_the_host_that_a_base_names(only: bool) -> None:
    """On a page whose relative addresses are another host's, ours are written out whole."""
    page = b'<html><head><base href="//cdn.test/"></head><body><script></script></body></html>'
    assert rewriter(only=only).whole(page).count(WHOLE) == 2


def test_a_placeholder_stays_at_home() -> None:
    """So are those in the placeholder of a held frame."""
    page = b'<base href="//cdn.test/"><iframe src="//t.test/"></iframe>'
    assert WHOLE_EMBED in rewriter().whole(page)


@pytest.mark.parametrize("head", [b"", b'<base href="/shop/">', b"<base target=_top>"])
def test_elsewhere_our_addresses_stay_short(head: bytes) -> None:
    """On any other page they are paths, which are right behind every proxy."""
    out = rewriter().whole(b"<html><head>" + head + b"</head><body></body></html>")
    assert OURS in out
    assert b"own.test" not in out


def test_an_odd_host_is_not_written_into_a_page() -> None:
    """What a visitor wrote into the Host header is no way into the page's markup."""
    page = b'<html><base href="//cdn.test/"><body></body></html>'
    assert OURS in rewriter(host='own.test"><script>').whole(page)
