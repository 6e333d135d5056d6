"""The evidence bundle: what was logged when, older versions of the file, and what a forged one cannot hide."""

from __future__ import annotations

import hashlib
import json
import tracemalloc
from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from consentkit import canonical
from consentkit.ledger.bundle import write_bundle
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.record import leaf_of, new_salt
from consentkit.ledger.report import Report
from consentkit.ledger.statement import check_statement, of_document, of_erasure
from consentkit.ledger.store import Document, Entry
from consentkit.ledger.verify import verify_bundle
from consentkit.tlog import Checkpoint, Frontier, Signer, Verifier, leaf_hash, sign_checkpoint

from .conftest import MOMENT, NOTICE, POLICY, SIGNER, choose, made

DATA = Path(__file__).parent / "data"


def statement(data: bytes) -> Callable[[int], Entry]:
    return lambda number: Entry(number, leaf_hash(data), MOMENT, None, data, None)


def choice(policy: str = POLICY.hash, notice: str = NOTICE.hash) -> Callable[[int], Entry]:
    data, salt = canonical.encode({**made().to_dict(), "policy": policy, "notice": notice}), new_salt()
    return lambda number: Entry(number, leaf_of(data, salt), MOMENT, "ab" * 16, data, salt)


def erased(number: int) -> Entry:
    return Entry(number, b"\x05" * 32, MOMENT, None, None, None)


LOGGED = [statement(of_document(document.kind, document.hash)) for document in (POLICY, NOTICE)]


def checked(
    makers: Iterable[Callable[[int], Entry]], documents: Iterable[Document] = (POLICY, NOTICE), signer: Signer = SIGNER
) -> Report:
    """What an auditor finds in a bundle of these entries, every signature and hash of which is right."""
    entries, frontier = [make(number) for number, make in enumerate(makers)], Frontier()
    for entry in entries:
        frontier.append(entry.leaf_hash)
    note = sign_checkpoint(Checkpoint(signer.name, frontier.size, frontier.root()), signer)
    file = BytesIO()
    write_bundle(file, signer, note, documents, entries)
    file.seek(0)
    return verify_bundle(file, SIGNER.verifier)


def test_what_was_shown_was_logged_before(ledger: Ledger) -> None:
    """Each choice stands after the notice and the policy it names: so nobody can say later that it showed another."""
    choose(ledger)
    choose(ledger)
    kinds = [json.loads(entry.record or b"").get("kind", "choice") for entry in ledger.store.entries()]
    assert kinds == ["document", "document", "choice", "choice"]
    assert checked([*LOGGED, choice()]).proven


def test_notice_logged_afterwards() -> None:
    """A notice that came into the log only after the choice it is said to have led to is a finding."""
    report = checked([LOGGED[0], choice(), LOGGED[1]])
    assert [(finding.entry, str(finding)) for finding in report.findings] == [
        (1, "entries.jsonl, entry 1: the notice it names was not in the log before it")
    ]


def test_from_before_documents_were_logged() -> None:
    """A log that began before documents were entries is not blamed for it, and the auditor is told how far it goes."""
    report = checked([choice(), choice(), *LOGGED, choice()])
    assert report.proven
    assert report.notes == ["The first 2 entries are from before policies and notices were logged."]


def test_version_1() -> None:
    """An export made by the first version of the file can still be checked, and anchors a later one."""
    vkey = Verifier.from_text((DATA / "v1.vkey").read_text().strip())
    with (DATA / "v1.bundle").open("rb") as file:
        report = verify_bundle(file, vkey)
        file.seek(0)
        assert not verify_bundle(file, SIGNER.verifier).proven
    assert (report.proven, report.entries) == (True, 3)


@pytest.mark.parametrize("at", range(3, 1900, 97))
def test_version_1_spoiled(at: int) -> None:
    """The old file is as easily spoiled as the new one: any changed byte is found."""
    data = bytearray((DATA / "v1.bundle").read_bytes())
    data[at] ^= 1
    vkey = Verifier.from_text((DATA / "v1.vkey").read_text().strip())
    assert not verify_bundle(BytesIO(data), vkey).proven


