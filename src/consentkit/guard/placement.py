"""Where the one insertion goes: after the first body tag, at the end of a page without one, nowhere in a fragment.

Knows names of tags in the order they are met in markup; not the markup. The caller leaves out the tags inside
templates, pictures and noscript.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

Insertion = bytes | Callable[[], bytes]
"""What is put in: made beforehand, or when its place is met, and what the page says of itself is known."""


def written(piece: Insertion) -> bytes:
    """The bytes of an insertion."""
    return piece if isinstance(piece, bytes) else piece()


class _Kind(Enum):
    FRAGMENT = "neither doctype, html, head nor body yet"
    DOCUMENT = "a page whose body tag has not been met"
    PLACED = "done"
    FRAMES = "a frameset page: nothing outside its frames is shown"


class Placement:
    """Answers, for each tag, whether the insertion belongs beside it; says yes once."""

    __slots__ = ("_kind",)

    def __init__(self, wanted: bool, *, in_page: bool = False) -> None:
        self._kind = _Kind.PLACED if not wanted else _Kind.DOCUMENT if in_page else _Kind.FRAGMENT

    @property
    def settled(self) -> bool:
        return self._kind in (_Kind.PLACED, _Kind.FRAMES)

    @property
    def is_open(self) -> bool:
        """Is there a page, and no place found in it yet?"""
        return self._kind in (_Kind.DOCUMENT, _Kind.FRAMES)

    def doctype(self) -> None:
        if self._kind is _Kind.FRAGMENT:
            self._kind = _Kind.DOCUMENT

    def after_start(self, name: bytes) -> bool:
        """Does it go right after this start tag?"""
        if self.settled:
            return False
        if name == b"body":
            self._kind = _Kind.PLACED
            return True
        if name == b"frameset":
            self._kind = _Kind.FRAMES
        elif name in (b"html", b"head"):
            self._kind = _Kind.DOCUMENT
        return False

    def before_end(self, name: bytes) -> bool:
        """Does it go right before this end tag?"""
        return name in (b"body", b"html") and self.at_end()

    def at_end(self) -> bool:
        """Does it go here, the page being over?"""
        if self._kind is not _Kind.DOCUMENT:
            return False
        self._kind = _Kind.PLACED
        return True
