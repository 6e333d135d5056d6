"""The ledger of one site: append, checkpoint, prove.

Knows records, hashes and keys; not requests or pages. Every checkpoint is signed from committed state only, and the
last one is also kept in a file outside the database: a database that falls behind it was restored or tampered with, and
is not signed again under the same name.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from consentkit import canonical
from consentkit.errors import LedgerRollback, LedgerUnavailable, LogError, MalformedError
from consentkit.ledger.record import ConsentRecord, leaf_of, new_salt
from consentkit.ledger.store import Document, Entry, NewEntry, Store
from consentkit.ledger.writer import GroupCommit
from consentkit.tlog import (
    Checkpoint,
    Signer,
    TileCache,
    open_checkpoint,
    prove_inclusion,
    root_at,
    sign_checkpoint,
)

_LOG = logging.getLogger("consentkit")

# A public checkpoint that moved with every choice would tell when one person chose.
_PUBLISH_SECONDS = 60


class _Job(NamedTuple):
    record: ConsentRecord | None
    time: int
    documents: tuple[Document, ...]


class Ledger:
    """Appends consent records and proves that they are there. Long-lived, shared by threads, safe across a fork."""

    def __init__(self, store: Store, signer: Signer, outside: Path) -> None:
        self.store = store
        self.verifier = signer.verifier
        self._signer = signer
        self._outside = outside / f"checkpoint-{signer.verifier.key_id.hex()}"
        self._writer: GroupCommit[_Job, Entry | None] = GroupCommit(self._commit)
        self._tiles = TileCache(store.read_hashes)
        self._checked = 0
        self._least = 0
        self._published: tuple[float, str] = (0.0, "")
        self._last_lock = threading.Lock()

    def check(self) -> None:
        """Compare the database with the last checkpoint kept outside it.

        Raises LedgerRollback if the log is shorter than, or other than, what was signed; LedgerUnavailable.
        """
        # The checkpoint first: another process may append between the two, and then the log is ahead of it.
        signed = self._last_signed()
        opening, size = self.store.openings(), self.store.head().size
        self._tiles = TileCache(self.store.read_hashes)
        if signed:
            try:
                same = size >= signed.size and root_at(signed.size, self._tiles) == signed.root
            except MalformedError:  # entries are missing
                same = False
            if not same:
                raise LedgerRollback(
                    f"the ledger has {size} entries and does not contain the {signed.size} signed for in "
                    f"{self._outside}. If a backup was restored, go on under a new name: set CONSENTKIT_SIGNING_KEY to "
                    "a new key (`consentkit ledger keygen`), and keep the old checkpoint for your auditor.",
                    signed.size,
                    size,
                )
            self._least = max(self._least, signed.size)
        self._checked = opening

    def append(self, record: ConsentRecord, moment: int, documents: Sequence[Document]) -> Entry:
        """Append a record, with the policy and notice it names; returns once that is durable.

        `moment` is the server's clock in Unix milliseconds. Raises LedgerUnavailable: then nothing was written.
        """
        entry = self._writer.wait(_Job(record, moment, tuple(documents)))
        assert entry is not None
        return entry

    def keep(self, documents: Sequence[Document]) -> None:
        """Store documents soon, without waiting: another process may be asked for them."""
        self._writer.put(_Job(None, 0, tuple(documents)))

    def checkpoint(self) -> str:
        """A signed note over the committed state, now."""
        self._look_again()
        head = self.store.head()
        if head.size < self._least:
            raise LedgerUnavailable(f"the log has {head.size} entries where {self._least} were signed for")
        return self._sign(Checkpoint(self._signer.name, head.size, head.root()))

    def published(self) -> str:
        """The checkpoint for the public: renewed at most once a minute."""
        signed, note = self._published
        if not note or time.monotonic() - signed > _PUBLISH_SECONDS:
            note = self.checkpoint()
            self._published = (time.monotonic(), note)
        return note

    def receipt(self, entry: Entry, checkpoint: str | None = None) -> dict[str, Any]:
        """An entry as its holder gets it: all that is needed to recompute the leaf and check its proof.

        Keys: id, index, leaf_hash, time, record, salt, checkpoint, proof, vkey; hashes and salt in hex. `checkpoint`
        and `proof` are None while the database does not answer, or no longer with what it was given: they are pending.
        """
        assert entry.record is not None
        assert entry.salt is not None
        record = canonical.decode(entry.record)
        try:
            note, proof = self._proven(entry.number, checkpoint or self.checkpoint())
        except (LedgerUnavailable, LogError):
            note, proof = None, None
        return {
            "id": record["id"],
            "index": entry.number,
            "leaf_hash": entry.leaf_hash.hex(),
            "time": record["time"],
            "record": record,
            "salt": entry.salt.hex(),
            "checkpoint": note,
            "proof": proof,
            "vkey": self.verifier.to_text(),
        }

    def _proven(self, number: int, checkpoint: str) -> tuple[str, list[str]]:
        size = open_checkpoint(checkpoint, [self.verifier]).size
        return checkpoint, [node.hex() for node in prove_inclusion(number, size, self._tiles)]

    def close(self) -> None:
        """Write what waits, and let go of the database."""
        self._writer.close()
        self.store.forget()

    def _commit(self, jobs: list[_Job]) -> list[Entry | None]:
        entries = [_sealed(job.record, job.time) for job in jobs if job.record is not None]
        documents = [document for job in jobs for document in job.documents]
        try:
            self._look_again()
            start, frontier = self.store.append(entries, documents, self._least)
        except LedgerUnavailable as error:
            _LOG.error("%s %s", error.ident, error)
            raise
        if entries:
            self._sign(Checkpoint(self._signer.name, frontier.size, frontier.root()))
        numbered = (Entry(start + at, *entry) for at, entry in enumerate(entries))
        return [next(numbered) if job.record is not None else None for job in jobs]

    def _look_again(self) -> None:
        """A database opened anew may be an older copy: nothing is added to it or signed before it was checked."""
        if self.store.openings() != self._checked:
            try:
                self.check()
            except LedgerRollback as error:
                raise LedgerUnavailable(str(error)) from error

    def _sign(self, checkpoint: Checkpoint) -> str:
        note = sign_checkpoint(checkpoint, self._signer)
        with self._last_lock:
            self._remember(checkpoint.size, note)
        return note

    def _last_signed(self) -> Checkpoint | None:
        """The checkpoint kept outside the database. Raises LedgerRollback if it is none of ours."""
        if not self.store.lasts or not self._outside.exists():
            return None
        try:
            return open_checkpoint(self._outside.read_bytes(), [self.verifier])
        except LogError as error:
            raise LedgerRollback(f"{self._outside} is not a checkpoint of ours: {error}", 0, 0) from error

    def _remember(self, size: int, note: str) -> None:
        """Keep the checkpoint outside the database, unless a later one is there (another process may be ahead)."""
        self._least = max(self._least, size)
        if not self.store.lasts:
            return
        try:
            if (known := self._last_signed()) and known.size >= size:
                self._least = max(self._least, known.size)
                return
            self._outside.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = self._outside.with_name(f"{self._outside.name}.{secrets.token_hex(4)}")
            draft.write_text(note, encoding="utf-8")
            draft.replace(self._outside)
        except (OSError, LedgerRollback):
            # The entry is durable and its checkpoint right: what suffers is only the guard against a rollback.
            _LOG.warning("consentkit.D003 the last checkpoint could not be kept in %s", self._outside, exc_info=True)


def _sealed(record: ConsentRecord, moment: int) -> NewEntry:
    data, salt = record.to_bytes(), new_salt()
    return NewEntry(leaf_of(data, salt), moment, record.visitor, data, salt)
