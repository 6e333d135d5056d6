"""export: the ledger goes out whole or not at all, in the forms others read."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from pyarrow import parquet

from consentkit.ledger.ledger import Ledger
from consentkit.ledger.opening import open_ledger
from consentkit.ledger.record import ConsentRecord
from consentkit.ledger.store import Store

from .conftest import MOMENT, NOTICE, Run, add, settings_of


def test_export_csv(run: Run, site: Path) -> None:
    """A spreadsheet of all entries comes on stdout, and a word about it on stderr."""
    result = run("export", "--data", site)
    rows = list(csv.DictReader(io.StringIO(result.stdout, newline="")))
    assert [row["number"] for row in rows] == ["2", "3", "4"]
    assert result.stderr == "3 choices in 5 entries of shop.example/consent-log\n"


def test_export_jsonl(run: Run, site: Path) -> None:
    """A program gets one object a line."""
    lines = run("export", "--data", site, "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["number"] for line in lines] == [2, 3, 4]


def test_export_runs_nothing(run: Run, site: Path) -> None:
    """What a page's route brought into the ledger is text in a spreadsheet."""
    add(site, 1, route="=HYPERLINK(1)")
    assert "'=HYPERLINK(1)" in run("export", "--data", site).stdout


def test_export_to_a_file(run: Run, site: Path, tmp_path: Path) -> None:
    """A file is written whole, beside nothing else, and the same as on stdout."""
    out = tmp_path / "out"
    out.mkdir()
    result = run("export", "--data", site, "-o", out / "rows.csv")
    assert result.stdout == ""
    assert [path.name for path in out.iterdir()] == ["rows.csv"]
    assert (out / "rows.csv").read_bytes() == run("export", "--data", site).stdout_bytes


def test_export_to_nowhere(run: Run, site: Path) -> None:
    """A folder that is not there is named, without a traceback."""
    assert "nowhere" in run("export", "--data", site, "-o", "nowhere/x", code=2).stderr


def test_a_failed_export_leaves_the_old_one(run: Run, site: Path, tmp_path: Path) -> None:
    """An export that cannot be finished does not destroy the last one."""
    path = tmp_path / "rows.csv"
    path.write_text("the last one")
    (site / "ledger.db").unlink()
    run("export", "--data", site, "-o", path, code=2)
    assert path.read_text() == "the last one"


def test_a_reader_that_has_seen_enough(site: Path) -> None:
    """`consentkit export | head` ends quietly."""
    add(site, 20, route="/" + "x" * 20_000)
    export = f"-c 'from consentkit.cli import main; main()' export --data {site} --format jsonl"
    code = f"{sys.executable} {export} | head -n 1"
    result = subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=False)
    assert json.loads(result.stdout)["number"] == 2
    assert result.stderr == ""


def test_parquet(run: Run, site: Path, tmp_path: Path) -> None:
    """A program that reads tables gets the same rows, typed."""
    path = tmp_path / "rows.parquet"
    run("export", "--data", site, "--format", "parquet", "-o", path)
    assert [row["number"] for row in parquet.read_table(path).to_pylist()] == [2, 3, 4]


def test_27560(run: Run, site: Path) -> None:
    """An authority gets records in the structure of ISO/IEC TS 27560, and hears what the policy left unsaid."""
    result = run("export", "--data", site, "--format", "27560")
    records = json.loads(result.stdout)["@graph"]
    assert len(records) == 3
    assert all(record["dct:conformsTo"].endswith("record-eu-gdpr") for record in records)
    assert "controller.address" in result.stderr


def test_kantara(run: Run, site: Path) -> None:
    """A receipt a line, each with the log's key."""
    lines = run("export", "--data", site, "--format", "kantara", "-o", "-").stdout.splitlines()
    assert [json.loads(line)["version"] for line in lines] == ["KI-CR-v1.1.0"] * 3


