"""What a choice means under IAB Europe's framework, where a site takes part: the TC string, and what it was before.

Knows an Exchange and its kit; not how the choice is kept or recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from consentkit.choice import ChoiceRequest
from consentkit.decision import ChoiceKind
from consentkit.errors import SignalError
from consentkit.policy import Category, Regime
from consentkit.policy.version import framework_asked
from consentkit.signals.tcf import TcString, format_tc, parse_tc
from consentkit.signals.tcf.fields import today
from consentkit.signals.tcf.said import Framework

if TYPE_CHECKING:
    from consentkit.exchange import Exchange


def tc_string(exchange: Exchange, sent: ChoiceRequest, language: str) -> str:
    """The string for a choice; "" where the framework asks for none."""
    framework = exchange.kit.pages.framework
    if framework is None or exchange.rules.regime is not Regime.OPT_IN:
        return ""
    marks = _chosen(framework, sent, _before(exchange), _asked_then(exchange))
    return format_tc(framework.said(marks, today(exchange.now), language or "en"))


def marks_set(exchange: Exchange) -> frozenset[str]:
    """The marks that the second layer shows as set: those of the string that stands."""
    framework, before = exchange.kit.pages.framework, _before(exchange)
    return framework.marks_of(before) if framework and before else frozenset()


def fitting(exchange: Exchange, text: str) -> str:
    """A string that was made on another of the sites, if it counts here, too; else ""."""
    framework, regime = exchange.kit.pages.framework, exchange.rules.regime
    return text if framework and regime is Regime.OPT_IN and _current(framework, text) else ""


def _before(exchange: Exchange) -> TcString | None:
    """The string that stands."""
    framework, text = exchange.kit.pages.framework, exchange.visitor.tc
    return _current(framework, text) if framework and text else None


def _current(framework: Framework, text: str) -> TcString | None:
    """What a string says. One of our own from before the framework's last version is none any more."""
    try:
        tc = parse_tc(text)
    except SignalError:
        return None
    # "If policyVersion in the GVL has risen", transparency is to be established anew.
    current = (tc.policy_version, tc.cmp_id) == (framework.listed.policy_version, framework.settings.cmp_id)
    return tc if current else None


def _asked_then(exchange: Exchange) -> frozenset[str]:
    """The marks of all that the choice which stands had been asked for."""
    edition = exchange.kit.shelf.edition(exchange.standing.policy) if exchange.standing else None
    return framework_asked(edition.scope) if edition else frozenset()


def _chosen(
    framework: Framework, sent: ChoiceRequest, before: TcString | None, asked: frozenset[str]
) -> frozenset[str]:
    """The marks that a choice comes to."""
    if sent.adds:
        return _added(framework, sent, before, asked)
    if sent.choice.kind is ChoiceKind.ACCEPT_ALL:
        return framework.consenting
    return sent.marks & framework.marks if sent.choice.kind is ChoiceKind.CUSTOM else framework.objecting


def _added(framework: Framework, sent: ChoiceRequest, before: TcString | None, asked: frozenset[str]) -> frozenset[str]:
    """What stands; and for whoever allows all that is new in marketing, consent to that, and no objection.

    What a vendor has declared since and others had asked for already stays as it was decided: a purpose is one mark.
    """
    standing = framework.marks_of(before) if before else framework.objecting
    if sent.button != "add" or before is None or Category.MARKETING not in sent.choice.categories:
        return standing
    new = framework.marks - asked
    return standing - new | new & framework.consenting
