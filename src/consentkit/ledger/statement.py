"""What the log says of itself: entries about no person, in the clear.

Knows no database. A statement's leaf data is canonical JSON, kept whole beside its leaf hash and without a salt: there
is nothing in it to erase. `kind` says which it is.

    document    {"document", "hash", "kind", "v"}    a policy, a notice, a list of code or a handover, from here on
    erasure     {"indices", "kind", "v"}             the records of these entries were erased

`document` is the kind of the document, `hash` its SHA-256. A record is logged after the documents it names: so what was
shown on a day is provable.

Trust: whoever can write the database can put in any statement; what one says is proved by what it names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from consentkit import canonical
from consentkit.errors import MalformedError


def of_document(document: str, hash: str) -> bytes:
    """The leaf data for a document's first appearance."""
    return canonical.encode({"document": document, "hash": hash, "kind": "document", "v": 1})


def of_erasure(indices: Iterable[int]) -> bytes:
    """The leaf data that says which entries' records were erased."""
    return canonical.encode({"indices": sorted(set(indices)), "kind": "erasure", "v": 1})


def check_statement(value: Any) -> dict[str, Any]:
    """A decoded statement. Raises MalformedError for any kind, field or spelling but those above."""
    try:
        again = _AGAIN[value["kind"]](value)
        if again == canonical.encode(value):
            return dict(value)
    except (KeyError, TypeError, MalformedError):
        pass
    raise MalformedError("statement", value)


def _document_again(value: Any) -> bytes:
    if not isinstance(value["document"], str) or not isinstance(value["hash"], str):
        raise MalformedError("statement", value)
    return of_document(value["document"], value["hash"])


def _erasure_again(value: Any) -> bytes:
    indices = value["indices"]
    # True is an int to Python, and would be written back as it came.
    if not isinstance(indices, list) or any(type(each) is not int or each < 0 for each in indices):
        raise MalformedError("statement", value)
    return of_erasure(indices)


_AGAIN: dict[Any, Callable[[Any], bytes]] = {"document": _document_again, "erasure": _erasure_again}
