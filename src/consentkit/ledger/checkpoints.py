"""Checkpoints that are shown or kept, in the database that all processes share.

Knows rows and notes; not keys or trees. There are two kinds. The published one is what the public sees: a new one only
after an interval, whoever asks and whichever process answers, so that the log does not tell when one person chose. Kept
ones are anchors: somebody else signed or stamped them, and they travel in every bundle.

Trust: none. A row says what was signed; a note proves itself.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select, text

from consentkit.ledger.anchors import Anchor
from consentkit.ledger.sql import Writer
from consentkit.ledger.store import Store
from consentkit.ledger.tables import METADATA, CheckpointRow, insert_if_new

_ROWS = METADATA.tables[CheckpointRow.__tablename__]
_ADD = insert_if_new(_ROWS)
_THIS = "WHERE site = :site AND key = :key AND size = :size"
# The note that is there may carry signatures that a new one lacks.
_PUBLISH = text(f"UPDATE {_ROWS.name} SET time = :time {_THIS}")  # noqa: S608
_KEEP = text(
    f"UPDATE {_ROWS.name} SET time = :time, note = :note, kept = :kept, "  # noqa: S608
    f"timestamp = COALESCE(:timestamp, timestamp) {_THIS}"
)
_DROP = text(f"DELETE FROM {_ROWS.name} WHERE site = :site AND key = :key AND size < :size AND NOT kept")  # noqa: S608


class Published(NamedTuple):
    """What the public sees, and since when, in Unix milliseconds."""

    size: int
    time: int
    note: str


class Checkpoints:
    """The checkpoints of one site; published ones are those of one key, by its ID in hex."""

    def __init__(self, store: Store, key: str) -> None:
        self._store = store
        self._key = key

    def latest(self) -> Published | None:
        """The checkpoint that is published now."""
        query = select(_ROWS.c.size, _ROWS.c.time, _ROWS.c.note).where(
            _ROWS.c.site == self._store.site, _ROWS.c.key == self._key
        )
        with self._store.transaction() as connection:
            row = connection.execute(query.order_by(_ROWS.c.size.desc()).limit(1)).first()
        return Published(*row) if row else None

    def publish(self, size: int, moment: int, note: str) -> Published:
        """Show a checkpoint from now on; the one of this size that was there already stays as it is."""
        row = {**self._named(size), "time": moment, "note": note, "timestamp": None, "kept": False}

        def work(writer: Writer) -> None:
            writer.run(_ADD, [row])
            writer.run(_PUBLISH, [row])
            writer.run(_DROP, [self._named(size)])

        self._store.database.write(work)
        return self.latest() or Published(size, moment, note)

    def keep(self, size: int, moment: int, anchor: Anchor) -> None:
        """Keep a checkpoint, with all that others have put to it; it is published as well."""
        row = {**self._named(size), "time": moment, "note": anchor.note, "timestamp": anchor.timestamp, "kept": True}

        def work(writer: Writer) -> None:
            writer.run(_ADD, [row])
            writer.run(_KEEP, [row])

        self._store.database.write(work)

    def kept(self, size: int) -> list[Anchor]:
        """The anchors of at most this size, of all keys, smallest first."""
        query = select(_ROWS.c.note, _ROWS.c.timestamp).where(
            _ROWS.c.site == self._store.site, _ROWS.c.kept, _ROWS.c.size <= size
        )
        with self._store.transaction() as connection:
            rows = connection.execute(query.order_by(_ROWS.c.size, _ROWS.c.key)).all()
        return [Anchor(row.note, row.timestamp) for row in rows]

    def _named(self, size: int) -> dict[str, object]:
        return {"site": self._store.site, "key": self._key, "size": size}
