"""A choice, from the request to the ledger and back: the second journey.

Knows an Exchange and its kit. The rules, in the order in which they are asked:

    another site sent it                              403, nothing happens
    it cannot be read                                 400 or 413, naming the field
    it refuses or withdraws                           it holds from here on, whatever comes after
    it grants, and nobody says that we sent it        403
    too many from one visitor or network              429
    it grants, and the visitor is a minor             403, and nobody asks again while the browser is open
    it refuses, and the visitor is a minor            303 or JSON, without an id or a record
    it grants without the age that was asked for      403, with a fresh form
    it grants under a token that is not ours or old   403, with a fresh form
    it grants more than was declared when shown       409, with a fresh form
    neither the ledger nor its spool can take it      503
    one of them has it                                303, or JSON with the receipt
    and it is for several domains                     303 to where it is told on, or 409 with the receipt
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from consentkit import canonical
from consentkit.choice import ChoiceRequest, parse_choice
from consentkit.crossing.leaving import telling
from consentkit.decision import Basis, Choice, ChoiceKind, Decision, Standing
from consentkit.errors import ChoiceError, LedgerUnavailable, MalformedError, SealError
from consentkit.framing import tc_string
from consentkit.http import Header, Reply, local_path, media_type
from consentkit.keeping import remember
from consentkit.ledger.record import milliseconds, new_id
from consentkit.ledger.store import Entry, NewEntry
from consentkit.policy import Edition, widened
from consentkit.recording import record_of
from consentkit.replies import json, private_page, see_other
from consentkit.token import LIFE_SECONDS, RenderToken, parse_token
from consentkit.visitor.network import same_origin

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
    wants = sent.grants  # of what is added; what stands already is no question
    if sent.adds:
        if exchange.standing:  # what silence allows, nobody has chosen
            sent = replace(sent, choice=sent.choice.beside(exchange.decision))
        if not wants:
            shown = replace(shown, edition=kit.shelf.current)  # by which what stands is read here
    if wants and (refusal := _why_not(exchange, sent, shown, ours)):
        status, key = refusal
        headers = _too_young(exchange) if key == "minor" else []
        return _sorry(exchange, status, key, fetched, sent.return_to, *headers)
    if exchange.decision.basis is Basis.MINOR and exchange.visitor.holder is None:
        return _refused_by_minor(exchange, sent, shown)
    throttled = not wants and not _within_limits(exchange)
    visitor, last = known_as(exchange, ask=not throttled)
    standing, decision = _standing(exchange, sent, shown, visitor)
    tc = tc_string(exchange, sent, (shown.notice or {}).get("language", ""))
    headers = _remember(exchange, standing, decision, shown.edition, tc)
    if throttled:
        return _sorry(exchange, 429, "too_many", fetched, sent.return_to, *headers)
    try:
        entry = _already(exchange, standing, shown, last, tc) or _append(exchange, sent, standing, shown, tc)
    except LedgerUnavailable:
        if sent.grants or sent.choice.grants:
            return _sorry(exchange, 503, "unavailable", fetched, sent.return_to)
        return _sorry(exchange, 503, "refused", fetched, sent.return_to, *headers)
    path = _way_back(exchange, sent)
    leads = telling(exchange, path)
    if not fetched:
        return see_other(leads[0], *headers, leads[1]) if leads else see_other(path, *headers)
    granted = {"granted": sorted(decision.granted), "vendors": sorted(decision.vendors)}
    answer = {"decision": granted, "receipt": kit.ledger.receipt(entry), "said": _outcome(sent, shown)}
    if leads:  # only a browser on its way to a page can let the other sites know: the form goes once more, by itself
        stays = {"id": "consentkit.elsewhere", "status": 409, "go_to": leads[0]}
        return json(409, {**answer, "error": stays}, *headers, leads[1])
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


def known_as(exchange: Exchange, *, ask: bool) -> tuple[str, Entry | None]:
    """Under which id a visitor goes on, and the last entry of that id; without asking the ledger, as the cookie says.

    Whoever has a cookie and no entry is somebody new: their records were erased, and the id must not come back. So is
    whoever chooses after somebody who was signed in.
    """
    kit, mark, known = exchange.kit, exchange.visitor.mark, exchange.visitor.holder
    if known is None:
        return new_id(), None
    if not ask or kit.ledger.away:
        return known, None
    try:
        last = kit.ledger.store.last_of(known)
        stays = last is not None or (mark is not None and kit.links.has(known))
    except LedgerUnavailable:
        return known, None
    return (known if stays else new_id()), last


def _standing(exchange: Exchange, sent: ChoiceRequest, shown: _Shown, visitor: str) -> tuple[Standing, Decision]:
    before = exchange.standing
    told_before = sent.adds and before is not None and before.gpc_told
    told = exchange.signals.gpc and (told_before or bool(shown.notice and shown.notice["gpc"]))
    minor = before is not None and before.minor
    mark = exchange.visitor.mark
    lent = mark is not None and mark.visitor == visitor
    standing = Standing(visitor, sent.choice, shown.edition.short, int(exchange.now), told, minor, lent)
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


def _refused_by_minor(exchange: Exchange, sent: ChoiceRequest, shown: _Shown) -> Reply:
    """What held already goes on to hold: nothing is recorded, and nobody gets an id, of whom we may know nothing."""
    headers = _too_young(exchange)
    if not sent.fetched:
        return see_other(_way_back(exchange, sent), *headers)
    granted = {"granted": sorted(exchange.decision.granted), "vendors": []}
    return json(200, {"decision": granted, "receipt": None, "said": _outcome(sent, shown)}, *headers)


def _remember(
    exchange: Exchange, standing: Standing, decision: Decision, edition: Edition, tc: str | None = None
) -> list[Header]:
    """The headers by which the browser keeps the choice, and drops what it no longer allows."""
    return [*remember(exchange, standing, decision, edition, tc), *exchange.expiring(decision)]


def _already(exchange: Exchange, standing: Standing, shown: _Shown, last: Entry | None, tc: str) -> Entry | None:
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
    same = (*recorded, record.get("tc", "")) == (
        *(choice.kind.value, choice.categories, choice.vendors, shown.edition.fingerprint),
        tc,
    )
    return last if same else None


def _append(exchange: Exchange, sent: ChoiceRequest, standing: Standing, shown: _Shown, tc: str) -> Entry | NewEntry:
    kit, notice = exchange.kit, shown.notice or {}
    record = record_of(
        exchange,
        replace(standing, choice=sent.choice),
        shown.edition,
        notice=shown.token.notice if shown.token and notice else "",
        language=notice.get("language", ""),
        method=f"{notice.get('layer') or _layer_unnamed(sent)} {'fetch' if sent.fetched else 'form'}",
        route=shown.token.route if shown.token else "",
        tc=tc,
    )
    named = kit.shelf.named_by(shown.edition.short, record.notice)
    entry = kit.ledger.append(record, milliseconds(record.time), named)
    _count(exchange, shown)
    return entry


def _layer_unnamed(sent: ChoiceRequest) -> str:
    """Where a choice was made that names no notice: the button beside the link, on each page, brings no token."""
    return "link" if sent.choice.kind is ChoiceKind.WITHDRAW and not sent.token else "unknown"


def _count(exchange: Exchange, shown: _Shown) -> None:
    """Count a choice in the banner where showing it was, and one in the preferences where the banner was still open."""
    if shown.token and shown.token.counted:
        exchange.kit.funnel.count("chosen", exchange.now)
    elif shown.notice and shown.notice["layer"] == "preferences" and exchange.showing.asks:
        exchange.kit.funnel.count("later", exchange.now)


def _outcome(sent: ChoiceRequest, shown: _Shown) -> str:
    """What the notice has for this answer, to be seen or heard; "" where it has nothing."""
    outcomes: dict[str, str] = (shown.notice or {}).get("outcomes", {})
    nothing = sent.button == ChoiceKind.CUSTOM and not sent.choice.grants
    return outcomes.get("none" if nothing else sent.button, "")


def _way_back(exchange: Exchange, sent: ChoiceRequest) -> str:
    """To where the form says; one that says nothing, as on the link's button, to the page that it was on."""
    back = local_path(sent.return_to or exchange.showing.where_from())
    return back or local_path(f"{exchange.head.root_path}/") or "/"


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
