"""What others put into a page through the rewriter: the lead before the first script, what stands in a held frame."""

from __future__ import annotations

import pytest

from consentkit.guard.html import HtmlRewriter

from .cases import INSERT, LABEL, judge, judge_inline
from .test_html import bytewise

LEAD = b'<script src="/lead.js"></script>'
SCRIPT = b"<script>1</script>"

# `$` marks where the lead is expected, `@` the insertion.
_LEADS = [
    b"$<script>1</script><script>2</script>",
    b"<!doctype html><html><head><title>t</title>$<script src=/a.js></script></head><body>@<script>2</script>",
    b"<html><body>@<p>x$<SCRIPT TYPE=module>1</SCRIPT></body></html>",
    b"<html><body>@<p>no script</p></body></html>",
    b'<html><body>@<script type="application/json">{}</script><script type=importmap>{}</script>$<script>1</script>',
    b"<html><body>@<template><script>1</script></template><noscript><script>1</script></noscript>$<script>1</script>",
    b"<body>@<template><template shadowrootmode=open><script>1</script></template></template>x",
    b"<body>@<div><template shadowrootmode=open>$<script>1</script></template></div><script>2</script>",
    b"<body>@<textarea><script>1</script></textarea><!-- <script>1</script> -->$<script>1</script>",
    b"<body>@<svg><desc>$<script>1</script></desc></svg>",
    b'<body>@<script type="text/plain">1</script>',
]


def rewriter(
    *, lead: bytes = LEAD, clean: bool = False, only: bool = False, insert: bytes = INSERT, limit: int = 65536
) -> HtmlRewriter:
    suspects = (lambda body: []) if clean else None
    one = HtmlRewriter(judge, judge_inline, insert, suspects=suspects, lead=lead, hold_limit=limit)
    if only:
        one.only_place()
    return one


def fed(one: HtmlRewriter, chunks: list[bytes]) -> bytes:
    return b"".join([one.feed(chunk) for chunk in chunks]) + one.finish()


@pytest.mark.parametrize("short", _LEADS)
@pytest.mark.parametrize("only", [False, True])
def test_the_lead_goes_before_the_first_script_that_runs(short: bytes, only: bool) -> None:
    """Whatever is to run before a page's scripts does, and a page without scripts gets nothing of it."""
    body = short.replace(b"$", b"").replace(b"@", b"")
    expected = short.replace(b"$", LEAD).replace(b"@", INSERT)
    assert rewriter(only=only).whole(body) == expected
    assert rewriter(clean=True).whole(body) == expected
    assert fed(rewriter(only=only), bytewise(body)) == expected
    assert rewriter(insert=b"", clean=True).whole(body) == short.replace(b"$", LEAD).replace(b"@", b"")


def test_the_lead_goes_before_a_held_script_too() -> None:
    """A held script wakes later: what guards the page is there before it."""
    out = rewriter().whole(b"<p><script src=//t.test/></script>")
    assert out == b"<p>" + LEAD + b'<script type="text/plain" data-ck="marketing t" src=//t.test/></script>'


def test_in_a_picture_the_lead_stays_html() -> None:
    """Where the first script of a page is in a picture, the lead is read as HTML there, and runs."""
    assert rewriter().whole(b"<svg><script>1</script></svg>") == (
        b"<svg><desc>" + LEAD + b"</desc><script>1</script></svg>"
    )


def test_the_lead_goes_before_a_script_with_a_long_tag() -> None:
    """A script whose tag is too long to be held back is led all the same."""
    body = b"<p><script data-x='" + b"x" * 200 + b"'>1</script>"
    for chunks in ([body], bytewise(body)):
        assert fed(rewriter(limit=64), chunks).startswith(b"<p>" + LEAD + b"<script ")


def embedding(body: bytes, xml: bool = False) -> tuple[bytes, list[tuple[str, dict[bytes, bytes]]]]:
    asked: list[tuple[str, dict[bytes, bytes]]] = []

    def embed(label: str, attributes: dict[bytes, bytes]) -> bytes:
        asked.append((label, attributes))
        return b' srcdoc="ours"' if b"hidden" not in attributes else b""

    return HtmlRewriter(judge, judge_inline, b"", embed=embed, xml=xml).whole(body), asked


def test_a_held_frame_shows_what_it_is_given() -> None:
    """A frame held for its address shows the placeholder, and a document its author wrote gives way to it."""
    out, asked = embedding(b"<iframe src='//t.test/a' title=x SRC=/b srcdoc='<p>' width=9></iframe>")
    assert out == (
        b'<iframe data-ck="marketing t" srcdoc="ours" data-ck-src=\'//t.test/a\' title=x data-ck-SRC=/b '
        b"data-ck-srcdoc='<p>' width=9></iframe>"
    )
    assert asked == [(LABEL, {b"src": b"//t.test/a", b"title": b"x", b"srcdoc": b"<p>", b"width": b"9"})]


def test_other_frames_are_left_to_their_author() -> None:
    """Nothing is put into a frame that is not held for its address, or for which there is nothing to show."""
    assert embedding(b"<iframe src=/own></iframe><img src=//t.test/>")[1] == []
    out, asked = embedding(b'<iframe srcdoc="<img src=//t.test/>"></iframe>')
    assert asked == []
    assert b"ours" not in out
    assert embedding(b"<iframe hidden src=//t.test/></iframe>")[0] == (
        b'<iframe data-ck="marketing t" hidden data-ck-src=//t.test/></iframe>'
    )
    assert b"ours" not in embedding(b'<iframe src="//t.test/"/>', xml=True)[0]
