"""Our two cookies: what a visitor chose comes back whole, small, and only to us."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.cookie import Attributes, StandingCookie, format_shown, set_line
from consentkit.decision import Choice, ChoiceKind, Decision, Standing
from consentkit.errors import SealError
from consentkit.policy import Category, Edition
from consentkit.seal import Sealer

OPTIONAL = ["functional", "analytics", "marketing"]
SEALER = Sealer(["a secret of some length"], "cookie", "shop")
VISITOR = "0123456789abcdef" * 2


def edition(vendors: int, fingerprint: str = "5" * 64) -> Edition:
    return Edition(fingerprint, {}, tuple(f"vendor-{number:04}" for number in range(vendors)))


def cookie(known: Edition | None) -> StandingCookie:
    return StandingCookie(SEALER, lambda short: known if known and short == known.short else None)


@st.composite
def choices_under(draw: st.DrawFn) -> tuple[Standing, Edition]:
    made_under = edition(draw(st.integers(0, 1000)), draw(st.text("0123456789abcdef", min_size=64, max_size=64)))
    vendors = (
        st.frozensets(st.sampled_from(made_under.vendors), max_size=20) if made_under.vendors else st.just(frozenset())
    )
    choice = Choice(draw(st.sampled_from(ChoiceKind)), draw(st.frozensets(st.sampled_from(OPTIONAL))), draw(vendors))
    visitor = draw(st.text("0123456789abcdef", min_size=32, max_size=32))
    time, told = draw(st.integers(0, 2**32 - 1)), draw(st.booleans())
    return Standing(visitor, choice, made_under.short, time, told), made_under


@given(choices_under())
def test_there_and_back(made: tuple[Standing, Edition]) -> None:
    """Whatever a visitor chose, under whatever policy, is read back exactly."""
    standing, made_under = made
    jar = cookie(made_under)
    assert jar.parse(jar.format(standing, made_under)) == standing
    assert cookie(made_under).parse(jar.format(standing, made_under)) == standing


@given(st.frozensets(st.integers(0, 19)))
def test_small(chosen: frozenset[int]) -> None:
    """A choice among twenty vendors costs a visitor at most 110 bytes on each request."""
    made_under = edition(20)
    vendors = frozenset(made_under.vendors[number] for number in chosen)
    standing = Standing(
        VISITOR, Choice(ChoiceKind.CUSTOM, frozenset(OPTIONAL), vendors), made_under.short, 2**32 - 1, True
    )
    assert len(cookie(made_under).format(standing, made_under)) <= 110


def test_unknown_policy_keeps_no_vendor() -> None:
    """Under a policy nobody knows any more, a number in a cookie can stand for no vendor."""
    made_under = edition(3)
    standing = Standing(
        VISITOR, Choice(ChoiceKind.CUSTOM, frozenset(), frozenset({"vendor-0001"})), made_under.short, 5
    )
    value = cookie(made_under).format(standing, made_under)
    assert cookie(None).parse(value).choice.vendors == frozenset()


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x01",
        b"\x01" + bytes(29),
        b"\x02" + bytes(30),
        b"\x00" + bytes(30),
        struct.pack(">BBBI16s8s", 1, 4, 0, 0, b"", b""),
        struct.pack(">BBBI16s8s", 1, 0x80, 0, 0, b"", b""),
        struct.pack(">BBBI16s8s", 1, 0, 8, 0, b"", b""),
    ],
)
def test_other_shapes(payload: bytes) -> None:
    """A sealed value of another version or shape is no choice; the visitor is asked again."""
    with pytest.raises(SealError):
        cookie(None).parse(SEALER.seal(payload))


@given(st.binary(max_size=80))
def test_any_payload(payload: bytes) -> None:
    """Even a payload under our own seal is either a choice or an error of ours."""
    with contextlib.suppress(SealError):
        assert cookie(edition(8)).parse(SEALER.seal(payload)).choice.kind in ChoiceKind


def test_memo_is_bounded_and_keeps_no_forgery() -> None:
    """Remembering cookies that opened uses bounded memory, and a forged one is refused each time."""
    made_under = edition(0)
    jar = cookie(made_under)
    for time in range(5000):
        jar.parse(jar.format(Standing(VISITOR, Choice(ChoiceKind.REFUSE_ALL), made_under.short, time), made_under))
    assert len(jar._memo) <= 4096
    for _ in range(2):
        with pytest.raises(SealError):
            jar.parse("forged.value")


@pytest.mark.parametrize(
    ("granted", "vendors", "shown"),
    [
        ({"essential"}, (), "0.55555555"),
        ({"essential", "functional", "analytics", "marketing"}, (), "fam.55555555"),
        ({"essential", "marketing"}, (), "m.55555555"),
        ({"essential", "analytics"}, ("vendor-0001",), "a.55555555v"),
        ({"essential"}, ("vendor-0001",), "0.55555555v"),
    ],
)
def test_shown(granted: set[str], vendors: tuple[str, ...], shown: str) -> None:
    """What scripts may read says which categories are granted, and nothing about who granted them."""
    decision = Decision(granted=frozenset(granted), vendors=frozenset(vendors))
    assert format_shown(decision, edition(3)) == shown


def test_letters_tell_categories_apart() -> None:
    """No two categories share the letter that stands for them."""
    letters = format_shown(Decision(granted=frozenset(Category)), edition(0)).partition(".")[0]
    assert len(set(letters)) == len(OPTIONAL)


@pytest.mark.parametrize(
    ("domain", "secure", "line"),
    [
        (None, True, b"__Host-ck=v; Max-Age=60; Path=/; SameSite=Lax; Secure; HttpOnly"),
        (None, False, b"ck=v; Max-Age=60; Path=/; SameSite=Lax; HttpOnly"),
        ("example.com", True, b"ck=v; Max-Age=60; Path=/; SameSite=Lax; Domain=example.com; Secure; HttpOnly"),
        ("example.com", False, b"ck=v; Max-Age=60; Path=/; SameSite=Lax; Domain=example.com; HttpOnly"),
    ],
)
def test_set_line(domain: str | None, secure: bool, line: bytes) -> None:
    """On https the choice is bound to its host, so that no subdomain can plant one, unless the owner shares it."""
    assert set_line("ck", "v", 60, Attributes(domain, secure), http_only=True) == line
    assert b"HttpOnly" not in set_line("ck_s", "v", 60, Attributes(domain, secure), http_only=False)
