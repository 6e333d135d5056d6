"""The shapes of our own answers, and the headers that keep them ours.

Knows bytes only. A page of ours loads nothing but our stylesheet and cannot be framed, so nobody can be led to click in
it unawares (clickjacking); its forms send Origin, which a choice needs.
"""

from __future__ import annotations

import json as jsonlib
from collections.abc import Iterable
from typing import Any

from consentkit.http import Header, Reply

_SAFE: tuple[Header, ...] = (
    (b"cache-control", b"private, no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-robots-tag", b"noindex"),
)
# WSGI wants a type also where there is nothing to read (PEP 3333's validator).
_TEXT: Header = (b"content-type", b"text/plain; charset=utf-8")
_PAGE: tuple[Header, ...] = (
    (b"content-type", b"text/html; charset=utf-8"),
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
        b"frame-ancestors 'none'",
    ),
    (b"x-frame-options", b"DENY"),
    *_SAFE,
)


def private_page(status: int, html: bytes, *more: Header) -> Reply:
    """A page for one visitor, kept by nobody."""
    return _reply(status, (*_PAGE, *more), html)


def json(status: int, value: Any, *more: Header) -> Reply:
    """A value for a program in the visitor's page, kept by nobody."""
    data = jsonlib.dumps(value, ensure_ascii=False, sort_keys=True).encode()
    return _reply(status, ((b"content-type", b"application/json"), *_SAFE, *more), data)


def document(kind: str, data: bytes, caching: bytes = b"public, max-age=60") -> Reply:
    """A public document: the same for everybody."""
    headers = ((b"content-type", kind.encode()), (b"cache-control", caching))
    return _reply(
        200, (*headers, (b"x-content-type-options", b"nosniff"), (b"access-control-allow-origin", b"*")), data
    )


def see_other(location: str, *more: Header) -> Reply:
    """303: the choice was taken, go on with GET."""
    return _reply(303, ((b"location", location.encode("ascii")), _TEXT, *_SAFE, *more), b"")


def led(location: str, *more: Header) -> Reply:
    """303: by another page first. Where the visitor came from stays as it was; of a page, only its site is told on."""
    headers = (
        (b"location", location.encode("ascii")),
        _TEXT,
        (b"cache-control", b"private, no-store"),
        (b"referrer-policy", b"strict-origin-when-cross-origin"),
    )
    return _reply(303, (*headers, *more), b"")


def not_allowed(methods: Iterable[str]) -> Reply:
    """405: there is such a page, for other methods."""
    return _reply(405, ((b"allow", ", ".join(methods).encode()), _TEXT, *_SAFE), b"")


def nothing() -> Reply:
    """204: taken, and there is nothing to say (RFC 9110 §8.6: no length either)."""
    return Reply(204, _SAFE)


def refused(status: int) -> Reply:
    """An error that only a program will see."""
    return _reply(status, (_TEXT, *_SAFE), b"")


def _reply(status: int, headers: tuple[Header, ...], body: bytes) -> Reply:
    return Reply(status, (*headers, (b"content-length", str(len(body)).encode())), body)
