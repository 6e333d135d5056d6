"""A choice, from the request to the ledger and back: the second journey.

Knows an Exchange and its kit. The rules, in the order in which they are asked:

    another site sent it                              403, nothing happens
    it cannot be read                                 400 or 413, naming the field
    it refuses or withdraws                           it holds from here on, whatever comes after
    it grants, and nobody says that we sent it        403
    too many from one visitor or network              429
    it grants, and the visitor is a minor             403, and nobody asks again while the browser is open
    it grants without the age that was asked for      403, with a fresh form
    it grants under a token that is not ours or old   403, with a fresh form
    it grants more than was declared when shown       409, with a fresh form
    neither the ledger nor its spool can take it      503
    one of them has it                                303, or JSON with the receipt
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from consentkit import canonical
from consentkit import cookie as cookies
from consentkit.choice import ChoiceRequest, parse_choice
from consentkit.decision import Basis, Choice, ChoiceKind, Decision, Standing
from consentkit.device import family
from consentkit.errors import ChoiceError, LedgerUnavailable, MalformedError, SealError
from consentkit.http import Header, Reply, local_path, media_type
from consentkit.ledger.record import ConsentRecord, new_id, utc
from consentkit.ledger.store import Entry, NewEntry
from consentkit.network import same_origin
from consentkit.policy import Edition, widened
from consentkit.replies import json, private_page, see_other
from consentkit.token import LIFE_SECONDS, RenderToken, parse_token

if TYPE_CHECKING:
    from consentkit.exchange import Exchange

# The id of whom we must not know: a visitor who gave an age below the minimum.
_NOBODY = "0" * 32


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the visitor had before them: the notice (None if nobody knows any more), and the policy it spoke of."""

    token: RenderToken | None
    notice: dict[str, Any] | None
    edition: Edition


def choose(exchange: Exchange, body: bytes) -> Reply:
    """Take a choice: POST {prefix}/choice."""
    kit = exchange.kit
    fetched = media_type(exchange.head.header(b"content-type"))[0] == "application/json"
    ours = same_origin(exchange.head, exchange.origin)
    if ours is False:
        return _sorry(exchange, 403, "origin", fetched)
    declared = frozenset(vendor.id for vendor in kit.policy.vendors)
    try:
        sent = parse_choice(body, exchange.head.header(b"content-type"), declared)
    except ChoiceError as error:
        return _malformed(exchange, error, fetched)
    shown = _shown(exchange, sent)
    wants = sent.choice.grants  # of what is added; what stands already is no question
    if sent.adds:
        if exchange.standing:  # what silence allows, nobody has chosen
            sent = replace(sent, choice=sent.choice.beside(exchange.decision))
        if not wants:
            shown = replace(shown, edition=kit.shelf.current)  # by which what stands is read here
    if wants and (refusal := _why_not(exchange, sent, shown, ours)):
        status, key = refusal
        headers = _too_young(exchange) if key == "minor" else []
        return _sorry(exchange, status, key, fetched, sent.return_to, *headers)
    throttled = not wants and not _within_limits(exchange)
    visitor, last = _known_as(exchange, ask=not throttled)
    standing, decision = _standing(exchange, sent, shown, visitor)
    headers = _remember(exchange, standing, decision, shown.edition)
    if throttled:
        return _sorry(exchange, 429, "too_many", fetched, sent.return_to, *headers)
    try:
        entry = _already(exchange, standing, shown, last) or _append(exchange, sent, standing, shown)
    except LedgerUnavailable:
        if sent.choice.grants:
            return _sorry(exchange, 503, "unavailable", fetched, sent.return_to)
        return _sorry(exchange, 503, "refused", fetched, sent.return_to, *headers)
    if not fetched:
        return see_other(_way_back(exchange, sent), *headers)
    granted = {"granted": sorted(decision.granted), "vendors": sorted(decision.vendors)}
    answer = {"decision": granted, "receipt": kit.ledger.receipt(entry), "said": _outcome(sent, shown)}
    return json(200, answer, *headers)


