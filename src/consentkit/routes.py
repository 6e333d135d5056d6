"""Our own URLs: which there are, and what each answers.

Knows an Exchange and its kit. Everything here is `no-store` but the stylesheets, and nothing may be framed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from consentkit import rights
from consentkit.choosing import choose
from consentkit.crossing.arriving import arrive
from consentkit.errors import LedgerUnavailable, LogError, MalformedError, ReportError
from consentkit.foreign.adopting import adopt
from consentkit.http import Header, Reply
from consentkit.policy import Policy
from consentkit.replies import document, json, not_allowed, nothing, private_page, refused
from consentkit.sightings.reports import parse_report
from consentkit.signals.applies import applies
from consentkit.signals.gpc import WELL_KNOWN, support_resource
from consentkit.tlog import parse_tile
from consentkit.visitor.network import same_origin

if TYPE_CHECKING:
    from consentkit.exchange import Exchange

_FOREVER: Header = (b"cache-control", b"public, max-age=31536000, immutable")


def is_ours(path: str, policy: Policy) -> bool:
    """Whether a path (below the app's mount point) is one of our URLs."""
    return path.startswith(policy.prefix + "/") or (path == WELL_KNOWN and policy.honour_gpc)


def reply(exchange: Exchange, body: bytes) -> Reply:
    """The answer to a request for one of our URLs."""
    head = exchange.head
    name = "gpc" if head.path == WELL_KNOWN else head.path.removeprefix(exchange.kit.policy.prefix + "/")
    if name.startswith("static/"):
        return _static(exchange, name.removeprefix("static/"))
    if name.startswith("log/") and not exchange.kit.policy.log.public:
        return _missing(exchange)
    methods = _ROUTES["log/tile/"] if name.startswith("log/tile/") else _ROUTES.get(name)
    if methods is None:
        return _missing(exchange)
    handler = methods.get("GET" if head.method == "HEAD" else head.method)
    if handler is None:
        return not_allowed(methods)
    try:
        return handler(exchange, body)
    except (LedgerUnavailable, LogError):  # no answer from the database, or not what was written there
        return private_page(503, exchange.kit.pages.message("away", exchange.showing.language, head.root_path))


def _missing(exchange: Exchange) -> Reply:
    return private_page(404, exchange.kit.pages.message("missing", exchange.showing.language, exchange.head.root_path))


def _notice(exchange: Exchange, _: bytes) -> Reply:
    """The decision, and the banner for someone to be asked; for pages that were rendered for everybody."""
    if adopted := adopt(exchange):
        decision = exchange.remember(*adopted)
        return private_page(200, exchange.kit.pages.settled(decision), *adopted)
    if exchange.showing.asks:
        return private_page(200, exchange.showing.banner(exchange.showing.where_from()))
    return private_page(200, exchange.showing.settled(), *exchange.correcting())


def _arrive(exchange: Exchange, body: bytes) -> Reply:
    """Where visitors pass whose choice comes from elsewhere."""
    crossing = exchange.kit.crossing
    return (arrive(exchange, body) if crossing.domains or crossing.imports else None) or _missing(exchange)


def _preferences(exchange: Exchange, _: bytes) -> Reply:
    return private_page(200, exchange.showing.preferences(exchange.showing.where_from()))


def _declaration(exchange: Exchange, _: bytes) -> Reply:
    kit, language, entity = exchange.kit, exchange.showing.language, exchange.visitor.entity
    seen = kit.inventory.last_seen(exchange.now)
    return private_page(200, kit.pages.declaration(language, exchange.head.root_path, entity, kit.versions, seen))


def _declaration_json(exchange: Exchange, _: bytes) -> Reply:
    kit = exchange.kit
    return document("application/json", kit.pages.declaration_json(kit.inventory.last_seen(exchange.now), kit.versions))


def _checkpoint(exchange: Exchange, _: bytes) -> Reply:
    # "its headers SHOULD prevent caching beyond a few seconds"  C2SP tlog-tiles, Checkpoints
    return document("text/plain; charset=utf-8", exchange.kit.ledger.published().encode(), b"public, max-age=5")


def _tile(exchange: Exchange, _: bytes) -> Reply:
    """Hashes only: entries are commitments to what people chose, and what they say is not for everybody."""
    path = exchange.head.path.removeprefix(f"{exchange.kit.policy.prefix}/log/")
    try:
        tile = parse_tile(path)
    except MalformedError:
        return _missing(exchange)
    data = exchange.kit.ledger.tile(tile)
    return _missing(exchange) if data is None else document("application/octet-stream", data, _FOREVER[1])


def _signals(exchange: Exchange, _: bytes) -> Reply:
    """What applies to this visitor, and what is allowed: for our scripts on pages that were rendered for everybody."""
    found = applies(exchange.kit.policy, exchange.decision, asked=exchange.showing.asks)
    if found is None:
        return _missing(exchange)
    granted, vendors = sorted(exchange.decision.granted), sorted(exchange.decision.vendors)
    return json(200, {"applies": found, "decision": {"granted": granted, "vendors": vendors}})


def _gpc(exchange: Exchange, _: bytes) -> Reply:
    return document("application/json", support_resource(exchange.kit.policy.effective))


def _report(exchange: Exchange, body: bytes) -> Reply:
    """What a browser stopped by our Content-Security-Policy, or would have. Whoever sent it, nothing hangs on it."""
    kit = exchange.kit
    if not kit.hosts.learns:
        return _missing(exchange)
    if same_origin(exchange.head, exchange.origin) is False:
        return refused(403)
    if not kit.reports_limit.allows(exchange.origin.network, exchange.now):
        return refused(429)
    try:
        violations = parse_report(body, exchange.head.header(b"content-type"))
    except ReportError as error:
        return refused(error.status)
    for violation in violations:
        kit.hosts.reported(violation)
    return nothing()


def _static(exchange: Exchange, name: str) -> Reply:
    asset = exchange.kit.pages.static(name)
    if asset is None or exchange.head.method not in ("GET", "HEAD"):
        return _missing(exchange)
    # A page from before the last release may lie in a cache, and asks for the file of its time: it gets today's.
    keep = _FOREVER if asset.name == name else (b"cache-control", b"no-cache")
    headers = ((b"content-type", asset.content_type.encode()), (b"x-content-type-options", b"nosniff"), keep)
    return Reply(200, (*headers, (b"content-length", str(len(asset.data)).encode())), asset.data)


_Handler = Callable[["Exchange", bytes], Reply]
_ROUTES: dict[str, dict[str, _Handler]] = {
    "arrive": {"GET": _arrive},
    "choice": {"POST": choose},
    "notice": {"GET": _notice},
    "preferences": {"GET": _preferences},
    "declaration": {"GET": _declaration},
    "declaration.json": {"GET": _declaration_json},
    "receipt": {"GET": rights.show},
    "erase": {"GET": rights.ask, "POST": rights.erase},
    "log/checkpoint": {"GET": _checkpoint},
    "log/tile/": {"GET": _tile},
    "gpc": {"GET": _gpc},
    "signals": {"GET": _signals},
    "report": {"POST": _report},
}
