"""The record of a choice, from the request in which it came to stand.

Knows an Exchange; not how the choice was made, nor whether it is logged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from consentkit.decision import Standing
from consentkit.ledger.record import ConsentRecord, new_id, utc
from consentkit.policy import Edition
from consentkit.visitor.device import family

if TYPE_CHECKING:
    from consentkit.exchange import Exchange


def record_of(
    exchange: Exchange,
    standing: Standing,
    edition: Edition,
    *,
    notice: str,
    language: str,
    method: str,
    route: str = "",
    account: str = "",
    chosen: str = "",
    tc: str = "",
) -> ConsentRecord:
    """What is recorded of a choice; `edition` is of the policy that it was made under."""
    choice, rules = standing.choice, exchange.rules
    return ConsentRecord(
        id=new_id(),
        site=exchange.kit.policy.site.id,
        time=utc(int(exchange.now * 1000)),
        visitor=standing.visitor,
        choice=choice.kind.value,
        categories=tuple(sorted(choice.categories)),
        vendors=tuple(sorted(choice.vendors)),
        policy=edition.fingerprint,
        notice=notice,
        language=language,
        jurisdiction=rules.jurisdiction,
        regime=rules.regime.value,
        gpc=exchange.signals.gpc,
        device=family(exchange.head.text(b"user-agent")),
        method=method,
        route=route,
        law=f"{rules.law}; place by {exchange.visitor.place_by}",
        account=account,
        chosen=chosen,
        tc=tc,
    )
