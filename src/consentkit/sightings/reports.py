"""What browsers report of a Content-Security-Policy: from a body anybody may have written to (directive, host) pairs.

Knows two formats of JSON; not who sent it, nor what is made of it. Nothing in a report is believed but that somebody
wrote these two words: addresses, samples and policies in it are not even read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple, get_args

from consentkit.errors import ReportError
from consentkit.http import media_type
from consentkit.policy.model import CspDirective

LONGEST_BODY = 16 * 1024
# A browser sends what it has gathered in one go.
_MOST = 100
_USUAL_PORTS = (80, 443)
_LONGEST_HOST = 253 - len(":65535")  # what it is kept in holds a name
_DIRECTIVES = frozenset(get_args(CspDirective)) | {"default-src"}
_URL = re.compile(r"(?:(?:https?|wss?):)?//([a-z0-9_.-]{1,253})(?::([0-9]{1,5}))?(?:[/?#]|\Z)", re.ASCII)
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]", re.ASCII)


class Violation(NamedTuple):
    """Something a browser stopped, or would have: a directive as a policy may name it, and a host (`host_in`)."""

    directive: str
    host: str


def parse_report(body: bytes, content_type: bytes | None) -> list[Violation]:
    """The violations in a report, each once; those that name no host of the web are left out.

    Raises ReportError for what is neither "application/csp-report" (CSP2 §4.4) nor "application/reports+json"
    (Reporting API §2.4).
    """
    if len(body) > LONGEST_BODY:
        raise ReportError(413, "body", f"longer than {LONGEST_BODY} bytes")
    kind, _ = media_type(content_type)
    read = _FORMATS.get(kind)
    if read is None:
        raise ReportError(415, "content-type", f"must be one of {', '.join(_FORMATS)}")
    try:
        data = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise ReportError(400, "body", "is not JSON in UTF-8") from None
    found = (_violation(directive, url) for directive, url in read(data))
    return list(dict.fromkeys(violation for violation in found if violation))


def host_in(url: str) -> str | None:
    """The host that a URL of the web names, if it is a name that a policy could hold; with its port where that is not
    the usual one, for a policy that names no port is for the usual ones (CSP3 "port-part matches").
    """
    match = _URL.match(url[:2000].lower())
    host = match[1].rstrip(".") if match else ""
    if not match or not _HOST.fullmatch(host):
        return None
    port = int(match[2] or 443)
    if port in _USUAL_PORTS:
        return host
    return f"{host}:{port}" if 0 < port < 65536 and len(host) <= _LONGEST_HOST else None


def _csp_report(data: Any) -> Iterator[tuple[Any, Any]]:
    report = data.get("csp-report") if isinstance(data, dict) else None
    if isinstance(report, dict):
        yield report.get("effective-directive") or report.get("violated-directive"), report.get("blocked-uri")


def _reports(data: Any) -> Iterator[tuple[Any, Any]]:
    for report in data[:_MOST] if isinstance(data, list) else ():
        body = report.get("body") if isinstance(report, dict) and report.get("type") == "csp-violation" else None
        if isinstance(body, dict):
            yield body.get("effectiveDirective"), body.get("blockedURL")


_FORMATS = {"application/csp-report": _csp_report, "application/reports+json": _reports}


def _violation(directive: Any, url: Any) -> Violation | None:
    if not isinstance(directive, str) or not isinstance(url, str):
        return None
    # An older browser writes the directive as it stands, sources and all; "-elem" and "-attr" are parts of one.
    name = re.sub(r"-(?:elem|attr)\Z", "", directive[:60].partition(" ")[0])
    host = host_in(url)
    return Violation(name, host) if host and name in _DIRECTIVES else None
