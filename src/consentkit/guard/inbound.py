"""Cookies a browser sends although its visitor has not agreed to them: told, and kept from the app.

Knows a request's head, a Classifier and a Decision; not how such cookies came about, nor how they are dropped.
"""

from __future__ import annotations

from collections.abc import Container, Iterable

from consentkit.classification.answer import Classification
from consentkit.classification.classifier import Classifier
from consentkit.decision import Decision
from consentkit.http import Header, RequestHead


def unwanted(names: Iterable[str], classifier: Classifier, decision: Decision) -> dict[str, Classification]:
    """The cookies that are known for something this visitor has not allowed; the unknown may be a login, and stay."""
    found = {name: classifier.cookie(name) for name in names}
    return {
        name: what
        for name, what in found.items()
        if what.category is not None and not decision.allows(what.category, what.vendor_id)
    }


def without_cookies(head: RequestHead, names: Container[str]) -> RequestHead:
    """The request without these cookies; all others byte for byte, in order, and a header with none of them gone."""
    kept: list[Header] = []
    for name, value in head.headers:
        if name != b"cookie":
            kept.append((name, value))
        elif line := _without(value, names):
            kept.append((name, line))
    return head.with_headers(tuple(kept))


def _without(value: bytes, names: Container[str]) -> bytes:
    pieces = value.split(b";")
    kept = [piece for piece in pieces if _name(piece) not in names]
    if len(kept) == len(pieces):
        return value
    # The space behind a cookie that is gone would stand at the head of the line, where none may (RFC 9110 §5.5).
    line = b";".join(kept)
    return line.lstrip(b" \t") if kept and kept[0] is not pieces[0] else line


def _name(piece: bytes) -> str:
    """The name as `parse_cookies` reads it; what has no "=" has none."""
    name, equals, _ = piece.decode("latin-1").partition("=")
    return name.strip(" \t") if equals else ""
