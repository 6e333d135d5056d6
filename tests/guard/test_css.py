"""Style sheets: the same outcome for every chunking and any length, and nothing that takes long."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.guard.css import Sheet, addresses, css_text

from .cases import source
from .test_html import bytewise, fed, split

HELD = b"about:invalid#ck:marketing%20t:"


def test_a_sheet_longer_than_may_be_held_is_read_to_its_end() -> None:
    """An address in a huge style sheet is held wherever it stands, and the sheet streams on meanwhile."""
    filler = b".a-b:hover{color:rgba(0,0,0,.5);margin:0 auto}\n"
    for before in range(40, 44):
        body = b"<style>" + filler * before + b"b{c:url(//t.test/)}" + filler * 9 + b"d{e:url(/own)}</style>"
        expected = body.replace(b"//t.test/", HELD + b"//t.test/")
        for limit in (100, 512, 2000, 65536):
            assert fed([body], limit) == expected
            assert fed(split(body, 700, 1500, 1600), limit) == expected
        assert fed(bytewise(body), 512) == expected


def test_an_address_is_seen_wherever_a_window_ends() -> None:
    """A sheet too long to be held at once hides nothing where one part of it ends and the next begins."""
    for before in range(90):
        sheet = b"a{b:c}" + b" " * before + b"d{e:u\\72 l(//t.test/)}@import '//t.test/'" + b"f{g:h}" * 20
        out = fed([b"<style>" + sheet + b"</style>"], 64)
        assert out.count(HELD) == 2, before


def test_a_long_address_is_judged_by_its_beginning() -> None:
    """A picture written into a sheet as data costs no memory, and a tracker's address of any length is held."""
    long = b"x" * 700
    body = b"<style>a{b:url(data:image/png;base64," + long + b");c:url(//t.test/" + long + b')}@import "//t.test/'
    body += long + b'";/* ' + long + b" url(//t.test/) */d{e:url(//t.test/)}</style>"
    out = fed([body], 300)
    assert out.count(HELD) == 3
    assert fed(bytewise(body), 300) == out
    assert source(out) == body


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\\2f\\2ft.test", "//t.test"),
        (b"\\00002f \\2F t", "//t"),
        (b"a\\\nb\\\r\nc", "abc"),
        (b"\\t\\.\\g", "t.g"),
        (b"\\0 \\110000 \\d800 x", "\ufffd\ufffd\ufffdx"),
        (b"x\\", "x"),
    ],
)
def test_escapes_are_read_as_browsers_read_them(raw: bytes, text: str) -> None:
    """A tracker spelled with the escapes of CSS is seen."""
    assert css_text(raw) == text


_SOUP = st.lists(
    st.sampled_from(
        b"url( URL( u\\72l( src( image-set( ) ( \" ' ; { } /* */ @import @\\69mport --x: <!-- --> , \\ \n \t . # a b-c "
        b"1x //t.test/ https://t.test/a calc( \\2f \xff</ ".split(b" ")
    ),
    max_size=40,
).map(b" ".join) | st.binary(max_size=60)


@settings(max_examples=200, deadline=None)
@given(_SOUP, st.lists(st.integers(0, 400), max_size=4), st.sampled_from([16, 60, 65536]))
def test_any_sheet_for_any_chunking(sheet: bytes, cuts: list[int], limit: int) -> None:
    """No sheet, however broken, loses a byte or depends on how it was cut."""
    body = b"<style>" + sheet + b"</style><p style='" + sheet.replace(b"'", b"") + b"'>"
    whole = fed([body], limit)
    assert fed(split(body, *cuts), limit) == whole
    assert fed(bytewise(body), limit) == whole
    assert source(whole) == source(body)


@pytest.mark.parametrize(
    "piece", [b"(", b"\\", b"url(", b"image-set(", b'"', b"/*", b"--a:", b"@", b"a\\2f", b"-", b"}"]
)
def test_noise_takes_bounded_time(piece: bytes) -> None:
    """A hostile style sheet costs what an ordinary one of its size costs."""
    text = piece * (1_000_000 // len(piece))
    began = time.process_time()
    addresses(text)
    Sheet().addresses(text, last=False)
    assert time.process_time() - began < 4
