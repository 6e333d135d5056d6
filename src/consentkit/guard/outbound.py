"""The Set-Cookie lines of one response: which leave, byte for byte and in order, which are held, and which shortened.

Knows heads, a Classifier and a Decision; not who the visitor is.
"""

from __future__ import annotations

from typing import NamedTuple

from consentkit.classification.answer import Classification
from consentkit.guard.guard import Terms
from consentkit.guard.set_cookie import SetCookie, may_leave, outlasts, parse_set_cookie, shortened, unfold
from consentkit.http import Header, ResponseHead


class Cookies(NamedTuple):
    """Every cookie the app wrote, those that may not leave, and those that were to last longer than is declared."""

    seen: list[SetCookie]
    held: list[tuple[SetCookie, Classification]]
    shortened: list[Classification]


def filter_cookies(head: ResponseHead, terms: Terms, now: float) -> tuple[ResponseHead, Cookies]:
    """The response without the Set-Cookie lines that have no consent, none lasting longer than is declared."""
    cookies = Cookies([], [], [])
    kept: list[Header] = []
    for header in head.headers:
        if header[0] != b"set-cookie":
            kept.append(header)
        elif line := _kept(header[1], terms, now, cookies):
            kept.append((header[0], line))
    return (ResponseHead(head.status, tuple(kept)) if cookies.held or cookies.shortened else head), cookies


def _kept(line: bytes, terms: Terms, now: float, cookies: Cookies) -> bytes:
    """What may leave of a line: all of it, nothing, or what is left of several cookies folded into one."""
    pieces, kept = unfold(line), []
    for piece in pieces:
        cookie = parse_set_cookie(piece, now)
        found = terms.classifier.cookie(cookie.name)
        cookies.seen.append(cookie)
        if not may_leave(cookie, found, terms.decision):
            cookies.held.append((cookie, found))
        elif found.lasts is not None and outlasts(cookie, found):
            cookies.shortened.append(found)
            kept.append(shortened(piece, found.lasts))
        else:
            kept.append(piece)
    rest = b",".join(kept)
    return rest if kept[:1] == pieces[:1] else rest.lstrip(b" \t")
