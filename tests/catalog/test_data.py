"""The tables themselves: what must hold for every row."""

from __future__ import annotations

import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

import consentkit.catalog
from consentkit.catalog import find_cookie, find_tracker
from consentkit.catalog.cookies import read_cookies
from consentkit.catalog.table import read_table

DATA = Path(consentkit.catalog.__file__).parent / "data"
SOURCES = {"consentkit", "c15t", "tarteaucitron", "third-party-web", "whotracksme", "ocd"}
CATEGORIES = {"essential", "functional", "analytics", "marketing"}
SUFFIXES = {
    "com",
    "co.uk",
    "com.au",
    "github.io",
    "cloudfront.net",
    "herokuapp.com",
    "appspot.com",
    "azurewebsites.net",
    "blogspot.com",
    "netlify.app",
    "vercel.app",
    "pages.dev",
    "s3.amazonaws.com",
    "web.app",
}


@pytest.mark.parametrize("name", ["cookies.tsv", "trackers.tsv"])
def test_sorted_and_unique(name: str) -> None:
    """A reviewer reads an update as a short difference: rows are sorted and none stands twice."""
    rows = [tuple(row) for row in read_table(name, 5)]
    lines = ["\t".join(row) for row in rows]
    assert lines == sorted(lines)
    keys = [row[:1] if name == "cookies.tsv" else row[:2] for row in rows]
    assert len(set(keys)) == len(keys)


def test_cookie_rows() -> None:
    """Every cookie row can be matched, is in a known category, and names its source."""
    for cookie in read_cookies("cookies.tsv"):
        assert re.fullmatch(r"[^\s;,\"*]+|[^\s;,\"*]{3,}\*[^\s;,\"*]*", cookie.name), cookie
        assert cookie.category in CATEGORIES
        assert cookie.vendor.strip() == cookie.vendor != ""
        assert re.fullmatch(r"|session|persistent|\d+ (second|minute|hour|day|month|year)s?", cookie.retention), cookie
        assert cookie.source in SOURCES
        assert cookie.purpose.endswith(".")


def test_hints_speak_for_no_stranger() -> None:
    """No cookie of a site counts as a vendor's for the first letter of its name."""
    for hint in read_cookies("hints.tsv"):
        assert not hint.vendor or "*" not in hint.name or len(hint.name.replace("*", "")) > 1, hint


def test_tracker_rows() -> None:
    """No tracker row speaks for a whole country, a hoster's customers, or an address."""
    for host, path, category, vendor, source in read_table("trackers.tsv", 5):
        assert re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+", host), host
        assert not re.fullmatch(r"[\d.]+", host), host
        assert host not in SUFFIXES
        assert source in SOURCES | {""}
        if path.startswith("="):
            assert find_tracker(path[1:], "/recaptcha/api.js") == find_tracker(host, "/recaptcha/api.js")
        else:
            assert path.startswith("/")
            assert category in CATEGORIES | {"-"}
            assert vendor.strip() == vendor != ""


def test_every_row_is_reachable() -> None:
    """No row is dead weight: asking for exactly what it lists finds it."""
    for host, path, category, _, _ in read_table("trackers.tsv", 5):
        if path.startswith("/"):
            found = find_tracker(host, path)
            assert (found.category if found else "-") == category, (host, path)
    for row in read_table("cookies.tsv", 5):
        name, _, domain = row[0].partition("@")
        assert find_cookie(name, domain) is not None


def test_size() -> None:
    """A site owner installs less than 400 KB of data, as the wheel packs it; what is learned is part of it."""
    assert sum(len(zlib.compress(path.read_bytes())) for path in DATA.iterdir()) < 400_000


def test_nothing_is_read_before_it_is_needed() -> None:
    """An app that imports the catalogue and never asks it pays nothing for its tables."""
    code = (
        "import sys; opened = []\n"
        "sys.addaudithook(lambda event, args: event == 'open' and opened.append(str(args[0])))\n"
        "import consentkit.catalog as c\n"
        "assert not [p for p in opened if p.endswith('.tsv')], opened\n"
        "c.find_tracker('example.org'); c.find_cookie('x')\n"
        "assert len([p for p in opened if p.endswith('.tsv')]) == 2, opened\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_broken_table_is_not_half_read() -> None:
    """A damaged installation is reported as such instead of losing rows silently."""
    with pytest.raises(ValueError, match="6 fields expected"):
        read_table("cookies.tsv", 6)
