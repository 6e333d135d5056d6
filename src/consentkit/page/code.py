"""The code that shows the notice: our stylesheets, scripts and templates, by their SHA-256.

Knows files of this package only. A notice names the list that showed it, and the list is an entry of the ledger: so a
site can show later which code its visitors met, also after an update (CNIL, délibération 2020-092).
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from consentkit import __version__, canonical


class Code(NamedTuple):
    """The list in its one spelling, and the SHA-256 (hex) of that."""

    data: bytes
    hash: str


@cache
def served_code() -> Code:
    """What this version serves."""
    found = {
        f"{folder}/{file.name}": hashlib.sha256(file.read_bytes()).hexdigest()
        for folder in ("static", "templates")
        for file in files("consentkit.page").joinpath(folder).iterdir()
        if file.name.endswith((".css", ".html", ".js"))
    }
    data = canonical.encode({"files": found, "release": __version__, "v": 1})
    return Code(data, hashlib.sha256(data).hexdigest())
