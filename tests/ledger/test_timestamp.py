"""Timestamps by a real authority (`openssl ts`): kept, carried in the export, and checked with nothing else at hand."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from consentkit.errors import AnchorError
from consentkit.ledger.anchors import Anchor
from consentkit.ledger.bundle import write_bundle
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.timestamp import ask, check_timestamp
from consentkit.ledger.trust import Trust
from consentkit.ledger.verify import verify_bundle
from consentkit.ledger.vouching import Vouched, vouch
from consentkit.policy.model import Log, Timestamps

from .conftest import SIGNER, choose
from .stamping import Authority, stamping
from .witnessing import serving

MESSAGE = b"shop.test/consent-log\n3\nroot\n"


@pytest.fixture(scope="module", autouse=True)
def _openssl() -> None:
    if not shutil.which("openssl"):
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no openssl found")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with stamping(Authority(tmp_path_factory.mktemp("authority") / "first")) as one:
        yield one


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority") / "other", "Somebody else")


def stamped(ledger: Ledger, authority: Authority, url: str = "") -> Vouched:
    return vouch(ledger, Log(timestamps=Timestamps(url=url or authority.url, root=authority.root.decode())))


def exported(ledger: Ledger, anchors: list[Anchor] | None = None) -> BytesIO:
    file, note = BytesIO(), ledger.checkpoint()
    kept = ledger.checkpoints.kept(100) if anchors is None else anchors
    write_bundle(file, SIGNER, note, ledger.store.documents(), ledger.store.entries(), kept)
    file.seek(0)
    return file


def test_stamped(ledger: Ledger, authority: Authority, stranger: Authority) -> None:
    """An auditor with the authority's root certificate is told when the log was so; whoever lacks it is not."""
    choose(ledger)
    found = stamped(ledger, authority)
    assert not found.failed
    file = exported(ledger)
    report = verify_bundle(file, trust=Trust(authorities=(authority.root,)))
    assert report.proven
    assert "for these first 3 entries" in report.anchors[0]
    for roots, said in ((), "give --tsa"), ((stranger.root,), "No timestamp by an authority"):
        file.seek(0)
        report = verify_bundle(file, trust=Trust(authorities=roots))
        assert (report.proven, report.findings) == (False, [])
        assert any(said in note for note in report.notes)


def test_kept_beside_the_witnesses_words(ledger: Ledger, authority: Authority) -> None:
    """The answer is kept as it came, byte for byte."""
    choose(ledger)
    stamped(ledger, authority)
    (anchor,) = ledger.checkpoints.kept(100)
    assert anchor.timestamp == authority.answers[-1]


def test_for_another_checkpoint(ledger: Ledger, authority: Authority) -> None:
    """A timestamp cannot be moved to another checkpoint."""
    choose(ledger)
    stamped(ledger, authority)
    choose(ledger)
    second = Anchor(ledger.checkpoint(), ledger.checkpoints.kept(100)[0].timestamp)
    report = verify_bundle(exported(ledger, [second]), trust=Trust(authorities=(authority.root,)))
    assert not report.proven
    assert "Mismatch between messages" in " ".join(report.notes)


def test_replayed(authority: Authority) -> None:
    """The answer to an earlier request for the same message is not taken for a new one."""
    first, nonce = ask(MESSAGE)
    _, other = ask(MESSAGE)
    _, _, answer = authority.answer(first)
    assert check_timestamp(answer, MESSAGE, authority.root, nonce).endswith("Z")
    with pytest.raises(AnchorError, match="Nonce"):
        check_timestamp(answer, MESSAGE, authority.root, other)


def test_foreign(authority: Authority, stranger: Authority) -> None:
    """An authority that the owner did not choose is not believed, nor one that lacks the certificate for it."""
    query, nonce = ask(MESSAGE)
    _, _, answer = stranger.answer(query)
    with pytest.raises(AnchorError):
        check_timestamp(answer, MESSAGE, authority.root, nonce)


def test_tampered(authority: Authority) -> None:
    """Not one byte of an answer can be changed so that it passes for another time or another message."""
    query, nonce = ask(MESSAGE)
    _, _, answer = authority.answer(query)
    said = check_timestamp(answer, MESSAGE, authority.root, nonce)
    for at in range(0, len(answer), 3):
        changed = bytearray(answer)
        changed[at] ^= 1
        try:
            assert check_timestamp(bytes(changed), MESSAGE, authority.root, nonce) == said
        except AnchorError:
            continue
        except BaseException as error:  # a panic in the decoder would be one
            pytest.fail(f"byte {at}: {error!r}")
    for wrong in (b"", answer[:-1], answer + b"\x00", b"\x30\x03\x02\x01\x02"):
        with pytest.raises(AnchorError):
            check_timestamp(wrong, MESSAGE, authority.root, nonce)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (lambda answer: (500, "text/plain", b""), "500"),
        (lambda answer: (200, "text/html", b"<html>"), "text/html"),
        (lambda answer: (200, "application/timestamp-reply", b"<html>"), "timestamp: "),
        (lambda answer: (200, "application/timestamp-reply", answer[:-20]), "timestamp: "),
    ],
)
def test_answers_that_are_none(ledger: Ledger, authority: Authority, reply: Callable[[bytes], Any], said: str) -> None:
    """Whatever comes in place of a timestamp is not kept, and the owner hears of it, and whose word it is."""
    choose(ledger)
    with serving(lambda body, _: reply(authority.answer(body)[2]), "/stamp?plan=7") as url:
        (error,) = stamped(ledger, authority, f"{url}/stamp?plan=7").failed
    assert said in str(error)
    assert error.who == f"{url}/stamp?plan=7"
    assert ledger.checkpoints.kept(100) == []


def test_a_bundle_says_nothing_wrong_about_a_spoiled_stamp(
    ledger: Ledger, authority: Authority, tmp_path: Path
) -> None:
    """A timestamp that was spoiled in the file vouches for nothing."""
    choose(ledger)
    anchor = stamped(ledger, authority).anchor
    assert anchor.timestamp
    spoiled = anchor._replace(timestamp=anchor.timestamp[:-9] + b"\x00" * 9)
    report = verify_bundle(exported(ledger, [spoiled]), trust=Trust(authorities=(authority.root,)))
    assert not report.proven
    assert "is not vouched for" in " ".join(report.notes)
