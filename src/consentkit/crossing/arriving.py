"""The page that visitors pass on their way: GET {prefix}/arrive, one leg each time, by what its query says.

    back=PATH            begin: this browser keeps cookies, or goes back to PATH as it came
    start=PATH           the same, by a link that a visitor follows
    site=ORIGIN&nonce=N  another of the sites asks what stands here
    by=ORIGIN&answer=T   the answer of another site, to whoever asked
    from=ORIGIN          there is something to be fetched from that site: we ask it
    (nothing)            what was here has been fetched: go on to the page
    up                   a server asks whether this one answers

docs/decisions/0016 has the whole of it, and what each part is there for. Where anything is in the way, the visitor goes
to the page they wanted, and is asked there as anybody is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from hmac import compare_digest
from typing import TYPE_CHECKING

from consentkit.choosing import known_as
from consentkit.crossing import ticket as tickets
from consentkit.crossing.errand import Errand, Stage, new_errand
from consentkit.crossing.leaving import address, ended_line, errand_line, errand_of, lead_away, marked
from consentkit.crossing.takeover import counts, take_over
from consentkit.crossing.ticket import NOBODY, Ticket, format_ticket, parse_ticket
from consentkit.decision import CLOCK_SKEW, Choice, ChoiceKind, Standing
from consentkit.errors import LedgerUnavailable, SealError
from consentkit.foreign.adopting import adopt
from consentkit.framing import fitting
from consentkit.http import Header, Reply, local_path, parse_query
from consentkit.keeping import remember
from consentkit.ledger.record import milliseconds, utc
from consentkit.policy import Edition
from consentkit.policy.domains import host_in
from consentkit.recording import record_of
from consentkit.replies import led, nothing, private_page

if TYPE_CHECKING:
    from consentkit.exchange import Exchange

Query = dict[str, str]
_NONCE = re.compile(r"[0-9a-f]{32}")


def arrive(exchange: Exchange, _: bytes) -> Reply | None:
    """The next leg; None where there is none for such a request."""
    query = parse_query(exchange.head.query)
    if "up" in query:
        return nothing()
    # In a frame, or fetched by a script, nobody is on their way; and HEAD must not use up what GET is for.
    alone = exchange.head.header(b"sec-fetch-dest") in (None, b"document")
    if exchange.head.method != "GET" or not alone:
        return None
    leg = next((leg for name, leg in _LEGS.items() if name in query), _return)
    return leg(exchange, query)


def _start(exchange: Exchange, query: Query) -> Reply:
    return lead_away(exchange, _path(exchange, query["start"]))


def _begin(exchange: Exchange, query: Query) -> Reply:
    """On this host still: a choice of another tool is taken over, and then the other sites are asked."""
    errand, crossing = errand_of(exchange), exchange.kit.crossing
    if errand is None or errand.stage is Stage.BACK:
        return _as_it_came(exchange, _path(exchange, query["back"]))
    if lines := adopt(exchange):
        return _go_on(exchange, errand, *lines)
    site = crossing.site(exchange.origin)
    if crossing.domains is None or not site or crossing.keeps(site):
        return _go_on(exchange, errand)
    keeper = crossing.domains.origin
    if not crossing.reach.answers(address(exchange, keeper, up=""), exchange.now):
        return _go_on(exchange, errand)
    if errand.stage is Stage.TELLING:
        # What a form leads to may be held to its own site, by our policy or the page's (CSP3 §6.4.1, form-action).
        return _between(exchange, address(exchange, keeper, **{"from": site}))
    return led(address(exchange, keeper, site=site, nonce=errand.nonce))


def _answer(exchange: Exchange, query: Query) -> Reply | None:
    """Say what stands here, to a site that the policy lists and to no other."""
    asking, nonce, crossing = query["site"], query.get("nonce", ""), exchange.kit.crossing
    here = crossing.site(exchange.origin)
    if not here or not crossing.may_ask(here, asking) or not _NONCE.fullmatch(nonce):
        return None
    standing = exchange.standing
    if standing is not None and (standing.minor or exchange.is_minor):
        standing = None
    edition = exchange.kit.shelf.edition(standing.policy) if standing else None
    tc = exchange.visitor.tc or ""
    said = Ticket(nonce, asking, int(exchange.now), standing and replace(standing, visitor=NOBODY), tc)
    answer = format_ticket(crossing.sealer, said, edition.vendors if edition else ())
    return led(address(exchange, asking, by=here, answer=answer))


def _ask(exchange: Exchange, query: Query) -> Reply | None:
    """The site that keeps the choice asks one that has something new."""
    site, crossing = query["from"], exchange.kit.crossing
    here = crossing.site(exchange.origin)
    if not crossing.keeps(here) or not crossing.may_ask(site, here):
        return None
    errand = new_errand(Stage.ASKING, int(exchange.now), "")
    return led(address(exchange, site, site=here, nonce=errand.nonce), errand_line(exchange, errand))


def _hear(exchange: Exchange, query: Query) -> Reply | None:
    """Take an answer over, if it answers what this browser was sent to ask; then on, to where it came from."""
    by, crossing, errand = query.get("by", ""), exchange.kit.crossing, errand_of(exchange)
    here = crossing.site(exchange.origin)
    if not here or not crossing.may_ask(by, here):
        return None
    asked = errand if errand and errand.stage is Stage.ASKING else None
    ticket = _fitting(exchange, asked, query["answer"], here) if asked else None
    lines = _take(exchange, ticket.standing, ticket.tc) if ticket and ticket.standing else []
    if crossing.keeps(here):
        return led(address(exchange, by), ended_line(exchange), *lines)
    if errand is None:
        return _between(exchange, _path(exchange, ""))
    if ticket and not lines and _is_newer(exchange, ticket.standing):
        told = errand._replace(stage=Stage.TELLING)
        return led(address(exchange, by, **{"from": here}), errand_line(exchange, told))
    return _go_on(exchange, errand, *lines)


def _return(exchange: Exchange, _: Query) -> Reply:
    errand = errand_of(exchange)
    return _go_on(exchange, errand) if errand else _between(exchange, _path(exchange, ""))


_LEGS: dict[str, Callable[[Exchange, Query], Reply | None]] = {
    "start": _start,
    "back": _begin,
    "answer": _hear,
    "from": _ask,
    "site": _answer,
}


def _fitting(exchange: Exchange, errand: Errand, answer: str, here: str) -> Ticket | None:
    """The ticket in an answer, if it is the answer to this errand's question, and was taken by nobody yet."""
    kit, now = exchange.kit, int(exchange.now)
    try:
        ticket = parse_ticket(kit.crossing.sealer, answer, here, now, kit.shelf.edition)
    except SealError:
        return None
    if not compare_digest(ticket.nonce, errand.nonce) or not kit.crossing.limit.allows(exchange.origin.network, now):
        return None
    try:
        return ticket if kit.crossing.tickets.redeem(ticket.nonce, now, now + 2 * tickets.LIFE_SECONDS) else None
    except LedgerUnavailable:  # nobody can say whether it was: what takes away does no harm twice
        return ticket._replace(tc="") if ticket.standing and not ticket.standing.choice.grants else None


