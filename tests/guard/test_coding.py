"""Content codings: a compressed page is read whole, in any pieces, within bounds."""

from __future__ import annotations

import gzip
import random
import tracemalloc
import zlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.classification.classifier import Classifier
from consentkit.decision import Decision
from consentkit.guard.coding import LONGEST, STEEPEST, Coding, Deflate, Gzip, Identity, coding_for
from consentkit.guard.guard import HtmlGuard, Terms
from consentkit.policy import Policy

PAGE = b"<!doctype html><title>x</title><p>" + bytes(range(256)) * 40


def read(data: bytes, *cuts: int, coding: Coding | None = None) -> bytes:
    """What is read when the data comes in pieces."""
    coding = coding or Gzip()
    ends = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return b"".join(part for start, end in pairwise(ends) for part in coding.decode(data[start:end]))


@given(st.binary(max_size=2000), st.lists(st.integers(0, 5000), max_size=6), st.integers(0, 9))
def test_any_pieces(data: bytes, cuts: list[int], level: int) -> None:
    """However a page is compressed and however it arrives, it is read as it was written."""
    assert read(gzip.compress(data, level), *cuts) == data


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 300_000])
def test_byte_by_byte(size: int) -> None:
    """Also one byte at a time, around the size of a piece, and where a page compresses to almost nothing."""
    data = gzip.compress(b"a" * size)
    assert read(data, *range(len(data))) == b"a" * size


@given(st.lists(st.binary(max_size=100), min_size=1, max_size=4), st.lists(st.integers(0, 600), max_size=5))
def test_several_members(parts: list[bytes], cuts: list[int]) -> None:
    """A gzip file may be several in a row: all of them are the page (RFC 1952 §2.2)."""
    assert read(b"".join(map(gzip.compress, parts)), *cuts) == b"".join(parts)


@pytest.mark.parametrize("padding", [b"\0" * 512, b"garbage", b"\x1f", b"\x1f\x8b", b"\x1f\x8b\x09", b"<script>"])
@pytest.mark.parametrize("cuts", [(), range(20_000)])
def test_padding_behind(padding: bytes, cuts: range) -> None:
    """What stands behind the page is not the page, for us as for a browser."""
    assert read(gzip.compress(PAGE) + padding, *cuts) == PAGE


def test_no_gzip() -> None:
    """What is not gzip at all is told at its first bytes."""
    with pytest.raises(zlib.error):
        list(Gzip().decode(PAGE))


def test_damage_ends_the_page() -> None:
    """A page that breaks off, or is damaged on the way, is read as far as it goes."""
    page = random.Random(1).randbytes(100_000).hex().encode()
    data = gzip.compress(page)
    for broken in (data[:60_000], data[:60_000] + b"\xff" * 500 + data[60_500:], data[:-8] + bytes(8)):
        for cuts in ((), (50_000,), range(0, 100_000, 1000)):
            assert page.startswith(read(broken, *cuts)[:50_000])
    assert len(read(data[:60_000], 50_000)) > 50_000


def test_a_bomb_ends_early() -> None:
    """A small body that unpacks a thousandfold takes neither the server's memory nor its time."""
    bomb = gzip.compress(bytes(64 << 20))
    assert len(bomb) < 70_000
    coding = Gzip()
    tracemalloc.start()
    total = 0
    for part in coding.decode(bomb):
        assert len(part) <= 1 << 16
        total += len(part)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert LONGEST < total <= LONGEST + (1 << 16)
    assert peak < 2 << 20
    assert list(coding.decode(bomb)) == []
    assert coding.notes


def test_a_long_page_is_no_bomb() -> None:
    """A page may be as long as it likes if it also came in long, and any page may be 16 MiB long."""
    row = random.Random(1).randbytes(120).hex().encode() + b"a" * 12_000
    page = row * ((LONGEST + (2 << 20)) // len(row))
    pack = zlib.compressobj(1, zlib.DEFLATED, 31)
    body = b"".join(pack.compress(row) + pack.flush(zlib.Z_FULL_FLUSH) for _ in range(len(page) // len(row)))
    assert 30 < len(page) / len(body) < STEEPEST
    assert read(body + pack.flush()) == page
    assert len(read(gzip.compress(bytes(LONGEST)))) == LONGEST


@given(st.binary(max_size=2000), st.lists(st.integers(0, 5000), max_size=6), st.sampled_from([15, 9, -15]))
def test_deflate(data: bytes, cuts: list[int], bits: int) -> None:
    """deflate is read in its wrapper and without, as browsers do, and what stands behind it is not the page."""
    pack = zlib.compressobj(wbits=bits)
    body = pack.compress(data) + pack.flush()
    for behind in (b"", b"more"):
        assert read(body + behind, *cuts, coding=Deflate()) == data


@given(st.binary(max_size=300))
def test_deflate_written_back(data: bytes) -> None:
    """Whoever sends us bare deflate, what we send on has the wrapper that the standard asks for (RFC 9110 §8.4.1.2)."""
    coding = Deflate()
    assert zlib.decompress(coding.encode(data) + coding.finish()) == data


def guard() -> HtmlGuard:
    return HtmlGuard(Terms(Classifier(Policy()), Decision(), "shop.example"), b"<!--us-->", Gzip(), lambda _: [])


def test_a_bomb_of_a_page() -> None:
    """Nor does the guard hold it whole: one visitor's request cannot take the server's memory."""
    bomb = gzip.compress(b"<body>" + b"a" * (48 << 20))
    subject = guard()
    tracemalloc.start()
    out = subject.finish(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 << 20
    assert len(out) < 1 << 20


@pytest.mark.parametrize("padding", [b"", b"\0" * 9, b"more"])
def test_a_tracker_cannot_hide_behind_damage(padding: bytes) -> None:
    """A page with something odd behind it is guarded like any other."""
    page = b'<body><script src="https://www.google-analytics.com/analytics.js"></script></body>'
    subject = HtmlGuard(Terms(Classifier(Policy()), Decision(), "shop.example"), b"", Gzip())
    out = gzip.decompress(subject.finish(gzip.compress(page) + padding))
    assert b'<script type="text/plain"' in out
    assert out.endswith(b"</body>")


def test_what_lies_about_itself_goes_out_as_it_came() -> None:
    """A body that says gzip and is not is nobody's page: it is left alone."""
    assert guard().finish(b"<body>plain</body>") == b"<body>plain</body>"


@given(st.lists(st.binary(max_size=200), max_size=6))
def test_written_back(parts: list[bytes]) -> None:
    """What we compress anybody can read, and each piece as soon as it is sent."""
    coding, reader, sent, so_far = Gzip(), zlib.decompressobj(31), b"", b""
    for part in parts:
        sent += reader.decompress(coding.encode(part))
        so_far += part
        assert sent == so_far
    sent += reader.decompress(coding.finish())
    assert sent == b"".join(parts)
    assert reader.eof


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (None, Identity),
        (b"identity", Identity),
        (b" GZIP ", Gzip),
        (b"x-gzip", Gzip),
        (b"br", type(None)),
        (b"gzip, br", type(None)),
        (b"gzip, gzip", type(None)),
        (b"Deflate", Deflate),
        (b"zstd", type(None)),
    ],
)
def test_coding_for(name: bytes | None, kind: type) -> None:
    """A coding we cannot read is said to be one, not guessed at."""
    assert isinstance(coding_for(name), kind)


def test_identity() -> None:
    """A page without a coding is what it is."""
    assert list(Identity().decode(PAGE)) == [PAGE]
    assert Identity().encode(PAGE) + Identity().finish() == PAGE
