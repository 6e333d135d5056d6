"""The documents as they are followed: each named block becomes that file, and what comes of it is tried."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from consentkit.demo.site import HERE

DOCS = Path(__file__).parents[1] / "docs"
PAGES = [*sorted((DOCS / "integrations").glob("*.md")), DOCS / "testing.md"]
_BLOCK = re.compile(r"^```(\w+)\n(?:# |<!-- )([\w/]+\.\w+)(?: -->)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LONGEST = 22

# What must be true of every app in the documents: it asks, it holds, it lets go, and it leaks nothing.
TRY = """
import os, sys, warnings
sys.path.insert(0, "")
name = sys.argv[1]
if name == "settings":
    os.environ["DJANGO_SETTINGS_MODULE"] = name
    from django.core.handlers.wsgi import WSGIHandler
    from django.core.management import call_command
    import django; django.setup(); call_command("check", fail_level="WARNING")
    app = WSGIHandler()
else:
    app = __import__(name).app
from consentkit.testing import assert_clean, visitor
asked, accepted = visitor(app).get("/").text, visitor(app, "all").get("/").text
assert asked.count("accept_all") == 1 and "accept_all" not in accepted
assert accepted.count("/_privacy/preferences") == 1
held = 'type="text/plain"'
assert asked.count(held) == asked.count("googletagmanager") and held not in accepted
assert_clean(app, None if hasattr(app, "routes") or hasattr(app, "url_map") or name == "settings" else ["/"])
page = visitor(app, "all").get("/recommendations")
assert page.status_code == 404 or name.endswith("gi_app") or "chosen for you" in page.text
"""


def blocks(page: Path) -> dict[str, str]:
    return {name: text for _, name, text in _BLOCK.findall(page.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_blocks(page: Path) -> None:
    """Every example has the name of the file it is, and is short enough to be read."""
    text = page.read_text(encoding="utf-8")
    found = blocks(page)
    assert len(found) == len(re.findall(r"^```(?:python|html)$", text, re.MULTILINE)) > 0
    assert all(len(block.splitlines()) <= LONGEST for block in found.values())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_followed(page: Path, tmp_path: Path) -> None:
    """Whoever copies the examples of a page has a site that asks, holds and lets go."""
    (tmp_path / "consent.toml").write_bytes((HERE / "consent.toml").read_bytes())
    found = blocks(page)
    for name, text in found.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    apps = [[sys.executable, "-c", TRY, name[:-3]] for name in found if name.endswith(("app.py", "settings.py"))]
    tests = [name for name in found if name.startswith("test_")]
    if tests:
        apps.append([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests])
    assert apps
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("CONSENTKIT", "DJANGO"))}
    for command in apps:
        done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
