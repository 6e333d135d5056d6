"""Responses in which there is nothing to hold, told by a glance at the head: most of a site's traffic.

Knows names of headers and media types; not who asks, nor what is allowed. Says no in doubt: whatever is not on the
list is looked at closely.
"""

from __future__ import annotations

from functools import lru_cache

from consentkit.http import ResponseHead, media_type

# Headers that set something, or send a browser somewhere.
_TELLING = frozenset(
    (
        b"set-cookie",
        b"link",
        b"refresh",
        b"report-to",
        b"reporting-endpoints",
        b"nel",
        b"content-security-policy",
        b"content-security-policy-report-only",
        b"speculation-rules",
        b"sourcemap",
        b"x-sourcemap",
    )
)
# What a browser never reads as markup, whatever it holds (MIME Sniffing §7).
_NEVER_MARKUP = frozenset(("audio", "font", "video"))
_NO_MARKUP = frozenset(
    (
        "application/javascript",
        "application/json",
        "application/ld+json",
        "application/manifest+json",
        "application/octet-stream",
        "application/pdf",
        "application/problem+json",
        "application/wasm",
        "application/zip",
        "image/avif",
        "image/gif",
        "image/jpeg",
        "image/png",
        "image/webp",
        "image/x-icon",
        "text/css",
        "text/csv",
        "text/event-stream",
        "text/javascript",
        "text/plain",
    )
)


def is_inert(head: ResponseHead) -> bool:
    """Whether this response can neither hold a tracker nor set a cookie."""
    kind = head.header(b"content-type")
    if kind is None or head.status == 304 or not _is_no_markup(kind) or tells(head):
        return False
    # Of two types, browsers take the last, others the first.
    return len(head.by_name) == len(head.headers) or sum(name == b"content-type" for name, _ in head.headers) == 1


def tells(head: ResponseHead) -> bool:
    """Whether a header of this response may set something, or send a browser somewhere."""
    return not _TELLING.isdisjoint(head.by_name)


@lru_cache(maxsize=256)
def _is_no_markup(content_type: bytes) -> bool:
    kind = media_type(content_type)[0]
    return kind in _NO_MARKUP or kind.partition("/")[0] in _NEVER_MARKUP
