"""The page that checks a bundle in a browser, with no code in common with `consentkit verify`: both must agree."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Browser, Page

import consentkit.export
from consentkit import canonical
from consentkit.export.summary import words_for
from consentkit.ledger.access import documents_of
from consentkit.ledger.bundle import write_bundle
from consentkit.ledger.erasure import forget
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.receipt import verify_receipt, verify_receipts
from consentkit.ledger.record import leaf_of, new_salt, utc
from consentkit.ledger.selection import ALL, Selection
from consentkit.ledger.statement import of_access, of_document
from consentkit.ledger.store import Entry
from consentkit.ledger.succession import rotate
from consentkit.ledger.verify import verify_bundle
from consentkit.tlog import Checkpoint, Frontier, Signer, Verifier, leaf_hash, open_checkpoint, sign_checkpoint
from tests.ledger.conftest import MOMENT, NOTICE, POLICY, SIGNER, choose, made, open_ledger

PAGE = Path(consentkit.export.__file__).parent / "static/verify.html"
MANY = 100_000 if os.environ.get("CONSENTKIT_TEST_MATRIX") else 2_000
DATA = Path(__file__).parents[1] / "ledger/data"
KEY = SIGNER.verifier.to_text()


def exported(ledger: Ledger, signer: Signer = SIGNER, selection: Selection = ALL) -> bytes:
    file, note = BytesIO(), ledger.checkpoint()
    size = open_checkpoint(note, [signer.verifier]).size
    entries, anchors = ledger.store.entries(0, size), ledger.checkpoints.kept(size)
    words = partial(words_for, signer.verifier, note, ledger.store, anchors, selection, "en")
    write_bundle(file, signer, note, ledger.store.documents(), entries, anchors, selection=selection, words=words)
    return file.getvalue()


class Desk:
    """An auditor at the page. `asked` are the requests that it made, but for those that its own policy stopped."""

    def __init__(self, page: Page, folder: Path) -> None:
        self._page, self._folder = page, folder
        self.asked: list[str] = []
        page.on("requestfinished", lambda request: self.asked.append(request.url))
        page.on("requestfailed", lambda request: self.asked.append(f"{request.failure} {request.url}"))
        page.goto(PAGE.as_uri())

    def check(self, bundle: bytes, key: str = "", since: bytes | None = None) -> str:
        """What the page says, its heading first."""
        self._page.reload()
        self._page.get_by_label("Bundle").set_input_files(self._file("new.bundle", bundle))
        self._page.get_by_label("verifier key").fill(key)
        if since is not None:
            self._page.get_by_label("earlier export").set_input_files(self._file("old.bundle", since))
        self._page.get_by_role("button", name="Check").click()
        answer = self._page.locator("output h2:not(:text('Checking…'))")
        answer.wait_for(timeout=120_000)
        return self._page.locator("output").inner_text()

    def summary(self) -> str:
        """The words in the frame below an answer."""
        self._page.locator("output summary").click()
        return self._page.frame_locator("output iframe").locator("body").inner_text()

    def _file(self, name: str, data: bytes) -> Path:
        path = self._folder / name
        path.write_bytes(data)
        return path


@pytest.fixture(scope="module")
def desk(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    context = chromium.new_context()
    yield Desk(context.new_page(), tmp_path_factory.mktemp("desk"))
    context.close()


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    ledger = open_ledger(tmp_path_factory.mktemp("ledger"))
    yield ledger
    ledger.close()


@pytest.fixture(scope="module")
def bundles(ledger: Ledger) -> tuple[bytes, bytes]:
    """An export, and a later one: more choices, one of them erased."""
    for _ in range(5):
        choose(ledger)
    old = exported(ledger)
    choose(ledger, "cd" * 16)
    choose(ledger)
    forget(ledger, ["cd" * 16], MOMENT)
    return old, exported(ledger)


def test_in_order(desk: Desk, bundles: tuple[bytes, bytes]) -> None:
    """Whoever holds the log's key is told that all is in order, what was erased, and what that does not prove."""
    said = desk.check(bundles[1], KEY)
    assert said.startswith("In order\n")
    assert KEY in said
    assert "10 entries, 1 of them erased" in said
    assert "Choices: accept_all 6." in said
    assert "does not prove" in said


def test_summary(desk: Desk, bundles: tuple[bytes, bytes]) -> None:
    """The site's own summary can be read in place, and whatever stands in it can neither run nor ask for anything."""
    desk.check(bundles[1], KEY)
    assert "Choices shown\t6" in desk.summary()
    evil = b"<p>Hello<script>document.body.append('ran')</script><img src=https://abroad.test/x>"
    file, note = BytesIO(), sign_checkpoint(Checkpoint(SIGNER.name, 0, Frontier().root()), SIGNER)
    write_bundle(file, SIGNER, note, (), (), words=lambda _: (b"", evil))
    desk.asked.clear()
    desk.check(file.getvalue(), KEY)
    assert desk.summary() == "Hello"
    assert set(desk.asked) <= {PAGE.as_uri(), "csp https://abroad.test/x"}
    desk.asked.clear()


