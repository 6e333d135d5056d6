"""How a page's Content-Security-Policy lets what is written into it count, so that ours may: by a nonce, or as it is.

Knows a response's headers; not the policy in a `<meta>`, nor who wrote it. The nonce is the app's word that the server
speaks: we are the server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from consentkit.http import ResponseHead

# CSP3 §2.3.1: the directives that govern an element, and base64-value.
_SCRIPTS = (b"script-src-elem", b"script-src", b"default-src")
_STYLES = (b"style-src-elem", b"style-src", b"default-src")
_NONCE = re.compile(rb"'nonce-([\w+/-]+=*)'", re.I)

# Beside one of these 'unsafe-inline' means nothing.
_STRICTER = (b"'nonce-", b"'sha256-", b"'sha384-", b"'sha512-", b"'strict-dynamic'")


def script_nonce(head: ResponseHead) -> str:
    """The first nonce for scripts, or ""."""
    return _first_nonce(head, _SCRIPTS)


def lets_inline(head: ResponseHead, nonce: str) -> bool:
    """Whether every policy in these headers lets a script with this nonce run that is written into the page."""
    return all(_lets(policy, _SCRIPTS, nonce) for policy in _policies(head))


def style_nonce(head: ResponseHead) -> str | None:
    """The nonce by which a style sheet counts that is written into the page, "" where it needs none; None where some
    policy in these headers lets none of ours count."""
    nonce = _first_nonce(head, _STYLES)
    return nonce if all(_lets(policy, _STYLES, nonce) for policy in _policies(head)) else None


def _first_nonce(head: ResponseHead, governing: Sequence[bytes]) -> str:
    for policy in _policies(head):
        for source in _sources(policy, governing) or ():
            if found := _NONCE.fullmatch(source):
                return found[1].decode("ascii")
    return ""


def _policies(head: ResponseHead) -> Iterator[Mapping[bytes, list[bytes]]]:
    for name, value in head.headers:
        if name == b"content-security-policy":
            yield from map(_directives, value.split(b","))


def _lets(directives: Mapping[bytes, list[bytes]], governing: Sequence[bytes], nonce: str = "") -> bool:
    """CSP3 §6.7.3.2, "does a source list allow all inline behavior for type", and before it the nonce."""
    sources = _sources(directives, governing)
    if sources is None or (nonce and f"'nonce-{nonce}'".encode("ascii") in sources):
        return True
    said = [source.lower() for source in sources]
    return b"'unsafe-inline'" in said and not any(source.startswith(_STRICTER) for source in said)


def _sources(directives: Mapping[bytes, list[bytes]], governing: Sequence[bytes]) -> list[bytes] | None:
    return next((directives[name] for name in governing if name in directives), None)


def _directives(policy: bytes) -> dict[bytes, list[bytes]]:
    """What a policy says; of a directive that comes twice the first counts (CSP3 §2.2.1)."""
    found: dict[bytes, list[bytes]] = {}
    for directive in policy.split(b";"):
        name, *sources = directive.split() or [b""]
        found.setdefault(name.lower(), sources)
    return found
