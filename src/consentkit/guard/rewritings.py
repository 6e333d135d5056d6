"""Pages rewritten before: the same body, judged for the same terms, is not read again.

Knows bytes and keys; not what is done to a page. What goes anew into every copy (a banner with its token) leaves a hole
in what is kept, so no visitor gets another's.
"""

from __future__ import annotations

import re
import secrets
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from threading import Lock

_ROOM = 2**23  # bytes, of bodies and of what became of them
_LONGEST = 2**18

# Random: no page can contain one by accident or by design.
HOLES = {name: f"<ck-{name}-{secrets.token_hex(16)}>".encode() for name in ("insert", "lead")}
_NAMES = {mark: name for name, mark in HOLES.items()}
_SPLIT = re.compile(b"(" + b"|".join(HOLES.values()) + b")")


class Rewritings:
    """For all requests of a process; safe to share between threads."""

    def __init__(self, room: int = _ROOM) -> None:
        self._left = room
        self._known: OrderedDict[tuple[Hashable, bytes], list[bytes]] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Hashable, body: bytes) -> list[bytes] | None:
        """What became of this body under this key: pieces of the page, every other one a hole."""
        return self._known.get((key, body))

    def keep(self, key: Hashable, body: bytes, rewritten: list[bytes]) -> None:
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


def cut(rewritten: bytes) -> list[bytes]:
    """A page rewritten with HOLES in the place of what is ours, as pieces."""
    return _SPLIT.split(rewritten)


def fill(pieces: list[bytes], ours: Mapping[str, bytes]) -> bytes:
    """The page, with ours in its holes."""
    return b"".join([ours[_NAMES[piece]] if at % 2 else piece for at, piece in enumerate(pieces)])


def _size(body: bytes, pieces: list[bytes]) -> int:
    return len(body) + sum(map(len, pieces))