def test_erased() -> None:
    """A record that is missing is fine if a later entry says that it was erased, and only then."""
    report = checked([*LOGGED, erased, choice(), statement(of_erasure([2]))])
    assert (report.proven, report.erased) == (True, 1)
    for makers in (
        [*LOGGED, erased],
        [*LOGGED, erased, statement(of_erasure([1]))],
        [*LOGGED, statement(of_erasure([3])), erased],
    ):
        (finding,) = checked(makers).findings
        assert "nothing here says that it was erased" in str(finding)


def test_refusal_under_a_form_nobody_knows() -> None:
    """A refusal is kept even where nobody can say which words led to it: that is no fault of the log."""
    assert checked([*LOGGED, choice(notice="")]).proven
    assert not checked([*LOGGED, choice(policy="")]).proven


def test_document_in_anothers_place() -> None:
    """A policy is no notice, even if its hash is named."""
    assert not checked([*LOGGED, choice(notice=POLICY.hash)]).proven


def test_statement_of_what_is_not_there() -> None:
    """A log that speaks of a document must show it."""
    missing = hashlib.sha256(b"other").hexdigest()
    (finding,) = checked([*LOGGED, statement(of_document("notice", missing))]).findings
    assert "the notice it speaks of is not in the bundle" in str(finding)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"kind": "document", "v": 1},
        {"document": "notice", "hash": "x", "kind": "document", "v": 2},
        {"document": "notice", "hash": "x", "kind": "document", "more": "", "v": 1},
        {"document": "notice", "hash": 5, "kind": "document", "v": 1},
        {"document": "notice", "hash": "x", "kind": "document", "v": True},
        {"indices": [2, 1], "kind": "erasure", "v": 1},
        {"indices": [1, 1], "kind": "erasure", "v": 1},
        {"indices": [-1], "kind": "erasure", "v": 1},
        {"indices": [True], "kind": "erasure", "v": 1},
        {"indices": "12", "kind": "erasure", "v": 1},
        {"kind": "choice", "commitment": "x", "v": 1},
        {"kind": ["document"], "v": 1},
        [],
        None,
        "document",
    ],
)
def test_statement_has_one_spelling(value: Any) -> None:
    """What the log says of itself is said in one way; anything else is a finding, at its entry."""
    with pytest.raises(Exception, match="statement"):
        check_statement(value)
    report = checked([*LOGGED, statement(canonical.encode(value))])
    assert [finding.entry for finding in report.findings] == [2]


def pruned(count: int) -> list[Callable[[int], Entry]]:
    """Entries without a record, and long after them what says so, a thousand at a time."""
    first, last = len(LOGGED), len(LOGGED) + count
    return [erased] * count + [statement(of_erasure(range(at, at + 1000))) for at in range(first, last, 1000)]


@pytest.mark.parametrize(
    ("makers", "few"), [(lambda count: [choice()] * count, 300), (pruned, 1000)], ids=["whole", "pruned"]
)
def test_memory_is_flat(makers: Callable[[int], list[Callable[[int], Entry]]], few: int) -> None:
    """A bundle ten times as large takes no more memory to check, also where most of it was erased."""

    def peak(count: int) -> int:
        file, note, entries = BytesIO(), "", [make(at) for at, make in enumerate([*LOGGED, *makers(count)])]
        frontier = Frontier()
        for entry in entries:
            frontier.append(entry.leaf_hash)
        note = sign_checkpoint(Checkpoint(SIGNER.name, frontier.size, frontier.root()), SIGNER)
        write_bundle(file, SIGNER, note, (POLICY, NOTICE), entries)
        file.seek(0)
        tracemalloc.start()
        assert verify_bundle(file, SIGNER.verifier).proven
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(10 * few) < peak(few) + 64 * 1024
