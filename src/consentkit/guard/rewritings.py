"""Pages rewritten before: the same body, judged for the same terms, is not read again.

Knows bytes and keys; not what is done to a page. What goes anew into every copy (a banner with its token, what is
offered in a held frame) leaves a hole in what is kept, so no visitor gets another's.
"""

from __future__ import annotations

import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from threading import Lock
from typing import NamedTuple

from consentkit.guard.fetching import Embed
from consentkit.guard.placement import Insertion, written

Frame = tuple[str, dict[bytes, bytes]]
"""What `Embed` is asked about: a label, and the attributes of a held frame."""


class Spoken(NamedTuple):
    """The language that a page says it is in."""

    language: str


Piece = bytes | str | Frame | Spoken
_ROOM = 2**23  # bytes, of bodies and of what became of them
_LONGEST = 2**18
_SAMPLES = 64

# Random: no page can contain one by accident or by design.
HOLES = {name: f"<ck-{name}-{secrets.token_hex(16)}>".encode() for name in ("insert", "lead", "embed")}
_NAMES = {mark: name for name, mark in HOLES.items()}
_SPLIT = re.compile(b"(" + b"|".join(HOLES.values()) + b")")

Pieces = Sequence[Piece]
"""A page in pieces: its language, its bytes, and for each hole a name, or the frame that is to be filled."""


class Rewritings:
    """For all requests of a process; safe to share between threads."""

    def __init__(self, room: int = _ROOM) -> None:
        self._left = room
        self._known: OrderedDict[Hashable, tuple[bytes, Pieces]] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Hashable, body: bytes) -> Pieces | None:
        """What became of this body under this key."""
        known = self._known.get(_place(key, body))
        return known[1] if known is not None and known[0] == body else None

    def keep(self, key: Hashable, body: bytes, rewritten: Pieces) -> None:
        """Remember it; the oldest are forgotten for it."""
        if len(body) > _LONGEST:
            return
        place = _place(key, body)
        with self._lock:
            if known := self._known.pop(place, None):
                self._left += _size(*known)
            self._known[place] = body, rewritten
            self._left -= _size(body, rewritten)
            while self._left < 0:
                self._left += _size(*self._known.popitem(last=False)[1])


def cut(rewritten: bytes, frames: Iterable[Frame] = (), heard: Iterable[str] = ()) -> Pieces:
    """A page rewritten with HOLES in the place of what is ours; `frames` are those that were asked about, in order."""
    asked = iter(frames)
    pieces: list[Piece] = [*map(Spoken, heard)]
    for at, piece in enumerate(_SPLIT.split(rewritten)):
        name = _NAMES[piece] if at % 2 else ""
        pieces.append(piece if not name else next(asked) if name == "embed" else name)
    return pieces


def fill(
    pieces: Pieces,
    ours: Mapping[str, Insertion],
    embed: Embed | None = None,
    hear: Callable[[str], object] | None = None,
) -> bytes:
    """The page, with ours in its holes. Who fills them may first `hear` the page's language."""
    page: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, bytes):
            page.append(piece)
        elif isinstance(piece, str):
            page.append(written(ours[piece]))
        elif isinstance(piece, Spoken):
            if hear:
                hear(piece.language)
        elif embed:
            page.append(embed(*piece))
    return b"".join(page)


def _place(key: Hashable, body: bytes) -> Hashable:
    """Where a body is kept: told by a few of its bytes, since to hash all costs five times what comparing does.

    Bodies that differ between those bytes alone, as by a token, take one another's place.
    """
    return key, len(body), body[:: len(body) // _SAMPLES + 1]


_OVERHEAD = 600  # of what Python keeps of a page, beside its bytes


def _size(body: bytes, pieces: Pieces) -> int:
    return _OVERHEAD + len(body) + sum(len(piece) for piece in pieces if isinstance(piece, bytes))
