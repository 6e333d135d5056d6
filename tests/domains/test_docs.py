"""The documents' policies load, and say what the documents say they do."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from consentkit.policy import parse_policy
from consentkit.policy.imports import COOKIES

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", ["domains.md", "migration.md"])
def test_policies_load(name: str) -> None:
    """Whoever copies a policy out of the documents has one that loads."""
    text = (DOCS / name).read_text(encoding="utf-8")
    blocks = re.findall(r"^```toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert blocks
    for block in blocks:
        parse_policy(tomllib.loads(block), name)


def test_all_tools_are_told_of() -> None:
    """Each tool that a rule can name is in the document, with the cookie that is read."""
    text = (DOCS / "migration.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| `([\w-]+)` \|", text, re.MULTILINE))
    assert rows == {tool: names[0] for tool, names in COOKIES.items()}