@pytest.mark.parametrize("selection", [Selection(visitor="cd" * 16), Selection(category="marketing")])
def test_part(desk: Desk, ledger: Ledger, bundles: tuple[bytes, bytes], selection: Selection) -> None:
    """A part is checked as the whole is, and the page says what was asked, and what is withheld on whose word."""
    part = exported(ledger, selection=selection)
    report = verify_bundle(BytesIO(part), SIGNER.verifier)
    said = desk.check(part, KEY, since=bundles[0])
    assert report.proven
    assert said.startswith("In order\n")
    assert f"{report.withheld} withheld" in said
    assert report.notes[0] in said
    assert "of those withheld only that they are there" in said
    spoiled = part.replace(b'"withheld":true', b'"withheld":null', 1)
    assert desk.check(spoiled, KEY).startswith("Something is wrong\nentries.jsonl, entry ")


def test_receipts(desk: Desk, ledger: Ledger, bundles: tuple[bytes, bytes]) -> None:
    """A visitor checks what they downloaded, on their own machine; every changed value is found, as by `verify`."""
    entries = [entry for entry in ledger.store.entries() if entry.salt]
    receipts = [ledger.receipt(entry) for entry in entries[:4]]
    documents = documents_of(ledger, receipts)
    sound = {"documents": documents, "receipts": receipts, "v": 1}
    said = desk.check(json.dumps(sound).encode(), KEY)
    assert said.startswith("In order\n")
    assert f"entry {', '.join(str(receipt['index']) for receipt in receipts)}." in said
    assert desk.check(json.dumps(receipts[1]).encode()).startswith("Self-consistent, not anchored\n")
    wrong: dict[str, object] = {
        "index": receipts[0]["index"], "salt": "00" * 32, "proof": receipts[0]["proof"][:-1],
        "vkey": Signer.generate(SIGNER.name).verifier.to_text(), "record": {**receipts[1]["record"], "choice": "no"},
    }  # fmt: skip
    for name, value in wrong.items():
        changed = {**receipts[1], name: value}
        assert not verify_receipt(changed, SIGNER.verifier).consistent, name
        assert desk.check(json.dumps(changed).encode(), KEY).startswith("Something is wrong\nreceipt 1: "), name
    notice = receipts[0]["record"]["notice"]
    for spoiled in (
        {**documents, notice: {"layer": "forged"}},
        {name: documents[name] for name in documents if name != notice},
    ):
        data = json.dumps({**sound, "documents": spoiled}).encode()
        finding = verify_receipts(data, SIGNER.verifier)[0].findings[0]
        assert f"the notice {notice} is not " in str(finding)
        assert f"receipt 1: the notice {notice} is not " in desk.check(data, KEY)
    assert "no proof yet" in desk.check(json.dumps({**receipts[1], "proof": None}).encode(), KEY)
    assert "no proof yet" in str(verify_receipt({**receipts[1], "proof": None}).findings[0])
    assert "Something is wrong" in desk.check(b'{"receipts":[]}', KEY)


@pytest.mark.parametrize(
    "data", [b"number,time\r\n1,2\r\n", b'{"number":1}\n{"number":2}\n', b"PAR1", b'{"@context":{}}']
)
def test_what_carries_no_proof(desk: Desk, data: bytes) -> None:
    """Who drops in a table or a list of records is told, by either verifier, that the bundle is what can be checked."""
    receipts = verify_receipts(data) if data.startswith(b"{") else [verify_bundle(BytesIO(data))]
    for said in (str(receipts[0].findings[0]), desk.check(data)):
        assert "--format bundle alone carries proofs" in said


def test_nobody_outside(desk: Desk, bundles: tuple[bytes, bytes]) -> None:
    """Without a key or an earlier export nobody vouches for the file, and the page says so."""
    assert desk.check(bundles[1]).startswith("Self-consistent, not anchored\n")


def test_earlier_export(desk: Desk, bundles: tuple[bytes, bytes]) -> None:
    """An export that somebody kept vouches for what was in it; the other way about entries are gone."""
    assert "an earlier export of 7 entries" in desk.check(bundles[1], since=bundles[0])
    assert "some are gone" in desk.check(bundles[0], since=bundles[1])
    assert "earlier export: entries.jsonl: cut off" in desk.check(bundles[1], since=bundles[0][:-40])


