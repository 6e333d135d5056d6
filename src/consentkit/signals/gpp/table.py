"""What the script in the page needs to know of GPP: each section a site may need, its fields, and its few strings.

Knows the tables; no visitor. A decision leaves few things to say – marketing or none, the browser's signal or not – so
all strings there can be are written here, and the script reads without knowing how to write.
"""

from __future__ import annotations

from itertools import product
from typing import Any

from consentkit.decision import ESSENTIAL_ONLY, Basis, Decision
from consentkit.policy import Category
from consentkit.signals.bits import Codec
from consentkit.signals.gpp.said import NATIONAL, Approach, section_said
from consentkit.signals.gpp.sections import SECTIONS
from consentkit.signals.gpp.text import format_gpp

_WORDS = {
    "granted": Decision(ESSENTIAL_ONLY | {Category.MARKETING.value}),
    "denied": Decision(),
    "minor": Decision(basis=Basis.MINOR),
}


def script_table(approach: Approach) -> dict[str, Any]:
    """The table that widget/src/gpp reads."""
    prefixes = [NATIONAL] if approach == "national" else list(SECTIONS)
    return {"none": format_gpp({}), "sections": {prefix: _row(prefix) for prefix in prefixes}}


def _row(prefix: str) -> dict[str, Any]:
    strings = {}
    for (word, decision), gpc in product(_WORDS.items(), (False, True)):
        said = Decision(decision.granted, basis=decision.basis, gpc=gpc)
        strings[f"{word} gpc" if gpc else word] = format_gpp({prefix: section_said(prefix, said)})
    segments = [" ".join(map(_field, table, table.values())) for table in SECTIONS[prefix].segments]
    return {"id": SECTIONS[prefix].id, "segments": segments, "strings": strings}


def _field(name: str, codec: Codec) -> str:
    if isinstance(codec.blank, tuple):
        return f"{name}*{len(codec.blank)}"
    width = len(codec.write(codec.blank))
    return name if width == 2 else f"{name}:{width}"
