"""The forms in which a ledger is written out, by name.

Knows a ledger as far as one checkpoint reaches; not who asked, nor where it goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import BinaryIO, NamedTuple

from consentkit.errors import BundleError, MalformedError
from consentkit.export import iso27560, kantara
from consentkit.export.declared import Declaration, reader
from consentkit.export.parquet import write_parquet
from consentkit.export.rows import csv_lines, json_lines
from consentkit.export.summary import words_for
from consentkit.law.regime import rules_for
from consentkit.ledger.bundle import write_bundle
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.selection import Selection
from consentkit.ledger.store import Entry
from consentkit.settings import Settings


class Log(NamedTuple):
    """What is written out: a ledger as far as one checkpoint reaches."""

    settings: Settings
    ledger: Ledger
    checkpoint: str
    size: int

    @property
    def declared(self) -> Callable[[str], Declaration]:
        return reader(self.ledger.store.document)

    @property
    def pages(self) -> str:
        """Where our own pages stand: an address where the policy names a host, else a path."""
        policy = self.settings.policy
        return (f"https://{policy.site.hosts[0]}" if policy.site.hosts else "") + policy.prefix


def _csv(file: BinaryIO, log: Log, selection: Selection, entries: Iterable[Entry]) -> None:
    file.writelines(csv_lines(selection.of(entries)))


def _jsonl(file: BinaryIO, log: Log, selection: Selection, entries: Iterable[Entry]) -> None:
    file.writelines(json_lines(selection.of(entries)))


def _parquet(file: BinaryIO, log: Log, selection: Selection, entries: Iterable[Entry]) -> None:
    write_parquet(file, selection.of(entries))


def _iso27560(file: BinaryIO, log: Log, selection: Selection, entries: Iterable[Entry]) -> None:
    def memory(jurisdiction: str) -> int:
        return rules_for(log.settings.policy, jurisdiction).memory_days

    file.writelines(iso27560.records(selection.of(entries), log.declared, log.pages, memory))


def _kantara(file: BinaryIO, log: Log, selection: Selection, entries: Iterable[Entry]) -> None:
    vkey = log.settings.signer.verifier.to_text()
    file.writelines(kantara.receipts(selection.of(entries), log.declared, vkey))


def _bundle(file: BinaryIO, log: Log, selection: Selection, entries: Iterable[Entry]) -> None:
    store, anchors = log.ledger.store, log.ledger.checkpoints.kept(log.size)
    words = partial(words_for, log.settings.signer.verifier, log.checkpoint, store, anchors, selection)
    write_bundle(
        file,
        log.settings.signer,
        log.checkpoint,
        store.documents(),
        entries,
        anchors,
        selection=selection,
        words=words,
    )


FORMS: Mapping[str, Callable[[BinaryIO, Log, Selection, Iterable[Entry]], None]] = {
    "csv": _csv,
    "jsonl": _jsonl,
    "parquet": _parquet,
    "27560": _iso27560,
    "kantara": _kantara,
    "bundle": _bundle,
}
"""Each writes the entries of a log that are selected, given all of them."""


def write_out(form: str, file: BinaryIO, log: Log, selection: Selection, entries: Iterable[Entry]) -> None:
    """Write a form by its name. Raises BundleError for a record that cannot have been written by us."""
    reached: int | None = None

    def watched() -> Iterator[Entry]:
        nonlocal reached
        for entry in entries:
            reached = entry.number
            yield entry

    try:
        FORMS[form](file, log, selection, watched())
    except (MalformedError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise BundleError(form, f"the database was written to by others: {error}", reached) from error
