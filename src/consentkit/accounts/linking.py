"""Choices that follow an account: what becomes of a browser's choice when somebody signs in, and out.

    @app.post("/login")
    def login(request):
        ...
        link(request, user.id)

Knows an Exchange, its kit and an app's word for who signs in; not how the app knows. The rules:

    in     The browser gets a new visitor id, which is tied to the account by its keyed hash, and a mark, by which
           choices made from then on are known to be the account's. The browser's own choice and the account's last one
           are merged as the policy says, and what stands is recorded under the new id. What the browser kept of
           another account counts for nothing.
    out    The mark goes, and so does all that was allowed. What was refused stays refused, as nobody's choice.

Trusted for: no choice of one account counts for, or is shown to, another. Whoever knows a user id learns nothing here.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from consentkit import canonical
from consentkit.accounts.mark import LIFE_SECONDS, new_mark
from consentkit.accounts.merging import merge
from consentkit.carried import exchange_of
from consentkit.cookie import MARK_NAME
from consentkit.decision import EVERYTHING, Basis, Choice, ChoiceKind, Decision, Signals, Standing, decide
from consentkit.errors import AccountError, LedgerUnavailable, MalformedError
from consentkit.http import Header
from consentkit.keeping import forget_choice, forget_mark, remember, remember_mark
from consentkit.ledger.record import milliseconds, new_id, utc
from consentkit.ledger.store import Entry
from consentkit.policy import Edition
from consentkit.recording import record_of
from consentkit.seal import Pseudonym

if TYPE_CHECKING:
    from consentkit.exchange import Exchange

_LOG = logging.getLogger("consentkit")
Account = tuple[Pseudonym, ...]


def link(request: Any, user_id: str | int | UUID) -> Decision | None:
    """Say who has signed in; returns what holds from here on, None where nothing of ours is at work.

    Takes the request of any framework, an ASGI scope or a WSGI environ, before the response begins. It may be called
    with every request of somebody who is signed in: a second call costs nothing. It asks the database, so async code
    awaits `alink`. Raises AccountError for what names no account.
    """
    named, exchange = spelled(user_id), exchange_of(request)
    if exchange is None:
        return None
    kit = exchange.kit
    if kit.policy.accounts is None:
        kit.notes.say("consentkit.K001", 'link() does nothing until the policy says [accounts] merge = "latest"')
        return exchange.decision
    account, mark = kit.accounts.of(named), exchange.visitor.mark
    if mark and mark.fits(account):
        aged = exchange.now - mark.time > LIFE_SECONDS // 2
        renewed = new_mark(mark.visitor, account[-1], int(exchange.now))
        return exchange.remember(remember_mark(exchange, renewed)) if aged else exchange.decision
    try:
        return exchange.remember(*_signed_in(exchange, account))
    except LedgerUnavailable as error:
        _LOG.error("consentkit.K002 somebody signed in, and the ledger did not answer: %s", error)
        return _signed_out(exchange)


async def alink(request: Any, user_id: str | int | UUID) -> Decision | None:
    """`link`, for async code."""
    return await asyncio.to_thread(link, request, user_id)


def unlink(request: Any) -> Decision | None:
    """Say that whoever was signed in is so no more; returns what holds from here on. Asks no database."""
    exchange = exchange_of(request)
    return None if exchange is None else _signed_out(exchange)


def spelled(user_id: str | int | UUID) -> str:
    """An account in its one spelling: 7 and "7" are the same. Raises AccountError for what names none."""
    if isinstance(user_id, bool) or not isinstance(user_id, str | int | UUID) or user_id == "":
        raise AccountError(user_id)
    return str(user_id)


def _signed_in(exchange: Exchange, account: Account) -> list[Header]:
    """The lines that make this browser the account's, once that is in the ledger."""
    kit, now = exchange.kit, int(exchange.now)
    moment, visitor, newest = int(exchange.now * 1000), new_id(), account[-1]
    links = kit.links.of(account)
    if any(each.account != newest for each in links):
        kit.links.rename(account)
    browser = _own(exchange, {each.visitor for each in links})
    last = None if exchange.decision.basis is Basis.MINOR else kit.links.last_of(account)
    standing = merge(
        kit.policy.accounts.merge if kit.policy.accounts else "latest",
        browser,
        _standing(exchange, last),
        kit.shelf.current,
        lambda each: _allowed(exchange, each),
    )
    # What the browser chose before is the account's now: whoever asks for all of it gets that as well.
    kit.links.add([visitor] if browser is None else [visitor, browser.visitor], newest, moment)
    marked = remember_mark(exchange, new_mark(visitor, newest, now))
    if standing is None:
        others = exchange.standing is not None and exchange.standing.lent
        return [*(forget_choice(exchange) if others else []), marked]
    is_browsers = browser is not None and standing.visitor == browser.visitor
    source = kit.ledger.store.last_of(standing.visitor) if is_browsers else last
    standing = replace(standing, visitor=visitor, lent=True)
    edition = kit.shelf.edition(standing.policy) or kit.shelf.current
    _record(exchange, standing, edition, newest, source)
    # A TC string says more than a choice does: one of somebody else's must not stay beside it.
    tc = None if is_browsers else ""
    return [*remember(exchange, standing, exchange.decide(standing), edition, tc), marked]


