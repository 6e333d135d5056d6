"""The one byte encoding: one spelling per value, as RFC 8785 and every JSON library read it."""

from __future__ import annotations

import contextlib
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit import canonical
from consentkit.errors import MalformedError

KEYS = st.text(st.characters(max_codepoint=0x7E), max_size=6)
LEAVES = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4))


@given(VALUES)
def test_there_and_back(value: Any) -> None:
    """What was hashed can be read again, and every JSON library reads the same."""
    data = canonical.encode(value)
    assert canonical.decode(data) == value
    assert json.loads(data) == value


@given(VALUES)
def test_order_of_keys_is_nothing(value: Any) -> None:
    """The same declaration has the same fingerprint however its keys were ordered."""

    def turned(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: turned(part[key]) for key in reversed(part)}
        return list(map(turned, part)) if isinstance(part, list) else part

    assert canonical.encode(turned(value)) == canonical.encode(value)


@given(VALUES, st.data())
def test_no_second_spelling(value: Any, data: st.DataObject) -> None:
    """Nobody can write a record in another way and still have it read as the same one."""
    spelled = canonical.encode(value)
    at = data.draw(st.integers(0, len(spelled)))
    for other in (spelled[:at] + b" " + spelled[at:], spelled + b"\n", b"\xef\xbb\xbf" + spelled):
        with contextlib.suppress(MalformedError):
            assert canonical.decode(other) != value


@given(st.binary(max_size=80))
def test_any_bytes(data: bytes) -> None:
    """Bytes of a stranger are either the one spelling of a value or an error of ours."""
    with contextlib.suppress(MalformedError):
        assert canonical.encode(canonical.decode(data)) == data


@pytest.mark.parametrize(
    ("value", "data"),
    [
        ({"b": 1, "a": [True, None]}, b'{"a":[true,null],"b":1}'),
        ('€$\x0f\nA\'B"\\\\"/', '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'.encode()),  # RFC 8785 §3.2.3's string
        ("\x7f\u2028", '"\x7f\u2028"'.encode()),
        ((1, 2), b"[1,2]"),
        (2**53, b"9007199254740992"),
    ],
)
def test_spelling(value: Any, data: bytes) -> None:
    """The bytes are those that RFC 8785 asks for."""
    assert canonical.encode(value) == data


@pytest.mark.parametrize(
    "value",
    [1.0, float("nan"), 2**53 + 1, -(2**53) - 1, {1: 2}, {"é": 1}, "\ud800", ["\udfff"], b"x", {1, 2}, object()],
)
def test_what_has_no_spelling(value: Any) -> None:
    """A value that two libraries could write differently is refused, not hashed."""
    with pytest.raises(MalformedError):
        canonical.encode(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"b":1,"a":1}',
        b'{"a":1,"a":1}',
        b"1.0",
        b"1e3",
        b"-0",
        b"NaN",
        b"01",
        b"9007199254740993",
        b'"\\u0041"',
        b'"\\/"',
        b'"\\ud800"',
        b'"\\u000F"',
        b'{ "a":1}',
        b"",
        b"\xff",
        b"1" * 5000,
        b"[" * 100_000,
    ],
)
def test_other_spellings(data: bytes) -> None:
    """Of all spellings of a value only one is read: a hash stands for one text."""
    with pytest.raises(MalformedError):
        canonical.decode(data)


@pytest.mark.parametrize("depth", [500, 2000, 100_000])
def test_depth_is_no_way_in(depth: int) -> None:
    """A receipt nested without end is malformed; it does not bring the reader down."""
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    try:
        assert canonical.encode(value) == b"[" * (depth + 1) + b"]" * (depth + 1)
    except MalformedError:
        assert depth > 500


def test_digest() -> None:
    """A fingerprint is the SHA-256 of the spelling, and anybody can compute it."""
    assert canonical.digest({"a": 1}) == hashlib.sha256(b'{"a":1}').hexdigest()
