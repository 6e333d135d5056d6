"""Lines that make a browser forget: how consent withdrawn reaches cookies already set, HttpOnly ones too.

Knows names, hosts and paths; not why a cookie has to go. A Cookie header tells neither domain nor path, so the host,
each domain above it and each path a cookie is known to use are tried; a browser ignores the lines that do not fit. Nor
does it tell whether a cookie is partitioned: one that is has a twin without, and only its own kind of line reaches it
(CHIPS §2.1).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from consentkit.http import Header

# Servers and proxies refuse long heads: what does not fit goes with the next responses.
MOST_BYTES = 4096
_EXPIRED = b"=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
_DEEPEST = 4


def expire(
    names: Sequence[str], host: str, paths_of: Callable[[str], Iterable[str]], *, secure: bool, turn: int
) -> list[Header]:
    """Set-Cookie headers that drop these cookies, at most MOST_BYTES of them.

    `turn` says which name goes first, and which kind: what cannot be dropped must not keep others alive for ever.
    """
    start = turn % len(names) if names else 0
    kinds = [False, True] if secure else [False]  # browsers partition nothing on http
    lines: list[Header] = []
    left = MOST_BYTES
    for partitioned in kinds[:: -1 if turn % 2 else 1]:
        for name in [*names[start:], *names[:start]]:
            for line in expire_lines(name, host, paths_of(name), secure=secure, partitioned=partitioned):
                size = len(b"set-cookie: ") + len(line) + len(b"\r\n")
                if size <= left:
                    lines.append((b"set-cookie", line))
                    left -= size
    return lines


def expire_lines(
    name: str, host: str, paths: Iterable[str], *, secure: bool, partitioned: bool = False
) -> Iterator[bytes]:
    """The lines that drop one cookie, wherever it may have been set: the partitioned one, or its twin."""
    encoded = name.encode("latin-1")
    # RFC 6265bis §4.1.3: browsers ignore a line for one of these names without what the name promises.
    suffix = b"; Secure" if secure or name.startswith(("__Secure-", "__Host-", "__Http-")) else b""
    suffix += b"; HttpOnly" if name.startswith(("__Http-", "__Host-Http-")) else b""
    suffix += b"; Partitioned" if partitioned else b""
    if name.startswith("__Host-"):
        yield encoded + _EXPIRED + b"; Path=/" + suffix
        return
    for path in dict.fromkeys(["/", *paths]):
        yield encoded + _EXPIRED + b"; Path=" + path.encode("latin-1") + suffix
        for domain in _domains(host):
            yield encoded + _EXPIRED + b"; Path=" + path.encode("latin-1") + b"; Domain=" + domain + suffix


def expirable(name: str) -> bool:
    """Whether a name, as a visitor sent it, can be written back into a header."""
    return re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}", name) is not None


def _domains(host: str) -> Iterator[bytes]:
    labels = host.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or not re.fullmatch(r"[a-z0-9._-]+", host):
        return  # a single label, an address, or nothing that a Domain may name
    for start in dict.fromkeys([0, *range(max(0, len(labels) - _DEEPEST), len(labels) - 1)]):
        yield ".".join(labels[start:]).encode("ascii")