def _own(exchange: Exchange, theirs: set[str]) -> Standing | None:
    """The browser's choice, if it is this person's: no account's, as far as the browser says, or this account's."""
    standing = exchange.standing
    if standing is None or standing.minor or exchange.decision.basis is Basis.MINOR:
        return None
    return _readable(exchange, standing) if not standing.lent or standing.visitor in theirs else None


def _standing(exchange: Exchange, entry: Entry | None) -> Standing | None:
    """The choice in an account's entry, while it is remembered. A grant made elsewhere outweighs no signal here."""
    if entry is None or entry.record is None:
        return None
    try:
        record = canonical.decode(entry.record)
        choice = Choice(ChoiceKind(record["choice"]), frozenset(record["categories"]), frozenset(record["vendors"]))
        time = milliseconds(record.get("chosen") or record["time"]) // 1000
        standing = Standing(record["visitor"], choice, record["policy"][:16], time)
    except (MalformedError, KeyError, TypeError, ValueError):  # somebody wrote into the database
        return None
    fresh = exchange.now - time < exchange.visitor.memory(standing)
    return _readable(exchange, standing) if fresh else None


def _readable(exchange: Exchange, standing: Standing) -> Standing:
    """A choice made under a policy that nobody knows any more keeps its refusals only."""
    if exchange.kit.shelf.edition(standing.policy):
        return standing
    return replace(standing, choice=Choice(ChoiceKind.REFUSE_ALL), policy=exchange.kit.shelf.current.short)


def _allowed(exchange: Exchange, standing: Standing) -> Decision:
    """What a choice allows under the policy in force, signals left aside: they are the browser's, not the account's."""
    shelf = exchange.kit.shelf
    made_under, now = shelf.edition(standing.policy), int(exchange.now)
    return decide(shelf.current, exchange.rules, standing, made_under, Signals(), now)


def _record(exchange: Exchange, standing: Standing, edition: Edition, account: Pseudonym, source: Entry | None) -> None:
    """Put into the ledger which choice stands for the account in this browser from here on, and since when."""
    kit, rule = exchange.kit, exchange.kit.policy.accounts
    shown = canonical.decode(source.record) if source and source.record else {}
    record = record_of(
        exchange,
        standing,
        edition,
        notice=shown.get("notice", ""),
        language=shown.get("language", ""),
        method=f"account {rule.merge if rule else ''}",
        account=account.hash,
        chosen=utc(standing.time * 1000),
    )
    kit.ledger.append(record, milliseconds(record.time), kit.shelf.named_by(edition.short, record.notice))


def _signed_out(exchange: Exchange) -> Decision:
    standing, edition = exchange.standing, exchange.kit.shelf.current
    lines = [forget_mark(exchange)] if exchange.attributes.prefix + MARK_NAME in exchange.cookies else []
    if standing is not None and standing.lent:
        if exchange.decision.granted >= EVERYTHING:
            lines += forget_choice(exchange)
        else:
            rest = Standing(new_id(), Choice(ChoiceKind.REFUSE_ALL), edition.short, standing.time, lent=True)
            lines += remember(exchange, rest, exchange.decide(rest), edition, "")
    return exchange.remember(*lines)
