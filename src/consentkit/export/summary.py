"""What a bundle says to people: a summary to read, and how to check that it is true.

Knows figures, documents and notes; not the bytes of a bundle. Both are the site's words, signed with the rest and no
evidence themselves: they say so. A page without scripts, styles or addresses: it may be shown in any frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from consentkit import canonical
from consentkit.errors import LogError, MalformedError
from consentkit.export.words import words_of
from consentkit.ledger.anchors import Anchor
from consentkit.ledger.bundle import Tally
from consentkit.ledger.record import utc
from consentkit.ledger.selection import Selection, format_selection
from consentkit.ledger.store import Document, Store
from consentkit.tlog import Verifier, parse_note

# More rows nobody reads; the part of the documents has them all.
_MOST = 100
_TEMPLATES = Environment(
    loader=PackageLoader("consentkit.export"),
    autoescape=select_autoescape(("html",), default=False),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


class Row(NamedTuple):
    """A policy or a notice: what it says of itself, and since when the log has it."""

    hash: str
    said: str
    since: str


class Voucher(NamedTuple):
    """A checkpoint that others vouch for: of how many entries, whose signatures, and whether it is stamped."""

    size: int
    names: tuple[str, ...]
    stamped: bool


def words_for(
    key: Verifier,
    checkpoint: str,
    store: Store,
    anchors: Sequence[Anchor],
    selection: Selection,
    language: str,
    tally: Tally,
) -> tuple[bytes, bytes]:
    """The instructions and the summary of a bundle, in one of LANGUAGES."""
    told: dict[str, Any] = {
        "t": words_of(language, "consentkit.export"),
        "origin": key.name,
        "vkey": key.to_text(),
        "checkpoint": checkpoint,
        "asked": [line.removeprefix("selection ") for line in format_selection(selection)],
        "tally": tally,
        "first": "" if tally.first is None else utc(tally.first),
        "last": "" if tally.last is None else utc(tally.last),
        "policies": _rows(store, "policy", ("version",)),
        "notices": _rows(store, "notice", ("layer", "language")),
        "vouchers": list(_vouchers(anchors)),
        "most": _MOST,
    }
    names = (f"instructions.{language}.txt", "summary.html")
    instructions, summary = map(_TEMPLATES.get_template, names)
    return instructions.render(told).encode(), summary.render(told).encode()


def _rows(store: Store, kind: str, said: Iterable[str]) -> list[Row]:
    """The documents of a kind, oldest first."""
    places = store.places(kind)
    found = sorted(store.documents(kind), key=lambda document: (places.get(document.hash) or 0, document.hash))
    return [Row(each.hash, _says(each, said), _since(store, places.get(each.hash))) for each in found[:_MOST]]


def _says(document: Document, fields: Iterable[str]) -> str:
    try:
        value = canonical.decode(document.body)
    except MalformedError:  # somebody wrote into the database: `verify` says so
        return ""
    return " ".join(str(value.get(field, "")) for field in fields) if isinstance(value, dict) else ""


def _since(store: Store, number: int | None) -> str:
    return "" if number is None else "".join(utc(entry.time) for entry in store.entries(number, number + 1))


def _vouchers(anchors: Iterable[Anchor]) -> Iterator[Voucher]:
    for anchor in anchors:
        try:
            names = tuple(signature.name for signature in parse_note(anchor.note)[1])
            yield Voucher(anchor.checkpoint.size, names, anchor.timestamp is not None)
        except LogError:
            continue
