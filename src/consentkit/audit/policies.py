"""Every policy that was in force, and what each changed.

Knows the ledger's documents and where each entered the log. A policy is read as it was stored, not through today's
model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from starlette.responses import Response

from consentkit import canonical
from consentkit.audit.visit import Visit
from consentkit.errors import MalformedError
from consentkit.ledger.record import utc
from consentkit.ledger.store import Store


class Change(NamedTuple):
    """One value that differs: its path, and what it was and is; "" for nothing."""

    path: str
    before: str
    after: str


class Version(NamedTuple):
    """A policy, since when (`time`, RFC 3339, by the entry `number`), and what it changed."""

    hash: str
    version: str
    number: int | None
    time: str
    changes: tuple[Change, ...]


def show_policies(visit: Visit) -> Response:
    return visit.page("policies.html", versions=tuple(reversed(list(history(visit.desk.ledger.store)))))


def history(store: Store) -> Iterator[Version]:
    """The policies in the order in which they came into force."""
    before: dict[str, str] = {}
    documents = {document.hash: document for document in store.documents("policy")}
    for hash, number in sorted(store.places("policy").items(), key=lambda place: (place[1] or 0, place[0])):
        after = _flat_policy(documents[hash].body)
        moment = "" if number is None else utc(next(iter(store.entries(number, number + 1))).time)
        changes = tuple(compare(before, after)) if before else ()
        yield Version(hash, after.get("version", ""), number, moment, changes)
        before = after


def version_of(body: bytes) -> str:
    """What a stored policy calls itself."""
    return _flat_policy(body).get("version", "")


def named_policy(hash: str, version: str) -> str:
    """How a policy is named in short: by its version, and the beginning of its hash: two may say the same version."""
    return " · ".join(filter(None, (version, hash[:12])))


def compare(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    """What differs between two flat documents, by path."""
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path, ""), after.get(path, "")
        if old != new:
            yield Change(path, old, new)


def flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every value under its path. Members of a list go by their id or name where they have one: order is no change."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from flat(each, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for at, each in enumerate(value):
            name = (each.get("id") or each.get("name")) if isinstance(each, Mapping) else None
            yield from flat(each, f"{path}[{name if isinstance(name, str) else at}]")
    else:
        yield path, value if isinstance(value, str) else canonical.encode(value).decode()


def _flat_policy(body: bytes) -> dict[str, str]:
    try:
        return dict(flat(canonical.decode(body)))
    except MalformedError:  # somebody wrote into the database
        return {}
