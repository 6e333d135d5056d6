"""Our stylesheets and our script under names that change with their content, so that they may be kept for ever.

Knows files of this package only; not pages, not URLs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served. `name` is the first 16 hex digits of its SHA-256, and its suffix."""

    name: str
    content_type: str
    data: bytes


@cache
def assets() -> Mapping[str, Asset]:
    """The files by the names they have in the source."""
    found = {}
    for file in files("consentkit.page").joinpath("static").iterdir():
        suffix = file.name[file.name.rfind(".") :]
        if suffix in TYPES:
            data = file.read_bytes()
            found[file.name] = Asset(hashlib.sha256(data).hexdigest()[:16] + suffix, TYPES[suffix], data)
    return found


@cache
def by_served_name() -> Mapping[str, Asset]:
    """The files by the names they are served under."""
    return {asset.name: asset for asset in assets().values()}
