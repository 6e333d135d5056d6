"""What a walk through a document asks of whoever makes it: the tags it meets, in order.

Knows the shape of tags; not how they are found, nor what for.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from consentkit.guard.pieces import Pieces
from consentkit.guard.tokens import Attribute, Tag


class Questions(Pieces):
    """Answered by the subclass of `Walk` that does something with the tags."""

    @abstractmethod
    def places(self) -> Sequence[int] | None:
        """Where in the buffer something stands for which the tag around it has to be shown; None: anywhere."""

    @abstractmethod
    def wants(self, name: bytes, start: int, after: int) -> bool:
        """Are the attributes of the start tag at [start, after) to be read, and `start_tag` to be called?"""

    @abstractmethod
    def start_tag(self, tag: Tag) -> bool:
        """A start tag. False: it cannot be decided before more bytes have come."""

    @abstractmethod
    def long_tag(self, tag: Tag) -> None:
        """A start tag longer than the limit: the attributes seen within it."""

    @abstractmethod
    def late_attribute(self, attr: Attribute) -> None:
        """One more attribute of that tag."""

    @abstractmethod
    def style_text(self, start: int, stop: int, last: bool) -> int:
        """A window of a style sheet's raw text; unless it is the last one, where the next begins."""

    @abstractmethod
    def instruction(self, start: int, stop: int) -> None:
        """A processing instruction of XML."""

    @abstractmethod
    def opened(self, name: bytes, attrs: list[Attribute], after: int) -> None:
        """An HTML element was opened by a tag ending at `after`."""

    @abstractmethod
    def end_tag(self, name: bytes, start: int) -> None:
        """An HTML end tag begins at `start`."""

    @abstractmethod
    def end_tag_ahead(self, start: int) -> None:
        """An end tag that only a browser looking ahead would see; the tag around it may still be shown."""

    @abstractmethod
    def doctype(self) -> None:
        """A doctype was read."""
