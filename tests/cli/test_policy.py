"""init, check, schema, classify: an owner's way to a good policy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from consentkit.policy import Policy, load_policy

from .conftest import Run


def test_init_and_check(run: Run) -> None:
    """Two commands, and an owner has a policy that loads; a second init overwrites nothing."""
    result = run("init")
    assert (result.stdout, "consentkit check" in result.stderr) == ("", True)
    assert load_policy("consent.toml") == Policy()
    Path("consent.toml").write_text("version = '2'")
    assert "not overwritten" in run("init", code=2).stderr
    assert Path("consent.toml").read_text() == "version = '2'"
    result = run("check")
    assert result.stdout == ""
    assert "version 2, 0 vendors, 0 cookies" in result.stderr


def test_init_elsewhere(run: Run) -> None:
    """A folder that is not there is said to be missing, and by what name."""
    run("init", "other.toml")
    assert Path("other.toml").exists()
    assert "nowhere" in run("init", "nowhere/consent.toml", code=2).stderr


def test_check_finds_everything(run: Run) -> None:
    """A policy with mistakes is a finding: each with id and place, on stderr for people, on stdout for programs."""
    Path("consent.toml").write_text('mode = "loud"\nretention = "session"\nlangages = ["en"]')
    result = run("check", code=1)
    assert result.stdout == ""
    assert "consent.toml: 3 problems" in result.stderr
    found = json.loads(run("check", "--json", code=1).stdout)["problems"]
    assert {(problem["ident"], problem["place"]) for problem in found} == {
        ("consentkit.E001", "langages"),
        ("consentkit.E004", "mode"),
        ("consentkit.E018", "retention"),
    }


def test_check_json(run: Run) -> None:
    """A program reads that a policy is fine, and its fingerprint."""
    Path("consent.toml").write_text("")
    found = json.loads(run("check", "--json").stdout)
    assert found["problems"] == []
    assert len(found["fingerprint"]) == 64


@pytest.mark.parametrize("content", [None, b"\xff", b"= 1"])
def test_check_unreadable(run: Run, content: bytes | None) -> None:
    """A policy that is not there, or no TOML, is a finding with its path and a remedy."""
    if content is not None:
        Path("consent.toml").write_bytes(content)
    assert "consentkit.E000 consent.toml" in run("check", code=1).stderr


def test_schema(run: Run) -> None:
    """An editor gets the schema as JSON, and nothing else, on stdout."""
    result = run("schema")
    assert json.loads(result.stdout) == Policy.model_json_schema()
    assert result.stderr == ""


def test_classify(run: Run) -> None:
    """An owner learns what a cookie or a tracker is, who says so, and that an unknown one is a finding."""
    assert run("classify", "_ga").stdout.startswith("_ga\tanalytics\tcatalogued\t")
    assert "marketing" in run("classify", "https://connect.facebook.net/en/sdk.js").stdout
    assert run("classify", "", "_ga", code=1).stdout.splitlines()[0] == "\tunknown\tunknown"


def test_classify_json(run: Run) -> None:
    """A program reads one object a line."""
    lines = run("classify", "--json", "_ga", "", code=1).stdout.splitlines()
    assert [json.loads(line)["category"] for line in lines] == ["analytics", None]


def test_classify_by_the_sites_policy(run: Run) -> None:
    """What the site declared is found where the app finds it, or where the option says."""
    text = '[controller]\nname = "S"\ncontact = "x"\n[[cookies]]\nname = "mystery"\ncategory = "essential"\n'
    Path("mine.toml").write_text(text + 'purpose = "p"\nretention = "1 day"')
    assert "essential\tdeclared" in run("classify", "mystery", "--policy", "mine.toml").stdout
    Path("mine.toml").rename("consent.toml")
    assert "essential\tdeclared" in run("classify", "mystery").stdout
    assert "consentkit.E000" in run("classify", "mystery", "--policy", "gone.toml", code=2).stderr


@pytest.mark.parametrize(
    "arguments",
    [["nothing"], ["check", "--loud"], ["classify"], ["ledger"], ["ledger", "nothing"], ["check", "a", "b"]],
)
def test_wrong_use(run: Run, arguments: list[str]) -> None:
    """A misspelled command is wrong use, and says how it is used."""
    assert "Usage" in run(*arguments, code=2).output


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["--version"], ["ledger", "--help"], ["verify", "-h"]])
def test_help(run: Run, arguments: list[str]) -> None:
    """Help is help."""
    assert run(*arguments).stdout
