"""HTML rendered once, with holes for the few words that differ from page to page.

Knows text only; not which template, nor what fills the holes. The words that go in are escaped here, as the template
would have done: a banner costs a join instead of a rendering.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

from markupsafe import escape

_SIZE = 16


class Mould:
    """`render` is called once, with a mark for each of the `holes`; `fill` then gives what it would give for values."""

    def __init__(self, render: Callable[..., str], *holes: str) -> None:
        # Random marks: whatever a policy says, none of its words is one of them.
        marks = {secrets.token_hex(_SIZE): name for name in holes}
        html = render(**{name: mark for mark, name in marks.items()})
        pieces = re.split(f"({'|'.join(marks)})", html)
        self._fixed = [piece.encode() for piece in pieces[::2]]
        self._holes = [marks[mark] for mark in pieces[1::2]]

    def fill(self, **values: str) -> bytes:
        """The HTML with these values in its holes, in UTF-8."""
        written = {name: escape(value).encode() for name, value in values.items()}
        parts = [self._fixed[0]]
        for name, fixed in zip(self._holes, self._fixed[1:], strict=True):
            parts += written[name], fixed
        return b"".join(parts)


def in_ascii(markup: bytes) -> bytes:
    """The same for a page whose encoding nobody has told: what is beyond ASCII as character references."""
    return markup if markup.isascii() else markup.decode().encode("ascii", "xmlcharrefreplace")
