"""Who is asking, remembered for a minute: never taken for somebody else, nor for longer than a choice holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from consentkit.cookie import NAME
from consentkit.decision import Choice, ChoiceKind, Standing
from consentkit.http import RequestHead
from consentkit.kit import ConsentKit
from consentkit.once import once
from consentkit.settings import load_settings
from consentkit.testing import scratch
from consentkit.visitor.visitor import Visitor

NOW = 1_800_000_000.0
DAY = 86400
Meet = Callable[..., Visitor]


@pytest.fixture(scope="module")
def kit() -> Iterator[ConsentKit]:
    kit = ConsentKit(load_settings({"site": {"id": "own", "hosts": ["own.test"]}}, **scratch()))
    yield kit
    kit.close()


def meet(kit: ConsentKit, *headers: tuple[bytes, bytes], now: float = NOW, minor: bool = False) -> Visitor:
    head = RequestHead("GET", "/", ((b"host", b"own.test"), *headers), scheme="https")
    exchange = kit.exchange(head)
    return kit.visitors.meet(head, exchange.origin, now, minor=minor)


def cookie(kit: ConsentKit, kind: ChoiceKind, at: float = NOW) -> tuple[bytes, bytes]:
    granted = frozenset({"functional", "analytics", "marketing"}) if kind is ChoiceKind.ACCEPT_ALL else frozenset[str]()
    standing = Standing("0" * 32, Choice(kind, granted), kit.shelf.current.short, int(at))
    return b"cookie", f"__Host-{NAME}={kit.standing_cookie.format(standing, kit.shelf.current)}".encode()


def test_met_again(kit: ConsentKit) -> None:
    """Whoever comes back with the same headers is known; with another cookie, language or signal they are not."""
    yes, no = cookie(kit, ChoiceKind.ACCEPT_ALL), cookie(kit, ChoiceKind.REFUSE_ALL)
    known = meet(kit, yes)
    assert meet(kit, yes, (b"x-other", b"1")) is known
    assert known.decision.allows("marketing")
    assert not meet(kit, no).decision.allows("marketing")
    assert not meet(kit, yes, (b"sec-gpc", b"1")).decision.allows("marketing")
    assert meet(kit, yes, (b"accept-language", b"nl")) is not known
    assert not meet(kit, yes, minor=True).decision.allows("marketing")


def test_a_planted_cookie_is_seen_beside_a_known_one(kit: ConsentKit) -> None:
    """A second cookie in a header of its own is not overlooked because the first is known."""
    yes, no = cookie(kit, ChoiceKind.ACCEPT_ALL), cookie(kit, ChoiceKind.REFUSE_ALL)
    assert meet(kit, yes).standing
    assert meet(kit, yes, no).standing is None
    assert meet(kit, yes).standing


def test_no_longer_than_a_choice_holds(kit: ConsentKit) -> None:
    """A grant ends in the second in which its memory does, and a visitor is looked at anew after a minute."""
    yes = cookie(kit, ChoiceKind.ACCEPT_ALL)
    last = NOW + 180 * DAY - 1
    known = meet(kit, yes, now=last)
    assert known.decision.allows("marketing")
    assert not meet(kit, yes, now=last + 1).decision.allows("marketing")
    assert meet(kit, yes, now=NOW + 59) is meet(kit, yes, now=NOW + 60)
    assert meet(kit, yes, now=NOW + 200) is not meet(kit, yes, now=NOW + 260)


def test_memory_is_bounded(kit: ConsentKit) -> None:
    """Endlessly different visitors fill no memory, and one who sends much is not remembered at all."""
    for number in range(1100):
        meet(kit, (b"user-agent", b"%d" % number))
    assert len(kit.visitors._known) <= 1024
    long = (b"cookie", b"a=" + b"x" * 5000)
    assert meet(kit, long) is not meet(kit, long)


def test_worked_out_once() -> None:
    """What is asked for twice is worked out once, for each object by itself."""

    class Counted:
        calls = 0

        @once
        def value(self) -> int:
            """Its words."""
            self.calls += 1
            return self.calls

    one, other = Counted(), Counted()
    assert (one.value, one.value, one.calls, other.calls) == (1, 1, 1, 0)
    assert other.value == 1
    assert Counted.value.__doc__ == "Its words."
