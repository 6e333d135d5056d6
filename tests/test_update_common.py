"""The script that chooses the guard's common trackers: the catalogue decides what they are, others how common."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from consentkit.catalog.table import DATA

SCRIPTS = Path(__file__).parent.parent / "scripts"


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    sys.path.insert(0, str(SCRIPTS))
    try:
        import update_common

        yield update_common
    finally:
        sys.path.remove(str(SCRIPTS))


DOMAINS = """www.google-analytics.com,*.google-analytics.com,analytics
fonts.gstatic.com,fonts.googleapis.com,cdn
ssl.google-analytics.com,*.google-analytics.com,analytics
maps.googleapis.com,maps.googleapis.com,utility
cdn.nobody.example,,
connect.facebook.net,*.facebook.net,social
"""


def test_the_most_common_come_first_and_once(script: ModuleType) -> None:
    """Trackers that need a yes are taken in the order of how common they are, whatever serves files is not."""
    text = script.build(DOMAINS)["common.tsv"]
    assert [line for line in text.splitlines() if line.startswith("host")] == [
        "host\tgoogle-analytics.com",
        "host\tfacebook.net",
    ]
    assert "cookie\t_ga_*\n" in text
    assert "cookie\t_fbp\n" in text
    assert "cookie\tfr\n" not in text


def test_a_check_says_what_differs(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever changes the catalogue is told that the guard's part of it is no longer what would be chosen."""
    monkeypatch.setattr(script, "fetch_domains", lambda: DOMAINS)
    assert script.main(["--check"], tmp_path) == 1
    assert "host\tgoogle-analytics.com" in capsys.readouterr().err
    assert script.main([], tmp_path) == 0
    assert script.main(["--check"], tmp_path) == 0
    assert (tmp_path / "common.tsv").exists()


def test_the_stored_choice_is_as_long_as_the_script_says(script: ModuleType) -> None:
    """What is stored was made by the script as it stands."""
    lines = Path(DATA, "common.tsv").read_text("utf-8").splitlines()
    assert sum(line.startswith("host") for line in lines) == script.MOST
