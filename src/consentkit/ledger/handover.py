"""One key hands over to another: how a log goes on with a new key, or under a new name.

Knows keys and notes; no database. A handover is a document of the ledger: canonical JSON {"before", "handover", "v"}.
`handover` is a note that both keys signed, so that whoever holds either can trust the other:

    consentkit/handover/v1
    from example.com/consent-log+…
    to example.com/consent-log+…

Where the name changes the log may have lost entries (a restored backup): `before` is the last checkpoint known under
the old name, as it was signed, and what is missing since is plain to see. Else it is empty.

Trust: whoever can write the database cannot make one. Whoever holds the old key can.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from consentkit import canonical
from consentkit.errors import LogError, MalformedError, SignatureError
from consentkit.ledger.store import Document
from consentkit.tlog import Signer, Verifier, open_note, sign_note

KIND = "key"
_TITLE = "consentkit/handover/v1"


class Handover(NamedTuple):
    """From which key to which, and the last checkpoint before where the name changed."""

    old: Verifier
    new: Verifier
    before: str = ""


def sign_handover(old: Signer, new: Signer, before: str = "") -> Document:
    """The document by which a key hands over."""
    note = sign_note(_text(old.verifier, new.verifier), old, new)
    body = canonical.encode({"before": before, "handover": note, "v": 1})
    return Document(hashlib.sha256(body).hexdigest(), KIND, body)


def open_handover(body: bytes) -> Handover:
    """The handover in a document's body. Raises LogError unless both keys signed it."""
    value = canonical.decode(body)
    if not isinstance(value, dict) or value.keys() != {"before", "handover", "v"} or value["v"] != 1:
        raise MalformedError("handover", body)
    note, before = value["handover"], value["before"]
    if not isinstance(note, str) or not isinstance(before, str):
        raise MalformedError("handover", body)
    _, old_line, new_line, *_ = [*note.split("\n", 3), "", ""]
    old = Verifier.from_text(old_line.removeprefix("from "))
    new = Verifier.from_text(new_line.removeprefix("to "))
    opened = open_note(note, [old, new])
    if opened.text != _text(old, new):
        raise MalformedError("handover", note)
    if len(opened.verified) != len({old, new}):
        raise SignatureError("a handover must be signed by both keys", old.name)
    return Handover(old, new, before)


def successors(first: Verifier, handovers: Iterable[Handover]) -> set[Verifier]:
    """All keys that are one with the first: each signed for the next, and the next for it."""
    known, pairs = {first}, [{each.old, each.new} for each in handovers]
    while joined := [pair for pair in pairs if known & pair and not pair <= known]:
        known.update(*joined)
    return known


def sound(bodies: Iterable[bytes]) -> Iterator[Handover]:
    """The handovers among these that are in order; others prove nothing and are passed over."""
    for body in bodies:
        try:
            yield open_handover(body)
        except LogError:
            continue


def _text(old: Verifier, new: Verifier) -> str:
    return f"{_TITLE}\nfrom {old.to_text()}\nto {new.to_text()}\n"