def test_selected(run: Run, site: Path) -> None:
    """Only what was asked for goes out; a moment is in UTC, and its day begins it."""

    def numbers(*options: str) -> list[int]:
        lines = run("export", "--data", site, "--format", "jsonl", *options).stdout.splitlines()
        return [json.loads(line)["number"] for line in lines]

    (first, *_) = [json.loads(line) for line in run("export", "--data", site, "--format", "jsonl").stdout.splitlines()]
    day = first["time"][:10]
    assert numbers("--since", day) == [2, 3, 4]
    assert numbers("--until", day) == []
    assert numbers("--visitor", first["visitor"]) == [2, 3, 4]
    assert numbers("--visitor", "00" * 16) == []
    assert numbers("--category", "marketing", "--vendor", "nobody") == []


def test_part_of_a_bundle(run: Run, site: Path, tmp_path: Path) -> None:
    """A bundle of some entries shows those, proves them as the whole would be, and says what it withholds."""
    path, key = tmp_path / "part.bundle", run("ledger", "vkey", "--data", site).stdout.strip()
    run("export", "--data", site, "--format", "bundle", "--visitor", "cd" * 16, "-o", path)
    assert "ab" * 16 not in path.read_text(encoding="utf-8")
    said = run("verify", path, "--vkey", key).stderr
    assert "5 entries, 3 of them withheld" in said
    assert f"Asked was: visitor {'cd' * 16}." in said
    assert "of those withheld only that they are there" in said


def test_selected_is_counted(run: Run, site: Path) -> None:
    """Who asks for a part hears how large it is; days the wrong way round are a wrong use, and no empty file."""
    for form in ("csv", "bundle"):
        said = run("export", "--data", site, "--format", form, "--visitor", "cd" * 16).stderr
        assert said == "0 choices in 5 entries of shop.example/consent-log\n"
    wrong = run("export", "--data", site, "--since", "2026-11-02", "--until", "2026-11-01", code=2)
    assert "--since is not before --until" in wrong.stderr


def test_another_site(run: Run, site: Path, tmp_path: Path) -> None:
    """Where sites share a database the rows of each can be had by its id; what bears a site's name cannot."""
    settings = settings_of(site)
    blog = Ledger(Store(settings.database, "blog"), settings.signer, tmp_path)
    entry = next(iter(open_ledger(settings).store.entries(2, 3)))
    values = {name: value for name, value in json.loads(entry.record or b"").items() if name != "v"}
    blog.append(ConsentRecord(**values | {"site": "blog", "visitor": "cd" * 16}), MOMENT, [NOTICE])
    blog.close()
    rows = run("export", "--data", site, "--site", "blog")
    assert [(row["site"], row["visitor"]) for row in csv.DictReader(io.StringIO(rows.stdout))] == [("blog", "cd" * 16)]
    assert rows.stderr == "1 choice in 2 entries of blog\n"
    assert "cd" * 16 not in run("export", "--data", site, "--site", "shop").stdout
    assert "There are blog, shop" in run("export", "--data", site, "--site", "ship", code=2).stderr
    for form in ("27560", "kantara", "bundle"):
        wrong = run("export", "--data", site, "--site", "blog", "--format", form, code=2)
        assert "Give that site's settings" in wrong.stderr


def test_bundle_in_a_language(run: Run, site: Path, tmp_path: Path) -> None:
    """An authority reads a bundle's summary in its own language, and the bundle proves the same."""
    path, key = tmp_path / "own.bundle", run("ledger", "vkey", "--data", site).stdout.strip()
    run("export", "--data", site, "--format", "bundle", "--language", "de", "-o", path)
    run("verify", path, "--vkey", key, "--unpack", tmp_path / "parts")
    assert "<h1>Nachweis der Einwilligung</h1>" in (tmp_path / "parts/summary.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("option", [("--visitor", "everybody"), ("--vendor", "a b"), ("--vendor", "")])
def test_selected_by_nothing_that_is(run: Run, site: Path, option: tuple[str, str]) -> None:
    """What nothing can be called is a wrong use, and no export of everything."""
    assert "hexadecimal digits" in run("export", "--data", site, *option, code=2).stderr


def test_verifier(run: Run, tmp_path: Path) -> None:
    """The page that checks a bundle comes as one file, which may load nothing."""
    path = tmp_path / "verify.html"
    run("verifier", "-o", path)
    page = path.read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert "src=" not in page
