"""docs/law.md says what the tables say, and its examples are policies."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from consentkit.law.regime import rules_for
from consentkit.policy import parse_policy

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "law.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```toml\n(.*?)^```$", TEXT, re.S | re.M)


def test_it_says_what_the_tables_say() -> None:
    """An owner who reads the page reads the rules that are applied."""
    command = [sys.executable, ROOT / "scripts" / "law.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("example", EXAMPLES)
def test_its_examples_are_policies(example: str) -> None:
    """Whoever copies an example has a policy that loads."""
    parse_policy(tomllib.loads(example), "docs/law.md")


def test_its_examples_do_what_it_says() -> None:
    """The example of one's own word is followed, and that of an exemption exempts what it marks, and nowhere else."""
    own, exempt = (parse_policy(tomllib.loads(EXAMPLES[number]), "docs/law.md") for number in (1, 2))
    assert (rules_for(own, "AU").regime, rules_for(own, "AU").memory_days, rules_for(own, "AU").gpc) == (
        "opt_out",
        360,
        True,
    )
    assert [rules_for(exempt, place).exempt for place in ("FR", "GB", "DE")] == [{"matomo"}, {"matomo"}, frozenset()]