def _shown(exchange: Exchange, sent: ChoiceRequest) -> _Shown:
    kit = exchange.kit
    try:
        token = parse_token(kit.tokens, sent.token, int(exchange.now))
        notice = kit.shelf.shown(token.notice)
    except (SealError, LedgerUnavailable):
        return _Shown(None, None, kit.shelf.current)
    if notice and notice["layer"] == "embed" and not _is_asked_for(sent, notice):
        return _Shown(None, None, kit.shelf.current)
    return _Shown(token, notice, kit.shelf.edition(token.policy) or kit.shelf.current)


def _is_asked_for(sent: ChoiceRequest, notice: dict[str, Any]) -> bool:
    """Whether a choice allows just what a placeholder spoke of: its words are no evidence for more."""
    return sent.adds and not sent.choice.categories and sent.choice.vendors == {notice["vendor"]}


def _why_not(exchange: Exchange, sent: ChoiceRequest, shown: _Shown, ours: bool | None) -> tuple[int, str] | None:
    """Why a grant cannot be taken: the status, and the words for it."""
    if ours is None:
        return 403, "origin"
    if not _within_limits(exchange):
        return 429, "too_many"
    minimum = exchange.rules.minimum_age or 0
    if exchange.decision.basis is Basis.MINOR or (sent.age is not None and sent.age < minimum):
        return 403, "minor"
    if exchange.visitor.asks_age and sent.age is None:
        return 403, "age"
    if shown.token is None or shown.notice is None or shown.token.policy != shown.edition.short:
        return 403, "stale"  # nobody knows any more what was declared then
    current = exchange.kit.shelf.current
    if _grown(sent.choice, shown.edition, current):
        return 409, "widened"
    if sent.adds and _grown(sent.choice, current, shown.edition):
        return 403, "stale"  # in the name of a policy that declares more, what stands would reach further
    return None


def _within_limits(exchange: Exchange) -> bool:
    known = exchange.standing if exchange.standing and not exchange.standing.minor else None
    visitor = known.visitor if known else None
    return exchange.kit.limit.allows(exchange.origin.network, visitor, exchange.now)


def _grown(choice: Choice, then: Edition, now: Edition) -> bool:
    """Whether a grant would reach further than what the visitor was shown."""
    if then == now:
        return False
    for category in now.scope:
        more = widened(then.scope, now.scope, category)
        if more and (category in choice.categories or more & choice.vendors):
            return True
    return False


def _known_as(exchange: Exchange, *, ask: bool) -> tuple[str, Entry | None]:
    """Under which id a visitor goes on, and the last entry of that id; without asking the ledger, as the cookie says.

    Whoever has a cookie and no entry is somebody new: their records were erased, and the id must not come back.
    """
    standing, ledger = exchange.standing, exchange.kit.ledger
    if standing is None or standing.minor:
        return new_id(), None
    if not ask or ledger.away:
        return standing.visitor, None
    try:
        last = ledger.store.last_of(standing.visitor)
    except LedgerUnavailable:
        return standing.visitor, None
    return (standing.visitor if last else new_id()), last


def _standing(exchange: Exchange, sent: ChoiceRequest, shown: _Shown, visitor: str) -> tuple[Standing, Decision]:
    before = exchange.standing
    told_before = sent.adds and before is not None and before.gpc_told
    told = exchange.signals.gpc and (told_before or bool(shown.notice and shown.notice["gpc"]))
    minor = before is not None and before.minor
    standing = Standing(visitor, sent.choice, shown.edition.short, int(exchange.now), told, minor)
    return standing, exchange.decide(standing)


def _too_young(exchange: Exchange) -> list[Header]:
    """The headers by which a browser remembers, until it is closed, not to be asked again: without an id or an age.

    Nothing goes into the ledger: nothing was chosen. The app's own word needs no cookie.
    """
    if exchange.is_minor:
        return exchange.expiring(exchange.decision)
    edition = exchange.kit.shelf.current
    standing = Standing(_NOBODY, Choice(ChoiceKind.REFUSE_ALL), edition.short, int(exchange.now), minor=True)
    return _remember(exchange, standing, exchange.decide(standing), edition)


