"""Pages rewritten before: the same body, judged for the same terms, is not read again.

Knows bytes and keys; not what is done to a page. What goes anew into every copy (a banner with its token, what is
offered in a held frame) leaves a hole in what is kept, so no visitor gets another's.
"""

from __future__ import annotations

import re
import secrets
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from threading import Lock

from consentkit.guard.fetching import Embed

Frame = tuple[str, dict[bytes, bytes]]
"""What `Embed` is asked about: a label, and the attributes of a held frame."""

_ROOM = 2**23  # bytes, of bodies and of what became of them
_LONGEST = 2**18

# Random: no page can contain one by accident or by design.
HOLES = {name: f"<ck-{name}-{secrets.token_hex(16)}>".encode() for name in ("insert", "lead", "embed")}
_NAMES = {mark: name for name, mark in HOLES.items()}
_SPLIT = re.compile(b"(" + b"|".join(HOLES.values()) + b")")

Pieces = Sequence[bytes | str | Frame]
"""A page in pieces: its bytes, and for each hole a name, or the frame that is to be filled."""


class Rewritings:
    """For all requests of a process; safe to share between threads."""

    def __init__(self, room: int = _ROOM) -> None:
        self._left = room
        self._known: OrderedDict[tuple[Hashable, bytes], Pieces] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Hashable, body: bytes) -> Pieces | None:
        """What became of this body under this key."""
        return self._known.get((key, body))

    def keep(self, key: Hashable, body: bytes, rewritten: Pieces) -> None:
        """Remember it; the oldest are forgotten for it."""
        if len(body) > _LONGEST:
            return
        with self._lock:
            if (key, body) in self._known:
                return
            self._known[key, body] = rewritten
            self._left -= _size(body, rewritten)
            while self._left < 0:
                (_, oldest), pieces = self._known.popitem(last=False)
                self._left += _size(oldest, pieces)


def cut(rewritten: bytes, frames: Iterable[Frame] = ()) -> Pieces:
    """A page rewritten with HOLES in the place of what is ours; `frames` are those that were asked about, in order."""
    asked = iter(frames)
    pieces: list[bytes | str | Frame] = []
    for at, piece in enumerate(_SPLIT.split(rewritten)):
        name = _NAMES[piece] if at % 2 else ""
        pieces.append(piece if not name else next(asked) if name == "embed" else name)
    return pieces


def fill(pieces: Pieces, ours: Mapping[str, bytes], embed: Embed | None = None) -> bytes:
    """The page, with ours in its holes."""
    page: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, bytes):
            page.append(piece)
        elif isinstance(piece, str):
            page.append(ours[piece])
        elif embed:
            page.append(embed(*piece))
    return b"".join(page)


def _size(body: bytes, pieces: Pieces) -> int:
    return len(body) + sum(len(piece) for piece in pieces if isinstance(piece, bytes))
