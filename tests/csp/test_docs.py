"""The page about it, held to what the code does."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import get_args

from consentkit.guard.csp import REPORTING
from consentkit.ledger.hosts import KEPT_DAYS
from consentkit.policy import parse_policy
from consentkit.policy.checks import LONGEST_CSP
from consentkit.policy.model import CspDirective
from consentkit.sightings.hosts import _SAMPLE

PAGE = (Path(__file__).parents[2] / "docs" / "csp.md").read_text(encoding="utf-8")


def test_the_example() -> None:
    """The example is a policy that loads."""
    (block,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    policy = parse_policy(tomllib.loads(block), "docs")
    assert policy.csp.mode == "learn"
    assert all(f"`{directive}`" in PAGE for directive in get_args(CspDirective))


def test_the_figures() -> None:
    """What the page says of limits is what they are."""
    assert f"{LONGEST_CSP:,} bytes" in PAGE
    assert KEPT_DAYS == 30
    assert "last 30 days" in PAGE
    assert REPORTING == 16
    assert "One page in sixteen" in PAGE
    assert _SAMPLE == 10
    assert "one page in ten seconds" in PAGE
