"""Our own addresses, made whole where the page's base would lead them to another host.

Knows bytes of ours and where we live; not whose page it is. Pages of some shops and content systems say
`<base href="https://cdn.example/">`: a choice and its token must not go there.
"""

from __future__ import annotations

import re

_HOST = re.compile(r"[a-z0-9._-]+(?::[0-9]+)?|\[[0-9a-f:.]+\](?::[0-9]+)?")


class Home:
    """Where our pages are: `scheme` and `host` as the visitor knows them, and the path below which we answer."""

    def __init__(self, scheme: str, host: str, path: str) -> None:
        self._scheme, self._host, self._path = scheme, host, path

    def __call__(self, ours: bytes) -> bytes:
        """The same HTML, its addresses whole: each stands behind a quote, an equals sign, or an escaped quote."""
        # A Host header is the visitor's to write: one that is no host is not written into a page.
        origin = f"{self._scheme}://{self._host}".encode() if _HOST.fullmatch(self._host) else b""
        return re.sub(rb"(?<=[\"'=;])(?=" + re.escape(self._path.encode()) + rb"/)", origin, ours)
