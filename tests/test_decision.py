"""What follows from a choice: a table over regimes, choices, signals, and what was declared since."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.decision import (
    CLOCK_SKEW,
    EVERYTHING,
    Basis,
    Choice,
    ChoiceKind,
    Decision,
    Signals,
    Standing,
    decide,
)
from consentkit.law.regime import Rules
from consentkit.policy import OWN, Edition, Regime, edition, parse_policy

DAY = 86400
NOW = 1_800_000_000
IN, OUT, NOTICE = (Rules("XX", regime, 180) for regime in (Regime.OPT_IN, Regime.OPT_OUT, Regime.NOTICE_ONLY))
ESSENTIAL = frozenset({"essential"})
ACCEPT = Choice(ChoiceKind.ACCEPT_ALL, frozenset({"functional", "analytics", "marketing"}))
REFUSE = Choice(ChoiceKind.REFUSE_ALL)
WITHDRAW = Choice(ChoiceKind.WITHDRAW)


def custom(*categories: str, vendors: tuple[str, ...] = ()) -> Choice:
    return Choice(ChoiceKind.CUSTOM, frozenset(categories), frozenset(vendors))


def vendor(name: str, category: str, *cookies: str, purpose: str = "p", **more: Any) -> dict[str, Any]:
    listed = [{"name": cookie, "purpose": "c", "retention": "1 day"} for cookie in cookies]
    return {"id": name, "name": name, "category": category, "purpose": purpose, "cookies": listed, **more}


def own(name: str, category: str, purpose: str = "p") -> dict[str, str]:
    return {"name": name, "category": category, "purpose": purpose, "retention": "1 day"}


def declared(vendors: list[dict[str, Any]], cookies: list[dict[str, str]] | None = None, **more: Any) -> Edition:
    controller = {"name": "Shop", "contact": "x"}
    return edition(
        parse_policy({"controller": controller, "vendors": vendors, "cookies": cookies or [], **more}, "test")
    )


STATS, ADS, MORE_ADS = vendor("stats", "analytics", "_s"), vendor("ads", "marketing", "_a"), vendor("more", "marketing")
BASE = declared([STATS, ADS, MORE_ADS], [own("theme", "functional")])


def stood(choice: Choice, *, age: int = 0, told: bool = False, under: Edition = BASE) -> Standing:
    return Standing("ab" * 16, choice, under.short, NOW - age, told)


def decided(
    choice: Choice | None,
    rules: Rules = IN,
    *,
    gpc: bool = False,
    told: bool = False,
    age: int = 0,
    then: Edition | None = BASE,
    now: Edition = BASE,
) -> Decision:
    standing = stood(choice, age=age, told=told) if choice else None
    return decide(now, rules, standing, then, Signals(gpc), NOW)


# ── nothing chosen, and each choice, in each regime ──


@pytest.mark.parametrize(
    ("rules", "granted", "ask"),
    [(IN, ESSENTIAL, True), (OUT, EVERYTHING, False), (NOTICE, EVERYTHING, False)],
)
def test_before_a_choice(rules: Rules, granted: frozenset[str], ask: bool) -> None:
    """Where consent must come first nothing runs before it, and the visitor is asked; elsewhere they may object."""
    decision = decided(None, rules)
    assert (decision.granted, decision.vendors, decision.ask) == (granted, frozenset(), ask)
    assert (decision.basis, decision.regime) == (Basis.DEFAULT, rules.regime)


@pytest.mark.parametrize("rules", [IN, OUT, NOTICE])
@pytest.mark.parametrize(
    ("choice", "granted", "vendors"),
    [
        (ACCEPT, EVERYTHING, ()),
        (REFUSE, ESSENTIAL, ()),
        (WITHDRAW, ESSENTIAL, ()),
        (custom(), ESSENTIAL, ()),
        (custom("analytics"), ESSENTIAL | {"analytics"}, ()),
        (custom("functional", "marketing"), ESSENTIAL | {"functional", "marketing"}, ()),
        (custom(vendors=("ads",)), ESSENTIAL, ("ads",)),
        (custom("analytics", vendors=("ads", "stats")), ESSENTIAL | {"analytics"}, ("ads",)),
    ],
)
def test_choices(rules: Rules, choice: Choice, granted: frozenset[str], vendors: tuple[str, ...]) -> None:
    """What a visitor chose is what holds, in every regime: no more, no less, and they are not asked again."""
    decision = decided(choice, rules)
    assert (decision.granted, decision.vendors) == (granted, frozenset(vendors))
    assert (decision.basis, decision.lapsed, decision.ask) == (Basis.CHOICE, frozenset(), False)


# ── time ──


@pytest.mark.parametrize(("regime", "days"), [(Regime.OPT_IN, 180), (Regime.OPT_OUT, 365), (Regime.OPT_IN, 1)])
def test_memory_is_the_regimes(regime: Regime, days: int) -> None:
    """A choice is remembered for as long as the visitor's law asks, to the second, refusals as well as grants."""
    rules = Rules("XX", regime, days)
    for choice in (ACCEPT, REFUSE):
        assert decided(choice, rules, age=days * DAY - 1).basis is Basis.CHOICE
        assert decided(choice, rules, age=days * DAY) == decided(None, rules)


