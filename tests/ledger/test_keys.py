"""New keys and new names: what an auditor with the old one still knows, and what nobody can make up."""

from __future__ import annotations

import hashlib
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest

from consentkit import canonical
from consentkit.errors import LedgerError, LedgerRollback, MalformedError, SignatureError
from consentkit.ledger.anchors import Anchor
from consentkit.ledger.bundle import write_bundle
from consentkit.ledger.handover import open_handover, sign_handover, successors
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.report import Report
from consentkit.ledger.store import Document, Store
from consentkit.ledger.succession import move, rotate
from consentkit.ledger.verify import verify_bundle
from consentkit.tlog import (
    Signer,
    Verifier,
    open_checkpoint,
    parse_checkpoint,
    parse_note,
    sign_checkpoint,
    sign_note,
)

from .checking import check_ledger
from .conftest import SIGNER, Open, choose
from .test_trouble import copy, put_back


def opened(folder: Path, signer: Signer) -> Ledger:
    return Ledger(Store(f"sqlite:///{folder / 'db' / 'ledger.db'}", "shop"), signer, folder / "outside")


def exported(ledger: Ledger, signer: Signer) -> BytesIO:
    file, note = BytesIO(), ledger.checkpoint()
    size = open_checkpoint(note, [signer.verifier]).size
    entries = ledger.store.entries(0, size)
    write_bundle(file, signer, note, ledger.store.documents(), entries, ledger.checkpoints.kept(size))
    file.seek(0)
    return file


def checked(file: BytesIO, key: Verifier, since: BytesIO | None = None) -> Report:
    file.seek(0)
    if since:
        since.seek(0)
    return verify_bundle(file, key, since)


def test_rotated(reopen: Open, tmp_path: Path) -> None:
    """After a rotation the log goes on, and whoever holds the old key or the new one can check all of it."""
    ledger = reopen()
    choose(ledger)
    before = exported(ledger, SIGNER)
    new = rotate(ledger, SIGNER)
    ledger.close()
    later = opened(tmp_path, new)
    later.check()
    choose(later)
    file = exported(later, new)
    for key in (SIGNER.verifier, new.verifier):
        assert checked(file, key).proven
        assert checked(file, key, before).proven
    assert f"handed over to {new.verifier.to_text()}" in checked(file, SIGNER.verifier).notes[0]
    stranger = checked(file, Signer.generate(SIGNER.name).verifier)
    assert "manifest: not signed by the key that was given" in str(stranger.findings[0])
    assert len(check_ledger(later, new)) == 2
    later.close()


def test_export_said_to_be_earlier(ledger: Ledger) -> None:
    """An earlier export that another key signed anchors nothing, even if its entries are right."""
    choose(ledger)
    stranger, older = Signer.generate(SIGNER.name), BytesIO()
    note = sign_checkpoint(parse_checkpoint(parse_note(ledger.checkpoint())[0]), stranger)
    write_bundle(older, stranger, note, ledger.store.documents(), ledger.store.entries())
    report = checked(exported(ledger, SIGNER), SIGNER.verifier, older)
    assert [finding.part for finding in report.findings] == ["earlier export"]


def test_checkpoint_of_another_key_among_the_anchors(ledger: Ledger) -> None:
    """A checkpoint that none of the log's keys signed is no anchor, whoever else put a word to it."""
    choose(ledger)
    stranger, file, note = Signer.generate(SIGNER.name), BytesIO(), ledger.checkpoint()
    false = Anchor(sign_checkpoint(parse_checkpoint(parse_note(note)[0]), stranger))
    write_bundle(file, SIGNER, note, ledger.store.documents(), ledger.store.entries(), [false])
    report = checked(file, SIGNER.verifier)
    assert [finding.part for finding in report.findings] == ["anchors.jsonl"]


def test_first_checkpoint_of_a_new_key_is_signed_by_both(ledger: Ledger, tmp_path: Path) -> None:
    """Whoever only reads checkpoints learns of a new key from one that the key they know signed too."""
    choose(ledger)
    new = rotate(ledger, SIGNER)
    note = opened(tmp_path, new).published()
    assert open_checkpoint(note, [SIGNER.verifier]) == open_checkpoint(note, [new.verifier])


def test_old_workers_go_on(reopen: Open, tmp_path: Path) -> None:
    """Workers that still run with the old key sign the same tree; the new ones take over from there."""
    ledger = reopen()
    choose(ledger)
    new = rotate(ledger, SIGNER)
    choose(ledger)
    ledger.close()
    later = opened(tmp_path, new)
    later.check()
    assert choose(later).number == 5
    later.close()
    reopen().check()  # and back, if the new key has to wait


