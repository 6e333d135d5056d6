"""A site owner's own lists of vendors, beside the catalogue: `catalog = ["mine.toml"]` in the policy.

Knows files; what they say is read by `vendors`. A list goes before the catalogue, and behind what the policy declares.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

from consentkit.catalog.cookies import Row, listed_cookie
from consentkit.catalog.vendors import VendorHost, parse_vendors
from consentkit.errors import ConfigError, Problem

_REMEDY = "Mend the list, or take it out of `catalog`; docs/classification.md shows the form."


def read_lists(paths: Iterable[str]) -> tuple[list[Row], list[tuple[VendorHost, str]]]:
    """The cookies and hosts of these files, each host with its file's name. Raises ConfigError with every problem."""
    cookies: list[Row] = []
    hosts: list[tuple[VendorHost, str]] = []
    problems = []
    for index, path in enumerate(map(Path, paths)):
        try:
            vendors = parse_vendors(tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            problems.append(Problem("consentkit.E043", f"catalog[{index}]", f"{error}.", _REMEDY, str(path)))
            continue
        cookies += [listed_cookie(cookie, path.name) for cookie in vendors.cookies]
        hosts += [(host, path.name) for host in vendors.hosts]
    if problems:
        raise ConfigError("catalog", problems)
    return cookies, hosts
