"""All vendors at once, on loopback: answers for each what a page needs, and records who would have been asked for what.

Knows requests and what a policy declares of its vendors; not whose consent there was. A browser takes every name that
ends in ".localhost" for this machine (RFC 6761 §6.3), so each vendor keeps its own host and nothing leaves.
"""

from __future__ import annotations

import base64
import json
from collections import deque
from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from consentkit.classification.classifier import host_of
from consentkit.policy import Policy, Vendor
from consentkit.policy.domains import Domains, host_in
from consentkit.policy.duration import parse_duration

_HERE = ".localhost"
OVERVIEW = f"vendors{_HERE}"
_RECORDED = 500
_PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


class Asked(NamedTuple):
    """What a vendor would have learnt from one request."""

    host: str
    path: str
    referrer: str


def on_loopback(host: str) -> str:
    """The name under which a host answers on this machine."""
    return f"{host}{_HERE}"


def redirected(request: Request, host: str, scheme: str = "") -> str:
    """Where a vendor answers while the stand-in does: beside the page itself."""
    return f"//{on_loopback(host)}:{request.url.port or 80}"


def with_stand_in(policy: Policy, port: int) -> Policy:
    """The policy, with each vendor and each of the site's own hosts known by its name on this machine too.

    Sites that share a choice share it there, at this port.
    """

    def both(hosts: tuple[str, ...]) -> tuple[str, ...]:
        return (*hosts, *(on_loopback(host) + slash + path for host, slash, path in (h.partition("/") for h in hosts)))

    vendors = tuple(vendor.model_copy(update={"hosts": both(vendor.hosts)}) for vendor in policy.vendors)
    entities = tuple(each.model_copy(update={"hosts": both(each.hosts)}) for each in policy.entities or ())
    site = policy.site.model_copy(update={"hosts": both(policy.site.hosts)})
    changed = {
        "vendors": vendors,
        "entities": entities or None,
        "site": site,
        "domains": _domains(policy.domains, port),
    }
    return policy.model_copy(update=changed)


def _domains(domains: Domains | None, port: int) -> Domains | None:
    if domains is None:
        return None
    here = {origin: f"http://{on_loopback(host_in(origin))}:{port}" for origin in (domains.origin, *domains.sites)}
    return Domains(origin=here[domains.origin], sites=tuple(here[origin] for origin in domains.sites))


class StandIn:
    """Every vendor of a policy, as an ASGI app."""

    def __init__(self, policy: Policy) -> None:
        self._own = {on_loopback(host) for host in policy.site.hosts}
        self._vendors = policy.vendors
        self.asked: deque[Asked] = deque(maxlen=_RECORDED)

    def answers_for(self, host: str) -> bool:
        """Whether a host is a vendor's, and not the site's own."""
        return host_of(host).endswith(_HERE) and host_of(host) not in self._own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        host = host_of(request.headers.get("host", ""))
        if host == OVERVIEW:
            answer: Response = HTMLResponse(self._overview())
        else:
            vendor = host.removesuffix(_HERE)
            self.asked.append(Asked(vendor, request.url.path, request.headers.get("referer", "")))
            answer = self._answer(vendor + request.url.path, request.headers.get("sec-fetch-dest", ""))
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Access-Control-Allow-Origin"] = "*"
        await answer(scope, receive, send)

    def _answer(self, address: str, wanted: str) -> Response:
        if wanted == "script":
            return Response("\n".join(self._program(address)), media_type="text/javascript")
        if wanted == "image":
            return Response(_PIXEL, media_type="image/gif")
        if wanted in ("iframe", "document"):
            return HTMLResponse(f"<!doctype html><title>Stand-in</title><p>In the place of {escape(address)}.</p>")
        return Response(status_code=204)

    def _program(self, address: str) -> Iterator[str]:
        """What a vendor's script does first: it stores what the policy says it stores."""
        for vendor in self._vendors:
            if any(_reaches(address, host) for host in vendor.hosts):
                yield from _stores(vendor)

    def _overview(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(each.host)}<td>{escape(each.path)}<td>{escape(each.referrer)}" for each in self.asked
        )
        return (
            "<!doctype html><html lang=en><title>What vendors would have got</title>"
            "<h1>What vendors would have got</h1><p>Nothing left this machine. Reload to see more.</p>"
            f"<table><tr><th>Vendor<th>Asked for<th>From{rows}</table>"
        )


class Together:
    """A site and the stand-in for its vendors behind one address: the host that is asked for tells which is meant."""

    def __init__(self, site: ASGIApp, stand_in: StandIn) -> None:
        self._site, self.stand_in = site, stand_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = dict(scope.get("headers", ())).get(b"host", b"").decode("latin-1")
        await (self.stand_in if self.stand_in.answers_for(host) else self._site)(scope, receive, send)


def _reaches(address: str, claimed: str) -> bool:
    return address.startswith(claimed) or f".{claimed}" in address.partition("/")[0]


def _stores(vendor: Vendor) -> Iterator[str]:
    for cookie in vendor.cookies:
        age, name = parse_duration(cookie.retention), cookie.name.replace("*", "1")
        kept = f"; max-age={age}" if age else ""
        yield f"document.cookie = {json.dumps(f'{name}=stand-in; path=/{kept}')};"
