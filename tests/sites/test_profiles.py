"""What the profiles have in common: whole, clean by the law they name, honest about whose they are, and runnable."""

from __future__ import annotations

import re
import subprocess
import sys
from html import escape
from pathlib import Path

import pytest
import uvicorn
from click.testing import CliRunner

from consentkit.cli import main
from consentkit.demo.guise import SITES, Guise, site_names, site_of
from consentkit.demo.serve import build_guise, run
from consentkit.lint import lint
from consentkit.policy import load_policy
from consentkit.testing import TestClient
from tests.sites.stage import PROFILES, fetched

ROOT = Path(__file__).parents[2]
NAMES = ["belimon", "bigeno", "bigstep", "learn-and-go", "selligent"]
# Where each is meant for, beside what its policy names itself.
LAWS = {"bigstep": ["GB", "US-IL", "US-CA", "RO"]}


def test_there_are_five() -> None:
    """Whoever looks for an example finds five, in the examples and in what is installed, and they are the same."""
    assert site_names() == NAMES
    assert sorted(path.stem for path in PROFILES.glob("*.toml")) == NAMES
    for name in NAMES:
        assert (PROFILES / f"{name}.toml").read_bytes() == (SITES / name / "consent.toml").read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_each_is_clean_by_its_law(name: str) -> None:
    """An owner who starts from an example is told of nothing that is wrong with it where it is meant for."""
    assert lint(load_policy(PROFILES / f"{name}.toml"), LAWS.get(name, ())) == []


@pytest.mark.parametrize("name", NAMES)
def test_each_says_whose_it_is_not(name: str) -> None:
    """Nobody takes an example for the organisation's own word: file, page and pages' foot say so."""
    assert "# Not affiliated; as of the policy's date" in (PROFILES / f"{name}.toml").read_text(encoding="utf-8")
    policy = load_policy(PROFILES / f"{name}.toml")
    page = TestClient(Guise(name, policy).app()).get("/").text
    assert page.count(escape(site_of(name)["line"]).replace("&#x27;", "&#39;")) == 2
    assert "Not affiliated; as of the policy's date" in site_of(name)["line"]


@pytest.mark.parametrize("name", NAMES)
def test_each_declares_what_its_pages_ask(name: str) -> None:
    """Every company that a page asks is declared, and every declared one with hosts is asked by some page."""
    policy = load_policy(PROFILES / f"{name}.toml")
    guise = Guise(name, policy)
    client = TestClient(guise.app())
    asked = {host for path in guise.paths for host in fetched(client.get(path).text)}
    named = {vendor.id: [host.partition("/")[0] for host in vendor.hosts] for vendor in policy.vendors if vendor.hosts}
    assert asked <= {host for hosts in named.values() for host in hosts}
    assert [vendor for vendor, hosts in named.items() if not asked & set(hosts)] == []


def test_the_page_of_promises_is_up_to_date() -> None:
    """Whoever reads docs/sites.md reads what is tested, promise by promise."""
    command = [sys.executable, ROOT / "scripts" / "sites.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.usefixtures("keys")
def test_the_demo_records_what_vendors_would_get(tmp_path: Path) -> None:
    """In the demo a vendor's address is this machine's, and one page there shows what each would have got."""
    together = build_guise("selligent", tmp_path, 8000)
    client = TestClient(together, base_url="http://selligent.example.localhost:8000")
    page = client.get("/stories").text
    assert "//www.facebook.com.localhost:8000/plugins/like.php" in page
    assert fetched(page) <= {"selligent.example.localhost"}
    headers = {"host": "beacons.selligent.example.localhost:8000", "sec-fetch-dest": "image", "referer": "http://<b>/"}
    assert client.get("/clear.gif?page=/", headers=headers).headers["content-type"] == "image/gif"
    shown = client.get("/", headers={"host": "vendors.localhost:8000"}).text
    assert "<td>beacons.selligent.example<td>/clear.gif<td>http://&lt;b&gt;/" in shown


def test_an_unknown_site_is_named() -> None:
    """Whoever mistypes a name is told which there are."""
    done = CliRunner().invoke(main, ["demo", "--site", "bigstop", "--no-browser"])
    assert done.exit_code == 2
    assert "belimon, bigeno, bigstep, learn-and-go, selligent" in done.stderr


@pytest.mark.usefixtures("keys")
def test_what_to_try(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Starting says on which hosts the site is, whose it is not, and where to see what vendors would have got."""
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: None)
    run(0, tmp_path / "bigstep", open_browser=False, site="bigstep")
    said = capsys.readouterr().err
    assert re.findall(r"http://(\S+)\.example\.localhost:\d+/\n", said)[:3] == [
        "bigstep-uk",
        "bigstep-us",
        "bigstep-ro",
    ]
    assert "Not affiliated" in said
    assert "http://vendors.localhost:" in said
    assert (tmp_path / "bigstep" / "consent.toml").read_bytes() == (PROFILES / "bigstep.toml").read_bytes()
