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
from consentkit.ledger.bundle import parse_manifest, write_bundle
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.record import leaf_of, new_salt
from consentkit.ledger.report import Report
from consentkit.ledger.selection import Selection
from consentkit.ledger.statement import check_statement, of_document, of_erasure
from consentkit.ledger.store import Document, Entry
from consentkit.ledger.verify import verify_bundle
from consentkit.tlog import Checkpoint, Frontier, Verifier, leaf_hash, sign_checkpoint, sign_note

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
    makers: Iterable[Callable[[int], Entry]], documents: Iterable[Document] = (POLICY, NOTICE), **asked: Any
) -> Report:
    """What an auditor finds in a bundle of these entries, every signature and hash of which is right."""
    return verify_bundle(BytesIO(bundle(makers, documents, **asked)), SIGNER.verifier)


def bundle(
    makers: Iterable[Callable[[int], Entry]], documents: Iterable[Document] = (POLICY, NOTICE), **asked: Any
) -> bytes:
    entries, frontier = [make(number) for number, make in enumerate(makers)], Frontier()
    for entry in entries:
        frontier.append(entry.leaf_hash)
    note = sign_checkpoint(Checkpoint(SIGNER.name, frontier.size, frontier.root()), SIGNER)
    file = BytesIO()
    write_bundle(file, SIGNER, note, documents, entries, **asked)
    return file.getvalue()


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


@pytest.mark.parametrize(("version", "entries", "erased"), [("v1", 3, 0), ("v2", 5, 1)])
def test_older_versions(version: str, entries: int, erased: int) -> None:
    """An export made by an earlier version of the file can still be checked, and anchors a later one."""
    vkey = Verifier.from_text((DATA / f"{version}.vkey").read_text().strip())
    with (DATA / f"{version}.bundle").open("rb") as file:
        report = verify_bundle(file, vkey)
        file.seek(0)
        assert not verify_bundle(file, SIGNER.verifier).proven
    assert (report.proven, report.entries, report.erased) == (True, entries, erased)


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("at", range(3, 1900, 97))
def test_older_versions_spoiled(version: str, at: int) -> None:
    """The old file is as easily spoiled as the new one: any changed byte is found."""
    data = bytearray((DATA / f"{version}.bundle").read_bytes())
    data[at] ^= 1
    vkey = Verifier.from_text((DATA / f"{version}.vkey").read_text().strip())
    assert not verify_bundle(BytesIO(data), vkey).proven


def somebody(visitor: str, **values: Any) -> Callable[[int], Entry]:
    data, salt = canonical.encode({**made(visitor).to_dict(), **values}), new_salt()
    return lambda number: Entry(number, leaf_of(data, salt), MOMENT + number, visitor, data, salt)


ANN, BOB = "0a" * 16, "0b" * 16
MIXED = [*LOGGED, somebody(ANN), somebody(BOB), somebody(BOB, categories=[], vendors=["acme"]), erased]
MIXED.append(statement(of_erasure([5])))


@pytest.mark.parametrize(
    ("selection", "withheld"),
    [
        (Selection(), 0),
        (Selection(visitor=ANN), 3),
        (Selection(visitor=BOB), 2),
        (Selection(category="analytics"), 2),
        (Selection(vendor="acme"), 3),
        (Selection(vendor="acme", visitor=ANN), 4),
        (Selection(since=MOMENT + 3), 2),
        (Selection(since=MOMENT + 3, until=MOMENT + 4), 3),
    ],
)
def test_part(selection: Selection, withheld: int) -> None:
    """An auditor who may see a part sees that part, proved as the whole would be, and of others nothing personal."""
    file = bundle(MIXED, selection=selection)
    report = verify_bundle(BytesIO(file), SIGNER.verifier)
    assert (report.proven, report.entries, report.withheld) == (True, 7, withheld), report.findings
    assert report.of == ("part" if withheld else "bundle")
    if selection.visitor == ANN:
        assert BOB.encode() not in file
    assert any(note.startswith("Asked was: ") for note in report.notes) == bool(withheld)


def test_choices_are_counted() -> None:
    """The check counts by itself what the summary says; of whatever a file calls choices it counts so many kinds."""
    assert checked(MIXED).choices == {"accept_all": 3}
    kinds = checked([*LOGGED, *(somebody(ANN, choice=str(number)) for number in range(30))]).choices
    assert (len(kinds), kinds.total()) == (9, 30)


def test_part_anchors_a_later_one() -> None:
    """A part that somebody kept pins the whole log up to its size: what was withheld then cannot be rewritten."""
    part = bundle(MIXED, selection=Selection(visitor=ANN))
    assert verify_bundle(BytesIO(bundle([*MIXED, choice()])), since=BytesIO(part)).proven
    forged = [*MIXED[:3], somebody(BOB), *MIXED[4:]]
    report = verify_bundle(BytesIO(bundle(forged)), since=BytesIO(part))
    assert "was rewritten" in str(report.findings)


def resigned(file: bytes, *changes: tuple[str, str]) -> bytes:
    """A bundle that its own log has signed once more, after these changes to its manifest or entries."""
    head, _, body = file.partition(b"\n\n\xe2\x80\x94 ")
    text, rest = (head + b"\n").decode(), body.split(b"\n", 2)[2]
    manifest = parse_manifest(text)
    contents, at = {}, 0
    for part in manifest.parts:
        contents[part.name] = rest[at : at + part.size]
        at += part.size
    for old, new in changes:
        assert old in text or old.encode() in contents["entries.jsonl"]
        contents["entries.jsonl"] = contents["entries.jsonl"].replace(old.encode(), new.encode())
        text = text.replace(old, new)
    data = contents["entries.jsonl"]
    old_line = text.splitlines()[-1]
    text = text.replace(old_line, f"part entries.jsonl {len(data)} {hashlib.sha256(data).hexdigest()}")
    return sign_note(text, SIGNER).encode() + b"\n" + b"".join(contents.values())


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ([(f"selection visitor {ANN}\n", "")], "withheld, where the manifest speaks of everything"),
        ([('"number":3,"withheld":true', '"number":3,"withheld":1')], "withheld entry"),
        ([('"number":3,"withheld":true', '"number":3,"x":1,"withheld":true')], "another spelling"),
        ([("selection visitor ", "selection somebody ")], "malformed selection"),
        ([(f"visitor {ANN}", "visitor everybody")], "malformed visitor"),
        ([("consentkit/bundle/v3", "consentkit/bundle/v2")], "malformed"),
        (
            [(f"selection visitor {ANN}", f"selection visitor {ANN}\nselection category analytics")],
            "malformed selection",
        ),
    ],
)
def test_part_forged_by_the_site(changes: list[tuple[str, str]], found: str) -> None:
    """A site cannot withhold what it says it shows, nor say in other words what was asked."""
    whole = resigned(bundle(MIXED, selection=Selection(visitor=ANN)))
    assert verify_bundle(BytesIO(whole), SIGNER.verifier).proven
    report = verify_bundle(BytesIO(resigned(whole, *changes)), SIGNER.verifier)
    assert found in str(report.findings[0])


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
