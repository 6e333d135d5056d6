"""One POST over HTTP to those who vouch for a log: no redirects, an end to waiting, and an end to the answer.

Knows URLs and bytes; not what is said.
"""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import NamedTuple
from urllib.parse import urlsplit

from consentkit.errors import AnchorError

_PATIENCE_SECONDS = 15
_LONGEST_ANSWER = 1 << 16


class Answer(NamedTuple):
    """What came back. `kind` is the media type without its parameters."""

    status: int
    kind: str
    body: bytes


def post(url: str, body: bytes, content_type: str) -> Answer:
    """Send a body and return the answer. Raises AnchorError, naming the URL, where there is none."""
    parts = urlsplit(url)
    connect = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=_PATIENCE_SECONDS)
    try:
        target = parts._replace(scheme="", netloc="", path=parts.path or "/", fragment="").geturl()
        connection.request("POST", target, body, {"Content-Type": content_type})
        with connection.getresponse() as response:
            answer = response.read(_LONGEST_ANSWER + 1)
            kind = (response.getheader("Content-Type") or "").partition(";")[0].strip().lower()
    except (OSError, HTTPException, ValueError) as error:
        raise AnchorError(url, f"does not answer: {error or error.__class__.__name__}") from None
    finally:
        connection.close()
    if len(answer) > _LONGEST_ANSWER:
        raise AnchorError(url, f"answers with more than {_LONGEST_ANSWER} bytes")
    return Answer(response.status, kind, answer)
