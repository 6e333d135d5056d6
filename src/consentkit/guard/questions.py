"""What a walk through a document asks of whoever makes it: the tags it meets, in order.

Knows the shape of tags; not how they are found, nor what for.
"""

from __future__ import annotations

from abc import abstractmethod

from consentkit.guard.pieces import Pieces
from consentkit.guard.tokens import Attribute


class Questions(Pieces):
    """Answered by the subclass of `Walk` that does something with the tags."""

    glanced: frozenset[bytes] = frozenset()
    """Names of tags that open nothing we follow, and that are asked about by `glance` first."""

    @abstractmethod
    def wants(self, name: bytes) -> bool:
        """Are the attributes of such start tags to be read, and `start_tag` to be called?"""

    @abstractmethod
    def glance(self, name: bytes, name_end: int, after: int) -> bool:
        """May this tag be passed over, for what its bytes show at a glance?"""

    @abstractmethod
    def start_tag(self, name: bytes, attrs: list[Attribute], start: int, after: int, is_html: bool) -> bool:
        """A start tag stands at [start, after). False: it cannot be decided before more bytes have come."""

    @abstractmethod
    def long_tag(self, name: bytes, attrs: list[Attribute], name_end: int) -> None:
        """A start tag longer than the limit: the attributes seen within it."""

    @abstractmethod
    def late_attribute(self, attr: Attribute) -> None:
        """One more attribute of that tag."""

    @abstractmethod
    def opened(self, name: bytes, attrs: list[Attribute], after: int) -> None:
        """An HTML element was opened by a tag ending at `after`."""

    @abstractmethod
    def end_tag(self, name: bytes, start: int) -> None:
        """An HTML end tag begins at `start`."""

    @abstractmethod
    def doctype(self) -> None:
        """A doctype was read."""
