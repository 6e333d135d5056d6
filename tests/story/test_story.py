"""The whole story: a visitor chooses, the site exports, and an auditor with only the file finds out the truth."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from consentkit import canonical
from consentkit.asgi import ConsentMiddleware
from consentkit.cli import main
from consentkit.ledger.bundle import write_bundle
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.receipt import verify_receipt
from consentkit.ledger.store import Document, Store
from consentkit.ledger.verify import verify_bundle
from consentkit.tlog import Signer, Verifier
from tests.asgi.browser import Browser
from tests.asgi.conftest import PAGE
from tests.ledger.conftest import MOMENT, made

POLICY = """
version = "1"
[site]
id = "shop"
name = "Shop"
[controller]
name = "Shop Ltd"
contact = "privacy@shop.test"
[[vendors]]
id = "counter"
name = "Counter"
category = "analytics"
purpose = "Counts visits."
"""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def open_site(data: Path) -> ConsentMiddleware:
    return ConsentMiddleware(PAGE, policy=data / "consent.toml", data=data)


def visit(app: ConsentMiddleware, *choices: str) -> Browser:
    browser = Browser(app)
    for choice in choices:
        assert browser.choose(choice).status == 303
    return browser


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A shop's folder, after three visitors chose."""
    data = tmp_path / "shop"
    data.mkdir()
    (data / "consent.toml").write_text(POLICY, encoding="utf-8")
    with pytest.warns(UserWarning, match="consentkit made its keys"):
        app = open_site(data)
    visit(app, "accept_all")
    visit(app, "refuse_all")
    visit(app, "accept_all", "withdraw")
    app._kit.close()
    return data


def export(data: Path, name: str) -> Path:
    assert run("export", "--format", "bundle", "-o", data.with_name(name), "--data", data).exit_code == 0
    return data.with_name(name)


def vkey(data: Path) -> str:
    return run("ledger", "vkey", "--data", data).stdout.strip()


def test_auditor(shop: Path) -> None:
    """An auditor who got the key by another way is told that it is proven; without the key, that it is not."""
    checkpoint = run("ledger", "checkpoint", "--data", shop).stdout
    assert checkpoint.splitlines()[1] == "7"  # four choices, the policy, the notice and its code
    bundle = export(shop, "a.bundle")
    proven = run("verify", bundle, "--vkey", vkey(shop))
    assert proven.exit_code == 0
    assert "7 entries" in proven.stderr
    assert b64decode(checkpoint.splitlines()[2]).hex() in proven.stderr
    alone = run("verify", bundle)
    assert alone.exit_code == 1
    assert "not anchored" in alone.stderr
    found = json.loads(run("verify", bundle, "--vkey", vkey(shop), "--json").stdout)[0]
    assert (found["proven"], found["entries"], found["findings"]) == (True, 7, [])


def test_as_a_process(shop: Path) -> None:
    """The same as an auditor types it."""
    command = [str(Path(sys.executable).with_name("consentkit")), "verify", str(export(shop, "a.bundle"))]
    assert subprocess.run([*command, "--vkey", vkey(shop)], capture_output=True, check=False).returncode == 0
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


def test_wrong_key(shop: Path) -> None:
    """Under another key than the log's the bundle is wrong; a key that is none is a wrong use."""
    bundle = export(shop, "a.bundle")
    other = Signer.generate("shop/consent-log").verifier.to_text()
    assert "WRONG" in run("verify", bundle, "--vkey", other).stderr
    assert run("verify", bundle, "--vkey", other).exit_code == 1
    assert run("verify", bundle, "--vkey", "nonsense").exit_code == 2


def test_every_97th_byte(shop: Path) -> None:
    """Whichever byte of an export is changed, the auditor is told which part, or which entry, is wrong."""
    bundle = export(shop, "a.bundle")
    data, key = bundle.read_bytes(), vkey(shop)
    for at in range(0, len(data), 97):
        bundle.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        found = run("verify", bundle, "--vkey", key)
        assert found.exit_code == 1, at
        parts = r"manifest|instructions\.txt|summary\.html|checkpoint|documents\.jsonl|entries\.jsonl"
        assert re.search(rf"^WRONG  ({parts})", found.stderr, re.M), at


