"""Who may keep a response, and when an old copy still fits.

Pure functions over heads. A page rendered for one visitor must not be another's, nor its own visitor's after a change
of mind: its ETag is the app's with a rendering key behind it, and the app is asked "has it changed?" only when the key
still fits (RFC 9110 §8.8, RFC 9111).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Container

from consentkit.guard.coding import readable_codings
from consentkit.http import Header, RequestHead, ResponseHead, directives, merge_vary, tokens

_PAGE_DESTINATIONS = frozenset((b"document", b"iframe", b"frame", b"embed", b"object", b"fencedframe"))
_FOR_SHARED = ("public", "s-maxage", "proxy-revalidate")
# What speaks to the caches between, past Cache-Control: RFC 9213, what came before it, and nginx's own.
_TARGETED = b"cdn-cache-control"  # of all, or of one: Vercel-CDN-Cache-Control
_TO_CACHES = frozenset((b"surrogate-control", b"edge-control", b"x-accel-expires"))
# Also digests of the body: RFC 9530, and those before it.
_OF_THE_BYTES = (
    *(b"content-length", b"last-modified", b"accept-ranges"),
    *(b"content-digest", b"repr-digest", b"digest", b"content-md5"),
)
_TAG = re.compile(rb'(W/)?"([^"]*)"')
_KEYED = re.compile(rb"(.*)~([ws])([0-9a-f]{12})", re.DOTALL)


def may_be_page(head: RequestHead) -> bool:
    """Whether the answer may be a document that a browser shows (Fetch Metadata; else what is accepted)."""
    destination = head.header(b"sec-fetch-dest")
    if destination is None:
        return b"text/html" in (head.header(b"accept") or b"")
    return destination in _PAGE_DESTINATIONS or (destination == b"empty" and _is_ahead(head))


def may_be_markup(head: RequestHead) -> bool:
    """Whether the answer may be read as markup: a document, or what a script fetches and puts into one."""
    destination = head.header(b"sec-fetch-dest")
    return destination is None or destination == b"empty" or destination in _PAGE_DESTINATIONS


def _is_ahead(head: RequestHead) -> bool:
    """Whether a page is fetched before its visitor goes there (Fetch §2.2.4, "Sec-Purpose")."""
    return (head.header(b"sec-purpose") or head.header(b"purpose") or b"").startswith(b"prefetch")


def rendering_key(*facts: object) -> str:
    """What a rendering depends on, beside the app, as 12 hex digits for the ETag."""
    return hashlib.sha256("\n".join(map(str, facts)).encode()).hexdigest()[:12]


def for_the_app(head: RequestHead, keys: Callable[[], Container[str]]) -> RequestHead:
    """The request as the app should see it.

    A condition on a copy of ours reaches the app only if that copy was rendered under one of `keys`. A document is
    asked for whole, and without conditions on copies from before we were here; what may be markup in a coding that we
    can read.
    """
    page = may_be_page(head)
    readable = page or may_be_markup(head)
    if not readable and head.header(b"if-none-match") is None:
        return head
    kept: list[Header] = []
    for name, value in head.headers:
        if name == b"if-none-match":
            if not (value := _conditions(value, keys(), page)):
                continue
        elif readable and name == b"accept-encoding":
            value = readable_codings(value[:1000])
        elif page and name in (b"if-modified-since", b"range", b"if-range"):
            continue
        kept.append((name, value))
    return head.with_headers(tuple(kept))


def _conditions(value: bytes, keys: Container[str], page: bool) -> bytes:
    """The entity tags of an If-None-Match that the app may see: its own spelling of ours, and foreign ones."""
    if value.strip() == b"*":
        # "Whatever you have": of a page that would confirm any copy.
        return b"" if page else value
    kept = []
    for weak, tag in _TAG.findall(value):
        keyed = _KEYED.fullmatch(tag)
        if keyed and keyed[3].decode() in keys:
            kept.append(_written(keyed))
        elif not keyed and not page:
            kept.append(weak + b'"' + tag + b'"')
    return b", ".join(kept)


def _written(keyed: re.Match[bytes]) -> bytes:
    """The tag as the app wrote it."""
    return (b"W/" if keyed[2] == b"w" else b"") + b'"' + keyed[1] + b'"'


def confirmed_key(head: ResponseHead, asked: bytes | None, keys: Container[str]) -> str | None:
    """Under which of `keys` the copy was rendered that a 304 confirms; None where the browser named no such copy.

    The app's tag is compared weakly, as for If-None-Match it is to be (RFC 9110 §13.1.2).
    """
    confirmed = _TAG.fullmatch((head.header(b"etag") or b"").strip())
    for _, tag in _TAG.findall(asked or b""):
        keyed = _KEYED.fullmatch(tag)
        if keyed and (key := keyed[3].decode()) in keys and (confirmed is None or confirmed[2] == keyed[1]):
            return key
    return None


def of_other_bytes(head: ResponseHead) -> ResponseHead:
    """The response without what speaks of the app's bytes only: ours are others, and change with a choice."""
    return head.without(*_OF_THE_BYTES)


def with_key(head: ResponseHead, key: str) -> ResponseHead:
    """The response with its ETag made ours: weak, since the bytes are no longer the app's."""
    match = _TAG.fullmatch((head.header(b"etag") or b"").strip())
    if not match:
        return head.without(b"etag")
    strength = b"w" if match[1] else b"s"
    return head.replacing(b"etag", b'W/"' + match[2] + b"~" + strength + key.encode() + b'"')


def is_shared(head: ResponseHead) -> bool:
    """Whether the app says that any cache may give this response to anyone (RFC 9111 §5.2.2, RFC 9213)."""
    said = directives(head)
    if said & {"private", "no-store"}:
        return False
    return bool(said & {"public", "s-maxage"}) or any(_offers(name, value) for name, value in head.headers)


def _is_targeted(name: bytes) -> bool:
    return name in _TO_CACHES or name.endswith(_TARGETED)


def _offers(name: bytes, value: bytes) -> bool:
    """Whether a header to the caches between lets them keep the response."""
    if name == b"x-accel-expires":
        return value.strip() != b"0"
    said = {part.partition("=")[0].strip() for part in tokens(value)} if _is_targeted(name) else set()
    return bool(said & {"public", "max-age", "s-maxage"}) and not said & {"private", "no-store"}


def personal(head: ResponseHead) -> ResponseHead:
    """The response kept out of shared caches; how long its visitor may keep it stays the app's word."""
    targeted = [name for name, _ in head.headers if _is_targeted(name)]
    if targeted:
        head = head.without(*targeted)
    if not directives(head) & {"private", "no-store"}:
        lines = [value for name, value in head.headers if name == b"cache-control"]
        others = [said for line in lines for said in tokens(line) if said.partition("=")[0] not in _FOR_SHARED]
        head = head.replacing(b"cache-control", ", ".join(["private", *others]).encode("latin-1"))
    return merge_vary(head, "Cookie", "Accept-Language", "Sec-GPC")
