"""Words that only visitors speak of: believed once several networks have used them.

Knows a word and a network; keeps of a network nothing but one of 64 marks, under a key that dies with the process. A
visitor may write any word, so how many can be kept is bounded, and how many one network can bring is as well.
"""

from __future__ import annotations

import hashlib
import secrets

SEVERAL = 3
_MARKS = 64
_ROOM = 32


class Hearsay:
    """Counts by word. Losing a race between threads loses a mark, nothing else."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(16)
        self._heard: dict[str, int] = {}
        self.new_day()

    def new_day(self) -> None:
        """Let every network bring new words again; when there is no room for them, the old ones go."""
        self._room = [_ROOM] * _MARKS
        if len(self._heard) >= _ROOM * _MARKS:
            self._heard = {}

    def believes(self, word: str, network: str) -> bool:
        """Take in that a network used a word; whether several have by now. Without a network nothing is believed."""
        if not network:
            return False
        mark = hashlib.blake2b(network.encode(), digest_size=1, key=self._key).digest()[0] % _MARKS
        known = self._heard.get(word)
        if known is None:
            if not self._room[mark] or len(self._heard) >= _ROOM * _MARKS:
                return False
            self._room[mark] -= 1
        marks = self._heard[word] = (known or 0) | 1 << mark
        return marks.bit_count() >= SEVERAL
