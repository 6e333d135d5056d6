"""What a visitor may ask of us without writing a letter: to see what is held, to take it along, to have it erased.

Knows an Exchange and its kit. Whoever holds the sealed cookie is the visitor; the records of somebody who signed in are
theirs while the mark stands beside it. To be erased, in the order in which it is asked:

    another site sent it, or nobody says that we did      403, nothing happens
    it cannot be read, or is too long                     400 or 413
    its token is not ours, old, or another visitor's      403, and the question again
    too many from one visitor or network                  429
    the ledger does not answer                            503, nothing happens
    it is done                                            200: the records are gone, and the cookie is somebody new's
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from consentkit.choice import LONGEST_BODY
from consentkit.decision import Choice, ChoiceKind, Standing
from consentkit.errors import LedgerUnavailable, SealError
from consentkit.http import Header, Reply, media_type, parse_query
from consentkit.keeping import forget_mark, remember
from consentkit.ledger.access import Receipt, documents_of, pending_of, receipts_of
from consentkit.ledger.erasure import forget
from consentkit.ledger.record import new_id
from consentkit.page.receipt import Holder
from consentkit.replies import json, private_page
from consentkit.seal import Sealer
from consentkit.visitor.network import same_origin

if TYPE_CHECKING:
    from consentkit.exchange import Exchange

_FORM = "application/x-www-form-urlencoded"
_VERSION = 1
_SHAPE = struct.Struct(">BI16s")  # version, Unix time, visitor
# Long enough to read a page twice.
_TOKEN_SECONDS = 3600


def show(exchange: Exchange, _: bytes = b"") -> Reply:
    """GET {prefix}/receipt: the visitor's own records, as a page or, with ?download, as a file."""
    if "download" in parse_query(exchange.head.query):
        return _take_along(exchange)
    holder = exchange.visitor.holder
    receipts, away = _held(exchange, holder) if holder else ([], False)
    lent = exchange.standing is not None and exchange.standing.lent
    whose = Holder(holder or "", lent or exchange.visitor.mark is not None, away)
    page = exchange.kit.pages.receipt(exchange.showing.language, exchange.head.root_path, receipts, whose)
    return private_page(200, page)


def ask(exchange: Exchange, _: bytes = b"") -> Reply:
    """GET {prefix}/erase: what erasing would do, and a button; asking changes nothing."""
    return _question(exchange, 200)


def erase(exchange: Exchange, body: bytes) -> Reply:
    """POST {prefix}/erase."""
    kit, holder = exchange.kit, exchange.visitor.holder
    if same_origin(exchange.head, exchange.origin) is not True or exchange.visitor.is_framed:
        return _message(exchange, 403, "origin")
    if len(body) > LONGEST_BODY:
        return _message(exchange, 413, "too_large")
    if media_type(exchange.head.header(b"content-type"))[0] != _FORM:
        return _message(exchange, 400, "malformed", field="content-type")
    token = parse_query(body.decode("latin-1")).get("token", "")
    if holder is None or not _opens(kit.erasures, token, holder, int(exchange.now)):
        return _question(exchange, 403)
    if not kit.limit.allows(exchange.origin.network, holder, exchange.now):
        return _message(exchange, 429, "too_many")
    done = forget(kit.ledger, [holder], int(exchange.now * 1000), kit.policy.kept_milliseconds)
    if kit.ledger.store.database.file:
        kit.ledger.store.database.scrub()
    page = kit.pages.erased(exchange.showing.language, exchange.head.root_path, kept=bool(done.kept))
    return private_page(200, page, *_anew(exchange))


def _held(exchange: Exchange, visitor: str) -> tuple[list[Receipt], bool]:
    """A visitor's last receipts, newest first, and whether only those that wait for the log could be read."""
    ledger = exchange.kit.ledger
    pending = pending_of(ledger, visitor)[::-1]
    try:
        checkpoint = ledger.checkpoint()
        entries = ledger.store.entries_of(visitor)
    except LedgerUnavailable:
        if not pending:
            raise
        return pending, True
    return [*pending, *(ledger.receipt(entry, checkpoint) for entry in reversed(entries) if entry.record)], False


def _take_along(exchange: Exchange) -> Reply:
    """All of it as a file that a program reads, newest first, with the policies and notices that the records name."""
    ledger, holder = exchange.kit.ledger, exchange.visitor.holder
    receipts = [*receipts_of(ledger, [holder]), *pending_of(ledger, holder)][::-1] if holder else []
    value = {"documents": documents_of(ledger, receipts), "receipts": receipts, "v": 1, "visitors": [holder or ""]}
    return json(200, value, (b"content-disposition", b'attachment; filename="privacy-receipt.json"'))


def _question(exchange: Exchange, status: int) -> Reply:
    holder = exchange.visitor.holder
    token = _format(exchange.kit.erasures, holder, int(exchange.now)) if holder else ""
    language, root = exchange.showing.language, exchange.head.root_path
    return private_page(status, exchange.kit.pages.erase(language, root, token))


def _message(exchange: Exchange, status: int, key: str, field: str = "") -> Reply:
    language, root = exchange.showing.language, exchange.head.root_path
    return private_page(status, exchange.kit.pages.message(key, language, root, field=field))


def _anew(exchange: Exchange) -> list[Header]:
    """The lines that make the browser somebody new's. Without a record nobody could show a consent: grants end."""
    before, edition = exchange.standing, exchange.kit.shelf.current
    if before is None or before.minor:
        return [forget_mark(exchange)]
    kind = before.choice.kind if not before.choice.grants else ChoiceKind.REFUSE_ALL
    lent = before.lent or before.choice.grants
    standing = Standing(new_id(), Choice(kind), edition.short, int(exchange.now), lent=lent)
    decision = exchange.decide(standing)
    mark = [forget_mark(exchange)] if exchange.visitor.mark else []
    return [*mark, *remember(exchange, standing, decision, edition, ""), *exchange.expiring(decision)]


def _format(sealer: Sealer, visitor: str, now: int) -> str:
    """The token of the question: this visitor was asked, now."""
    return sealer.seal(_SHAPE.pack(_VERSION, now, bytes.fromhex(visitor)))


def _opens(sealer: Sealer, value: str, visitor: str, now: int) -> bool:
    """Whether a token is that of a question put to this visitor a while ago."""
    try:
        payload = sealer.open(value)
    except SealError:
        return False
    if len(payload) != _SHAPE.size:
        return False
    version, time, asked = _SHAPE.unpack(payload)
    return bool(version == _VERSION and now - time <= _TOKEN_SECONDS and asked.hex() == visitor)