def tiny(signer: Signer, folder: Path) -> bytes:
    policy, notice = (
        Document(canonical.digest({"a": each}), each, canonical.encode({"a": each})) for each in ("policy", "notice")
    )
    ledger = Ledger(Store(f"sqlite:///{folder / 'tiny.db'}", "shop"), signer, folder)
    for _ in range(2):
        ledger.append(replace(made(), policy=policy.hash, notice=notice.hash), MOMENT, [policy, notice])
    file = BytesIO()
    write_bundle(file, signer, ledger.checkpoint(), ledger.store.documents(), ledger.store.entries())
    ledger.close()
    return file.getvalue()


@pytest.mark.parametrize("turn", [0x01, 0x20, 0x80])
def test_every_byte_of_a_tiny_bundle(turn: int, tmp_path: Path) -> None:
    """There is no byte in an export that can be changed, taken out or doubled without a finding."""
    signer = Signer.generate("t")
    data = tiny(signer, tmp_path)
    assert verify_bundle(BytesIO(data), signer.verifier).proven
    for at in range(len(data)):
        changed = [data[:at] + bytes([data[at] ^ turn]) + data[at + 1 :]]
        changed += [data[:at] + data[at + 1 :], data[:at] + data[at : at + 1] + data[at:]] if turn == 1 else []
        for each in changed:
            if each != data:
                assert verify_bundle(BytesIO(each), signer.verifier).findings, at


def test_cut_and_lengthened(tmp_path: Path) -> None:
    """An export that was cut off anywhere, or has something behind it, is wrong."""
    signer = Signer.generate("t")
    data = tiny(signer, tmp_path)
    for size in range(len(data)):
        assert not verify_bundle(BytesIO(data[:size]), signer.verifier).consistent, size
    assert not verify_bundle(BytesIO(data + b"\n"), signer.verifier).consistent


def grown(shop: Path, *choices: str) -> None:
    app = open_site(shop)
    visit(app, *choices)
    app._kit.close()


def second_history(shop: Path, entries: int) -> Path:
    """The same site with the same keys, and a ledger written anew: what a dishonest site could make."""
    data = shop.with_name("second")
    data.mkdir()
    for name in ("consent.toml", "secret", "signing.key"):
        shutil.copy(shop / name, data / name)
    app = open_site(data)
    for _ in range(entries):
        visit(app, "accept_all")
    app._kit.close()
    return data


def test_since(shop: Path) -> None:
    """An earlier export anchors a later one that continues it, without any key."""
    earlier = export(shop, "earlier.bundle")
    grown(shop, "accept_all", "refuse_all")
    later = export(shop, "later.bundle")
    found = run("verify", later, "--since", earlier)
    assert found.exit_code == 0
    assert "earlier export of 7 entries" in found.stderr
    assert run("verify", later, "--since", later).exit_code == 0


@pytest.mark.parametrize(("entries", "words"), [(6, "was rewritten"), (4, "was rewritten"), (2, "some are gone")])
def test_rewritten(entries: int, words: str, shop: Path) -> None:
    """A history that the site itself wrote anew, with its own key, does not pass for the one exported before."""
    earlier = export(shop, "earlier.bundle")
    later = export(second_history(shop, entries), "later.bundle")
    assert run("verify", later, "--vkey", vkey(shop)).exit_code == 0
    found = run("verify", later, "--vkey", vkey(shop), "--since", earlier)
    assert found.exit_code == 1
    assert words in found.stderr


def test_truncated(shop: Path) -> None:
    """An older export does not pass for a newer one."""
    earlier = export(shop, "earlier.bundle")
    grown(shop, "accept_all")
    later = export(shop, "later.bundle")
    found = run("verify", earlier, "--since", later)
    assert found.exit_code == 1
    assert "held 8 entries: some are gone" in found.stderr


