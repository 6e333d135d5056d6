"""The rewriter against the table of cases, noise and saved pages: what is held, and that nothing else changes."""

from __future__ import annotations

import csv
import os
import random
import time
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.guard.html import HtmlRewriter, rewrite_whole
from consentkit.guard.suspects import Suspects

from .cases import CASES, INSERT, LABEL, Case, judge, judge_inline, source

SUSPECTS = Suspects({"t.test", "xn--bcher-kva.test"}.__contains__)
_PAGES = os.environ.get("CONSENTKIT_TEST_PAGES")


def rewriter(hold_limit: int = 65536, insert: bytes = INSERT) -> HtmlRewriter:
    return HtmlRewriter(judge, judge_inline, insert, hold_limit=hold_limit)


def fed(
    chunks: Iterable[bytes], hold_limit: int = 65536, insert: bytes = INSERT, suspects: Suspects | None = None
) -> bytes:
    one = HtmlRewriter(judge, judge_inline, insert, hold_limit=hold_limit, suspects=suspects)
    return b"".join([one.feed(chunk) for chunk in chunks]) + one.finish()


def split(body: bytes, *cuts: int) -> list[bytes]:
    edges = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]
    return [body[a:b] for a, b in pairwise(edges)]


def bytewise(body: bytes) -> list[bytes]:
    return [body[i : i + 1] for i in range(len(body))]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_cases_come_out_as_written_for_every_chunking(case: Case) -> None:
    """A tracker is held, and all else is as its author wrote it, however the server cuts the page."""
    assert fed([case.html]) == case.expected
    assert fed(bytewise(case.html)) == case.expected
    for seed in range(5):
        rng = random.Random(seed)
        assert fed(split(case.html, *(rng.randrange(len(case.html)) for _ in range(3)))) == case.expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_cases_come_out_the_same_with_something_after(case: Case) -> None:
    """What follows on the wire does not change what went before."""
    body = case.html + b'\n<!-- > --></p><img alt="x" src=/own>'
    whole = fed([body])
    assert fed(bytewise(body)) == whole
    assert fed([case.html, body[len(case.html) :]]) == whole
    assert source(whole) == body


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_short_limits_never_depend_on_the_chunks(case: Case) -> None:
    """Even where a tag is too long to be held back, a visitor gets the same page from every server."""
    for limit in (16, 40, 90):
        whole = fed([case.html], limit)
        assert fed(bytewise(case.html), limit) == whole
        assert source(whole) == case.html


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_looking_only_at_suspect_places_misses_nothing(case: Case) -> None:
    """A tracker spelled oddly, or where nobody expects one, is held although most of a page is passed over unread."""
    assert rewrite_whole(case.html, judge, judge_inline, INSERT, suspects=SUSPECTS) == case.expected
    assert fed(bytewise(case.html), suspects=SUSPECTS) == case.expected


_SOUP = st.lists(
    st.sampled_from(
        [case.html for case in CASES]
        + b"< > <! <!- <!-- --> --!> <!doctype </ <script </script <script> </script> <svg> </svg> <math> <mi> <title> "
        b"</title> <noscript> </noscript> <template> </template> <select> <style> </style> <![CDATA[ ]]> \" ' = / "
        b"<body> </body> <html> <p <img src= srcset= //t.test/ https://t.test/ &#116; & \\ <foreignObject> <desc> "
        b"<plaintext> <base <iframe srcdoc= <link rel=icon href= type= module".split()
        + [b" ", b"\n", b"\t", b"\0", b"\xff", b"x" * 50]
    ),
    max_size=30,
).map(b"".join)


@settings(max_examples=150, deadline=None)
@given(_SOUP | st.binary(max_size=200), st.lists(st.integers(0, 4000), max_size=6), st.sampled_from([16, 64, 65536]))
def test_noise_comes_out_whole_for_every_chunking(body: bytes, cuts: list[int], limit: int) -> None:
    """No page, however broken, loses a byte or depends on how it was cut."""
    whole = fed([body], limit)
    assert fed(split(body, *cuts), limit) == whole
    assert fed(bytewise(body), limit) == whole
    assert source(whole) == source(body)


