"""Witnesses that answer over HTTP: what they vouch for, what they refuse, and what an auditor makes of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from consentkit.errors import AnchorError
from consentkit.ledger.bundle import write_bundle
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.report import Report
from consentkit.ledger.trust import Trust
from consentkit.ledger.verify import verify_bundle
from consentkit.ledger.vouching import Vouched, vouch
from consentkit.policy.model import Log
from consentkit.policy.model import Witness as Declared
from consentkit.tlog import WitnessKey, open_checkpoint, open_cosignatures

from .conftest import SIGNER, Open, choose
from .test_trouble import copy, put_back
from .witnessing import Witness, serving, witnessing


@pytest.fixture
def witness() -> Iterator[Witness]:
    """A witness that knows our log."""
    with witnessing(Witness()) as one:
        one.trust(SIGNER.verifier.to_text())
        yield one


def asked(*witnesses: Witness) -> Log:
    return Log(witnesses=tuple(Declared(url=each.url, vkey=each.vkey) for each in witnesses))


def vouched(ledger: Ledger, *witnesses: Witness) -> Vouched:
    found = vouch(ledger, asked(*witnesses))
    assert not found.failed, found.failed
    return found


def exported(ledger: Ledger) -> BytesIO:
    file, note = BytesIO(), ledger.checkpoint()
    size = open_checkpoint(note, [SIGNER.verifier]).size
    entries = ledger.store.entries(0, size)
    write_bundle(file, SIGNER, note, ledger.store.documents(), entries, ledger.checkpoints.kept(size))
    file.seek(0)
    return file


def checked(file: BytesIO, *witnesses: Witness) -> Report:
    file.seek(0)
    return verify_bundle(file, trust=Trust(witnesses=tuple(WitnessKey.from_text(each.vkey) for each in witnesses)))


def test_cosigned(ledger: Ledger, witness: Witness) -> None:
    """A witness signs what it saw, its word is kept, and whoever asks the log for its checkpoint is shown it."""
    choose(ledger)
    note = vouched(ledger, witness).anchor.note
    (seen,) = open_cosignatures(note, [WitnessKey.from_text(witness.vkey)])
    assert seen.witness == witness.name
    assert open_checkpoint(note, [SIGNER.verifier]).size == 3
    assert ledger.published() == note


def test_the_next_one_grows_from_the_last(ledger: Ledger, witness: Witness) -> None:
    """The witness is shown that the log only grew since it last looked, without being asked how far it was."""
    for _ in range(3):
        choose(ledger)
        vouched(ledger, witness)
    assert witness.asked == [0, 3, 4]
    assert witness.seen[SIGNER.name][0] == 5


def test_what_a_witness_remembers_counts(reopen: Open, tmp_path: Path, witness: Witness) -> None:
    """Where our note of it is lost the witness says how far it saw, and gets the proof from there."""
    ledger = reopen()
    choose(ledger)
    vouched(ledger, witness)
    with ledger.store.database.writing() as writer:
        from sqlalchemy import text

        writer.run(text("DELETE FROM ck_checkpoints WHERE site = :site"), [{"site": "shop"}])
    choose(ledger)
    vouched(ledger, witness)
    assert witness.asked == [0, 0, 3]


def test_asked_twice_without_a_choice(ledger: Ledger, witness: Witness) -> None:
    """A timer that runs while nobody chooses keeps the newest word of each witness, once."""
    choose(ledger)
    vouched(ledger, witness)
    with witnessing(Witness("witness.test/w2")) as other:
        other.trust(SIGNER.verifier.to_text())
        note = vouched(ledger, witness, other).anchor.note
        assert note.count("— witness.test/w1 ") == note.count("— witness.test/w2 ") == 1
    assert len(ledger.checkpoints.kept(100)) == 1


def test_auditor_with_a_witness_only(ledger: Ledger, witness: Witness) -> None:
    """An auditor who trusts a witness needs no word of the site's: the export is anchored for as far as it saw."""
    choose(ledger)
    vouched(ledger, witness)
    choose(ledger)
    file = exported(ledger)
    report = checked(file, witness)
    assert (report.proven, report.anchored, report.entries) == (True, 3, 4)
    assert f"witness {witness.name}, which saw these first 3 entries" in report.anchors[0]
    stranger = checked(file, Witness("witness.test/other"))
    assert (stranger.proven, stranger.findings) == (False, [])
    assert "No cosignature by the witness witness.test/other" in stranger.notes[0]


