"""docs/languages.md as it is followed, and the catalogues as they are made."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

from consentkit.policy import load_policy
from consentkit.texts import languages, texts

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "languages.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```toml\n(.*?)^```$", DOCUMENT, re.M | re.S)


def test_the_examples_are_policies() -> None:
    """Whoever copies an example of the document has a policy that loads, and is followed."""
    limited, own = (load_policy(tomllib.loads(block)) for block in BLOCKS)
    assert limited.first_language == "fr"
    assert texts("fr", own.texts).say("body.kept", duration="x") == "Conservation : x au plus."
    assert texts("en", own.texts).count("vendors", 3) == "3 partners"
    assert texts("en", own.texts)["heading.opt_in"] == "May we?"


def test_the_list_is_what_is_offered() -> None:
    """The document lists every language that a visitor can be addressed in, and whether it was reviewed."""
    assert re.findall(r"^\| `([\w-]+)` \|.*\| (?:yes|no|the original) \|$", DOCUMENT, re.M) == [*languages()]


def test_what_is_generated_is_up_to_date() -> None:
    """What visitors are served is made of the catalogues that translators wrote, and of nothing else."""
    if find_spec("babel") is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("Babel is not here: nothing is built again")
    script = ROOT / "scripts" / "texts.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
