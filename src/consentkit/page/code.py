"""The code that shows the notice: our stylesheets, scripts and templates, by their SHA-256.

Knows files of this package and of a theme. A notice names the list that showed it, and the list is an entry of the
ledger: so a site can show later which code its visitors met, also after an update (CNIL, délibération 2020-092).
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from consentkit import __version__, canonical
from consentkit.page.sheets import sheets
from consentkit.page.templating import own_templates
from consentkit.policy.theme import Theme


class Code(NamedTuple):
    """The list in its one spelling, and the SHA-256 (hex) of that."""

    data: bytes
    hash: str


@lru_cache(32)
def served_code(theme: Theme) -> Code:
    """What this version serves to a site of this theme: our files, the site's templates, the sheets made of both."""
    found = {
        f"{folder}/{file.name}": file.read_bytes()
        for folder in ("static", "templates")
        for file in files("consentkit.page").joinpath(folder).iterdir()
        if file.name.endswith((".css", ".html", ".js"))
    }
    found |= {f"own/{name}": text.encode() for name, text in own_templates(theme.templates).items()}
    found |= {f"sheets/{name}": sheet.data for name, sheet in sheets(theme).items()}
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in found.items()}
    data = canonical.encode({"files": hashes, "release": __version__, "v": 1})
    return Code(data, hashlib.sha256(data).hexdigest())
