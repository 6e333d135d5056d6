"""The table of vectors: which ways to a third party there are, and what becomes of each.

Knows index.csv and the files it names; not browsers. A cell says "held", "leaks", or "n/a" where a page without us asks
nobody either.
"""

from __future__ import annotations

import csv
from itertools import product
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
RENDERINGS = ("personal", "shared")
MODES = ("off", "learn", "enforce")
SCRIPTING = ("js", "nojs")
CELLS = ["_".join(parts) for parts in product(RENDERINGS, MODES, SCRIPTING)]
# The same without the guard script: what the Content-Security-Policy stops alone.
ALONE = ["personal_csp_alone", "shared_csp_alone"]
COLUMNS = ["id", "noun", "file", "kind", "live", "bytes", *CELLS, *ALONE, "shared_accepted", "note"]


class Vector(NamedTuple):
    """One way. `live` says with which scripting a page without us asks; `touched`, whether the server holds it."""

    id: str
    noun: str
    file: str
    kind: str
    live: str
    touched: str
    cells: dict[str, str]
    note: str

    @property
    def path(self) -> Path:
        return HERE / self.file

    @property
    def source(self) -> bytes:
        return self.path.read_bytes()

    @property
    def is_dynamic(self) -> bool:
        return self.kind == "dynamic"

    @property
    def stores(self) -> bool:
        return self.id.startswith("store-")

    @property
    def is_lookup(self) -> bool:
        """Whether a name is looked up, and nobody connected to."""
        return "dns-prefetch" in self.id or self.id == "webtransport"

    @property
    def is_apart(self) -> bool:
        """Whether the site is asked by another way, and its being asked does not tell that the tracker would be."""
        return b"at.includes(location.host)" in self.source or b"importScripts" in self.source

    @property
    def needs_sight(self) -> bool:
        """Whether Chromium does it for the tab in front only."""
        text = self.source.lower()
        return b"speculation" in text or b"javascript:" in text

    def is_live(self, scripting: str) -> bool:
        return self.live in ("both", scripting)

    def applies(self, scripting: str) -> bool:
        """Whether there is anything to see: what scripts do needs scripts."""
        return scripting == "js" or not self.is_dynamic


class Answer(NamedTuple):
    """A page of the bare site."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def read_index(path: Path = HERE / "index.csv") -> list[Vector]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Vector(
                row["id"],
                row["noun"],
                row["file"],
                row["kind"],
                row["live"],
                row["bytes"],
                {name: row[name] for name in COLUMNS[6:-1]},
                row["note"],
            )
            for row in csv.DictReader(file)
        ]


def answer_of(vector: Vector) -> Answer:
    """What the bare site answers: the file's own headers and body, or a page that runs the file."""
    if vector.kind == "header":
        return _parse_response(vector.source)
    kind = b"text/html" if vector.id.startswith("charset-") else b"text/html; charset=utf-8"
    body = vector.source
    if vector.is_dynamic:
        body = (
            f"<!doctype html><title>{vector.id}</title><body>"
            f"<script src=/reach.js></script><script src=/{vector.id}.js></script>"
            f"<img src=/own/{vector.id}-last alt=''>"
        ).encode()
    return Answer(200, [(b"content-type", kind)], body)


def _parse_response(text: bytes) -> Answer:
    """Header lines, an empty line, and the body byte for byte."""
    head, body = (b"", text[1:]) if text.startswith(b"\n") else text.split(b"\n\n", 1)
    lines = [tuple(line.split(b": ", 1)) for line in head.split(b"\n") if line]
    headers = [(name.lower(), value) for name, value in lines]
    status = next((int(value) for name, value in headers if name == b"status"), 200)
    return Answer(status, [header for header in headers if header[0] != b"status"], body)
