"""One entry: its record, the notice as it was shown, and its proof, checked while you look.

Knows the ledger and the pages that visitors see. What is stored is a stranger's bytes here: it is shown as text, and
the notice in a frame that may run nothing and send nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from jinja2 import TemplateError
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from consentkit import canonical
from consentkit.audit.visit import Visit
from consentkit.decision import Decision
from consentkit.errors import ConsentkitError, LogError, MalformedError
from consentkit.ledger.anchors import Anchor
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.record import leaf_of
from consentkit.ledger.store import Entry
from consentkit.page import Notice, served_code
from consentkit.tlog import check_inclusion, open_checkpoint, parse_note, prove_inclusion

# What a frame of ours may do: show words with our sheet. `sandbox` takes scripts, forms and its origin from it.
_FRAME_CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'self'; sandbox"
)


class Proof(NamedTuple):
    """That an entry is under a checkpoint; `fault` says what does not add up, "" for nothing."""

    checkpoint: str
    nodes: tuple[str, ...]
    root: str
    size: int
    fault: str


class Voucher(NamedTuple):
    """An earlier checkpoint over this entry that others vouch for."""

    size: int
    names: tuple[str, ...]
    stamped: bool


def show_entry(visit: Visit) -> Response:
    ledger, entry = visit.desk.ledger, find_entry(visit)
    if entry is None:
        return visit.page("missing.html", 404)
    record = _decoded(entry.record)
    proof = prove(ledger, entry)
    vouchers = tuple(_vouchers(ledger, entry.number, proof.size))
    notice = stored_notice(visit, record) if entry.salt else None
    same_code = notice and notice.document.get("code") == served_code(visit.desk.settings.policy.theme).hash
    told: dict[str, Any] = {
        "notice": notice,
        "same_code": same_code,
        "layer": notice.document.get("layer", "") if notice else "",
    }
    return visit.page("entry.html", entry=entry, record=record, proof=proof, vouchers=vouchers, **told)


def show_notice(visit: Visit) -> Response:
    """The notice that a record names, as a document for a frame."""
    entry = find_entry(visit)
    notice = stored_notice(visit, _decoded(entry.record)) if entry and entry.salt else None
    if notice is None:
        return visit.page("missing.html", 404)
    return HTMLResponse(_drawn(visit, notice), headers={"Content-Security-Policy": _FRAME_CSP})


def stored_notice(visit: Visit, record: Mapping[str, Any]) -> Notice | None:
    """The notice that a record names, as it is kept."""
    stored = visit.desk.ledger.store.document(str(record.get("notice", "")))
    if stored is None or stored.kind != "notice":
        return None
    return Notice(_decoded(stored.body), stored.body, stored.hash)


def find_entry(visit: Visit) -> Entry | None:
    """The entry that the path names, by a number in its one spelling."""
    text = str(visit.place["number"])
    if not text.isascii() or not text.isdigit() or str(int(text)) != text:
        return None
    return next(iter(visit.desk.ledger.store.entries(int(text), int(text) + 1)), None)


def prove(ledger: Ledger, entry: Entry) -> Proof:
    """The proof of an entry under a checkpoint of now, and whether it holds."""
    note = ledger.checkpoint()
    checkpoint = open_checkpoint(note, [ledger.verifier])
    nodes: tuple[bytes, ...] = ()
    fault = ""
    try:
        nodes = prove_inclusion(entry.number, checkpoint.size, ledger.store.read_hashes)
        check_inclusion(entry.leaf_hash, entry.number, checkpoint.size, nodes, checkpoint.root)
        if entry.record is not None and entry.salt is not None and leaf_of(entry.record, entry.salt) != entry.leaf_hash:
            fault = "the record, its salt and its leaf hash do not belong together"
    except LogError as error:
        fault = str(error)
    return Proof(note, tuple(node.hex() for node in nodes), checkpoint.root.hex(), checkpoint.size, fault)


def _vouchers(ledger: Ledger, number: int, size: int) -> Iterator[Voucher]:
    for anchor in ledger.checkpoints.kept(size):
        if (voucher := _voucher(anchor)) and voucher.size > number:
            yield voucher


def _voucher(anchor: Anchor) -> Voucher | None:
    try:
        names = tuple(signature.name for signature in parse_note(anchor.note)[1])
        return Voucher(anchor.checkpoint.size, names, anchor.timestamp is not None)
    except LogError:
        return None


def _drawn(visit: Visit, notice: Notice) -> str:
    """The notice as our templates draw it; as its words alone where they cannot: another version's may lack a part."""
    pages, root, document = visit.desk.pages, f"{visit.root}/shown", notice.document
    shown = Markup("")
    try:
        if document["layer"] == "preferences":
            return pages.preferences(notice, Decision(), token="", return_to="/", root=root).decode()
        if document["layer"] == "banner":
            shown = Markup(pages.banner(notice, token="", return_to="/", root=root).decode())  # noqa: S704
    except (TemplateError, ConsentkitError, LookupError, TypeError, ValueError, AttributeError):
        pass
    return visit.text("notice.html", shown=shown, lines=tuple(_lines(document)), language=document.get("language", ""))


def _lines(value: Any) -> Iterator[str]:
    """Every word of a document, in order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _lines(each)
    elif isinstance(value, list):
        for each in value:
            yield from _lines(each)


def _decoded(body: bytes | None) -> dict[str, Any]:
    """Stored JSON; nothing where somebody wrote into the database."""
    try:
        value = canonical.decode(body) if body else {}
    except MalformedError:
        return {}
    return dict(value) if isinstance(value, dict) else {}
