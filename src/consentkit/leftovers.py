"""Our own cookies where another `cookie_domain` had put them: gone once a new one is set, lest two count as none.

Knows names, hosts and how our cookies are set now; not what they say. A Cookie header does not tell for which domain a
cookie is: every place but today's is tried, and a browser ignores the lines that do not fit.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from consentkit.cookie import Attributes
from consentkit.guard.expiry import expire_lines
from consentkit.http import Header

_HOST = "__Host-"


def leftovers(names: Iterable[str], sent: Container[str], attributes: Attributes, host: str) -> list[Header]:
    """The lines that drop these cookies of ours, where a browser `sent` them, from wherever none is set today."""
    return [
        (b"set-cookie", line)
        for name in names
        for spelled in (name, _HOST + name)
        if spelled in sent
        for line in _elsewhere(spelled, name, attributes, host)
    ]


def _elsewhere(spelled: str, name: str, attributes: Attributes, host: str) -> Iterator[bytes]:
    today = attributes.domain or ""
    for line in expire_lines(spelled, host, (), secure=attributes.secure):
        domain = line.partition(b"; Domain=")[2].partition(b";")[0].decode()
        if spelled != attributes.prefix + name or domain != today:
            yield line
