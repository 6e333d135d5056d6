"""The consent record, and the salted commitment that stands for it in the log.

Knows no database and no log. What is hashed into the log is a commitment: record and salt can be erased, and what is
left says nothing of the person (EDPB Guidelines 02/2025 §4.2), while anyone who holds both can recompute it:

    record      canonical JSON (consentkit.canonical)
    commitment  SHA-256("consentkit/record/v1\\n" || salt (32 bytes) || record)
    leaf data   canonical JSON {"commitment": hex, "kind": "choice", "v": 1}
    leaf hash   SHA-256(0x00 || leaf data)                                            RFC 6962 §2.1
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from consentkit import canonical
from consentkit.errors import MalformedError
from consentkit.tlog import leaf_hash

SALT_SIZE = 32
_TAG = b"consentkit/record/v1\n"


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """The lasting account of a choice (GDPR 7(1)). Every field but one is the server's word.

    `time` is UTC with milliseconds (RFC 3339). `categories` and `vendors` are what the choice allowed. `policy` and
    `notice` are SHA-256 of documents kept in the ledger. `method` says which layer and how ("banner form"); `route`
    is the pattern of the page's route, never its path. `law` says which row of the table of laws was applied, and on
    whose word the visitor is there ("US-CA 2026-11; place by header"). Where somebody signed in and choices were
    merged, `account` is the keyed hash of whose it is, and `chosen` when it had been made; so for a choice made on
    another site, or under another tool: there `chosen` is the word of that tool's cookie. `tc` is the TC string of a
    choice under IAB Europe's framework. No address, no user agent.
    """

    id: str
    site: str
    time: str
    visitor: str
    choice: str
    categories: tuple[str, ...]
    vendors: tuple[str, ...]
    policy: str
    notice: str
    language: str
    jurisdiction: str
    regime: str
    gpc: bool
    device: str
    method: str
    route: str
    # Of these, what a record has nothing to say of is left out: records from before they were kept stay as they are.
    law: str = ""
    account: str = ""
    chosen: str = ""
    tc: str = ""

    def to_dict(self) -> dict[str, Any]:
        # dataclasses.asdict copies each value deeply, which takes as long as all the hashing.
        values = {name: value for name in _FIELDS if (value := getattr(self, name)) != "" or name not in _LATER}
        return {**values, "categories": list(self.categories), "vendors": list(self.vendors), "v": 1}

    def to_bytes(self) -> bytes:
        return canonical.encode(self.to_dict())


_FIELDS = tuple(field.name for field in fields(ConsentRecord))
_LATER = ("law", "account", "chosen", "tc")


def utc(milliseconds: int) -> str:
    """Unix milliseconds as RFC 3339 in UTC: "2026-11-23T09:30:00.123Z"."""
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{moment.isoformat()[:19]}.{milliseconds % 1000:03d}Z"


def milliseconds(text: str) -> int:
    """The Unix milliseconds of what `utc` wrote. Raises MalformedError for any other spelling."""
    try:
        found = round(datetime.fromisoformat(text).timestamp() * 1000)
    except (ValueError, TypeError):
        raise MalformedError("time", text) from None
    if utc(found) != text:
        raise MalformedError("time", text)
    return found


def new_id() -> str:
    """A random 128-bit id, as hex: it tells nothing of its holder, and nobody can guess another's."""
    return secrets.token_hex(16)


def new_salt() -> bytes:
    return secrets.token_bytes(SALT_SIZE)


def commit(record: bytes, salt: bytes) -> bytes:
    """The leaf data for a record's bytes under a salt. Raises MalformedError for a salt of another size."""
    if len(salt) != SALT_SIZE:
        raise MalformedError("salt", salt.hex())
    commitment = hashlib.sha256(_TAG + salt + record).hexdigest()
    return canonical.encode({"commitment": commitment, "kind": "choice", "v": 1})


def leaf_of(record: bytes, salt: bytes) -> bytes:
    """The leaf hash for a record's bytes under a salt."""
    return leaf_hash(commit(record, salt))
