"""verify: a stranger with no secret can check what an export says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consentkit.ledger.ledger import Ledger
from consentkit.ledger.store import Store
from consentkit.tlog import Signer, open_checkpoint, sign_checkpoint

from .conftest import Run, add, settings_of


@pytest.fixture
def vkey(run: Run, site: Path) -> str:
    return run("ledger", "vkey", "--data", site).stdout.strip()


@pytest.fixture
def bundle(run: Run, site: Path, tmp_path: Path) -> Path:
    path = tmp_path / "first.bundle"
    run("export", "--data", site, "--format", "bundle", "-o", path)
    return path


@pytest.fixture
def receipt(site: Path) -> dict[str, Any]:
    opened = settings_of(site)
    ledger = Ledger(Store(opened.database, "shop"), opened.signer, site)
    value = ledger.receipt(next(ledger.store.entries(2)))
    ledger.close()
    return value


def test_verify_with_the_key(run: Run, bundle: Path, vkey: str) -> None:
    """Whoever got the log's key by another way is told that the evidence holds, and what that does not prove."""
    result = run("verify", bundle, "--vkey", vkey)
    assert result.stdout == ""
    assert "5 entries" in result.stderr
    assert "Choices: accept_all 3.\n" in result.stderr
    assert "Anchored by the verifier key" in result.stderr
    assert "does not prove" in result.stderr


def test_verify_without_an_anchor(run: Run, bundle: Path) -> None:
    """Evidence that vouches only for itself is a finding: anybody could have made it."""
    assert "Self-consistent, not anchored" in run("verify", bundle, code=1).stderr


def test_verify_since(run: Run, site: Path, bundle: Path, tmp_path: Path, vkey: str) -> None:
    """An earlier export anchors a later one; the other way about entries are missing."""
    add(site, 2)
    later = tmp_path / "later.bundle"
    run("export", "--data", site, "--format", "bundle", "-o", later)
    assert "earlier export of 5 entries" in run("verify", later, "--since", bundle).stderr
    assert "some are gone" in run("verify", bundle, "--since", later, "--vkey", vkey, code=1).stderr


def test_verify_since_a_checkpoint(run: Run, site: Path, tmp_path: Path) -> None:
    """A checkpoint that somebody kept pins all that came before it; one of another log pins nothing."""
    kept, later = tmp_path / "checkpoint", tmp_path / "later.bundle"
    kept.write_text(run("ledger", "checkpoint", "--data", site).stdout, encoding="utf-8")
    add(site, 2)
    run("export", "--data", site, "--format", "bundle", "-o", later)
    assert "earlier checkpoint of 5 entries" in run("verify", later, "--since", kept).stderr
    note = kept.read_text(encoding="utf-8")
    head = open_checkpoint(note, [settings_of(site).signer.verifier])
    another = sign_checkpoint(head, Signer.generate(head.origin))
    for text, said in (
        (another, "a key that is none of this log's"),
        (note[:-20], "neither a bundle nor a checkpoint"),
    ):
        kept.write_text(text, encoding="utf-8")
        assert said in run("verify", later, "--since", kept, code=1).stderr


