"""The Set-Cookie lines of one response: which leave, byte for byte and in order, and which are held.

Knows heads, a Classifier and a Decision; not who the visitor is.
"""

from __future__ import annotations

from typing import NamedTuple

from consentkit.classification.classifier import Classification
from consentkit.guard.guard import Terms
from consentkit.guard.set_cookie import SetCookie, may_leave, parse_set_cookie, unfold
from consentkit.http import Header, ResponseHead


class Cookies(NamedTuple):
    """Every cookie the app wrote, and those that may not leave."""

    seen: list[SetCookie]
    held: list[tuple[SetCookie, Classification]]


def filter_cookies(head: ResponseHead, terms: Terms, now: float) -> tuple[ResponseHead, Cookies]:
    """The response without the Set-Cookie lines that have no consent, and what they were."""
    cookies = Cookies([], [])
    kept: list[Header] = []
    for header in head.headers:
        if header[0] != b"set-cookie":
            kept.append(header)
        elif line := _kept(header[1], terms, now, cookies):
            kept.append((header[0], line))
    return (ResponseHead(head.status, tuple(kept)) if cookies.held else head), cookies


def _kept(line: bytes, terms: Terms, now: float, cookies: Cookies) -> bytes:
    """What may leave of a line: all of it, nothing, or what is left of several cookies folded into one."""
    pieces, kept = unfold(line), []
    for piece in pieces:
        cookie = parse_set_cookie(piece, now)
        found = terms.classifier.cookie(cookie.name)
        cookies.seen.append(cookie)
        if may_leave(cookie, found, terms.decision):
            kept.append(piece)
        else:
            cookies.held.append((cookie, found))
    rest = b",".join(kept)
    return rest if kept[:1] == pieces[:1] else rest.lstrip(b" \t")
