"""What a ledger costs as it grows: flat memory, and proofs that hardly know how long the log is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import bench_scale

SCRIPT = Path(bench_scale.__file__)
# Beside what the interpreter and its libraries take; a page of entries, a few tiles.
ROOM_MB = 12


def test_measures(tmp_path: Path) -> None:
    """Whoever doubts our figures can take their own: every measure works, and checks what it measures."""
    for name, measure in bench_scale.MEASURES.items():
        figures = measure(bench_scale.Place(tmp_path, ""), bench_scale.SMALLEST)
        assert figures, name
        assert all(value > 0 for value in figures.values()), name


@pytest.mark.skipif(not os.environ.get("CONSENTKIT_TEST_MATRIX"), reason="takes long: CONSENTKIT_TEST_MATRIX=1")
def test_a_hundred_times_as_many(tmp_path: Path) -> None:
    """A hundred thousand entries are appended, proved, exported and verified in the memory that a thousand take."""
    largest = 100 * bench_scale.SMALLEST
    subprocess.run([sys.executable, SCRIPT, tmp_path, "--to", str(largest)], check=True, stdout=subprocess.DEVNULL)
    lines = (tmp_path / bench_scale.RESULTS).read_text(encoding="ascii").splitlines()
    found = {(each["measure"], each["size"]): each for each in map(json.loads, lines)}
    for name in bench_scale.MEASURES:
        few, many = (found[name, size] for size in (bench_scale.SMALLEST, largest))
        assert many["rss_mb"] < few["rss_mb"] + ROOM_MB, name
    for size in (bench_scale.SMALLEST, largest):
        assert found["proof", size]["proof_latest_ms"] < found["proof", size]["proof_anywhere_ms"]
