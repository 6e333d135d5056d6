"""A proof in a file: read as it was written, and in one spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.errors import MalformedError
from consentkit.tlog import LogProof, format_proof, parse_proof

NOTE = "log.example\n2\nroot=\n\n— log.example AAAAAAA=\n"
NODE = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw="
PLAIN = f"c2sp.org/tlog-proof@v1\nindex 1\n{NODE}\n\n{NOTE}"
EXTRA = f"c2sp.org/tlog-proof@v1\nextra aGk=\nindex 0\n\n{NOTE}"


def test_published_form() -> None:
    """The file is the one that C2SP tlog-proof describes."""
    plain, extra = parse_proof(PLAIN), parse_proof(EXTRA)
    assert (plain.number, len(plain.path), plain.extra, plain.checkpoint) == (1, 1, b"", NOTE)
    assert (extra.number, extra.path, extra.extra) == (0, (), b"hi")


@given(st.integers(0, 2**62), st.lists(st.binary(min_size=32, max_size=32), max_size=63), st.binary())
def test_parse_undoes_format(number: int, path: list[bytes], extra: bytes) -> None:
    """What a log writes its reader reads."""
    proof = LogProof(number, tuple(path), NOTE, extra)
    assert parse_proof(format_proof(proof)) == proof


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1",
        "c2sp.org/tlog-proof@v1\n\n",
        PLAIN.replace("@v1", "@v2"),
        PLAIN.replace("index 1", "index 01"),
        PLAIN.replace("index 1", "index -1"),
        PLAIN.replace("index 1", "index ١"),
        PLAIN.replace("index 1\n", ""),
        PLAIN.replace(NODE, NODE[:-4]),
        PLAIN.replace(NODE, NODE[:-2] + "x="),
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("index", "Index"),
        PLAIN.replace("\n\n", "\n", 1),
        EXTRA.replace("aGk=", ""),
        EXTRA.replace("aGk=", "aGk"),
        EXTRA.replace("aGk=", "aG k="),
        EXTRA.replace("extra aGk=\nindex 0", "index 0\nextra aGk="),
        EXTRA.replace("extra aGk=", "extra aGk=\nextra aGk="),
    ],
)
def test_one_spelling_only(text: str) -> None:
    """A file that is spelled another way is no proof."""
    with pytest.raises(MalformedError):
        parse_proof(text)
