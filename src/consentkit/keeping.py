"""How a browser keeps a choice: the lines that set our cookies, and the request it would send with them.

Knows an Exchange and its cookies; not why the choice stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from consentkit import cookie as cookies
from consentkit.accounts.mark import Mark, format_mark
from consentkit.decision import Decision, Standing
from consentkit.guard.inbound import without_cookies
from consentkit.http import Header, RequestHead
from consentkit.leftovers import leftovers
from consentkit.policy import Edition
from consentkit.tc_cookie import format_tc_cookie

if TYPE_CHECKING:
    from consentkit.exchange import Exchange


def remember(
    exchange: Exchange, standing: Standing, decision: Decision, edition: Edition, tc: str | None = None
) -> list[Header]:
    """The lines by which the browser keeps the choice, for as long as is left of its memory; with the TC string `tc`,
    or the one it has if the choice is the same.
    """
    attributes = exchange.attributes
    left = max(standing.time + exchange.visitor.memory(standing) - int(exchange.now), 0)
    age = None if standing.minor else left
    value = exchange.kit.standing_cookie.format(standing, edition)
    shown = cookies.format_shown(decision, edition)
    return [
        *leftovers(cookies.KEPT, exchange.cookies, attributes, exchange.host),
        (b"set-cookie", cookies.set_line(cookies.NAME, value, age, attributes, http_only=True)),
        (b"set-cookie", cookies.set_line(cookies.SHOWN_NAME, shown, age, attributes, http_only=False)),
        *_remember_tc(exchange, standing, age, tc),
    ]


def _remember_tc(exchange: Exchange, standing: Standing, age: int | None, tc: str | None) -> list[Header]:
    """The line by which it keeps the TC string. One that belongs to another choice must not stay."""
    before = exchange.standing
    if tc is None and before and before.choice == standing.choice:
        tc = exchange.visitor.tc
    value = format_tc_cookie(exchange.kit.tc_strings, tc, standing) if tc and not standing.minor else None
    if value is None:
        return _forget_tc(exchange)
    return [(b"set-cookie", cookies.set_line(cookies.TC_NAME, value, age, exchange.attributes, http_only=False))]


def _forget_tc(exchange: Exchange) -> list[Header]:
    sent = exchange.attributes.prefix + cookies.TC_NAME in exchange.cookies
    return [_dropped(exchange, cookies.TC_NAME)] if sent else []


def forget_choice(exchange: Exchange) -> list[Header]:
    """The lines by which it forgets the choice."""
    return [*(_dropped(exchange, name) for name in (cookies.NAME, cookies.SHOWN_NAME)), *_forget_tc(exchange)]


def remember_mark(exchange: Exchange, mark: Mark) -> Header:
    """The line by which it keeps the mark, until it is closed."""
    value = format_mark(exchange.kit.marks, mark)
    return b"set-cookie", cookies.set_line(cookies.MARK_NAME, value, None, exchange.attributes, http_only=True)


def forget_mark(exchange: Exchange) -> Header:
    """The line by which it forgets the mark."""
    return _dropped(exchange, cookies.MARK_NAME)


def sent_back(head: RequestHead, lines: Sequence[Header]) -> RequestHead:
    """The head with which a browser asks that has taken these lines; of several for one cookie the last counts."""
    pairs = dict(line.partition(b";")[0].partition(b"=")[::2] for _, line in lines)
    others = without_cookies(head, {name.decode() for name in pairs})
    kept = b"; ".join(b"%b=%b" % pair for pair in pairs.items() if pair[1])
    return others.with_headers((*others.headers, (b"cookie", kept))) if kept else others


def _dropped(exchange: Exchange, name: str) -> Header:
    return b"set-cookie", cookies.drop_line(name, exchange.attributes)