def _remember(exchange: Exchange, standing: Standing, decision: Decision, edition: Edition) -> list[Header]:
    """The headers by which the browser keeps the choice, and drops what it no longer allows."""
    kit, attributes = exchange.kit, exchange.attributes
    age = None if standing.minor else exchange.rules.memory_days * 86400
    value = kit.standing_cookie.format(standing, edition)
    shown = cookies.format_shown(decision, edition)
    return [
        (b"set-cookie", cookies.set_line(cookies.NAME, value, age, attributes, http_only=True)),
        (b"set-cookie", cookies.set_line(cookies.SHOWN_NAME, shown, age, attributes, http_only=False)),
        *exchange.expiring(decision),
    ]


def _already(exchange: Exchange, standing: Standing, shown: _Shown, last: Entry | None) -> Entry | None:
    """The entry of this very choice, if it was made a moment ago: pressing a button twice is one choice.

    The cookie alone does not tell: a refusal holds in it also when the ledger did not take it.
    """
    before = exchange.standing
    if before is None or before.minor or (before.choice, before.gpc_told) != (standing.choice, standing.gpc_told):
        return None
    if last is None or last.record is None or exchange.now - last.time / 1000 > LIFE_SECONDS:
        return None
    try:
        record, choice = canonical.decode(last.record), standing.choice
    except MalformedError:  # somebody wrote into the database
        return None
    recorded = (record["choice"], frozenset(record["categories"]), frozenset(record["vendors"]), record["policy"])
    same = recorded == (choice.kind.value, choice.categories, choice.vendors, shown.edition.fingerprint)
    return last if same else None


def _append(exchange: Exchange, sent: ChoiceRequest, standing: Standing, shown: _Shown) -> Entry | NewEntry:
    kit, notice = exchange.kit, shown.notice or {}
    moment = int(exchange.now * 1000)
    record = ConsentRecord(
        id=new_id(),
        site=kit.policy.site.id,
        time=utc(moment),
        visitor=standing.visitor,
        choice=sent.choice.kind.value,
        categories=tuple(sorted(sent.choice.categories)),
        vendors=tuple(sorted(sent.choice.vendors)),
        policy=shown.edition.fingerprint,
        notice=shown.token.notice if shown.token and notice else "",
        language=notice.get("language", ""),
        jurisdiction=exchange.rules.jurisdiction,
        regime=exchange.rules.regime.value,
        gpc=exchange.signals.gpc,
        device=family(exchange.head.text(b"user-agent")),
        method=f"{notice.get('layer', 'unknown')} {'fetch' if sent.fetched else 'form'}",
        route=shown.token.route if shown.token else "",
    )
    return kit.ledger.append(record, moment, kit.shelf.named_by(shown.edition.short, record.notice))


def _outcome(sent: ChoiceRequest, shown: _Shown) -> str:
    """What the notice has for this answer, to be seen or heard; "" where it has nothing."""
    outcomes: dict[str, str] = (shown.notice or {}).get("outcomes", {})
    nothing = sent.button == ChoiceKind.CUSTOM and not sent.choice.grants
    return outcomes.get("none" if nothing else sent.button, "")


def _way_back(exchange: Exchange, sent: ChoiceRequest) -> str:
    return local_path(sent.return_to) or local_path(f"{exchange.head.root_path}/") or "/"


def _sorry(exchange: Exchange, status: int, key: str, fetched: bool, return_to: str = "", *headers: Header) -> Reply:
    """Say what is in the way; with a fresh form where choosing again would help."""
    if fetched:
        return json(status, {"error": {"id": f"consentkit.{key}", "status": status}}, *headers)
    if key in ("age", "stale", "widened"):
        return private_page(status, exchange.showing.preferences(return_to, message=key), *headers)
    page = exchange.kit.pages.message(key, exchange.showing.language, exchange.head.root_path, return_to=return_to)
    return private_page(status, page, *headers)


def _malformed(exchange: Exchange, error: ChoiceError, fetched: bool) -> Reply:
    if fetched:
        body = {"id": error.ident, "status": error.status, "field": error.field, "message": str(error)}
        return json(error.status, {"error": body})
    key = "too_large" if error.status == 413 else "malformed"
    page = exchange.kit.pages.message(key, exchange.showing.language, exchange.head.root_path, field=error.field)
    return private_page(error.status, page)
