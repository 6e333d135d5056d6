"""The spool: a file beside the app that takes choices while the database is away.

Knows lines, seals and locks; no database. One line for each batch, appended and on the disk before anybody is answered:

    base64url(canonical JSON {"at", "documents", "entries", "moment", "v"}) "." seal

`at` is where in the file the line begins: one that was taken out or put elsewhere is missed by the next.
The batches of all processes of a host are in one file, in the order in which they were taken; whoever drains it holds
its lock, and writes each batch before it goes on to the next. A crash between the last batch and the emptying leaves
all of them to be drained again: who writes them must pass over what is there already.

Trust: whoever can write the file can take batches away, which is told; without the secret they can add none.
The records in it are as personal as those in the database.
"""

from __future__ import annotations

import logging
import os
import sys
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import Any, NamedTuple

from consentkit import canonical
from consentkit.errors import LedgerUnavailable, MalformedError, SealError
from consentkit.ledger.record import leaf_of
from consentkit.ledger.store import Document, NewEntry
from consentkit.seal import Sealer

if sys.platform != "win32":  # there one process at a time has the file
    import fcntl

_LOG = logging.getLogger("consentkit")
# Some ten thousand choices taken one by one; many more where they come together.
_MOST_BYTES = 64 << 20


class Batch(NamedTuple):
    """What is written together: entries, the documents they name, and the server's time in Unix milliseconds."""

    entries: tuple[NewEntry, ...]
    documents: tuple[Document, ...]
    moment: int


class Spool:
    """A durable queue of batches. All errors: LedgerUnavailable."""

    def __init__(self, path: Path, sealer: Sealer) -> None:
        self._path = path
        self._sealer = sealer

    def waiting(self) -> bool:
        """Whether there is anything to drain."""
        try:
            return os.stat(self._path).st_size > 0
        except OSError:
            return False

    def put(self, batch: Batch) -> None:
        """Append a batch; returns when it is on the disk. Raises LedgerUnavailable: then nothing was kept."""
        with self._locked() as file:
            size = _mend(file)
            line = format_batch(self._sealer, batch, size)
            if size + len(line) > _MOST_BYTES:
                raise LedgerUnavailable(f"{self._path} holds {size} bytes of choices already")
            try:
                _write_whole(file, line)
                os.fsync(file.fileno())
            except OSError:
                file.truncate(size)
                raise

    def entries_of(self, visitor: str) -> list[NewEntry]:
        """What waits here of a visitor, oldest first."""
        batches = self._with(f'"visitor":"{visitor}"')
        return [entry for batch in batches for entry in batch.entries if entry.visitor == visitor]

    def document(self, hash: str) -> Document | None:
        """The document of that hash, if it waits here."""
        batches = self._with(f'"hash":"{hash}"')
        return next((each for batch in batches for each in batch.documents if each.hash == hash), None)

    def _with(self, text: str) -> Iterator[Batch]:
        """The batches in which a text stands. Reads beside whoever writes, and what is whole by then."""
        at, needles = 0, _within(text.encode())
        try:
            with self._path.open("rb") as lines:
                for line in lines:
                    # Opening every line would take as long as writing it did.
                    if any(needle in line for needle in needles):
                        with suppress(SealError, MalformedError):
                            yield parse_batch(self._sealer, line, at)
                    at += len(line)
        except FileNotFoundError:
            return
        except OSError as error:
            raise LedgerUnavailable(f"{self._path} cannot be read: {error.__class__.__name__}") from error

    def drain(self, write: Callable[[Batch], object]) -> int:
        """Hand every batch to `write`, in order, and forget them once all are written; how many entries there were."""
        count, at = 0, 0
        with self._locked() as file:
            size = _mend(file)
            for line in _lines(file):
                try:
                    batch = parse_batch(self._sealer, line, at)
                except (SealError, MalformedError) as error:
                    self._put_aside(line, at, error)
                else:
                    write(batch)
                    count += len(batch.entries)
                at += len(line)
            if size:
                file.truncate(0)
                os.fsync(file.fileno())
        return count

    def _put_aside(self, line: bytes, at: int, error: Exception) -> None:
        """What cannot be read is not lost, and does not hold up what comes after it."""
        aside = self._path.with_name(f"{self._path.name}-unread")
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
            file.write(line)
        _LOG.error("consentkit.D007 byte %d of %s was not written by us: %s. See %s", at, self._path, error, aside)

    @contextmanager
    def _locked(self) -> Iterator[FileIO]:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            new = not self._path.exists()
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            with FileIO(descriptor, "r+") as file:
                if sys.platform != "win32":
                    fcntl.flock(file, fcntl.LOCK_EX)
                    if new:
                        _sync_folder(self._path.parent)
                yield file
        except OSError as error:
            raise LedgerUnavailable(f"{self._path} cannot be used: {error.__class__.__name__}") from error


def _sync_folder(folder: Path) -> None:
    """A file is on the disk only if its name is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_whole(file: FileIO, data: bytes) -> None:
    """Write all of it: on a disk that is nearly full a write may end early, without an error."""
    while data:
        data = data[file.write(data) :]


def _lines(file: FileIO) -> Iterator[bytes]:
    file.seek(0)
    with open(file.fileno(), "rb", closefd=False) as lines:
        yield from lines


def _mend(file: FileIO) -> int:
    """How many bytes there are; a last line without its end was never acknowledged, and goes."""
    size = file.seek(0, os.SEEK_END)
    if size and os.pread(file.fileno(), 1, size - 1) != b"\n":
        size = sum(len(line) for line in _lines(file) if line.endswith(b"\n"))
        file.truncate(size)
    return size


def _within(text: bytes) -> list[bytes]:
    """How a text is spelled inside of base64url, wherever it begins there: the letters that hang on nothing else."""
    found = []
    for before in range(3):
        lead, whole = -(-before * 4 // 3), (before + len(text)) // 3 * 4
        found.append(urlsafe_b64encode(b"\0" * before + text)[lead:whole])
    return found


def format_batch(sealer: Sealer, batch: Batch, at: int) -> bytes:
    """A batch as its line."""
    documents = [{"body": each.body.decode(), "hash": each.hash, "kind": each.kind} for each in batch.documents]
    entries = [_spelled(entry) for entry in batch.entries]
    value = {"at": at, "documents": documents, "entries": entries, "moment": batch.moment, "v": 1}
    return sealer.seal(canonical.encode(value)).encode("ascii") + b"\n"


def parse_batch(sealer: Sealer, line: bytes, at: int) -> Batch:
    """The batch in a line, which begins at byte `at`. Raises SealError, MalformedError."""
    value = canonical.decode(sealer.open(line.decode("latin-1").removesuffix("\n")))
    if value["v"] != 1:
        raise MalformedError("version of a spooled batch", value["v"])
    if value["at"] != at:
        _LOG.error("consentkit.D008 choices that waited were taken away: a line of byte %d is at %d", value["at"], at)
    documents = tuple(Document(each["hash"], each["kind"], each["body"].encode()) for each in value["documents"])
    return Batch(tuple(_entry(each) for each in value["entries"]), documents, value["moment"])


def _spelled(entry: NewEntry) -> dict[str, Any]:
    assert entry.salt is not None  # statements are written by the database's side alone
    return {
        "record": entry.record.decode(),
        "salt": entry.salt.hex(),
        "time": entry.time,
        "visitor": entry.visitor,
    }


def _entry(value: dict[str, Any]) -> NewEntry:
    record, salt = value["record"].encode(), bytes.fromhex(value["salt"])
    return NewEntry(leaf_of(record, salt), value["time"], value["visitor"], record, salt)