def test_same_name_another_key(ledger: Ledger, witness: Witness) -> None:
    """A witness's name is nothing without its key."""
    choose(ledger)
    vouched(ledger, witness)
    assert not checked(exported(ledger), Witness(witness.name)).proven


def test_rewritten_after_it_was_seen(ledger: Ledger, witness: Witness, reopen: Open, tmp_path: Path) -> None:
    """A site that makes up another history under its own key cannot pass it off as what the witness saw."""
    choose(ledger)
    vouched(ledger, witness)
    anchors = ledger.checkpoints.kept(100)
    from .conftest import open_ledger

    other = open_ledger(tmp_path / "other")
    for _ in range(4):
        choose(other)
    file, note = BytesIO(), other.checkpoint()
    write_bundle(file, SIGNER, note, other.store.documents(), other.store.entries(), anchors)
    other.close()
    report = checked(file, witness)
    assert not report.proven
    assert "what the 3 entries said when this checkpoint was signed was rewritten" in str(report.findings[0])


def test_set_back_where_nobody_noticed(reopen: Open, tmp_path: Path, witness: Witness) -> None:
    """A backup restored on a machine that remembers nothing is found out by the witness: it saw more."""
    ledger = reopen()
    choose(ledger)
    vouched(ledger, witness)
    backup = copy(tmp_path, "backup.db")
    choose(ledger)
    choose(ledger)
    vouched(ledger, witness)
    ledger.close()
    put_back(tmp_path, backup)
    shutil.rmtree(tmp_path / "outside")
    set_back = reopen()
    set_back.check()
    (error,) = vouch(set_back, asked(witness)).failed
    assert "saw a log of 5 entries under this name, and here are 3" in str(error)
    assert "consentkit ledger continue" in str(error)


def test_fork_of_the_same_length(reopen: Open, tmp_path: Path, witness: Witness) -> None:
    """Two machines that sign under one name are found out as soon as the witness sees the second history."""
    from .conftest import open_ledger

    ledger, twin = reopen(), open_ledger(tmp_path / "twin")
    choose(ledger)
    vouched(ledger, witness)
    for _ in range(2):
        choose(twin)
    (error,) = vouch(twin, asked(witness)).failed
    assert "refuses the checkpoint of 4 entries: 422" in str(error)
    assert "consentkit ledger continue" in str(error)
    assert twin.checkpoints.kept(100) == []
    twin.close()


@pytest.mark.parametrize(
    ("status", "kind", "body", "said"),
    [
        (200, "text/plain", b"", "no cosignature"),
        (200, "text/plain", b"<html>", "no cosignature"),
        (200, "text/plain", "— witness.test/w1 AAAAAAA=\n".encode(), "no cosignature"),
        (409, "text/x.tlog.size", b"soon", "malformed"),
        (409, "text/x.tlog.size", b"1\n", "409"),
        (409, "text/plain", b"1\n", "409"),
        (500, "text/plain", b"\x1b[2J\r\nboom", "500"),
        (302, "text/plain", b"", "302"),
        (200, "text/plain", b"x" * 70_000, "more than 65536 bytes"),
    ],
)
def test_answers_that_are_none(ledger: Ledger, status: int, kind: str, body: bytes, said: str) -> None:
    """Whatever a witness answers in place of its word, nothing is kept, and the owner hears who and why."""
    choose(ledger)
    key = Witness().vkey
    with serving(lambda *_: (status, kind, body), "/add-checkpoint") as url:
        (error,) = vouch(ledger, Log(witnesses=(Declared(url=url, vkey=key),))).failed
    assert said in str(error)
    assert isinstance(error, AnchorError)
    assert ledger.checkpoints.kept(100) == []


def test_nobody_there(ledger: Ledger, witness: Witness) -> None:
    """One witness that is away does not take the others' word away."""
    choose(ledger)
    away = Declared(url="http://127.0.0.1:9/x", vkey=Witness("witness.test/away").vkey)
    found = vouch(ledger, Log(witnesses=(away, *asked(witness).witnesses)))
    assert "does not answer" in str(found.failed[0])
    assert len(found.by) == 1
    assert len(ledger.checkpoints.kept(100)) == 1
