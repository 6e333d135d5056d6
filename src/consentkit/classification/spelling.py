"""How cookie names are written in published tables, and which names are meant. Knows signs only, no cookie.

A cell may hold several names, quotation marks, spaces at its ends, and a stand-in where an id differs from visitor to
visitor: "_ga_<container-id>", "_gat_UA-XXXX", "AMCV_###@AdobeOrg", "wp-settings-{user}", "_pk_id.*".
"""

from __future__ import annotations

import re

_LONGEST = 300
_MOST = 12
# A name is a token (RFC 6265 §4.1.1): none of these is in one.
_BETWEEN = re.compile(r"(?:[\s,;()]|<br ?/?>|\*\*)+")
_SPACED = re.compile(r"<(?!br ?/?>)[^<>]*>|\[[^\[\]]*\]|\{+[^{}]*\}+")
_STAND_IN = re.compile(r"%[A-Za-z_]+%|\$\w+|#+|(?<![A-Za-z])[xX]{2,}(?![A-Za-z])|…|\.{3,}|\*+")
_SAMPLE = "7"  # any id does
_AROUND = "\"'`´’‘“”„«»•·\u200b\ufeff"
_JOINING = frozenset(("and", "or", "und", "et", "y", "e", "en", "og", "och", "&", "/", "|", "+", "-", "–"))


def spellings(cell: str) -> list[str]:
    """The names that are meant; none where the cell is a name as it stands."""
    # Stand-ins first where they hold spaces: "_ga_<container id>".
    words = _BETWEEN.split(_SPACED.sub(_SAMPLE, cell[:_LONGEST]))
    parts = [_STAND_IN.sub(_SAMPLE, word.strip(_AROUND)) for word in words]
    names = [part for part in parts if part and part != _SAMPLE and part.lower() not in _JOINING]
    return [name for name in dict.fromkeys(names[:_MOST]) if name != cell]