def test_clocks() -> None:
    """A choice from a host whose clock is a little ahead counts; one from the future does not."""
    assert decided(ACCEPT, age=-CLOCK_SKEW).basis is Basis.CHOICE
    assert decided(ACCEPT, age=-CLOCK_SKEW - 1).basis is Basis.DEFAULT


# ── what was declared since ──

GROWN = [
    ("a vendor", declared([STATS, ADS, MORE_ADS, vendor("new", "marketing")], [own("theme", "functional")])),
    ("a cookie", declared([STATS, ADS, vendor("more", "marketing", "_m")], [own("theme", "functional")])),
    ("a purpose", declared([STATS, ADS, vendor("more", "marketing", purpose="q")], [own("theme", "functional")])),
    (
        "a vendor from another category",
        declared([vendor("stats", "marketing", "_s"), ADS, MORE_ADS], [own("theme", "functional")]),
    ),
]


@pytest.mark.parametrize("now", [now for _, now in GROWN], ids=[what for what, _ in GROWN])
def test_more_declared(now: Edition) -> None:
    """Consent does not reach what was declared after it: the visitor is asked for that, and keeps all the rest."""
    decision = decided(ACCEPT, now=now)
    assert decision.granted == EVERYTHING - {"marketing"}
    assert decision.lapsed == {"marketing"}
    assert decision.ask
    assert "ads" in decision.vendors
    assert not {"new", "stats"} & decision.vendors
    assert ("more" in decision.vendors) == (now is GROWN[0][1] or now is GROWN[3][1])


def test_more_own_cookies() -> None:
    """A new cookie of the site's own is asked for like any other; vendors of that category keep what they had."""
    help_desk = vendor("desk", "functional")
    then = declared([help_desk], [own("theme", "functional")])
    now = declared([help_desk], [own("theme", "functional"), own("zoom", "functional")])
    decision = decide(now, IN, stood(ACCEPT, under=then), then, Signals(), NOW)
    assert decision.lapsed == {"functional"}
    assert decision.vendors == {"desk"}
    assert OWN not in decision.vendors
    assert not decision.allows("functional")


def test_own_cookies_stand_under_their_category() -> None:
    """The site's own cookies are no vendor that could be allowed alone: they wait until the category is asked for."""
    then = declared([], [own("theme", "functional")])
    now = declared([vendor("desk", "functional")], [own("theme", "functional")])
    decision = decide(now, IN, stood(ACCEPT, under=then), then, Signals(), NOW)
    assert (decision.vendors, decision.lapsed, decision.ask) == (frozenset(), {"functional"}, True)
    assert not decision.allows("functional", OWN)


def test_more_of_a_chosen_vendor() -> None:
    """A vendor that was allowed alone, and now does more, has to be asked for again; its neighbours have not."""
    now = GROWN[2][1]
    decision = decided(custom(vendors=("ads", "more")), now=now)
    assert (decision.vendors, decision.lapsed, decision.ask) == ({"ads"}, {"marketing"}, True)
    assert not decided(custom(vendors=("ads",)), now=now).lapsed


def test_more_for_others() -> None:
    """Whoever allowed only statistics is not troubled when advertising grows."""
    for _, now in GROWN[:3]:
        decision = decided(custom("analytics"), now=now)
        assert (decision.granted, decision.lapsed, decision.ask) == (ESSENTIAL | {"analytics"}, frozenset(), False)


LESS = {
    "a vendor went": declared([STATS, ADS], [own("theme", "functional")]),
    "a cookie went": declared([vendor("stats", "analytics"), ADS, MORE_ADS], [own("theme", "functional")]),
    "hosts were added": declared([STATS, ADS | {"hosts": ["ads.example"]}, MORE_ADS], [own("theme", "functional")]),
    "another name": declared([STATS, ADS | {"name": "New Ads Ltd"}, MORE_ADS], [own("theme", "functional")]),
    "a translation": declared(
        [STATS | {"purpose": {"en": "p", "fr": "q"}}, ADS, MORE_ADS],
        [own("theme", "functional")],
        languages=["en", "fr"],
    ),
    "another version": declared([STATS, ADS, MORE_ADS], [own("theme", "functional")], version="2"),
}


@pytest.mark.parametrize("now", LESS.values(), ids=LESS)
def test_no_more_declared(now: Edition) -> None:
    """A visitor is not asked again over what takes nothing more from them."""
    decision = decided(ACCEPT, now=now)
    assert (decision.granted, decision.lapsed, decision.ask) == (EVERYTHING, frozenset(), False)


