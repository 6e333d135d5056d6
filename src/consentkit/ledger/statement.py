"""What the log says of itself: entries about no person, in the clear.

Knows no database. A statement's leaf data is canonical JSON, kept whole beside its leaf hash and without a salt: there
is nothing in it to erase. `kind` says which it is.

    document    {"document", "hash", "kind", "v"}    a policy, a notice, a list of code or a handover, from here on
    erasure     {"indices", "kind", "v"}             the records of these entries were erased
    access      {"at", "by", "kind", "role", "v", "what"}    somebody looked into the ledger, or overrode it

`document` is the kind of the document, `hash` its SHA-256. A record is logged after the documents it names: so what was
shown on a day is provable. `by` is the random id of an auditor's grant, or zeros for whoever runs the site's own
commands; `what` is one of our words, and a number or another word with it: nothing that a visitor or an auditor wrote.
"override 3" says that the entry after it erases three records which a law keeps (erasure.py).

Trust: whoever can write the database can put in any statement; what one says is proved by what it names. An access
names nothing that could prove it: it says what the auditor's pages let somebody see.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from consentkit import canonical
from consentkit.errors import MalformedError

KEEPER = "0" * 32
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z", re.ASCII)
_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_WORD = re.compile(r"[a-z]{1,16}", re.ASCII)
_WHAT = re.compile(r"[a-z]{1,16}( [a-z0-9]{1,16})?", re.ASCII)


def of_document(document: str, hash: str) -> bytes:
    """The leaf data for a document's first appearance."""
    return canonical.encode({"document": document, "hash": hash, "kind": "document", "v": 1})


def of_erasure(indices: Iterable[int]) -> bytes:
    """The leaf data that says which entries' records were erased."""
    return canonical.encode({"indices": sorted(set(indices)), "kind": "erasure", "v": 1})


def of_access(at: str, by: str, role: str, what: str) -> bytes:
    """The leaf data that says who looked at what, and when. Raises MalformedError for words that are not ours."""
    for pattern, value in ((_TIME, at), (_ID, by), (_WORD, role), (_WHAT, what)):
        if not pattern.fullmatch(value):
            raise MalformedError("access", value)
    return canonical.encode({"at": at, "by": by, "kind": "access", "role": role, "v": 1, "what": what})


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


def _access_again(value: Any) -> bytes:
    return of_access(value["at"], value["by"], value["role"], value["what"])


_AGAIN: dict[Any, Callable[[Any], bytes]] = {
    "document": _document_again,
    "erasure": _erasure_again,
    "access": _access_again,
}
