"""Seals: ours open, and nothing else does."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.errors import SealError
from consentkit.seal import Pseudonyms, Sealer

OLD, NEW = "an old secret of some length", "a new secret of some length"
SEALER = Sealer([OLD], "cookie", "shop")
LETTERS = string.ascii_letters + string.digits + string.punctuation + " é€\n"


@given(st.binary(max_size=100))
def test_there_and_back(payload: bytes) -> None:
    """What we seal we can open, and a cookie can carry it."""
    value = SEALER.seal(payload)
    assert SEALER.open(value) == payload
    assert set(value) <= set(string.ascii_letters + string.digits + "-_.")


@pytest.mark.parametrize("payload", [b"", b"x", b"xy", b"xyz", bytes(31)])
def test_no_character_can_be_changed(payload: bytes) -> None:
    """A visitor cannot alter their cookie by a single character, at any place, to any other, and have it count."""
    value = SEALER.seal(payload)
    for at in range(len(value)):
        for letter in LETTERS:
            if letter != value[at]:
                with pytest.raises(SealError):
                    SEALER.open(value[:at] + letter + value[at + 1 :])


@given(st.binary(max_size=40), st.data())
def test_nothing_can_be_cut_or_added(payload: bytes, data: st.DataObject) -> None:
    """A value that was cut off, or to which something was added, does not open."""
    value = SEALER.seal(payload)
    at = data.draw(st.integers(0, len(value) - 1))
    for other in (value[:at], value[at + 1 :], value[:at] + value[at + 1 :], value + "=", value + "A", "." + value):
        with pytest.raises(SealError):
            SEALER.open(other)


@given(st.text(max_size=80))
def test_any_text(value: str) -> None:
    """No text a stranger sends opens, and none breaks the page."""
    with pytest.raises(SealError):
        SEALER.open(value)


@given(st.binary(max_size=40), st.binary(min_size=1, max_size=40))
def test_seals_cannot_be_swapped(payload: bytes, other: bytes) -> None:
    """The seal of one value does not fit another."""
    first, second = SEALER.seal(payload), SEALER.seal(payload + other)
    with pytest.raises(SealError):
        SEALER.open(second.partition(".")[0] + "." + first.partition(".")[2])


@pytest.mark.parametrize(
    "sealer",
    [
        Sealer([NEW], "cookie", "shop"),
        Sealer([OLD], "render", "shop"),
        Sealer([OLD], "cookie", "blog"),
        Sealer([OLD], "cookie/shop", ""),
        Sealer([OLD + " "], "cookie", "shop"),
    ],
)
def test_one_purpose_one_site_one_secret(sealer: Sealer) -> None:
    """A cookie of one site, or a value sealed for another purpose, is noise everywhere else."""
    with pytest.raises(SealError):
        sealer.open(SEALER.seal(b"payload"))
    with pytest.raises(SealError):
        SEALER.open(sealer.seal(b"payload"))


def test_rotation() -> None:
    """While a secret is rotated old cookies stay good; once the old one is gone, what it sealed is gone too."""
    both, after = Sealer([OLD, NEW], "cookie", "shop"), Sealer([NEW], "cookie", "shop")
    assert both.open(SEALER.seal(b"payload")) == b"payload"
    assert after.open(both.seal(b"payload")) == b"payload"
    with pytest.raises(SealError):
        SEALER.open(both.seal(b"payload"))
    with pytest.raises(SealError):
        after.open(SEALER.seal(b"payload"))


def test_error_carries_the_value() -> None:
    """What did not open can be looked at."""
    with pytest.raises(SealError) as caught:
        SEALER.open("x.y")
    assert caught.value.value == "x.y"


def test_a_pseudonym_is_of_one_secret_purpose_and_site() -> None:
    """What names an account here names nobody elsewhere, nor anywhere without the secret; the same name comes again."""
    both = Pseudonyms([OLD, NEW], "account", "shop")
    others = [
        Pseudonyms([NEW], "account", "blog").of("7"),
        Pseudonyms([NEW], "mark", "shop").of("7"),
        Pseudonyms(["yet another secret"], "account", "shop").of("7"),
        Pseudonyms([NEW], "account", "shop").of("8"),
    ]
    assert both.of("7") == both.of("7")
    assert both.of("7") == (
        *Pseudonyms([OLD], "account", "shop").of("7"),
        *Pseudonyms([NEW], "account", "shop").of("7"),
    )
    hashes = {name.hash for names in (both.of("7"), *others) for name in names}
    assert len(hashes) == 6
    assert [name.key for name in both.of("7")] == list(both.keys)
    assert all(name.key not in name.hash for name in both.of("7"))