@pytest.mark.parametrize("spoil", [lambda data: data[:-40], lambda data: data.replace(b"accept_all", b"refuse_all", 4)])
def test_verify_since_a_spoiled_export(run: Run, bundle: Path, tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    """An earlier export that was altered, or cut off, is not said to be what the log holds."""
    older = tmp_path / "older.bundle"
    older.write_bytes(spoil(bundle.read_bytes()))
    assert "earlier export: entries.jsonl" in run("verify", bundle, "--since", older, code=1).stderr


def test_verify_json(run: Run, bundle: Path, vkey: str) -> None:
    """A program reads the same on stdout."""
    (report,) = json.loads(run("verify", bundle, "--vkey", vkey, "--json").stdout)
    assert (report["entries"], report["proven"], report["findings"]) == (5, True, [])
    (report,) = json.loads(run("verify", bundle, "--json", code=1).stdout)
    assert (report["proven"], report["anchors"]) == (False, [])


def test_unpack(run: Run, bundle: Path, vkey: str, tmp_path: Path) -> None:
    """An auditor gets the parts as files of their own, a summary for people among them; never those of a wrong file."""
    folder = tmp_path / "parts"
    run("verify", bundle, "--vkey", vkey, "--unpack", folder)
    names = ["anchors.jsonl", "checkpoint", "documents.jsonl", "entries.jsonl", "instructions.txt", "summary.html"]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert folder.stat().st_mode & 0o077 == 0
    assert "Name a new folder" in run("verify", bundle, "--vkey", vkey, "--unpack", folder, code=2).stderr
    assert vkey in (folder / "instructions.txt").read_text(encoding="utf-8")
    bundle.write_bytes(bundle.read_bytes() + b"x")
    wrong = run("verify", bundle, "--vkey", vkey, "--unpack", tmp_path / "wrong", code=1)
    assert "Nothing was unpacked" in wrong.stderr
    assert not (tmp_path / "wrong").exists()


def test_tampered(run: Run, bundle: Path, vkey: str) -> None:
    """A single word changed in the evidence is found, and where."""
    data = bundle.read_bytes()
    bundle.write_bytes(data.replace(b'"accept_all"', b'"refuse_all"', 1))
    (report,) = json.loads(run("verify", bundle, "--vkey", vkey, "--json", code=1).stdout)
    assert report["findings"][0]["entry"] == 2
    assert "WRONG" in run("verify", bundle, "--vkey", vkey, code=1).stderr


def test_another_logs_key(run: Run, bundle: Path) -> None:
    """Evidence signed by another key than the one the auditor holds is not accepted."""
    other = run("ledger", "keygen", "shop.example/consent-log").stdout
    key = Signer.from_text(other.split("CONSENTKIT_SIGNING_KEY=")[1].strip()).verifier.to_text()
    run("verify", bundle, "--vkey", key, code=1)


@pytest.mark.parametrize("key", ["x", "a+b+c", ""])
def test_wrong_key(run: Run, bundle: Path, key: str) -> None:
    """Something that is no key is wrong use; an empty one is none."""
    run("verify", bundle, "--vkey", key, code=2 if key else 1)


def test_no_file(run: Run, tmp_path: Path) -> None:
    """A file that is not there is wrong use."""
    run("verify", "gone", code=2)
    run("verify", tmp_path, code=2)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"{",
        b"{}",
        b"[]",
        b"null",
        b'{"receipts":[]}',
        b'{"receipts":5}',
        b'{"receipts":[5]}',
        b'{"receipts":[[]]}',
        b'{"receipts":{"a":1}}',
        b'{"a":' * 100_000,
        b'{"receipts":[' + b"[" * 100_000,
        b'{"record":' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"vkey":1}',
        b"consentkit/bundle/v1\n",
        "consentkit/bundle/v1\n\n— x\n\n".encode(),
        b"\xff" * 100_000,
    ],
)
def test_garbage(run: Run, tmp_path: Path, data: bytes) -> None:
    """Whatever file an auditor is handed, the answer is a finding in words."""
    path = tmp_path / "evidence"
    path.write_bytes(data)
    assert "WRONG" in run("verify", path, code=1).stderr
    assert json.loads(run("verify", path, "--json", code=1).stdout)


def test_terminal_is_safe(run: Run, tmp_path: Path) -> None:
    """A hostile file cannot command the auditor's terminal."""
    path = tmp_path / "evidence"
    path.write_text(json.dumps({"vkey": "\x1b[2J\x07\u202e", "checkpoint": "\x1b]0;x\x07"}))
    result = run("verify", path, code=1)
    assert result.stderr.replace("\n", "").isprintable()


# ── receipts ──


def test_receipt(run: Run, tmp_path: Path, receipt: dict[str, Any], vkey: str) -> None:
    """A visitor's receipt, alone or as downloaded, is checked like a bundle."""
    path = tmp_path / "receipt.json"
    for value in (receipt, {"receipts": [receipt, receipt], "v": 1}):
        path.write_text(json.dumps(value))
        assert "Anchored" in run("verify", path, "--vkey", vkey).stderr
        assert "not anchored" in run("verify", path, code=1).stderr
    assert "for a bundle" in run("verify", path, "--since", path, code=2).stderr


@pytest.mark.parametrize("key", ["record", "salt", "leaf_hash", "index", "proof", "checkpoint", "id", "time", "vkey"])
def test_receipt_without(run: Run, tmp_path: Path, receipt: dict[str, Any], key: str) -> None:
    """A receipt from which something was taken proves nothing."""
    del receipt[key]
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(receipt))
    assert "WRONG" in run("verify", path, code=1).stderr


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60)
def test_any_receipt(run: Run, tmp_path: Path, receipt: dict[str, Any], data: st.DataObject) -> None:
    """Whatever stands in a receipt's fields, it is checked to the end, and no change passes."""
    key, value = data.draw(st.sampled_from(sorted(receipt.keys() - {"vkey"}))), data.draw(JSON)
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps({**receipt, key: value}))
    run(
        "verify",
        path,
        "--vkey",
        receipt["vkey"],
        code=0 if value == receipt[key] and not isinstance(value, float) else 1,
    )
