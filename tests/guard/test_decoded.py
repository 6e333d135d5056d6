"""Text decoded from markup keeps its places: what is found in it can be written to in the source."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.guard.decoded import attribute_value, character_data, written_in


def test_every_byte_knows_its_place() -> None:
    """A character that a reference stands for begins where the reference does; inside of one there is no place."""
    text = attribute_value(b"a&lt;b&fjlig;&copy=1")
    assert text.data == b"a<bfj&copy=1"
    assert [text.place(pos) for pos in range(6)] == [0, 1, 5, 6, None, 13]


def test_character_data_has_sections_and_no_comments() -> None:
    """What a picture's style sheet says is read as an XML parser reads it."""
    text = character_data(b"a&lt;<![CDATA[x&lt;]]><!-- y -->&notit;z")
    assert text.data == "a<x&lt;¬it;z".encode()
    assert text.place(2) == 14


@pytest.mark.parametrize(
    ("raw", "written"),
    [(b"a ", b"data-ck-"), (b"&#32", b"&#100;ata-ck-"), (b"&#x27", b"&#100;ata-ck-"), (b"&quot;", b"data-ck-")],
)
def test_what_is_written_does_not_become_part_of_a_reference(raw: bytes, written: bytes) -> None:
    """A reference whose semicolon its author left out still ends where it ended."""
    assert written_in(raw + b"src", len(raw), b"data-ck-") == written


@given(st.text(alphabet="&#x;lt27quogap=' <a", max_size=30), st.sampled_from([b'x="y&z"', b"data-ck-", b" <b>"]))
def test_written_anywhere_it_is_read_back(text: str, piece: bytes) -> None:
    """Wherever something is written into an attribute, the browser reads the author's text with it in between."""
    raw = text.encode()
    decoded = attribute_value(raw)
    for pos in range(len(decoded.data) + 1):
        place = decoded.place(pos)
        if place is None or raw[max(0, place - 1) : place] in (b"&", b"#", b"x"):
            continue  # inside of what could have become a reference, nothing is ever written
        if re.search(rb"&[a-z]\w*\Z", raw[:place]) and raw[place : place + 1].isalnum():
            continue  # nor inside of the name of one
        whole = raw[:place] + written_in(raw, place, piece) + raw[place:]
        assert attribute_value(whole).data == decoded.data[:pos] + piece + decoded.data[pos:]
