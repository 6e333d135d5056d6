"""Choices that another tool had asked for, taken over when its visitor first comes: `[[imports]]` at work.

Knows a policy's rules, an Exchange and its kit; not how other tools write. What is taken over is a choice under a
policy of its own: the one in force, less everything that the other tool's notice had not asked for. So what was added
since is not granted, and is asked for as it is after any change; what was refused stays refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from consentkit.decision import Choice, ChoiceKind, Standing
from consentkit.errors import ForeignError, LedgerUnavailable
from consentkit.foreign import Said, read
from consentkit.guard.expiry import expire
from consentkit.guard.notes import Notes
from consentkit.http import Header, parse_cookies
from consentkit.keeping import remember
from consentkit.ledger.record import milliseconds, new_id, utc
from consentkit.policy import OPTIONAL_CATEGORIES, Category, Edition, Policy
from consentkit.policy.imports import Import
from consentkit.policy.version import BEFORE_US
from consentkit.recording import record_of

if TYPE_CHECKING:
    from consentkit.exchange import Exchange


class Found(NamedTuple):
    """What another tool's cookie comes to here. `time` is when that was chosen, None where the cookie does not say."""

    rule: Import
    edition: Edition
    choice: Choice
    time: int | None


class Imports:
    """The rules of one policy. `admit` makes an edition known that is not the one in force."""

    def __init__(self, policy: Policy, admit: Callable[[Policy], Edition], notes: Notes) -> None:
        self._rules = [(rule, admit(asked_before(policy, rule))) for rule in policy.imports]
        self._notes = notes

    def find(self, pairs: Sequence[tuple[str, str]]) -> Found | None:
        """The first choice in these cookies. Of two cookies of one name neither counts, as it is with ours."""
        for rule, edition in self._rules:
            values = [value for name, value in pairs if name == rule.cookie_names[0]]
            if len(values) == 1 and (found := self._read(rule, values[0], dict(pairs))):
                choice = chosen(rule, found)
                return Found(rule, edition, choice, found.time) if choice else None
        return None

    def _read(self, rule: Import, value: str, cookies: dict[str, str]) -> Said | None:
        try:
            return read(rule.tool, value, cookies)
        except ForeignError as error:
            self._notes.say(error.ident, str(error))
            return None


def asked_before(policy: Policy, rule: Import) -> Policy:
    """The policy as far as the other tool's notice had asked for it."""
    ids, names = {*rule.vendors, *rule.map.values()}, rule.cookies
    vendors = tuple(v for v in policy.vendors if v.category is Category.ESSENTIAL or v.id in ids)
    cookies = tuple(c for c in policy.cookies if c.category is Category.ESSENTIAL or c.name in names)
    version = f"{BEFORE_US}{rule.tool}"
    return policy.model_copy(update={"version": version, "vendors": vendors, "cookies": cookies})


def chosen(rule: Import, said: Said) -> Choice | None:
    """What was said, in our words: a thing of ours is allowed where all of theirs is that it was; None for silence."""
    if not said.lists and not (said.yes | said.no) & rule.map.keys():
        return None
    allowed = set(rule.map.values()) - {ours for theirs, ours in rule.map.items() if theirs not in said.yes}
    categories = frozenset(category.value for category in OPTIONAL_CATEGORIES if category in allowed)
    kind = ChoiceKind.CUSTOM if allowed else ChoiceKind.REFUSE_ALL
    return Choice(kind, categories, frozenset(allowed) - categories)


def to_adopt(exchange: Exchange) -> Found | None:
    """What a visitor brings along who has chosen nothing here yet."""
    imports = exchange.kit.crossing.imports
    known = exchange.standing is not None or exchange.visitor.mark is not None
    if imports is None or known or exchange.is_minor or exchange.left_alone:
        return None
    found = imports.find(parse_cookies(exchange.head))
    now, memory = int(exchange.now), exchange.rules.memory_days * 86400
    # A time ahead of ours is no time; a choice that would be forgotten here by now is not remembered anew.
    if found is None or (found.time is not None and now - found.time >= memory):
        return None
    return found._replace(time=None) if found.time is not None and found.time > now else found


def adopt(exchange: Exchange) -> list[Header]:
    """Take it over: the lines that set our cookies in the place of theirs, once it is recorded. May block."""
    found, kit = to_adopt(exchange), exchange.kit
    if found is None or not kit.crossing.limit.allows(exchange.origin.network, exchange.now):
        return []
    time = int(exchange.now) if found.time is None else found.time
    standing = Standing(new_id(), found.choice, found.edition.short, time)
    record = record_of(
        exchange,
        standing,
        found.edition,
        notice="",
        language="",
        method=f"imported {found.rule.tool}",
        chosen="" if found.time is None else utc(found.time * 1000),
    )
    try:
        kit.ledger.append(record, milliseconds(record.time), kit.shelf.named_by(found.edition.short, ""))
    except LedgerUnavailable:  # what cannot be recorded is asked for again
        if found.choice.grants:
            return []
    drops = [] if found.rule.keep_cookie else _dropping(exchange, found.rule)
    return [*remember(exchange, standing, exchange.decide(standing), found.edition), *drops]


def _dropping(exchange: Exchange, rule: Import) -> list[Header]:
    names = [name for name in rule.cookie_names if name in exchange.cookies]
    return expire(names, exchange.host, exchange.kit.paths_of, secure=exchange.attributes.secure, turn=0)