def _take(exchange: Exchange, theirs: Standing, tc: str) -> list[Header]:
    """The lines by which this site remembers what was chosen on another, once that is recorded here."""
    kit, own = exchange.kit, exchange.standing
    controller = kit.policy.controller_of(host_in(kit.crossing.site(exchange.origin)))
    here = controller.name if controller else ""
    ahead = theirs.time > exchange.now + CLOCK_SKEW
    somebodys = own is None and exchange.visitor.mark is not None  # the account's word is still to come
    if ahead or somebodys or exchange.is_minor:
        return []
    made_under = kit.shelf.edition(theirs.policy)
    standing = take_over(own, theirs, made_under, here)
    if standing is None:
        return []
    # A string belongs to the whole of its choice, and counts for whom that counts.
    whole = standing.choice == theirs.choice and counts(theirs, made_under, here)
    string = fitting(exchange, tc) if whole else ""
    standing, edition = _readable(exchange, replace(standing, visitor=known_as(exchange, ask=True)[0]))
    record = record_of(
        exchange,
        standing,
        edition,
        notice="",
        language="",
        method="another site",
        chosen=utc(standing.time * 1000),
        tc=string,
    )
    try:
        kit.ledger.append(record, milliseconds(record.time), kit.shelf.named_by(edition.short, ""))
    except LedgerUnavailable:
        if standing.choice.grants:
            return []
        string = ""
    decision = exchange.decide(standing)
    return [*remember(exchange, standing, decision, edition, string), *exchange.expiring(decision)]


def _readable(exchange: Exchange, standing: Standing) -> tuple[Standing, Edition]:
    """A choice and the edition that it names; under one that nobody knows any more, only what was refused."""
    shelf = exchange.kit.shelf
    if edition := shelf.edition(standing.policy):
        return standing, edition
    return replace(standing, choice=Choice(ChoiceKind.REFUSE_ALL), policy=shelf.current.short), shelf.current


def _is_newer(exchange: Exchange, theirs: Standing | None) -> bool:
    """Whether this site knows of a later choice than the one that keeps it for all."""
    own = exchange.standing
    if own is None or own.minor or theirs is None:
        return own is not None and not own.minor
    return own.time > theirs.time or (own.time == theirs.time and own.choice != theirs.choice)


def _go_on(exchange: Exchange, errand: Errand, *lines: Header) -> Reply:
    """To the page that was asked for, at an address that says nothing of all this."""
    back = errand._replace(stage=Stage.BACK, time=int(exchange.now))
    return led(_path(exchange, errand.path), errand_line(exchange, back), *lines)


def _as_it_came(exchange: Exchange, path: str) -> Reply:
    """To the page without an errand. Who came from another site still does: a page of ours in between would lend their
    link the standing of one of this site's (SameSite=Strict, Fetch Metadata)."""
    if exchange.head.header(b"sec-fetch-site") in (b"none", b"same-origin"):
        return _between(exchange, path)
    return led(marked(path))


def _between(exchange: Exchange, url: str) -> Reply:
    """Over a page of ours that leads on by itself: from there a new way begins. Who comes from here is not led away."""
    return private_page(200, exchange.kit.pages.onward(exchange.showing.language, url))


def _path(exchange: Exchange, sent: str) -> str:
    return local_path(sent) or local_path(f"{exchange.head.root_path}/") or "/"