def test_no_request(desk: Desk, bundles: tuple[bytes, bytes]) -> None:
    """Nothing leaves the machine: the page asks for nothing but itself."""
    desk.check(bundles[1], KEY)
    assert set(desk.asked) == {PAGE.as_uri()}


def test_another_key(desk: Desk, bundles: tuple[bytes, bytes]) -> None:
    """A file signed by somebody else is found out; what is no key at all is said to be none."""
    stranger = Signer.generate(SIGNER.name).verifier.to_text()
    assert "not signed by the key that was given" in desk.check(bundles[1], stranger)
    assert "not a verifier key" in desk.check(bundles[1], "my key")


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_older_versions(desk: Desk, version: str) -> None:
    """A file made by an earlier version can still be checked."""
    key = (DATA / f"{version}.vkey").read_text().strip()
    assert desk.check((DATA / f"{version}.bundle").read_bytes(), key).startswith("In order\n")


def test_rotated(desk: Desk, tmp_path: Path) -> None:
    """After a rotation the old key and the new one both open the whole of the log."""
    ledger = open_ledger(tmp_path)
    choose(ledger)
    new = rotate(ledger, SIGNER)
    later = ledger.under(new)
    choose(later)
    bundle = exported(later, new)
    later.close()
    for key in (SIGNER.verifier, new.verifier):
        assert desk.check(bundle, key.to_text()).startswith("In order\n")


def test_accesses(desk: Desk, tmp_path: Path) -> None:
    """That an auditor looked is in order for both verifiers; a line in anybody's own words is for neither."""
    ledger = open_ledger(tmp_path)
    choose(ledger)
    sound = of_access(utc(MOMENT), "ab" * 16, "viewer", "entry 2")
    ledger.state(sound, MOMENT)
    assert desk.check(exported(ledger), KEY).startswith("In order\n")
    ledger.state(sound.replace(b"entry 2", b"Ann looked"), MOMENT)
    bundle = exported(ledger)
    ledger.close()
    assert not verify_bundle(BytesIO(bundle), SIGNER.verifier).consistent
    assert desk.check(bundle, KEY).startswith("Something is wrong\n")


@pytest.mark.parametrize("seed", range(12))
def test_spoiled(desk: Desk, bundles: tuple[bytes, bytes], seed: int) -> None:
    """Whatever one byte is changed to, anywhere, the page finds something wrong where the command line does."""
    random = Random(seed)
    spoiled = bytearray(bundles[1])
    at = random.randrange(len(spoiled))
    spoiled[at] ^= 1 << random.randrange(8)
    report = verify_bundle(BytesIO(spoiled), Verifier.from_text(KEY))
    said = desk.check(bytes(spoiled), KEY)
    assert not report.consistent
    assert said.startswith("Something is wrong\n")
    finding = report.findings[0]
    assert said.split("\n")[1].startswith(finding.part)
    if finding.entry is not None:
        assert f"entry {finding.entry}:" in said


@pytest.mark.parametrize("end", [0, 10, 400, -1])
def test_cut_off(desk: Desk, bundles: tuple[bytes, bytes], end: int) -> None:
    """A file that is not whole, or none at all, is said to be so."""
    assert desk.check(bundles[1][:end], KEY).startswith("Something is wrong\n")
    assert "bytes after the last part" in desk.check(bundles[1] + b"x", KEY)


def test_rewritten(desk: Desk, bundles: tuple[bytes, bytes]) -> None:
    """A log that was made anew, and signed by its own key, does not hold what an earlier export held."""
    forged = many(9)
    assert "was rewritten" in desk.check(forged, since=bundles[0])


def test_many(desk: Desk) -> None:
    """A large bundle is checked by both, with the same root."""
    bundle = many(MANY)
    report = verify_bundle(BytesIO(bundle), SIGNER.verifier)
    said = desk.check(bundle, KEY)
    assert report.proven
    assert said.startswith("In order\n")
    assert report.root.hex() in said


def many(count: int) -> bytes:
    """A bundle of so many choices, in order."""
    frontier = Frontier()
    data = canonical.encode(made().to_dict())
    entries = []
    for document in (POLICY, NOTICE):
        said = of_document(document.kind, document.hash)
        entries.append(Entry(len(entries), leaf_hash(said), MOMENT, None, said, None))
    for number in range(2, count + 2):
        salt = new_salt()
        entries.append(Entry(number, leaf_of(data, salt), MOMENT, "ab" * 16, data, salt))
    for entry in entries:
        frontier.append(entry.leaf_hash)
    file, checkpoint = BytesIO(), Checkpoint(SIGNER.name, frontier.size, frontier.root())
    write_bundle(file, SIGNER, sign_checkpoint(checkpoint, SIGNER), (POLICY, NOTICE), entries)
    return file.getvalue()
