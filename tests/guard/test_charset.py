"""Pages in encodings whose markup is not in ASCII bytes: read all the same, and every byte comes back."""

from __future__ import annotations

import codecs
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.classification.classifier import Classifier
from consentkit.decision import Decision
from consentkit.guard.charset import Charset, Iso2022Jp, Undeclared, Utf16, charset_for, is_blank
from consentkit.guard.coding import Identity
from consentkit.guard.document import HTML
from consentkit.guard.guard import HtmlGuard, Terms
from consentkit.policy import parse_policy
from tests.exchanges import POLICY

TRACKER = '<img src="https://ads.test/a.gif">'
HELD = '<img data-ck="marketing ads" data-ck-src="https://ads.test/a.gif">'
TERMS = Terms(Classifier(parse_policy(POLICY, "test")), Decision(), "shop.example")
JAPANESE = "<title>テスト</title><p>日本語 <b>!</b>"


def guarded(body: bytes, label: str, size: int = 0) -> bytes:
    """The page as it goes out, fed whole or in pieces of `size`."""
    guard = HtmlGuard(TERMS, b"<i>us</i>", Identity(), document=HTML._replace(label=label))
    if not size:
        return guard.finish(body)
    return b"".join(guard.feed(body[at : at + size]) for at in range(0, len(body), size)) + guard.finish()


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 1000])
@pytest.mark.parametrize(
    ("label", "codec", "bom"),
    [
        ("utf-16", "utf-16-le", b""),
        ("utf-16le", "utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16be", "utf-16-be", b""),
        ("", "utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-8", "utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16", "utf-8", codecs.BOM_UTF8),
        ("iso-2022-jp", "iso-2022-jp", b""),
        ("csiso2022jp", "iso-2022-jp", b""),
        ("shift_jis", "shift_jis", b""),
        ("gb18030", "gb18030", b""),
        ("utf-7", "utf-8", b""),
        ("utf-32", "utf-8", b""),
    ],
)
def test_a_page_in_any_encoding(label: str, codec: str, bom: bytes, size: int) -> None:
    """Whatever a page is written in, its tracker is held and every other character is the author's."""
    page = f"<!doctype html><body>{JAPANESE}{TRACKER}<p>日本"
    expected = f"<!doctype html><body><i>us</i>{JAPANESE}{HELD}<p>日本"
    assert guarded(bom + page.encode(codec), label, size) == bom + expected.encode(codec)


@pytest.mark.parametrize("size", [0, 1, 5])
@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_named_by_its_declaration(codec: str, size: int) -> None:
    """A page in UTF-16 that only its XML declaration tells is read as browsers read it."""
    page = f'<?xml version="1.0"?><body>{TRACKER}'
    assert HELD.encode(codec) in guarded(page.encode(codec), "", size)


@pytest.mark.parametrize("size", [0, 1, 100])
@pytest.mark.parametrize("before", ["", "<title>テスト</title>", "<p>" * 300])
def test_named_by_its_meta(before: str, size: int) -> None:
    """A page that names ISO-2022-JP itself hides nothing in characters that look like markup."""
    page = f"{before}<meta charset=iso-2022-jp><p>次{TRACKER}"  # the second byte of that character is "<"
    assert b"<" in "次".encode("iso-2022-jp")[3:-3]
    assert guarded(page.encode("iso-2022-jp"), "", size) == page.replace(TRACKER, HELD).encode("iso-2022-jp")


def test_named_too_late() -> None:
    """Behind its first 1024 bytes a page names no encoding: a browser looks no further, nor do we."""
    page = f"{' ' * 1024}<meta charset=iso-2022-jp>\x1b$B{TRACKER}"
    assert guarded(page.encode(), "") == page.replace(TRACKER, HELD).encode()


@pytest.mark.parametrize("label", ["iso-2022-jp", ""])
def test_escapes_hide_nothing(label: str) -> None:
    """What a browser reads as ASCII again after an escape is read by us as well."""
    page = b"<meta charset=iso-2022-jp>\x1b$B!<\x1b(J" + TRACKER.encode() + b"\x1b(I<\x1b(B" + TRACKER.encode()
    assert guarded(page, label).count(HELD.encode()) == 2


CHARSETS = {"utf-16-le": lambda: Utf16("utf-16-le"), "utf-16-be": lambda: Utf16("utf-16-be"), "jp": Iso2022Jp,
            "none": Undeclared}  # fmt: skip
_BYTES = st.lists(
    st.sampled_from(
        [b"\x1b", b"(B", b"(J", b"(I", b"$B", b"$@", b"<", b"\xd8\x3d", b"\xdc\x00", b"\x00", b"a", b"\xff"]
    )
    | st.binary(max_size=3),
    max_size=20,
).map(b"".join)


@pytest.mark.parametrize("make", CHARSETS.values(), ids=CHARSETS)
@given(_BYTES, st.lists(st.integers(0, 60), max_size=6), st.lists(st.integers(0, 90), max_size=6))
def test_every_byte_survives(make: type[Charset], body: bytes, cuts: list[int], others: list[int]) -> None:
    """Bytes that are no text in the page's encoding come back as they were, however they are cut on either way."""
    charset = make()
    read = b"".join(charset.decode(part, False) for part in _parts(body, cuts)) + charset.decode(b"", True)
    written = b"".join(charset.encode(part, False) for part in _parts(read, others)) + charset.encode(b"", True)
    assert written == body


def _parts(body: bytes, cuts: list[int]) -> list[bytes]:
    ends = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]
    return [body[start:end] for start, end in pairwise(ends)]


@pytest.mark.parametrize("label", ["iso-2022-kr", "hz-gb-2312", "replacement"])
def test_blank(label: str) -> None:
    """Of an encoding that browsers refuse they show nothing, and fetch nothing."""
    assert is_blank(label)
    assert not is_blank("utf-8")


def test_little_is_held_back() -> None:
    """A stream begins at once: at most the bytes that could be a mark wait."""
    assert charset_for("utf-8", b"<", False) is not None
    assert charset_for("utf-8", b"\xef\xbb", False) is None
    assert charset_for("", b"<", False) is None
    assert charset_for("", b"<!", False) is not None
