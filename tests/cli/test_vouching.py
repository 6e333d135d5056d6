"""cosign, prove, rotate, continue, and what verify makes of them: the owner's and the auditor's side."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from consentkit.policy import load_policy
from tests.ledger.stamping import Authority, stamping
from tests.ledger.witnessing import Witness, witnessing

from .conftest import Run, add

SET = "CONSENTKIT_SIGNING_KEY="


@pytest.fixture
def vkey(run: Run, site: Path) -> str:
    return run("ledger", "vkey", "--data", site).stdout.strip()


@pytest.fixture
def witness(vkey: str) -> Iterator[Witness]:
    with witnessing(Witness()) as one:
        one.trust(vkey)
        yield one


def export(run: Run, site: Path, path: Path) -> Path:
    run("export", "--data", site, "--format", "bundle", "-o", path)
    return path


def declare(site: Path, *lines: str) -> None:
    with (site / "consent.toml").open("a", encoding="utf-8") as file:
        file.write("\n".join(["", *lines, ""]))


def test_cosign(run: Run, site: Path, tmp_path: Path, witness: Witness) -> None:
    """An owner's timer gets a witness and an authority to vouch; an auditor who trusts either needs nothing else."""
    with stamping(Authority(tmp_path / "authority")) as authority:
        root = authority.root.decode()
        declare(site, "[[log.witnesses]]", f'url = "{witness.url}"', f'vkey = "{witness.vkey}"')
        declare(site, "[log.timestamps]", f'url = "{authority.url}"', f'root = """{root}"""')
        result = run("ledger", "cosign", "--data", site)
    assert f"— {witness.name} " in result.stdout
    assert result.stderr.count("Vouched for by") == 2
    bundle = export(run, site, tmp_path / "x.bundle")
    root_file = authority.folder / "root.pem"
    assert "Anchored by the witness" in run("verify", bundle, "--witness", witness.vkey).stderr
    assert "Anchored by the timestamp authority" in run("verify", bundle, "--tsa", root_file).stderr
    assert "give --tsa" in run("verify", bundle, code=1).stderr
    (report,) = json.loads(run("verify", bundle, "--witness", witness.vkey, "--tsa", root_file, "--json").stdout)
    assert len(report["anchors"]) == 2


def test_cosign_names_who_is_missing(run: Run, site: Path, witness: Witness) -> None:
    """A witness that is away is named, and the timer that ran the command hears of it."""
    declare(site, "[[log.witnesses]]", f'url = "{witness.url}"', f'vkey = "{witness.vkey}"')
    away = Witness("witness.test/away").vkey
    declare(site, "[[log.witnesses]]", 'url = "http://127.0.0.1:9/"', f'vkey = "{away}"')
    result = run("ledger", "cosign", "--data", site, code=1)
    assert "MISSING  consentkit.B002 http://127.0.0.1:9/add-checkpoint: does not answer" in result.stderr
    assert "Vouched for by the witness" in result.stderr


def test_cosign_by_nobody(run: Run, site: Path) -> None:
    """Where the policy names nobody to ask, that is wrong use."""
    assert "[[log.witnesses]]" in run("ledger", "cosign", "--data", site, code=2).stderr


@pytest.mark.parametrize("number", [0, 2, 4])
def test_prove(run: Run, site: Path, tmp_path: Path, vkey: str, number: int) -> None:
    """One entry's proof is a file of its own; nothing in it can be changed."""
    path = tmp_path / "entry.tlog-proof"
    path.write_text(run("ledger", "prove", number, "--data", site).stdout)
    assert "Anchored by the verifier key" in run("verify", path, "--vkey", vkey).stderr
    assert "not anchored" in run("verify", path, code=1).stderr
    text = path.read_text()
    for at in range(0, len(text), 29):
        path.write_text(text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :])
        run("verify", path, "--vkey", vkey, code=1)


def test_prove_what_is_not_there(run: Run, site: Path) -> None:
    """An entry that does not exist is named as that."""
    assert "5 entries" in run("ledger", "prove", 5, "--data", site, code=2).stderr


def test_rotate(run: Run, site: Path, tmp_path: Path, vkey: str) -> None:
    """An owner sets the key that is printed, and auditors go on with the one they have."""
    before = export(run, site, tmp_path / "before.bundle")
    result = run("ledger", "rotate", "--print", "--data", site)
    key = result.stdout.strip().removeprefix(SET)
    assert key not in result.stderr
    (site / "signing.key").write_text(key)
    add(site, 1)
    bundle = export(run, site, tmp_path / "after.bundle")
    assert run("ledger", "vkey", "--data", site).stdout.strip() in result.stderr
    assert "handed over" in run("verify", bundle, "--vkey", vkey, "--since", before).stderr
    assert key.encode() not in bundle.read_bytes()


def test_continue(run: Run, site: Path, tmp_path: Path, vkey: str) -> None:
    """After a backup was restored an owner goes on under another name, and the gap stays in plain sight."""
    shutil.copy(site / "ledger.db", tmp_path / "backup.db")
    add(site, 2)
    for name in ("ledger.db", "ledger.db-wal", "ledger.db-shm"):
        (site / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "backup.db", site / "ledger.db")
    assert "consentkit ledger continue NAME" in run("ledger", "checkpoint", "--data", site, code=2).stderr
    assert "another name" in run("ledger", "continue", "shop.example/consent-log", "--data", site, code=2).stderr
    run("ledger", "continue", "shop.example/consent-log/2", "--data", site)
    add(site, 1)
    bundle = export(run, site, tmp_path / "after.bundle")
    said = run("verify", bundle, "--vkey", vkey).stderr
    assert "The last checkpoint known as shop.example/consent-log was of 7 entries." in said


@pytest.mark.parametrize("key", ["x", "a+b+c"])
def test_wrong_witness(run: Run, site: Path, tmp_path: Path, key: str) -> None:
    """Something that is no witness's key is wrong use; so is a log's own."""
    bundle = export(run, site, tmp_path / "x.bundle")
    assert "--witness" in run("verify", bundle, "--witness", key, code=2).stderr
    own = run("ledger", "vkey", "--data", site).stdout.strip()
    assert "--witness" in run("verify", bundle, "--witness", own, code=2).stderr


def test_the_documents_example() -> None:
    """What the documents say of witnesses and timestamps is a policy that loads."""
    text = (Path(__file__).parents[2] / "docs" / "evidence.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    log = load_policy(tomllib.loads(block)).log
    assert (len(log.witnesses), log.public) == (1, True)
    assert log.timestamps


def test_wrong_certificate(run: Run, site: Path, tmp_path: Path, witness: Witness) -> None:
    """A file that is no certificate vouches for nothing."""
    bundle = export(run, site, tmp_path / "x.bundle")
    (tmp_path / "root.pem").write_text("nonsense")
    assert "not anchored" in run("verify", bundle, "--tsa", tmp_path / "root.pem", code=1).stderr
