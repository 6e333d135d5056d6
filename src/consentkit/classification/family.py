"""The family a cookie belongs to: names that differ only in an id, and are declared in one line.

Knows names and the catalogue; not which of them were seen.
"""

from __future__ import annotations

import re

from consentkit.catalog import find_cookie

# An id behind a name that says something: digits, hexadecimal, or letters and digits mixed.
_ID = re.compile(
    r"(?P<stem>[^A-Za-z]*[A-Za-z].*?[-_.:])"
    r"(?:[0-9]+|[0-9a-f]{8,}|[0-9A-F]{8,}|(?=[A-Za-z]*[0-9]+[A-Za-z])[A-Za-z0-9]{8,}"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
)


def family_of(name: str) -> str:
    """A name as a policy may declare it: with a star for what differs from visitor to visitor, or as it is."""
    known = find_cookie(name)
    if known is not None:
        stem, star, _ = known.name.partition("*")
        return stem + "*" if star and name.startswith(stem) else name
    match = _ID.fullmatch(name)
    return match["stem"] + "*" if match else name
