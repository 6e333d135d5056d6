"""Who may keep a response, and when an old copy still fits.

Pure functions over heads. A page rendered for one visitor must not be another's, nor its own visitor's after a change
of mind: its ETag is the app's with a rendering key behind it, and the app is asked "has it changed?" only when the key
still fits (RFC 9110 §8.8, RFC 9111).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Container

from consentkit.http import Header, RequestHead, ResponseHead, directives, merge_vary, tokens

_PAGE_DESTINATIONS = {b"document", b"iframe", b"frame", b"embed", b"object", b"fencedframe"}
_FOR_SHARED = ("public", "s-maxage", "proxy-revalidate")
_TAG = re.compile(rb'(W/)?"([^"]*)"')
_KEYED = re.compile(rb"(.*)~([ws])([0-9a-f]{12})", re.DOTALL)


def may_be_page(head: RequestHead) -> bool:
    """Whether the answer may be a document that a browser shows (Fetch Metadata; else what is accepted)."""
    destination = head.header(b"sec-fetch-dest")
    if destination is not None:
        return destination in _PAGE_DESTINATIONS
    return b"text/html" in (head.header(b"accept") or b"")


def rendering_key(*facts: object) -> str:
    """What a rendering depends on, beside the app, as 12 hex digits for the ETag."""
    return hashlib.sha256("\n".join(map(str, facts)).encode()).hexdigest()[:12]


def for_the_app(head: RequestHead, keys: Callable[[], Container[str]]) -> RequestHead:
    """The request as the app should see it.

    A condition on a copy of ours reaches the app only if that copy was rendered under one of `keys`. A document is
    asked for whole, without conditions on copies from before we were here, and in a coding we can read.
    """
    page = may_be_page(head)
    if not page and head.header(b"if-none-match") is None:
        return head
    kept: list[Header] = []
    for name, value in head.headers:
        if name == b"if-none-match":
            if not (value := _conditions(value, keys(), page)):
                continue
        elif page and name == b"accept-encoding":
            value = b"gzip" if _takes_gzip(value) else b"identity"
        elif page and name in (b"if-modified-since", b"range", b"if-range"):
            continue
        kept.append((name, value))
    return head.with_headers(tuple(kept))


def _takes_gzip(value: bytes) -> bool:
    """Whether an Accept-Encoding names gzip, and not to refuse it (RFC 9110 §12.5.3)."""
    return any(re.fullmatch(r"(x-)?gzip(\s*;\s*q=(1|0?\.0*[1-9])[0-9.]*)?", token) for token in tokens(value))


def _conditions(value: bytes, keys: Container[str], page: bool) -> bytes:
    """The entity tags of an If-None-Match that the app may see: its own spelling of ours, and foreign ones."""
    if value.strip() == b"*":
        return value
    kept = []
    for weak, tag in _TAG.findall(value):
        keyed = _KEYED.fullmatch(tag)
        if keyed and keyed[3].decode() in keys:
            kept.append((b"W/" if keyed[2] == b"w" else b"") + b'"' + keyed[1] + b'"')
        elif not keyed and not page:
            kept.append(weak + b'"' + tag + b'"')
    return b", ".join(kept)


def with_key(head: ResponseHead, key: str) -> ResponseHead:
    """The response with its ETag made ours: weak, since the bytes are no longer the app's."""
    match = _TAG.fullmatch((head.header(b"etag") or b"").strip())
    if not match:
        return head.without(b"etag")
    strength = b"w" if match[1] else b"s"
    return head.replacing(b"etag", b'W/"' + match[2] + b"~" + strength + key.encode() + b'"')


def is_shared(head: ResponseHead) -> bool:
    """Whether the app says that any cache may give this response to anyone (RFC 9111 §5.2.2)."""
    said = directives(head)
    return bool(said & {"public", "s-maxage"}) and not said & {"private", "no-store"}


def personal(head: ResponseHead) -> ResponseHead:
    """The response kept out of shared caches; how long its visitor may keep it stays the app's word."""
    if not directives(head) & {"private", "no-store"}:
        lines = [value for name, value in head.headers if name == b"cache-control"]
        others = [said for line in lines for said in tokens(line) if said.partition("=")[0] not in _FOR_SHARED]
        head = head.replacing(b"cache-control", ", ".join(["private", *others]).encode("latin-1"))
    return merge_vary(head, "Cookie", "Accept-Language", "Sec-GPC")