@pytest.mark.parametrize("choice", [REFUSE, WITHDRAW, custom()])
@pytest.mark.parametrize("rules", [IN, OUT, NOTICE])
def test_refusals_do_not_lapse(choice: Choice, rules: Rules) -> None:
    """A no stays a no, whatever is declared later and whether or not anybody knows what it was said to."""
    for then, (_, now) in product((BASE, None), GROWN):
        decision = decided(choice, rules, then=then, now=now)
        assert (decision.granted, decision.vendors, decision.ask) == (ESSENTIAL, frozenset(), False)


def test_unknown_policy() -> None:
    """A yes to what nobody can say any more is no yes, and the visitor is asked again."""
    decision = decided(ACCEPT, then=None)
    assert decision.granted == ESSENTIAL
    assert decision.lapsed == {"functional", "analytics", "marketing"}
    assert decision.vendors == frozenset()
    assert decision.ask


def test_unknown_policy_with_nothing_declared() -> None:
    """Also where nothing is declared: a category stands for what catalogues know of it."""
    empty = declared([])
    decision = decide(empty, IN, stood(custom("analytics"), under=empty), None, Signals(), NOW)
    assert (decision.granted, decision.lapsed) == (ESSENTIAL, {"analytics"})


# ── GPC ──


@pytest.mark.parametrize(
    ("choice", "rules", "told", "granted", "vendors", "basis"),
    [
        (None, IN, False, ESSENTIAL, (), Basis.DEFAULT),
        (None, OUT, False, EVERYTHING - {"marketing"}, (), Basis.SIGNAL),
        (None, NOTICE, False, EVERYTHING - {"marketing"}, (), Basis.SIGNAL),
        (ACCEPT, IN, False, EVERYTHING - {"marketing"}, (), Basis.SIGNAL),
        (ACCEPT, OUT, False, EVERYTHING - {"marketing"}, (), Basis.SIGNAL),
        (ACCEPT, IN, True, EVERYTHING, (), Basis.CHOICE),
        (REFUSE, IN, False, ESSENTIAL, (), Basis.CHOICE),
        (REFUSE, OUT, True, ESSENTIAL, (), Basis.CHOICE),
        (custom("analytics"), IN, False, ESSENTIAL | {"analytics"}, (), Basis.CHOICE),
        (custom(vendors=("ads", "stats")), IN, False, ESSENTIAL, ("stats",), Basis.SIGNAL),
        (custom(vendors=("ads", "stats")), IN, True, ESSENTIAL, ("ads", "stats"), Basis.CHOICE),
    ],
)
def test_gpc(
    choice: Choice | None,
    rules: Rules,
    told: bool,
    granted: frozenset[str],
    vendors: tuple[str, ...],
    basis: Basis,
) -> None:
    """The browser's signal takes marketing away, unless its visitor was told of it and allowed marketing still."""
    decision = decided(choice, rules, gpc=True, told=told)
    assert (decision.granted, decision.vendors, decision.basis) == (granted, frozenset(vendors), basis)
    assert decision.gpc


def test_gpc_beats_what_is_left_of_a_lapsed_grant() -> None:
    """The signal also reaches vendors who kept an old grant one by one."""
    decision = decided(ACCEPT, gpc=True, now=GROWN[0][1])
    assert not decision.vendors & {"ads", "more", "new"}


def test_told_does_not_outlive_the_choice() -> None:
    """A grant made in spite of the signal ends with its memory; then the signal holds again."""
    assert not decided(ACCEPT, OUT, gpc=True, told=True, age=180 * DAY).allows("marketing")


# ── always ──

CHOICES = st.one_of(
    st.none(),
    st.builds(
        Choice,
        st.sampled_from(ChoiceKind),
        st.frozensets(st.sampled_from(["functional", "analytics", "marketing"])),
        st.frozensets(st.sampled_from(["stats", "ads", "more", "gone"])),
    ),
)


@given(
    CHOICES,
    st.sampled_from([IN, OUT, NOTICE]),
    st.booleans(),
    st.booleans(),
    st.integers(-1000, 400 * DAY),
    st.sampled_from([BASE, None, *(now for _, now in GROWN)]),
    st.sampled_from([BASE, *(now for _, now in GROWN), *LESS.values()]),
)
def test_never_more_than_was_granted(
    choice: Choice | None, rules: Rules, gpc: bool, told: bool, age: int, then: Edition | None, now: Edition
) -> None:
    """Whatever comes together, an opt-in visitor never has more running than they said yes to."""
    decision = decided(choice, rules, gpc=gpc, told=told, age=age, then=then, now=now)
    assert ESSENTIAL <= decision.granted <= EVERYTHING
    named = {name for vendors in now.scope.values() for name in vendors} - {OWN}
    assert decision.vendors <= named
    if rules is IN:
        allowed = choice.categories if choice else frozenset()
        assert decision.granted - ESSENTIAL <= allowed
        chosen = choice.vendors if choice else frozenset()
        assert all(
            name in chosen or any(name in now.scope[category] for category in allowed) for name in decision.vendors
        )
    if gpc and not told:
        assert not decision.allows("marketing")
        assert not decision.vendors & set(now.scope["marketing"])
