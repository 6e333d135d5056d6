"""Our stylesheets and our script under names that change with their content, so that they may be kept for ever.

Knows files of this package only; not pages, not URLs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".json": "application/json"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served. `name` is the first 16 hex digits of its SHA-256, and the name it has in the source."""

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
            found[file.name] = asset_of(file.name, lean(data) if suffix == ".css" else data)
    own = found["second.css"].data
    found["second.css"] = asset_of("second.css", own + _nested(found["page.css"].data, b".ck-second.ck-second"))
    return found


def lean(css: bytes) -> bytes:
    """A style sheet without its comments, line breaks and idle spaces: those are for who reads the source."""
    return re.sub(rb"/\*.*?\*/|\n\s*|(?<=[:,>]) | (?=[{>])", b"", css, flags=re.S)


def _nested(css: bytes, place: bytes) -> bytes:
    """The same style sheet for one place of a page: its root is the root of the sheet (CSS Nesting 1, §3)."""
    return place + b"{" + css.replace(b":root", b"&") + b"}"


def asset_of(name: str, data: bytes) -> Asset:
    """A file of that name in the source, with this content."""
    return Asset(f"{hashlib.sha256(data).hexdigest()[:16]}.{name}", TYPES[name[name.rfind(".") :]], data)


def asset_for(served_name: str) -> Asset | None:
    """The file to serve under a name; one of another version, as an older page in a cache asks for it, is today's."""
    edition, _, name = served_name.partition(".")
    return assets().get(name) if re.fullmatch("[0-9a-f]{16}", edition) else None
