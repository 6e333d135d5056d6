"""What the server acts on: from what was chosen, what the browser signals and what is declared, to a Decision.

Pure functions. Knows no cookie, no header and no page; time comes in as a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from consentkit.law.regime import Rules
from consentkit.policy import OPTIONAL_CATEGORIES, OWN, Category, Edition, Regime, Scope, widened

ESSENTIAL_ONLY = frozenset({Category.ESSENTIAL.value})
# Two hosts' clocks may differ a little: a choice made "in the future" by less than this counts.
CLOCK_SKEW = 300
EVERYTHING = frozenset(category.value for category in Category)


class ChoiceKind(StrEnum):
    """What a visitor can do. Only the first and the third can grant."""

    ACCEPT_ALL = "accept_all"
    REFUSE_ALL = "refuse_all"
    CUSTOM = "custom"
    WITHDRAW = "withdraw"


class Basis(StrEnum):
    """Why a decision is what it is."""

    DEFAULT = "default"  # nothing was chosen: the regime's rule
    CHOICE = "choice"
    SIGNAL = "signal"  # the browser's GPC took something away
    MINOR = "minor"  # the app, or the visitor, says so: nobody is asked for consent who cannot give it


@dataclass(frozen=True, slots=True)
class Choice:
    """What a visitor did. A category stands for all its vendors; a vendor can be allowed without its category."""

    kind: ChoiceKind
    categories: frozenset[str] = frozenset()
    vendors: frozenset[str] = frozenset()

    @property
    def grants(self) -> bool:
        """Whether it allows anything that needs consent."""
        return bool(self.categories or self.vendors)

    def beside(self, decision: Decision) -> Choice:
        """This choice and all that a decision allows: adding to it takes nothing away."""
        categories = self.categories | (decision.granted - ESSENTIAL_ONLY)
        return Choice(self.kind, categories, self.vendors | decision.vendors)


@dataclass(frozen=True, slots=True)
class Standing:
    """A choice that stands: who made it (a random id, hex), when (Unix seconds), under which policy (Edition.short).

    `gpc_told` says that the signal was on and the visitor was told so: only such a grant outweighs it
    (CCPA regulations §7025(c)(4)). `minor` that they gave an age below the minimum; then there is no id either. `lent`
    that it is an account's, or what one left behind: whoever chooses next, or signs in, may be somebody else.
    """

    visitor: str
    choice: Choice
    policy: str
    time: int
    gpc_told: bool = False
    minor: bool = False
    lent: bool = False


@dataclass(frozen=True, slots=True)
class Signals:
    """What the browser says without being asked."""

    gpc: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What is allowed now, and why.

    `granted` are categories allowed whole, essential always among them; `vendors` are allowed one by one.
    `lapsed` are categories of which more is declared now than the visitor agreed to, `added` the vendors of whom it is
    ("" for the site itself), and `again` those among them who had been allowed one by one.
    `ask` says that this visitor is still to be asked.
    """

    granted: frozenset[str] = ESSENTIAL_ONLY
    vendors: frozenset[str] = frozenset()
    regime: Regime = Regime.OPT_IN
    jurisdiction: str = ""
    basis: Basis = Basis.DEFAULT
    gpc: bool = False
    lapsed: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()
    again: frozenset[str] = frozenset()
    ask: bool = True

    def allows(self, category: str, vendor: str | None = None) -> bool:
        """Whether things of this category may run; with `vendor`, things of that declared vendor in it."""
        return category in self.granted or (vendor is not None and vendor in self.vendors)

    @property
    def was_chosen(self) -> bool:
        """Whether what is allowed was allowed by the visitor: what silence allows can be refused, and not withdrawn."""
        signalled = self.basis is Basis.SIGNAL and self.regime is Regime.OPT_IN
        return self.basis is Basis.CHOICE or signalled

    @property
    def consented(self) -> bool:
        """Whether something stands that the visitor has allowed, and may withdraw."""
        return self.was_chosen and bool(self.granted > ESSENTIAL_ONLY or self.vendors)

    def __getattr__(self, name: str) -> bool:
        # In templates: {% if consent.analytics %}
        if name in EVERYTHING:
            return name in self.granted
        raise AttributeError(name)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for a background job that must act on this visitor's decision."""
        return {
            "granted": sorted(self.granted),
            "vendors": sorted(self.vendors),
            "regime": self.regime.value,
            "jurisdiction": self.jurisdiction,
            "basis": self.basis.value,
            "gpc": self.gpc,
        }

    @classmethod
    def for_minor(cls, rules: Rules, signals: Signals) -> Decision:
        """What holds for whoever cannot consent alone, whatever was chosen: nothing, and nobody asks."""
        return cls(regime=rules.regime, jurisdiction=rules.jurisdiction, basis=Basis.MINOR, gpc=signals.gpc, ask=False)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any] | None) -> Decision:
        """The decision handed over by `to_dict`; where there is none, or it is damaged, nothing is granted."""
        if not isinstance(data, Mapping) or not all(isinstance(data.get(key), list) for key in ("granted", "vendors")):
            return cls()
        try:
            return cls(
                granted=frozenset(data["granted"]) & EVERYTHING | ESSENTIAL_ONLY,
                vendors=frozenset(data["vendors"]),
                regime=Regime(data["regime"]),
                jurisdiction=str(data["jurisdiction"]),
                basis=Basis(data["basis"]),
                gpc=bool(data["gpc"]),
                ask=False,
            )
        except (KeyError, TypeError, ValueError):
            return cls()