def test_another_key_takes_nothing_over(reopen: Open, tmp_path: Path) -> None:
    """A key of the same name to which nobody handed over does not sign for this log."""
    ledger = reopen()
    choose(ledger)
    ledger.close()
    with pytest.raises(LedgerRollback, match="consentkit ledger rotate"):
        opened(tmp_path, Signer.generate(SIGNER.name)).check()


def test_rotated_and_set_back(reopen: Open, tmp_path: Path) -> None:
    """A new key is bound by what the old one signed: it does not sign on top of an older copy."""
    ledger = reopen()
    choose(ledger)
    backup = copy(tmp_path, "backup.db")
    choose(ledger)
    new = rotate(ledger, SIGNER)
    ledger.close()
    put_back(tmp_path, backup)
    with pytest.raises(LedgerRollback):
        opened(tmp_path, new).check()


def test_continued(reopen: Open, tmp_path: Path) -> None:
    """After a backup was restored the log goes on under a new name, and every export says what was lost."""
    ledger = reopen()
    choose(ledger)
    backup = copy(tmp_path, "backup.db")
    choose(ledger)
    before = exported(ledger, SIGNER)
    ledger.close()
    put_back(tmp_path, backup)
    with pytest.raises(LedgerRollback, match="consentkit ledger continue NAME"):
        reopen().check()
    with pytest.raises(LedgerError, match="another name"):
        move(reopen(), SIGNER, SIGNER.name)
    new = move(reopen(), SIGNER, "shop.test/consent-log/2")
    later = opened(tmp_path, new)
    later.check()
    choose(later)
    file = exported(later, new)
    assert checked(file, new.verifier).proven
    (note,) = checked(file, SIGNER.verifier).notes
    assert "The last checkpoint known as shop.test/consent-log was of 4 entries." in note
    rewritten = checked(file, new.verifier, before)
    assert not rewritten.proven
    with pytest.raises(LedgerRollback):
        reopen().check()  # the old name is not signed for again
    later.close()


def test_continued_and_set_back_again(reopen: Open, tmp_path: Path) -> None:
    """The new name is guarded from its first moment: the same backup put back once more is refused under it too."""
    ledger = reopen()
    choose(ledger)
    backup = copy(tmp_path, "backup.db")
    choose(ledger)
    ledger.close()
    put_back(tmp_path, backup)
    new = move(reopen(), SIGNER, "shop.test/consent-log/2")
    put_back(tmp_path, backup)
    with pytest.raises(LedgerRollback):
        opened(tmp_path, new).check()


def test_handover_takes_both_keys() -> None:
    """Whoever writes into the database, or stole one key alone, cannot make another key the log's."""
    old, new, thief = (Signer.generate("log.example/log") for _ in range(3))
    document = sign_handover(old, new)
    assert open_handover(document.body)[:2] == (old.verifier, new.verifier)
    text = f"consentkit/handover/v1\nfrom {old.verifier.to_text()}\nto {thief.verifier.to_text()}\n"
    for signers in ([thief], [old]):
        with pytest.raises(SignatureError):
            open_handover(body_of(sign_note(text, *signers)))
    with pytest.raises(SignatureError):
        open_handover(document.body.replace(new.verifier.to_text().encode(), thief.verifier.to_text().encode()))


def body_of(note: str, before: str = "") -> bytes:
    return canonical.encode({"before": before, "handover": note, "v": 1})


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"before":"","handover":"","v":1}', body_of("x"), body_of("a\nb\nc\n")]
)
def test_no_handover(body: bytes) -> None:
    """What is not in the form of a handover is none."""
    with pytest.raises(MalformedError):
        open_handover(body)


def test_keys_in_a_row() -> None:
    """Keys that handed over one after another are one; a key that only claims to be next is not."""
    keys = [Signer.generate("log.example/log") for _ in range(4)]
    chain = [open_handover(sign_handover(a, b).body) for a, b in pairwise(keys)]
    all_of_them = {key.verifier for key in keys}
    for first in keys:
        assert successors(first.verifier, reversed(chain)) == all_of_them
    stranger = Signer.generate("log.example/log").verifier
    assert successors(stranger, chain) == {stranger}


def test_spoiled_handover_in_a_bundle(reopen: Open) -> None:
    """A handover in an export that both keys did not sign is a finding."""
    ledger = reopen()
    choose(ledger)
    file, note = BytesIO(), ledger.checkpoint()
    thief = Signer.generate(SIGNER.name)
    text = f"consentkit/handover/v1\nfrom {SIGNER.verifier.to_text()}\nto {thief.verifier.to_text()}\n"
    body = body_of(sign_note(text, thief))
    false = Document(hashlib.sha256(body).hexdigest(), "key", body)
    ledger.store.append([], [false])
    write_bundle(file, SIGNER, note, [*ledger.store.documents()], ledger.store.entries(0, 3))
    report = checked(file, SIGNER.verifier)
    assert {finding.part for finding in report.findings} == {"documents.jsonl"}
