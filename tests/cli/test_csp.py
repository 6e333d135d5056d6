"""csp: from the hosts that pages ask for to the lines of a policy."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from consentkit.ledger.hosts import add_sightings
from consentkit.ledger.store import Store
from consentkit.policy import load_policy

from .conftest import Run, settings_of

POLICY = """
[site]
id = "shop"
hosts = ["shop.example"]
[controller]
name = "Shop"
contact = "privacy@shop.example"
[csp]
mode = "learn"
hosts = ["files.example"]
[[vendors]]
id = "count"
name = "Count"
category = "analytics"
purpose = "Counts."
hosts = ["count.example"]
"""


def met(folder: Path, **places: dict[str, int]) -> None:
    """Write down hosts by place, as an app does."""
    settings = settings_of(folder)
    counts = {(host, place.replace("_", "-")): n for place, hosts in places.items() for host, n in hosts.items()}
    add_sightings(Store(settings.database, "shop"), counts, datetime.now(UTC).date())


@pytest.fixture
def learning(site: Path) -> Path:
    (site / "consent.toml").write_text(POLICY, encoding="utf-8")
    return site


def test_nothing_met(run: Run, learning: Path) -> None:
    """A site that asks nobody for anything has nothing to declare, and learns what to set if it does not look."""
    result = run("csp", "--data", learning)
    assert result.stdout == ""
    assert "No other host" in result.stderr
    assert "learn" not in result.stderr
    (learning / "consent.toml").write_text(POLICY.replace('"learn"', '"off"'))
    assert 'csp.mode to "learn"' in run("csp", "--data", learning).stderr


def test_all_declared(run: Run, learning: Path) -> None:
    """Where every host is declared there is no finding: the owner may enforce."""
    met(learning, html={"files.example": 3, "eu.count.example": 2, "shop.example": 1})
    result = run("csp", "--data", learning)
    assert result.stdout == ""
    assert "would stop 0" in result.stderr
    allowed = {
        host["host"]: host["allowed"] for host in json.loads(run("csp", "--json", "--data", learning).stdout)["hosts"]
    }
    assert allowed == {"files.example": "everybody", "eu.count.example": "with consent", "shop.example": "everybody"}


def test_the_lines_to_paste(run: Run, learning: Path) -> None:
    """A known tracker is proposed as a vendor that needs consent, an unknown host for the owner's list, in TOML."""
    met(learning, html={"www.googletagmanager.com": 3, "mystery.example": 2})
    result = run("csp", "--data", learning, code=1)
    found = tomllib.loads(result.stdout)
    (vendor,) = found["vendors"]
    assert vendor["hosts"] == ["www.googletagmanager.com"]
    assert vendor["category"] in ("analytics", "marketing")
    assert found["csp"] == {"mode": "learn", "hosts": ["files.example", "mystery.example"]}
    assert "would stop 2" in result.stderr


def test_a_proposal_is_a_policy(run: Run, learning: Path) -> None:
    """An owner who pastes what is proposed and completes the purposes has a policy that stops nothing any more."""
    met(learning, html={"www.googletagmanager.com": 3, "connect.facebook.net": 1, "mystery.example": 2})
    before = POLICY.replace('hosts = ["files.example"]\n', "")
    assert before.count("[csp]") == 1
    lines = run("csp", "--data", learning, code=1).stdout
    (learning / "consent.toml").write_text(before.replace('[csp]\nmode = "learn"\n', "") + lines, "utf-8")
    assert len(load_policy(learning / "consent.toml").vendors) == 3
    run("csp", "--data", learning)


def test_a_port_of_its_own(run: Run, learning: Path) -> None:
    """A payment frame at a port of its own would be stopped until the policy names that port; a vendor's not."""
    met(learning, html={"files.example:8443": 1, "count.example:8443": 1}, frame_src={"files.example:8443": 1})
    result = run("csp", "--data", learning, code=1)
    assert "would stop 1 of them" in result.stderr
    proposed = tomllib.loads(result.stdout)["csp"]["hosts"]
    assert proposed == ["files.example", "files.example:8443"]
    policy = POLICY.replace('hosts = ["files.example"]', f"hosts = {json.dumps(proposed)}")
    (learning / "consent.toml").write_text(policy, encoding="utf-8")
    assert "would stop 0" in run("csp", "--data", learning).stderr


def test_what_only_reports_name(run: Run, learning: Path) -> None:
    """Forged reports widen nothing: what nobody but they name is marked, and a comment in what is to be pasted."""
    met(learning, img_src={"evil.example": 900, "www.google-analytics.com": 5})
    result = run("csp", "--data", learning, code=1)
    assert result.stderr.count("only reported") == 2
    assert "evil.example" in result.stdout
    assert tomllib.loads(result.stdout) == {"csp": {"mode": "learn", "hosts": ["files.example"]}}


def test_a_host_that_also_tracks(run: Run, learning: Path) -> None:
    """A host that tracks under some of its paths is not proposed whole: the owner names the path."""
    met(learning, html={"www.google.com": 3})
    result = run("csp", "--data", learning, code=1)
    assert tomllib.loads(result.stdout)["csp"]["hosts"] == ["files.example"]
    assert "name the path" in result.stdout


def test_let_through_for_everybody(run: Run, learning: Path) -> None:
    """A known tracker among the hosts that need no consent is a finding, and is told how to be mended."""
    path = learning / "consent.toml"
    path.write_text(POLICY.replace("files.example", "www.googletagmanager.com"), "utf-8")
    met(learning, html={"www.googletagmanager.com": 3})
    assert "for everybody: declare it" in run("csp", "--data", learning, code=1).stderr


def test_for_one_kind_of_fetch(run: Run, learning: Path) -> None:
    """A host let through for fonts is stopped for scripts, and the owner is told."""
    path = learning / "consent.toml"
    path.write_text(POLICY.replace("[[vendors]]", '[csp.only]\nfont-src = ["fonts.example"]\n[[vendors]]'), "utf-8")
    met(learning, font_src={"fonts.example": 3})
    run("csp", "--data", learning)
    met(learning, script_src={"fonts.example": 3})
    lines = run("csp", "--data", learning, code=1).stdout
    assert tomllib.loads(lines)["csp"]["only"] == {"font-src": ["fonts.example"]}