def decide(
    edition: Edition,
    rules: Rules,
    standing: Standing | None,
    made_under: Edition | None,
    signals: Signals,
    now: int,
) -> Decision:
    """The decision for one visitor.

    `edition` is of the policy in force, `made_under` of the policy that the standing choice names: None if nobody
    knows it any more, and then its grants lapse, its refusals do not.
    """
    if standing is not None and not -CLOCK_SKEW <= now - standing.time < rules.memory_days * 86400:
        standing = None
    if standing is not None and standing.minor:
        return Decision.for_minor(rules, signals)
    lapse = _NO_LAPSE
    if standing is None:
        granted, vendors, basis = _by_default(rules.regime), rules.exempt, Basis.DEFAULT
        ask = rules.regime is Regime.OPT_IN
    else:
        then = made_under.scope if made_under else None
        granted, vendors, lapse = _still_covered(standing.choice, then, edition.scope)
        basis, ask = Basis.CHOICE, bool(lapse.categories)
    if signals.gpc and not (standing and standing.gpc_told):
        marketing = frozenset(edition.scope.get(Category.MARKETING, {}))
        if Category.MARKETING in granted or vendors & marketing:
            granted, vendors, basis = granted - {Category.MARKETING}, vendors - marketing, Basis.SIGNAL
    return Decision(granted, vendors, rules.regime, rules.jurisdiction, basis, signals.gpc, *lapse, ask)


def _by_default(regime: Regime) -> frozenset[str]:
    return ESSENTIAL_ONLY if regime is Regime.OPT_IN else EVERYTHING


class _Lapse(NamedTuple):
    """What of a choice no longer fits, as a Decision names it."""

    categories: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()
    again: frozenset[str] = frozenset()


_NO_LAPSE = _Lapse()


def _still_covered(choice: Choice, then: Scope | None, now: Scope) -> tuple[frozenset[str], frozenset[str], _Lapse]:
    """What of a choice still fits: categories whole, vendors one by one; and what lapsed."""
    granted, vendors, lapsed = set(ESSENTIAL_ONLY), set[str](), set[str]()
    added, again = set[str](), set[str]()
    for category in OPTIONAL_CATEGORIES:
        named = frozenset(now.get(category, {})) - {OWN}
        grown = frozenset[str]() if then is now else widened(then or {}, now, category)
        if category in choice.categories and then is not None and not grown:
            granted.add(category.value)
        elif category in choice.categories:
            lapsed.add(category.value)
            added |= grown
            vendors |= named - grown  # those of whom no more is declared than then keep what they were given
        elif chosen := choice.vendors & named:
            vendors |= chosen - grown
            lapsed |= {category.value} if chosen & grown else set()
            added |= chosen & grown
            again |= chosen & grown
    return frozenset(granted), frozenset(vendors), _Lapse(frozenset(lapsed), frozenset(added), frozenset(again))
