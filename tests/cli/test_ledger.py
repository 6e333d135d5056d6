"""stats, checkpoint, vkey, keygen: the owner's view of the ledger."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from consentkit.tlog import Signer, Verifier, open_checkpoint

from .conftest import Run, add, settings_of


def test_stats(run: Run, site: Path) -> None:
    """An owner sees how much is in the ledger and since when."""
    shown = dict(line.split(None, 1) for line in run("ledger", "stats", "--data", site).stdout.splitlines())
    facts = json.loads(run("ledger", "stats", "--data", site, "--json").stdout)
    assert shown == {name: str(value) for name, value in facts.items()}
    assert (facts["entries"], facts["policies"], facts["notices"]) == (5, 1, 1)
    assert facts["origin"] == "shop.example/consent-log"
    assert facts["first"] < facts["last"]


def test_stats_of_nothing(run: Run, site: Path) -> None:
    """A ledger in which nobody has chosen yet is no error."""
    (site / "ledger.db").unlink()
    for checkpoint in site.glob("checkpoint-*"):
        checkpoint.unlink()
    facts = json.loads(run("ledger", "stats", "--data", site, "--json").stdout)
    assert (facts["entries"], facts["first"], facts["last"]) == (0, None, None)
    assert "–" in run("ledger", "stats", "--data", site).stdout


def test_vkey_and_checkpoint(run: Run, site: Path) -> None:
    """The printed key opens the printed checkpoint, which speaks for every entry; stdout holds nothing else."""
    vkey, note = run("ledger", "vkey", "--data", site).stdout, run("ledger", "checkpoint", "--data", site).stdout
    checkpoint = open_checkpoint(note, [Verifier.from_text(vkey.strip())])
    assert (checkpoint.size, checkpoint.origin) == (5, "shop.example/consent-log")
    add(site, 1)
    assert (
        open_checkpoint(run("ledger", "checkpoint", "--data", site).stdout, [settings_of(site).signer.verifier]).size
        == 6
    )


@pytest.mark.parametrize(
    "command",
    [["ledger", "stats"], ["ledger", "vkey"], ["ledger", "checkpoint"], ["export"], ["export", "-o", "out.csv"]],
)
def test_nothing_there(run: Run, tmp_path: Path, command: list[str]) -> None:
    """In a folder where no site has run a command says so, prints no data, and makes no keys like a site's."""
    (tmp_path / "empty").mkdir()
    for more in ([], ["--data", "empty"]):
        result = run(*command, *more, code=2)
        assert result.stdout == ""
        assert "consentkit.E020" in result.stderr
        assert "--data" in result.stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["empty"]
    assert "no such folder" in run(*command, "--data", "gone", code=2).stderr


def test_where_the_app_finds_them(run: Run, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --data a command uses the app's own settings."""
    monkeypatch.setenv("CONSENTKIT_DATA", str(site))
    monkeypatch.setenv("CONSENTKIT_POLICY", str(site / "consent.toml"))
    monkeypatch.setenv("CONSENTKIT_ENV", "production")
    assert "CONSENTKIT_SIGNING_KEY" in run("ledger", "vkey", code=2).stderr
    monkeypatch.setenv("CONSENTKIT_SECRET", "a-secret-of-some-length")
    monkeypatch.setenv("CONSENTKIT_SIGNING_KEY", str(site / "signing.key"))
    assert json.loads(run("ledger", "stats", "--json").stdout)["entries"] == 5


def test_keygen(run: Run) -> None:
    """What keygen prints can be set as it stands; the warning is not in the way."""
    result = run("ledger", "keygen", "shop.example/consent-log")
    values = dict(line.split("=", 1) for line in result.stdout.splitlines())
    assert Signer.from_text(values["CONSENTKIT_SIGNING_KEY"]).name == "shop.example/consent-log"
    assert len(values["CONSENTKIT_SECRET"]) >= 40
    assert values["CONSENTKIT_SECRET"] not in result.stderr
    assert run("ledger", "keygen", "shop.example/consent-log").stdout != result.stdout


@pytest.mark.parametrize("name", ["a b", "a+b", "", "a\nb"])
def test_keygen_bad_name(run: Run, name: str) -> None:
    """A name that no log can have is refused."""
    assert "key name" in run("ledger", "keygen", name, code=2).stderr


def test_rolled_back(run: Run, site: Path) -> None:
    """A database older than its last checkpoint is not signed for again; no data comes out."""
    (site / "ledger.db").unlink()
    for command in (["ledger", "checkpoint"], ["export"], ["ledger", "stats"]):
        result = run(*command, "--data", site, code=2)
        assert result.stdout == ""
        assert "does not contain the 5" in result.stderr


def test_no_database(run: Run, site: Path) -> None:
    """A file that is no database is an error in words, and the password of a database is not repeated."""
    (site / "ledger.db").write_bytes(os.urandom(5000))
    said = run("ledger", "stats", "--data", site, code=2).stderr
    assert f"{site / 'ledger.db'}, does not answer" in said
    assert "file is not a database" in said


def test_bad_database_setting(run: Run, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting that is no database is named, and what may be a password in it is not shown."""
    monkeypatch.setenv("CONSENTKIT_DATABASE", "pass-word")
    result = run("ledger", "stats", "--data", site, code=2)
    assert "CONSENTKIT_DATABASE" in result.stderr
    assert "pass-word" not in result.output