def test_all_forged(shop: Path) -> None:
    """An export that somebody else made whole looks right on its own, which is why it is called not anchored."""
    other = second_history(shop, 1)
    shutil.rmtree(other)
    other.mkdir()
    (other / "consent.toml").write_text(POLICY, encoding="utf-8")
    with pytest.warns(UserWarning, match="consentkit made its keys"):
        grown(other, "accept_all")
    forged = export(other, "forged.bundle")
    assert "Self-consistent, not anchored" in run("verify", forged).stderr
    assert "WRONG" in run("verify", forged, "--vkey", vkey(shop)).stderr


# ── the visitor's own receipt ──


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def recompute(receipt: dict[str, Any]) -> None:
    """Leaf and proof of a receipt, by the documented format and RFC 9162 §2.1.3.2, with hashlib alone."""
    text = json.dumps(receipt["record"], ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    commitment = sha256(b"consentkit/record/v1\n" + bytes.fromhex(receipt["salt"]) + text).hex()
    node = sha256(b"\x00" + b'{"commitment":"%s","kind":"choice","v":1}' % commitment.encode())
    assert node.hex() == receipt["leaf_hash"]
    _, size, root, *_ = receipt["checkpoint"].split("\n")
    place, last = receipt["index"], int(size) - 1
    for step in receipt["proof"]:
        sibling = bytes.fromhex(step)
        if place % 2 or place == last:
            node = sha256(b"\x01" + sibling + node)
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            node = sha256(b"\x01" + node + sibling)
        place, last = place // 2, last // 2
    assert last == 0
    assert node == b64decode(root)


@pytest.fixture
def receipts(shop: Path) -> bytes:
    """What a visitor with two choices downloads, among other visitors."""
    app = open_site(shop)
    browser = visit(app, "accept_all", "refuse_all")
    visit(app, "accept_all")
    answer = browser.get("/_privacy/receipt?download")
    assert answer.header("content-disposition") == 'attachment; filename="privacy-receipt.json"'
    app._kit.close()
    return answer.body


def test_receipt(shop: Path, receipts: bytes) -> None:
    """A visitor's download verifies, and can be recomputed by anybody with nothing but SHA-256."""
    file = shop.with_name("privacy-receipt.json")
    file.write_bytes(receipts)
    assert run("verify", file, "--vkey", vkey(shop)).exit_code == 0
    assert run("verify", file).exit_code == 1
    both = json.loads(receipts)["receipts"]
    assert [each["index"] for each in both] == [8, 7]
    for each in both:
        recompute(each)


def changes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every plain value within."""
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from changes(value[key], (*path, key))
    else:
        yield path


def test_every_value_of_a_receipt(shop: Path, receipts: bytes) -> None:
    """No value in a receipt can be changed or left out without a finding."""
    key = Verifier.from_text(vkey(shop))
    whole = json.loads(receipts)["receipts"][0]
    assert verify_receipt(whole, key).proven
    places = list(changes(whole))
    assert len(places) >= 20
    for *way, last in places:
        if last == "vkey":
            continue  # the auditor's own counts
        changed = json.loads(receipts)["receipts"][0]
        inner = changed
        for step in way:
            inner = inner[step]
        value = inner[last]
        inner[last] = (
            (not value) if isinstance(value, bool) else value + 1 if isinstance(value, int) else value[:-1] + "~"
        )
        assert verify_receipt(changed, key).findings, (*way, last)
        del inner[last]
        assert verify_receipt(changed, key).findings, (*way, last)


def test_receipt_against_the_bundle(shop: Path, receipts: bytes) -> None:
    """What the visitor holds and what the auditor holds is the same."""
    lines = export(shop, "a.bundle").read_bytes().splitlines()
    for receipt in json.loads(receipts)["receipts"]:
        (line,) = [line for line in lines if receipt["leaf_hash"].encode() in line]
        entry = json.loads(line)
        assert (entry["number"], entry["record"], entry["salt"]) == (
            receipt["index"],
            receipt["record"],
            receipt["salt"],
        )