@pytest.mark.parametrize(
    "piece",
    [
        b"<",
        b"<a ",
        b"<!--",
        b'<a b="',
        b"<a b=' >",
        b"<svg><title>",
        b"<script><!--",
        b"<noscript><p>",
        b"<noscript><p title=//t.test>",
        b"&#x",
        b"</x>",
    ],
)
def test_five_megabytes_of_noise_take_bounded_time_and_memory(piece: bytes) -> None:
    """A hostile page costs its server what an ordinary page of its size costs."""
    body = piece * (5_000_000 // len(piece))
    one, began, most = HtmlRewriter(judge, judge_inline, INSERT, suspects=SUSPECTS), time.process_time(), 0
    for at in range(0, len(body), 16384):
        one.feed(body[at : at + 16384])
        most = max(most, one._waiting_size)
    one.finish()
    assert time.process_time() - began < 15
    assert most <= 65536 + 16384
    assert len(one._foreign.stack) <= 512


def test_random_noise_takes_bounded_time() -> None:
    """Random bytes with many brackets cost no more than text."""
    rng = random.Random(7)
    body = bytes(rng.choices(b"<>=\"'/!- abscript\n", k=1_000_000))
    began = time.process_time()
    assert source(fed([body], insert=b"")) == body
    assert time.process_time() - began < 10


def test_held_tags_are_counted_by_label() -> None:
    """A site owner can be told how many tags of whom were held."""
    one = rewriter()
    one.feed(b"<img src=//t.test/><img src=/own><script src=//t.test/></script>")
    one.finish()
    assert one.held == {LABEL: 2}
    assert one.notes == []


def test_a_label_is_written_as_an_attribute_value() -> None:
    """A vendor's name cannot break out of the attribute it is written into."""
    out = rewrite_whole(b"<img src=x>", lambda url: 'a"b&<ü', judge_inline, b"")
    assert out == b'<img data-ck="a&quot;b&amp;&lt;&#252;" data-ck-src=x>'


def test_a_script_over_the_limit_is_judged_by_its_beginning_and_noted() -> None:
    """A huge inline script streams on, and the site owner is told that its end was not read."""
    filler = b"/* long */" * 50
    one = rewriter(200)
    out = one.feed(b"<script>" + filler + b"new Image().src='//t.test/'</script>") + one.finish()
    assert b"data-ck" not in out
    assert one.notes == ["an inline script longer than may be held was judged by its beginning"]
    assert b"data-ck" in fed([b"<script>new Image().src='//t.test/';" + filler + b"</script>"], 200)


def test_tags_over_the_limit_stay_held() -> None:
    """A tag longer than the limit cannot smuggle a tracker in: before, at or after the limit it is held."""
    long = b'alt="' + b"x" * 300 + b'"'
    mark = b' data-ck="marketing t"'
    assert fed([b"<img src=//t.test/ " + long + b">"], 100) == b"<img" + mark + b" data-ck-src=//t.test/ " + long + b">"
    assert fed([b"<img " + long + b" src=//t.test/>"], 100) == b"<img " + long + mark + b" data-ck-src=//t.test/>"
    late = b"<script " + long + b' src=//t.test/ type="module"></script>'
    assert fed([late], 100) == (
        b'<script type="text/plain" data-ck="unknown" ' + long + b' src=//t.test/ data-ck-type="module"></script>'
    )
    data = b'<img src="data:image/png;base64,' + b"A" * 300 + b'" alt="<img src=//t.test/>"><img src=//t.test/>'
    assert fed([data], 100).count(b"data-ck=") == 1
    assert fed([data], 100).endswith(b'><img data-ck="marketing t" data-ck-src=//t.test/>')


def test_clean_pages_are_copied_after_the_insertion() -> None:
    """On a page that names no tracker only the insertion is made, and nobody is asked about any URL."""

    def never(text: str) -> str | None:
        raise AssertionError(text)

    page = b'<html><head><script src="/a.js"></script><script>fetch("/x")</script></head><body><img src="/a"></html>'
    out = rewrite_whole(page, never, never, INSERT, suspects=lambda body: [])
    assert out == page.replace(b"<body>", b"<body>" + INSERT)
    assert rewrite_whole(b"<p>x", never, never, INSERT, suspects=lambda body: []) == b"<p>x"


def saved_pages() -> list[Path]:
    if not _PAGES:
        return []
    with open(Path(_PAGES, "index.csv"), encoding="utf-8", newline="") as file:
        return [Path(_PAGES, f"{row['id']}.html") for row in csv.DictReader(file)]


@pytest.mark.skipif(not _PAGES, reason="CONSENTKIT_TEST_PAGES is not set")
@pytest.mark.parametrize("path", saved_pages(), ids=lambda path: path.stem)
def test_saved_pages_keep_every_byte_for_every_chunking(path: Path) -> None:
    """Pages of real sites come out as they were but for what is held, whatever the chunks."""
    body = path.read_bytes()
    by_host = HtmlRewriter(lambda url: LABEL if "//" in url[:8] else None, judge_inline, INSERT)
    whole = by_host.whole(body)
    assert source(whole) == body
    for size in (1, 7, 1000, 16384):
        again = HtmlRewriter(lambda url: LABEL if "//" in url[:8] else None, judge_inline, INSERT)
        pieces = [again.feed(body[at : at + size]) for at in range(0, len(body), size)]
        assert b"".join(pieces) + again.finish() == whole
