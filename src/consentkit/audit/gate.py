"""Who is let in, and what is written down of it: the one way to every page.

Knows requests, grants and rights; not what a page shows. In this order: a session that stands, the right of its role,
and for an action its origin and token; then the look is recorded; then the page is made. A look that cannot be
recorded is not given.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from consentkit.asgi import read_head
from consentkit.audit.session import Session, cookie_name
from consentkit.audit.visit import RIGHTS, Desk, Visit
from consentkit.audit.words import LANGUAGES, Words, words
from consentkit.errors import LedgerUnavailable, MalformedError
from consentkit.http import RequestHead, parse_cookies, parse_query, preferred_languages
from consentkit.ledger.record import utc
from consentkit.ledger.statement import of_access
from consentkit.texts import choose_language
from consentkit.visitor.network import origin_of, same_origin

_LONGEST_FORM = 4096
_LANGUAGE = "audit_language"
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CSP,
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


class Door(NamedTuple):
    """A page or an action: where it is, what makes it, the right it takes, and what the access log calls it.

    `what` may name a part of the path: "entry {number}".
    """

    method: str
    path: str
    make: Callable[[Visit], Response]
    right: str
    what: str


class Gate:
    """Lets requests through to a desk's pages."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def through(self, door: Door, request: Request) -> Response:
        """The page behind a door, for whoever may see it."""
        sent = parse_query(request.url.query) if door.method == "GET" else await _form(request)
        return await run_in_threadpool(self._answer, request, sent, lambda: self._admit(door, request, sent))

    async def shown(self, request: Request) -> Response:
        """What an invitation's link shows: a button, whoever follows it and whether the link is good or not."""
        sent = dict(request.path_params)
        return await run_in_threadpool(self._answer, request, sent, lambda: self._invitation(request, sent))

    async def entered(self, request: Request) -> Response:
        """Take an invitation: the one action without a session."""
        sent = await _form(request)
        return await run_in_threadpool(self._answer, request, sent, lambda: self._enter(request, sent))

    async def lost(self, request: Request, _: Exception | None = None) -> Response:
        """Where there is no page."""
        return await run_in_threadpool(self._answer, request, {}, lambda: self._say(request, "missing.html", 404))

    # ── how it is done ──

    def _answer(self, request: Request, sent: dict[str, str], make: Callable[[], Response]) -> Response:
        try:
            response = make()
        except LedgerUnavailable:
            response = self._say(request, "unavailable.html", 503)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if request.method == "GET" and sent.get("lang") in LANGUAGES:
            response.set_cookie(_LANGUAGE, sent["lang"], samesite="strict", httponly=True, path="/")
        return response

    def _admit(self, door: Door, request: Request, sent: dict[str, str]) -> Response:
        desk, head = self._desk, read_head(request.scope)
        origin = origin_of(head, desk.settings.policy)
        session, now = self._session(head, secure=origin.scheme == "https"), desk.clock()
        grant = desk.grants.session(session.grant, session.secret, int(now)) if session else None
        if session is None or grant is None:
            return self._say(request, "stranger.html", 401)
        token = desk.sessions.token(session)
        visit = Visit(desk, grant, token, self._words(request), _root(request), request.path_params, sent)
        if door.right not in RIGHTS.get(grant.role, frozenset()):
            return visit.page("refused.html", 403)
        # The browser must say that our page sent it: silence is not enough for an action.
        meant = same_origin(head, origin) is True and desk.sessions.accepts(session, sent.get("token", ""))
        if door.method == "POST" and not meant:
            return visit.page("refused.html", 403)
        try:
            self._record(grant.id, grant.role, door.what.format_map(request.path_params))
        except MalformedError:  # such a number is none of ours
            return visit.page("missing.html", 404)
        return door.make(visit)

    def _invitation(self, request: Request, sent: dict[str, str]) -> Response:
        return self._say(request, "enter.html", 200, grant_id=sent["grant"], secret=sent["secret"])

    def _enter(self, request: Request, sent: dict[str, str]) -> Response:
        desk, head = self._desk, read_head(request.scope)
        origin, now = origin_of(head, desk.settings.policy), desk.clock()
        if not desk.limit.allows(origin.network, now):
            return self._say(request, "spent.html", 429)
        if same_origin(head, origin) is not True:
            return self._say(request, "spent.html", 403)
        opened = desk.grants.enter(sent.get("grant", "")[:64], sent.get("secret", "")[:64], int(now))
        if opened is None:
            return self._say(request, "spent.html", 403)
        grant, secret = opened
        self._record(grant.id, grant.role, "enter")
        response, secure = RedirectResponse(f"{_root(request)}/", 303), origin.scheme == "https"
        cookie = desk.sessions.format(Session(grant.id, secret))
        name, left = cookie_name(secure), grant.expires - int(now)
        response.set_cookie(name, cookie, left, path="/", secure=secure, httponly=True, samesite="strict")
        return response

    def _record(self, by: str, role: str, what: str) -> None:
        moment = int(self._desk.clock() * 1000)
        self._desk.ledger.state(of_access(utc(moment), by, role, what), moment)

    def _session(self, head: RequestHead, *, secure: bool) -> Session | None:
        """The session of a request; two cookies of the name are none: a neighbour may have put in the other."""
        found = [value for name, value in parse_cookies(head) if name == cookie_name(secure)]
        return self._desk.sessions.parse(found[0]) if len(found) == 1 else None

    def _words(self, request: Request) -> Words:
        asked = request.query_params.get("lang") or request.cookies.get(_LANGUAGE, "")
        wanted = preferred_languages(request.headers.get("accept-language", "").encode("latin-1", "replace"))
        return words(asked if asked in LANGUAGES else choose_language(wanted, tuple(LANGUAGES)))

    def _say(self, request: Request, template: str, status: int, **values: Any) -> Response:
        return HTMLResponse(self._desk.render(template, self._words(request), _root(request), **values), status)


def _root(request: Request) -> str:
    return str(request.scope.get("root_path", ""))


async def _form(request: Request) -> dict[str, str]:
    """The fields of a small form; nothing of a larger one."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_FORM:
            return {}
    return parse_query(body.decode("latin-1"))
