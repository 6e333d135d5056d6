"""Writes docs/sites.md: each promise of the five example sites, how it is kept, and the test that fails if it is not.

    python scripts/sites.py            writes it
    python scripts/sites.py --check    compares instead; exit code 1 where they differ

Reads the tests as text, and runs none: a promise is the docstring of a test that is decorated with its id, and what is
out of scope stands in the file's table of that name. Knows nothing of the sites themselves.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests" / "sites"
DOCUMENT = ROOT / "docs" / "sites.md"
SITES = ("bigeno", "belimon", "bigstep", "learn-and-go", "selligent")
KINDS = ("enforced", "displayed")
HEAD = """# Five real organisations

What five published privacy policies promise, and how a site under consentkit keeps it. Each is an example:
`examples/sites/NAME.toml` is a whole policy, and `consentkit demo --site NAME` opens a site in the guise of that
organisation. **None of them is affiliated; as of the policy's date.** The words are ours; hosts, contacts, cookies and
vendors are examples. No vendor is asked by the demo: a stand-in on your machine records what each would have got.

- **enforced** – the server makes it true, and the test named fails where it does not.
- **displayed** – visitors are told, and the test fails where they are not; what others then do is not ours to see.
- **out of scope** – for people, or for other software, to keep.

This page is made from the tests by `python scripts/sites.py`.
"""


class Promise(NamedTuple):
    """One row."""

    ident: str
    words: str
    kind: str
    test: str

    @property
    def site(self) -> str:
        return self.ident.rpartition("-")[0]

    @property
    def number(self) -> int:
        return int(self.ident.rpartition("-")[2])


def promises() -> dict[str, list[Promise]]:
    """Site by site all that is promised, in the order of the ids. Raises ValueError where ids do not run from 1 on."""
    found = [promise for path in sorted(TESTS.glob("test_*.py")) for promise in _read(path)]
    kept: dict[str, list[Promise]] = {site: [] for site in SITES}
    for promise in sorted(found, key=lambda promise: promise.number):
        kept[promise.site].append(promise)
    for site, rows in kept.items():
        if [row.number for row in rows] != list(range(1, len(rows) + 1)):
            raise ValueError(f"{site}: the ids are {', '.join(row.ident for row in rows)}")
    return kept


def _read(path: Path) -> Iterator[Promise]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    yield from _tested(tree, path.name)
    yield from _out_of_scope(tree)


def _tested(tree: ast.Module, name: str) -> Iterator[Promise]:
    for node in tree.body:
        for decorator in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
            match decorator:
                case ast.Call(func=ast.Name(id=kind), args=[ast.Constant(value=str(ident))]) if kind in KINDS:
                    assert isinstance(node, ast.FunctionDef)
                    yield Promise(ident, ast.get_docstring(node) or "", kind, f"`{name}::{node.name}`")


def _out_of_scope(tree: ast.Module) -> Iterator[Promise]:
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="OUT_OF_SCOPE")], value=table):
                for ident, words in ast.literal_eval(table).items():
                    yield Promise(ident, words, "out of scope", "–")


def document() -> str:
    """The whole page."""
    parts = [HEAD]
    for site, kept in promises().items():
        rows = [f"| {p.ident} | {' '.join(p.words.split())} | {p.kind} | {p.test} |" for p in kept]
        title = f"## [{site}](../examples/sites/{site}.toml)"
        parts.append("\n".join([title, "", "| id | promise | kind | test |", "|---|---|---|---|", *rows, ""]))
    return "\n".join(parts)


def main(arguments: list[str]) -> int:
    written = document()
    if "--check" in arguments:
        same = DOCUMENT.exists() and DOCUMENT.read_text(encoding="utf-8") == written
        if not same:
            print("docs/sites.md is out of date: run python scripts/sites.py", file=sys.stderr)
        return 0 if same else 1
    DOCUMENT.write_text(written, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
