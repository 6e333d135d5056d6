"""Global Privacy Control: a request not to sell or share (W3C GPC). It never grants anything."""

from __future__ import annotations

from datetime import date

from consentkit import canonical
from consentkit.http import Headers

WELL_KNOWN = "/.well-known/gpc.json"


def sends_gpc(headers: Headers) -> bool:
    """Whether the signal is on: the header is exactly "1"; of several, one is enough, and others do not count."""
    return any(name == b"sec-gpc" and value.strip() == b"1" for name, value in headers)


def support_resource(since: date) -> bytes:
    """What a site serves at WELL_KNOWN to say that it honours the signal (W3C GPC, "GPC Support Resource")."""
    return canonical.encode({"gpc": True, "lastUpdate": since.isoformat()})
