"""The auditor's pages as an ASGI app, to be mounted or served alone. Wires; what happens is in the files it names."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from functools import partial
from importlib.resources import files

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consentkit.audit.disclosure import THRESHOLD
from consentkit.audit.entry import show_entry, show_notice
from consentkit.audit.erasing import ask_erasure, erase
from consentkit.audit.exporting import ask_export, export
from consentkit.audit.gate import Door, Gate
from consentkit.audit.integrity import check_all, show_integrity
from consentkit.audit.overview import show_overview
from consentkit.audit.policies import show_policies
from consentkit.audit.search import search
from consentkit.audit.visit import Desk
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.opening import open_ledger
from consentkit.settings import Settings

DOORS = (
    Door("GET", "/", show_overview, "look", "overview"),
    Door("GET", "/search", search, "look", "search"),
    Door("GET", "/entry/{number}", show_entry, "look", "entry {number}"),
    Door("GET", "/entry/{number}/notice", show_notice, "look", "notice {number}"),
    Door("GET", "/policies", show_policies, "look", "policies"),
    Door("GET", "/integrity", show_integrity, "look", "integrity"),
    Door("POST", "/integrity", check_all, "look", "verification"),
    Door("GET", "/export", ask_export, "export", "exports"),
    Door("POST", "/export", export, "export", "export"),
    Door("GET", "/entry/{number}/erase", ask_erasure, "erase", "erasing {number}"),
    Door("POST", "/entry/{number}/erase", erase, "erase", "erasure {number}"),
)


def build_audit(
    settings: Settings,
    ledger: Ledger | None = None,
    clock: Callable[[], float] = time.time,
    threshold: int = THRESHOLD,
) -> Starlette:
    """The pages for one site. Counts under `threshold` are not shown. Raises LedgerRollback, LedgerUnavailable."""
    if ledger is None:
        ledger = open_ledger(settings)
        ledger.check()
    desk = Desk(settings, ledger, clock, threshold)
    gate = Gate(desk)

    def through(door: Door) -> Callable[[Request], Awaitable[Response]]:
        return partial(gate.through, door)

    routes = [
        *(Route(door.path, through(door), methods=[door.method]) for door in DOORS),
        Route("/enter/{grant}/{secret}", gate.shown, methods=["GET"]),
        Route("/enter", gate.entered, methods=["POST"]),
        Route("/style.css", _style, methods=["GET"]),
        Route(f"/shown{settings.policy.prefix}/static/{{name}}", partial(_sheet, desk), methods=["GET"]),
    ]
    return Starlette(routes=routes, exception_handlers={404: gate.lost, 405: gate.lost})


async def _style(_: Request) -> Response:
    sheet = files("consentkit.audit").joinpath("static/audit.css").read_bytes()
    return Response(sheet, media_type="text/css", headers={"X-Content-Type-Options": "nosniff"})


async def _sheet(desk: Desk, request: Request) -> Response:
    """The sheets and pictures of a notice: anybody's, on the site itself."""
    asset = desk.pages.static(request.path_params["name"])
    if asset is None:
        return Response(status_code=404)
    return Response(asset.data, media_type=asset.content_type, headers={"X-Content-Type-Options": "nosniff"})
