"""Who may keep a response, and when an old copy still fits.

Pure functions over heads. A page rendered for one visitor must not be another's, nor its own visitor's after a change
of mind: its ETag is the app's with a rendering key behind it, and the app is asked "has it changed?" only when the key
still fits (RFC 9110 §8.8, RFC 9111).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Container
from functools import lru_cache

from consentkit.guard.coding import readable_codings
from consentkit.http import Header, RequestHead, ResponseHead, cache_directives, merged_vary, tokens

_PAGE_DESTINATIONS = frozenset((b"document", b"iframe", b"frame", b"embed", b"object", b"fencedframe"))
_CONDITIONS = (b"if-none-match", b"if-modified-since", b"range", b"if-range")
_FOR_SHARED = ("public", "s-maxage", "proxy-revalidate")
# What speaks to the caches between, past Cache-Control: RFC 9213, what came before it, and nginx's own.
_TARGETED = b"cdn-cache-control"  # of all, or of one: Vercel-CDN-Cache-Control
_TO_CACHES = frozenset((b"surrogate-control", b"edge-control", b"x-accel-expires"))
# Also digests of the body: RFC 9530, and those before it.
_OF_THE_BYTES = (
    *(b"content-length", b"last-modified", b"accept-ranges"),
    *(b"content-digest", b"repr-digest", b"digest", b"content-md5"),
)
_RENDERED = frozenset((b"etag", b"cache-control", b"vary", *_OF_THE_BYTES, *_TO_CACHES))
_TAG = re.compile(rb'(W/)?"([^"]*)"')
_KEYED = re.compile(rb"(.*)~([ws])([0-9a-f]{12})", re.DOTALL)


def may_be_page(head: RequestHead) -> bool:
    """Whether the answer may be a document that a browser shows (Fetch Metadata; else what is accepted)."""
    destination = head.by_name.get(b"sec-fetch-dest")
    if destination is None:
        return b"text/html" in head.by_name.get(b"accept", b"")
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
    readable = may_be_markup(head)
    if head.by_name.keys().isdisjoint(_CONDITIONS):
        return _asking_readable(head) if readable else head
    page = may_be_page(head)
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


def _asking_readable(head: RequestHead) -> RequestHead:
    """The request for what we can read, where the browser said what it can."""
    accepted = head.by_name.get(b"accept-encoding")
    if accepted is None or (readable_codings(accepted[:1000]) == accepted and len(head.by_name) == len(head.headers)):
        return head
    asked = [h if h[0] != b"accept-encoding" else (h[0], readable_codings(h[1][:1000])) for h in head.headers]
    return head.with_headers(tuple(asked))


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


def rendered(head: ResponseHead, key: str, *, other_bytes: bool, shared: bool) -> ResponseHead:
    """The head of what was rendered under `key`: its ETag is ours, and weak, since the bytes are no longer the app's.

    With `other_bytes` what speaks of the app's goes too: ours change with a choice. Unless it is `shared` the response
    is kept out of shared caches; how long its visitor may keep it stays the app's word.
    """
    kept, control, vary = list[Header](), list[bytes](), list[bytes]()
    tag = None
    for header in head.headers:
        name, value = header
        if name not in _RENDERED and not name.endswith(_TARGETED):
            kept.append(header)
        elif name == b"etag":
            tag = value if tag is None else tag
        elif name in _OF_THE_BYTES:
            if not other_bytes:
                kept.append(header)
        elif shared:
            kept.append(header)
        elif name == b"cache-control":
            control.append(value)
        elif name == b"vary":
            vary.append(value)
    if tag is not None and (match := _TAG.fullmatch(tag.strip())):
        strength = b"w" if match[1] else b"s"
        kept.append((b"etag", b'W/"' + match[2] + b"~" + strength + key.encode() + b'"'))
    if not shared:
        kept += _personal(tuple(control), tuple(vary))
    return ResponseHead(head.status, tuple(kept))


@lru_cache(maxsize=256)  # a site says few things
def _personal(control: tuple[bytes, ...], vary: tuple[bytes, ...]) -> list[Header]:
    """What of caches is said of a personal page for which the app said this."""
    if not cache_directives(control) & {"private", "no-store"}:
        others = [said for line in control for said in tokens(line) if said.partition("=")[0] not in _FOR_SHARED]
        control = (", ".join(["private", *others]).encode("latin-1"),)
    vary = merged_vary(vary, ("Cookie", "Accept-Language", "Sec-GPC"))
    return [*((b"cache-control", line) for line in control), *((b"vary", line) for line in vary)]


def is_shared(head: ResponseHead) -> bool:
    """Whether the app says that any cache may give this response to anyone (RFC 9111 §5.2.2, RFC 9213)."""
    control, offers = list[bytes](), False
    for name, value in head.headers:
        if name == b"cache-control":
            control.append(value)
        elif name in _TO_CACHES or name.endswith(_TARGETED):
            offers = offers or _offers(name, value)
    said = cache_directives(tuple(control)) if control else frozenset[str]()
    return not said & {"private", "no-store"} and (offers or bool(said & {"public", "s-maxage"}))


def _offers(name: bytes, value: bytes) -> bool:
    """Whether a header to the caches between lets them keep the response."""
    if name == b"x-accel-expires":
        return value.strip() != b"0"
    said = {part.partition("=")[0].strip() for part in tokens(value)}
    return bool(said & {"public", "max-age", "s-maxage"}) and not said & {"private", "no-store"}
