"""The ledger of one site: append, checkpoint, prove.

Knows records, hashes and keys; not requests or pages. Every checkpoint is signed from committed state only, and the
last one is also kept in a file outside the database: a database that falls behind it was restored or tampered with, and
is not signed again under the same name.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from consentkit import canonical
from consentkit.errors import LedgerRollback, LedgerUnavailable, LogError, MalformedError
from consentkit.ledger.checkpoints import Checkpoints, Published
from consentkit.ledger.intake import Intake
from consentkit.ledger.outside import Outside
from consentkit.ledger.record import ConsentRecord, leaf_of, new_salt
from consentkit.ledger.spool import Batch, Spool
from consentkit.ledger.statement import of_erasure
from consentkit.ledger.store import Document, Entry, NewEntry, Store
from consentkit.ledger.writer import GroupCommit
from consentkit.tlog import (
    Checkpoint,
    Frontier,
    Signer,
    Tile,
    TileCache,
    in_tree,
    leaf_hash,
    open_checkpoint,
    prove_inclusion,
    read_tile,
    root_at,
    sign_checkpoint,
)

# A public checkpoint that moved with every choice would tell when one person chose.
_PUBLISH_MILLISECONDS = 60_000
# How far the checkpoint outside may fall behind what nobody has a checkpoint of. One that is handed out is kept first.
_KEEP_SECONDS = 0.1


class _Job(NamedTuple):
    record: ConsentRecord | None
    time: int
    documents: tuple[Document, ...]


class Ledger:
    """Appends consent records and proves that they are there. Long-lived, shared by threads, safe across a fork."""

    def __init__(self, store: Store, signer: Signer, outside: Path, spool: Spool | None = None) -> None:
        self.store = store
        self.verifier = signer.verifier
        self.checkpoints = Checkpoints(store, signer.verifier.key_id.hex())
        self._signer = signer
        self._spool = spool
        self._outside = Outside(store, signer.verifier, outside)
        self._intake = Intake(store, spool, self._ready, self._grew)
        self._writer: GroupCommit[_Job, Entry | NewEntry | None] = GroupCommit(self._commit, self._rest)
        self._tiles = TileCache(store.read_hashes)
        self._checked = 0
        self._least = 0
        self._unsigned: Frontier | None = None
        self._signed_at = 0.0
        self._noted: tuple[Checkpoint | None, str] = (None, "")

    def check(self) -> None:
        """Compare the database with the last checkpoint kept outside it, and write what waited for it in the spool.

        Raises LedgerRollback if the log is shorter than, or other than, what was signed; LedgerUnavailable.
        """
        self._compare()
        self._intake.drain()

    def _compare(self) -> None:
        # The checkpoint first: another process may append between the two, and then the log is ahead of it.
        signed = self._outside.last()
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
                    f"{self._outside.path}. If a backup was restored, go on under a new name (`consentkit ledger "
                    "continue NAME`), and keep the old checkpoint for your auditor.",
                    signed.size,
                    size,
                )
            self._least = max(self._least, signed.size)
        self._checked = opening

    @property
    def away(self) -> bool:
        """Whether the database did not answer a moment ago."""
        return self._intake.away

    def append(self, record: ConsentRecord, moment: int, documents: Sequence[Document]) -> Entry | NewEntry:
        """Append a record, with the policy and notice it names; returns once that is durable.

        While the database is away it waits in the spool, and has no number yet. `moment` is the server's clock in Unix
        milliseconds. Raises LedgerUnavailable: then nothing was written anywhere.
        """
        entry = self._writer.wait(_Job(record, moment, tuple(documents)))
        assert entry is not None
        return entry

    def keep(self, documents: Sequence[Document]) -> None:
        """Store documents soon, without waiting: another process may be asked for them."""
        self._writer.put(_Job(None, int(time.time() * 1000), tuple(documents)))

    def checkpoint(self) -> str:
        """A signed note over the committed state, now."""
        least, head = self._ready(), self.store.head()
        if head.size < least:
            raise LedgerUnavailable(f"the log has {head.size} entries where {least} were signed for")
        return self._sign(head)

    def erase(self, numbers: Sequence[int], moment: int, pruned: int | None = None) -> list[int]:
        """Erase the records at these numbers and say so in the log; which of them still had one.

        `pruned`, where given, is the number below which pruning has nothing left to do.
        """
        self._intake.drain()  # what waits there is in the ledger before anybody is told that it is gone

        def said(left: Sequence[int]) -> NewEntry:
            return _stated(of_erasure(left), moment)

        left, frontier = self.store.erase(numbers, said, self._ready(), pruned)
        self._grew(frontier)
        self._settle(now=True)
        return left

    def state(self, statement: bytes, moment: int) -> None:
        """Append what the log says of itself; returns once that is durable. Raises LedgerUnavailable."""
        _, frontier = self.store.append([_stated(statement, moment)], least=self._ready())
        self._grew(frontier)
        self._settle(now=True)

    def waiting_of(self, visitor: str) -> list[NewEntry]:
        """A visitor's entries that wait in the spool of this host, oldest first. Raises LedgerUnavailable."""
        return self._spool.entries_of(visitor) if self._spool is not None and self._spool.waiting() else []

    def document(self, hash: str) -> Document | None:
        """A document by its hash, also one that waits in the spool of this host.

        None if there is none; also where the database, which may have it, does not answer.
        """
        if self._spool is not None and self._spool.waiting() and (waiting := self._spool.document(hash)):
            return waiting
        with suppress(LedgerUnavailable):
            return None if self.away else self.store.document(hash)
        return None

    def drain(self) -> None:
        """Write what waits in the spool. Raises LedgerUnavailable; then it goes on waiting."""
        self._intake.drain()

    def last_signed(self) -> str:
        """The last checkpoint kept outside the database, as it was signed; empty if there is none."""
        return self._outside.note()

    def remember(self, note: str) -> None:
        """Keep a checkpoint outside the database: nothing that contradicts it will be signed here."""
        self._least = max(self._least, self._outside.keep(open_checkpoint(note, [self.verifier]), note))

    def under(self, signer: Signer) -> Ledger:
        """The same ledger with another key."""
        return Ledger(self.store, signer, self._outside.folder, self._spool)

    def published(self) -> str:
        """The checkpoint for the public: renewed at most once a minute, by whichever process is asked."""
        return self._publish().note

    def tile(self, tile: Tile) -> bytes | None:
        """A tile of the public log; None beyond the checkpoint that is published."""
        return read_tile(tile, self.store.read_hashes) if in_tree(tile, self._publish().size) else None

    def _publish(self) -> Published:
        now, last = int(time.time() * 1000), self.checkpoints.latest()
        if last and 0 <= now - last.time < _PUBLISH_MILLISECONDS:
            return last
        note = self.checkpoint()
        return self.checkpoints.publish(open_checkpoint(note, [self.verifier]).size, now, note)

    def receipt(self, entry: Entry | NewEntry, checkpoint: str | None = None) -> dict[str, Any]:
        """An entry as its holder gets it: all that is needed to recompute the leaf and check its proof.

        Keys: id, index, leaf_hash, time, record, salt, checkpoint, proof, vkey; hashes and salt in hex. `checkpoint`
        and `proof` are None while the database does not answer, or no longer with what it was given: they are pending,
        and so is the index of an entry that waits in the spool.
        """
        assert entry.record is not None
        assert entry.salt is not None
        record = canonical.decode(entry.record)
        number = entry.number if isinstance(entry, Entry) else None
        note: str | None = None
        proof: list[str] | None = None
        if number is not None:
            with suppress(LedgerUnavailable, LogError):
                note, proof = self._proven(number, checkpoint or self.checkpoint())
        return {
            "id": record["id"],
            "index": number,
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
        self._settle(now=True)
        self.store.forget()

    def _commit(self, jobs: list[_Job]) -> list[Entry | NewEntry | None]:
        entries = tuple(_sealed(job.record, job.time) for job in jobs if job.record is not None)
        documents = tuple(document for job in jobs for document in job.documents)
        start = self._intake.take(Batch(entries, documents, jobs[0].time))
        taken: Iterator[Entry | NewEntry]
        taken = iter(entries) if start is None else (Entry(start + at, *each) for at, each in enumerate(entries))
        return [next(taken) if job.record is not None else None for job in jobs]

    def _ready(self) -> int:
        """How many entries there must be; a database opened anew may be an older copy, and is checked first."""
        if self.store.openings() != self._checked:
            self._settle(now=True)
            try:
                self._compare()
            except LedgerRollback as error:
                raise LedgerUnavailable(str(error)) from error
        return self._least

    def _grew(self, frontier: Frontier) -> None:
        self._least = max(self._least, frontier.size)
        self._unsigned = frontier

    def _rest(self) -> float | None:
        """What need not be done for each batch: drain the spool, and keep a checkpoint outside."""
        waits = [pause for pause in (self._intake.rest(), self._settle()) if pause is not None]
        return min(waits, default=None)

    def _settle(self, *, now: bool = False) -> float | None:
        """Keep a checkpoint over what was written, if none was for a moment; else in how many seconds it is time."""
        frontier = self._unsigned
        if frontier is None:
            return None
        left = self._signed_at + _KEEP_SECONDS - time.monotonic()
        if left > 0 and not now:
            return left
        self._unsigned, self._signed_at = None, time.monotonic()
        self._sign(frontier)
        return None

    def _sign(self, frontier: Frontier) -> str:
        """A note over committed state, kept outside before anybody sees it."""
        checkpoint = Checkpoint(self._signer.name, frontier.size, frontier.root())
        signed, note = self._noted
        if signed != checkpoint:
            note = sign_checkpoint(checkpoint, self._signer)
            self._least = max(self._least, self._outside.keep(checkpoint, note))
            self._noted = checkpoint, note
        return note


def _stated(data: bytes, moment: int) -> NewEntry:
    return NewEntry(leaf_hash(data), moment, None, data, None)


def _sealed(record: ConsentRecord, moment: int) -> NewEntry:
    data, salt = record.to_bytes(), new_salt()
    return NewEntry(leaf_of(data, salt), moment, record.visitor, data, salt)
