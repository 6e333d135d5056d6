"""A new signing key, put in place by one command: under two hosts that go on serving, broken off, and by hand."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from consentkit.errors import LedgerError
from consentkit.keyfile import next_key, put_next, read_key
from consentkit.tlog import Signer, Verifier, open_checkpoint
from tests.waiting import PATIENCE

from .conftest import Run, add

ROOT = Path(__file__).parents[2]


@contextmanager
def host(data: Path, database: str) -> Iterator[int]:
    """A host of the site, with a folder of its own; the port at which it answers, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    environment = os.environ | {
        "CONSENTKIT_DATA": str(data),
        "CONSENTKIT_DATABASE": database,
        "PYTHONWARNINGS": "ignore",
    }
    command = [sys.executable, "-m", "uvicorn", "tests.ledger.killing:app", "--log-level", "error", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def key_in(path: Path) -> Verifier:
    """The public half of the key in a file."""
    return read_key(path).verifier


def refuse(port: int) -> dict[str, Any]:
    """Refuse as somebody new; the receipt."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}
    connection.request("POST", "/_privacy/choice", '{"choice": "refuse_all"}', headers)
    answer = connection.getresponse()
    receipt: dict[str, Any] = json.loads(answer.read())["receipt"]
    connection.close()
    assert answer.status == 200
    return receipt


def test_two_hosts(run: Run, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a site's two hosts serve, one command changes its key; restarted they sign with it, and old proofs hold."""
    first, second, database = site, tmp_path / "second", f"sqlite:///{site / 'ledger.db'}"
    monkeypatch.setenv("CONSENTKIT_DATABASE", database)
    second.mkdir()
    for name in ("secret", "signing.key"):
        shutil.copy(first / name, second / name)
    old = Verifier.from_text(run("ledger", "vkey", "--data", first).stdout.strip())
    with ExitStack() as hosts:
        ports = [hosts.enter_context(host(folder, database)) for folder in (first, second)]
        before = [refuse(port) for port in ports]
        new = Verifier.from_text(run("ledger", "rotate", "--data", first).stdout.strip())
        meanwhile = [refuse(port) for port in ports]
    assert {each["vkey"] for each in before + meanwhile} == {old.to_text()}
    shutil.copy(first / "signing.key", second / "signing.key")
    with ExitStack() as hosts:
        after = [refuse(hosts.enter_context(host(folder, database))) for folder in (first, second)]
    assert {each["vkey"] for each in after} == {new.to_text()}
    for receipt in before + meanwhile:
        open_checkpoint(receipt["checkpoint"], [old])
    (tmp_path / "receipt.json").write_text(json.dumps(before[0]))
    run("verify", tmp_path / "receipt.json", "--vkey", old.to_text())
    run("export", "--data", first, "--format", "bundle", "-o", tmp_path / "after.bundle")
    said = run("verify", tmp_path / "after.bundle", "--vkey", old.to_text()).stderr
    assert f"handed over to {new.to_text()}" in said


def test_the_file(run: Run, site: Path) -> None:
    """The new key lies where the old one lay, the old one beside it, both for their owner alone."""
    old = key_in(site / "signing.key")
    facts = json.loads(run("ledger", "rotate", "--json", "--data", site).stdout)
    assert facts["vkey"] == key_in(Path(facts["file"])).to_text() != old.to_text()
    assert key_in(Path(facts["kept"])) == old
    assert {path.stat().st_mode & 0o777 for path in site.glob("signing.key*")} == {0o600}
    assert sorted(path.name for path in site.glob("signing.key*")) == [
        "signing.key",
        f"signing.key.{old.key_id.hex()}",
    ]
    add(site, 1)
    run("ledger", "checkpoint", "--data", site)


def test_broken_off(run: Run, site: Path) -> None:
    """A rotation that was stopped in the middle is finished by the next one: with the same key, and one handover."""
    file = site / "signing.key"
    old, new = read_key(file), next_key(file, read_key(file).name)
    facts = json.loads(run("ledger", "rotate", "--json", "--data", site).stdout)
    assert facts["vkey"] == new.verifier.to_text()
    size = json.loads(run("ledger", "stats", "--json", "--data", site).stdout)["entries"]
    # As if it had been stopped just before the file was put in place.
    file.with_name("signing.key.next").write_text(new.to_text())
    file.write_text(old.to_text())
    run("ledger", "rotate", "--data", site)
    assert key_in(file) == new.verifier
    assert json.loads(run("ledger", "stats", "--json", "--data", site).stdout)["entries"] == size


def test_a_key_that_a_variable_holds(run: Run, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a variable holds is printed to be set there, and no file is changed."""
    text = (site / "signing.key").read_text()
    monkeypatch.setenv("CONSENTKIT_SIGNING_KEY", text.strip())
    printed = json.loads(run("ledger", "rotate", "--json", "--data", site).stdout)
    assert printed["setting"].startswith("CONSENTKIT_SIGNING_KEY=PRIVATE+KEY+")
    assert (site / "signing.key").read_text() == text
    assert not list(site.glob("signing.key.*"))


def test_a_file_that_the_setting_names(run: Run, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key in a file of the owner's choice is changed there."""
    named = tmp_path / "keys" / "log"
    named.parent.mkdir()
    shutil.move(site / "signing.key", named)
    monkeypatch.setenv("CONSENTKIT_SIGNING_KEY", str(named))
    vkey = run("ledger", "rotate", "--data", site).stdout.strip()
    assert run("ledger", "vkey", "--data", site).stdout.strip() == vkey
    assert key_in(named).to_text() == vkey


def test_what_lies_in_the_way(run: Run, site: Path) -> None:
    """A stranger's file beside the key is not taken for the next key, and nothing is handed over."""
    size = json.loads(run("ledger", "stats", "--json", "--data", site).stdout)["entries"]
    for text in ("nonsense", Signer.generate("other.example/log").to_text()):
        (site / "signing.key.next").write_text(text)
        assert "take it away" in run("ledger", "rotate", "--data", site, code=2).stderr
    assert json.loads(run("ledger", "stats", "--json", "--data", site).stdout)["entries"] == size


def test_no_key_is_lost(tmp_path: Path) -> None:
    """However often a key is changed, each one before it can still be found."""
    file = tmp_path / "signing.key"
    file.write_text(Signer.generate("log.example/log").to_text())
    keys = [key_in(file)]
    for _ in range(3):
        next_key(file, "log.example/log")
        assert key_in(put_next(file)) == keys[-1]
        keys.append(key_in(file))
    assert {key_in(path) for path in tmp_path.iterdir()} == set(keys)
    with pytest.raises(LedgerError, match=r"there is no .*signing\.key\.next"):
        put_next(file)
    assert {key_in(path) for path in tmp_path.iterdir()} == set(keys)
