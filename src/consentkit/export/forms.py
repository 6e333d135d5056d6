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
    """What is written out: a ledger as far as one checkpoint reaches. `language` is that of what is said to people."""

    settings: Settings
    ledger: Ledger
    checkpoint: str
    size: int
    language: str = "en"

    @property
    def declared(self) -> Callable[[str], Declaration]:
        return reader(self.ledger.store.document)

    @property
    def pages(self) -> str:
        """Where our own pages stand: an address where the policy names a host, else a path."""
        policy = self.settings.policy
        return (f"https://{policy.site.hosts[0]}" if policy.site.hosts else "") + policy.prefix


def _csv(file: BinaryIO, log: Log, entries: Iterable[Entry]) -> None:
    file.writelines(csv_lines(entries))


def _jsonl(file: BinaryIO, log: Log, entries: Iterable[Entry]) -> None:
    file.writelines(json_lines(entries))


def _parquet(file: BinaryIO, log: Log, entries: Iterable[Entry]) -> None:
    write_parquet(file, entries)


def _iso27560(file: BinaryIO, log: Log, entries: Iterable[Entry]) -> None:
    def memory(jurisdiction: str) -> int:
        return rules_for(log.settings.policy, jurisdiction).memory_days

    file.writelines(iso27560.records(entries, log.declared, log.pages, memory))


def _kantara(file: BinaryIO, log: Log, entries: Iterable[Entry]) -> None:
    vkey = log.settings.signer.verifier.to_text()
    file.writelines(kantara.receipts(entries, log.declared, vkey))


_OF_CHOICES: Mapping[str, Callable[[BinaryIO, Log, Iterable[Entry]], None]] = {
    "csv": _csv,
    "jsonl": _jsonl,
    "parquet": _parquet,
    "27560": _iso27560,
    "kantara": _kantara,
}
ROWS = ("csv", "jsonl", "parquet")
"""The names of those that say what is in the entries, and nothing of the site."""
FORMS = (*_OF_CHOICES, "bundle")
"""The names of all."""


def write_out(form: str, file: BinaryIO, log: Log, selection: Selection, entries: Iterable[Entry]) -> int:
    """Write those of a log's entries that are selected, in a form by its name, given all of them.

    Returns how many choices it shows. Raises BundleError for a record that cannot have been written by us.
    """
    reached, shown = None, 0

    def watched() -> Iterator[Entry]:
        nonlocal reached
        for entry in entries:
            reached = entry.number
            yield entry

    def selected() -> Iterator[Entry]:
        nonlocal shown
        for entry in selection.of(watched()):
            shown += entry.salt is not None
            yield entry

    try:
        if form == "bundle":
            return _write_bundle(file, log, selection, watched())
        _OF_CHOICES[form](file, log, selected())
    except (MalformedError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise BundleError(form, f"the database was written to by others: {error}", reached) from error
    return shown


def _write_bundle(file: BinaryIO, log: Log, selection: Selection, entries: Iterable[Entry]) -> int:
    store, anchors = log.ledger.store, log.ledger.checkpoints.kept(log.size)
    words = partial(words_for, log.settings.signer.verifier, log.checkpoint, store, anchors, selection, log.language)
    documents = store.documents()
    tally = write_bundle(
        file, log.settings.signer, log.checkpoint, documents, entries, anchors, selection=selection, words=words
    )
    return tally.choices.total()
