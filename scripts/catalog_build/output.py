"""Generated files: compared with what is stored, or written.

Does not know what is in them. Every script that generates some takes the same words: none writes, --check compares and
exits with 1 where they differ.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "src" / "consentkit" / "catalog" / "data"
SHOWN = 20  # lines of difference a check prints per file


def generate(about: str, build: Callable[[], Mapping[str, str]], argv: Iterable[str], folder: Path) -> int:
    """Build the files (name -> text), say what differs from those in `folder`, and write them unless told to check."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--check", action="store_true", help="compare with what is stored, write nothing")
    options = parser.parse_args(list(argv))
    built = build()
    report = differences(built, folder)
    print("\n".join(report) or "nothing differs", file=sys.stderr)
    if options.check:
        return 1 if report else 0
    for name, text in built.items():
        (folder / name).write_text(text, encoding="utf-8")
    return 0


def differences(built: Mapping[str, str], folder: Path) -> list[str]:
    """What differs between `built` and the files in `folder`, as lines for a person; empty where nothing does."""
    report: list[str] = []
    for name, text in built.items():
        path = folder / name
        stored = path.read_text("utf-8") if path.exists() else ""
        if stored == text:
            continue
        changed = [
            line
            for line in difflib.unified_diff(stored.splitlines(), text.splitlines(), n=0, lineterm="")
            if line[0] in "+-" and not line.startswith(("+++", "---"))
        ]
        report.append(f"{name}: {len(changed)} lines differ")
        report += [f"  {line}" for line in changed[:SHOWN]]
    return report
