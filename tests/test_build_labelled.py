"""The labelled cookies that guessing is learned from: what is taken, and that no split parts what belongs together."""

from __future__ import annotations

import csv
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from consentkit.catalog import registrable
from consentkit.classification.learned.features import SHAPES
from consentkit.classification.learned.model import CATEGORIES

SCRIPTS = Path(__file__).parent.parent / "scripts"
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    sys.path.insert(0, str(SCRIPTS))
    try:
        import build_labelled

        yield build_labelled
    finally:
        sys.path.remove(str(SCRIPTS))


@pytest.fixture(scope="module")
def rows() -> Rows:
    with (SCRIPTS / "data" / "labelled.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_what_is_stored_is_what_is_built(script: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever mends a fact about a vendor is told that the labelled cookies do not know of it yet."""
    assert script.main(["--check"]) == 0, capsys.readouterr().err


def test_rows_are_cookies(rows: Rows) -> None:
    """Of every kind there are many, each with a label of ours, and none has a value: only what values look like."""
    shapes = {"", *(name for name, _ in SHAPES)}
    assert len(rows) >= 4000
    assert {row["label"] for row in rows} == {*CATEGORIES}
    assert {row["shape"] for row in rows} <= shapes
    assert {row["attributes"] for row in rows} == {"", "HttpOnly"}
    assert {row["party"] for row in rows} == {"", "first", "third"}
    assert all(row["domain"] for row in rows if row["party"] == "third")
    bare = [row["name"] for row in rows if row["name"].endswith("*")]
    assert all(row["retention"] or row["shape"] or row["attributes"] for row in rows if row["name"] in bare)


@pytest.mark.parametrize("tie", ["vendor", "domain"])
def test_kin_stays_together(rows: Rows, tie: str) -> None:
    """A vendor's cookies are in one group, and so are all that one domain sets: nothing learned is asked again."""
    groups: dict[str, set[str]] = {}
    for row in rows:
        key = registrable(row[tie]) if tie == "domain" and row[tie] else row[tie].lower()
        if key and key not in ("google.com", "amazon.com"):
            groups.setdefault(key, set()).add(row["group"])
    assert len(groups) > 100
    assert not {key: found for key, found in groups.items() if len(found) > 1}


def test_names_of_one_house(script: ModuleType) -> None:
    """A vendor that was bought, or is called otherwise by another source, is no other vendor."""
    from catalog_build.kinship import groups

    known = [
        ("_gcl_au", "", "Google"),
        ("IDE", "doubleclick.net", "DoubleClick/Google Marketing"),
        ("_ga", "", "Google Analytics"),
        ("uuid2", "adnxs.com", "Xandr"),
        ("MUID", "bing.com", "Microsoft"),
        ("_telling_name", "", "One"),
        ("_telling_name", "", "Other"),
        ("zq1", "", "Stranger"),
    ]
    found = groups(known)
    assert found[1] == found[0] == found[2]
    assert found[4] == found[3] != found[0]
    assert found[5] == found[6]
    assert found[7] not in found[:7]
    # In whatever order they come.
    assert sorted(map(found.count, found)) == sorted(map((again := groups(known[::-1])).count, again))


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("site", ("site", False, "", "")),
        ("site http-only hex", ("site", True, "hex", "")),
        ("example.net uuid", ("example.net", False, "uuid", "")),
        ("http-only opaque session", ("site", True, "opaque", "session")),
        ("30d", ("site", False, "", "30d")),
    ],
)
def test_circumstances(script: ModuleType, text: str, means: tuple[object, ...]) -> None:
    """How a cookie is met is written in a few words, in one order."""
    from catalog_build.circumstances import parse_circumstance

    assert parse_circumstance(text) == means


@pytest.mark.parametrize("text", ["hex http-only", "site uuid hex", "example", "site 1w"])
def test_words_that_mean_nothing(script: ModuleType, text: str) -> None:
    """A slip of the pen is no fact."""
    from catalog_build.circumstances import parse_circumstance

    with pytest.raises(ValueError, match="is no flag, shape or time"):
        parse_circumstance(text)


def test_nothing_is_said_of_nobody(script: ModuleType) -> None:
    """What is written of how cookies are met is written of tables of vendors that there are."""
    from catalog_build.circumstances import titles

    files = (SCRIPTS / "data" / "vendors").glob("*.toml")
    known = {title for path in files for title in tomllib.loads(path.read_text(encoding="utf-8"))}
    assert titles() <= known | {"Frameworks"}
