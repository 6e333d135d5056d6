"""The last checkpoint that was signed, in a file outside the database.

Knows notes and keys, and a file; not the tree. A database that does not contain what is signed here was restored or
tampered with. The file is read again only when another process has written it.

Trust: whoever can write the file can only take this guard away, or stop the start; what they write is not signed.
"""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
from pathlib import Path

from consentkit.errors import LedgerRollback, LogError, SignatureError
from consentkit.ledger.handover import KIND as HANDOVER
from consentkit.ledger.handover import sound, successors
from consentkit.ledger.lock import ProcessLock
from consentkit.ledger.store import Store
from consentkit.tlog import Checkpoint, Verifier, open_checkpoint

_LOG = logging.getLogger("consentkit")
_State = tuple[int, int, int]


class Outside:
    """The checkpoint kept in a folder for one log, by the log's name."""

    def __init__(self, store: Store, verifier: Verifier, folder: Path) -> None:
        self.folder = folder
        # By the log's name, not by its key: a new key must go on from what the old one signed.
        self.path = folder / f"checkpoint-{hashlib.sha256(verifier.name.encode()).hexdigest()[:8]}"
        self._store = store
        self._verifier = verifier
        self._lock = ProcessLock()
        self._known: tuple[_State, Checkpoint | None] | None = None

    def last(self) -> Checkpoint | None:
        """The checkpoint, if there is one. Raises LedgerRollback if it is none of ours."""
        state = self._state()
        if state is None:
            return None
        if self._known is None or self._known[0] != state:
            self._known = state, self._open(self.path.read_bytes())
        return self._known[1]

    def note(self) -> str:
        """The same as it was signed; empty if there is none."""
        return self.path.read_text(encoding="utf-8") if self.last() else ""

    def keep(self, checkpoint: Checkpoint, note: str) -> int:
        """Keep a checkpoint, unless a later one is there (another process may be ahead); the size of what is kept."""
        if not self._store.lasts:
            return checkpoint.size
        with self._lock:
            try:
                if (known := self.last()) and known.size >= checkpoint.size:
                    return known.size
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                draft = self.path.with_name(f"{self.path.name}.{secrets.token_hex(4)}")
                draft.write_text(note, encoding="utf-8")
                draft.replace(self.path)
            except (OSError, LedgerRollback):
                # The entry is durable and its checkpoint right: what suffers is only the guard against a rollback.
                _LOG.warning("consentkit.D003 the last checkpoint could not be kept in %s", self.path, exc_info=True)
        return checkpoint.size

    def _state(self) -> _State | None:
        try:
            found = os.stat(self.path) if self._store.lasts else None
        except (FileNotFoundError, NotADirectoryError):
            return None
        return (found.st_ino, found.st_mtime_ns, found.st_size) if found else None

    def _open(self, note: bytes) -> Checkpoint | None:
        if not note.strip(b"\0"):
            # It is not flushed for each choice: some file systems keep the name alone when the power goes.
            _LOG.warning(
                "consentkit.D012 the last checkpoint, %s, was lost: the log goes on from the database", self.path
            )
            return None
        try:
            return open_checkpoint(note, [self._verifier])
        except SignatureError:
            # It may be one of the key before, whose last worker was stopped only now.
            before = sound(document.body for document in self._store.documents(HANDOVER))
            keys = successors(self._verifier, before)
        except LogError as error:
            raise self._not_ours(error) from error
        try:
            return open_checkpoint(note, keys)
        except LogError as error:
            raise self._not_ours(error) from error

    def _not_ours(self, error: LogError) -> LedgerRollback:
        remedy = (
            "A new key takes over from the old one with `consentkit ledger rotate`."
            if isinstance(error, SignatureError)
            else "Put back a copy of it. Without the file nobody here can tell an older database from the last one."
        )
        return LedgerRollback(f"{self.path} is not a checkpoint of ours: {error}. {remedy}", 0, 0)
